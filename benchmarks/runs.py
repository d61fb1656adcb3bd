"""A run of many recipients through the sandbox in the same process: how fast, how much memory, and where the time goes.

    python -m benchmarks.runs --recipients 1000000

Two processes: one for speed and memory, and one, with a tenth of the recipients and no threads, whose stack is looked
at every few milliseconds, for the shares. There is no network in between, so all that is measured is ours, the sandbox
included.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final
from unittest import mock

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND
from audience_dsl.ledger.database import Database
from audience_dsl.recipients import RecipientsFile
from audience_dsl.runs import deliver, prepare
from audience_dsl.sandbox import SANDBOX_KEY, Sandbox
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import Client
from audience_dsl.sender.limits import RateLimits
from audience_dsl.sender.pacing import Pacer

_TEMPLATE: Final[dict[str, Any]] = {
    "campaign_id": "c-1",
    "trigger_properties": {"storm": "Ana"},
    "audience": {"AND": [{"push_subscription_status": {"comparison": "is", "value": "opted_in"}}]},
}
# What a stack is part of: the first of these that one of its frames is in, by file, or by file and functions.
_PARTS: Final = (
    ("the sandbox", "/sandbox/", ()),
    ("reading and checking recipients", "/recipients/", ()),
    ("the ledger", "/ledger/", ()),
    ("the ledger", "/runs/", ("_rows", "_sizes", "_write", "_write_batches", "leave_out_duplicates", "places")),
    ("batches", "/runs/", ("size_of",)),
    ("making requests", "/sender/", ("build_request",)),
    ("the client", "/sender/", ()),
    ("batches", "/runs/", ()),
)
_LOOK: Final = 0.002


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--worker", choices=["plain", "watched"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        print(json.dumps(_measure(given.recipients, given.at_once, watched=given.worker == "watched")))
        return
    plain = _process(given.recipients, given.at_once, "plain")
    batches = plain["batches"]
    print(f"{given.recipients:,} recipients in {batches:,} requests, {given.at_once} at once")
    for name in ("staging", "delivery"):
        seconds = plain[name]
        print(f"{name:<12}{seconds:8.2f} s   {given.recipients / seconds:10,.0f} recipients a second")
    print(f"{'requests':<12}{batches / plain['delivery']:8,.0f} a second")
    print(
        f"{'memory':<12}{plain['memory'] / 1024:8.0f} MiB at most, {plain['base'] / 1024:.0f} MiB of it once imported"
    )
    print(f"{'ledger':<12}{plain['ledger'] / 1024 / 1024:8.1f} MiB")
    shares = _process(max(given.recipients // 10, 1), 1, "watched")["shares"]
    for phase, parts in shares.items():
        total = sum(parts.values())
        print(f"where the time of the {phase} goes")
        for name, seconds in sorted(parts.items(), key=lambda part: -part[1]):
            print(f"  {name:<34}{seconds / total:6.1%}")


def _process(recipients: int, at_once: int, worker: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.runs", f"--recipients={recipients}", f"--at-once={at_once}"]
    done = subprocess.run([*command, f"--worker={worker}"], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def _measure(count: int, at_once: int, *, watched: bool) -> dict[str, Any]:
    shares: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "people.jsonl")
        _write(path, count)
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sandbox = Sandbox(clock=time.time, seed=1, keep=1)
        pacer = Pacer(limits=RateLimits(requests=None))
        client = Client(
            api_key=SANDBOX_KEY, endpoint="https://braze.invalid", transport=transport(sandbox), pacer=pacer
        )
        with Database(Path(folder, "run.db")) as database, client:
            started = time.perf_counter()
            with _looked_at(shares, "staging", watched):
                run = prepare(
                    database,
                    recipients=RecipientsFile(path, endpoint=CAMPAIGN_TRIGGER_SEND),
                    template=_TEMPLATE,
                    endpoint=CAMPAIGN_TRIGGER_SEND,
                    now=datetime(2026, 11, 1, tzinfo=UTC),
                )
            staged = time.perf_counter()
            threads: AbstractContextManager[object]
            threads = mock.patch("audience_dsl.runs.engine.threading.Thread", _Here) if watched else nullcontext()
            with run, threads, _looked_at(shares, "delivery", watched):
                summary = deliver(run, client, at_once=at_once)
            ended = time.perf_counter()
        assert summary.counts["accepted"] == count, summary
        return {
            "batches": summary.batches,
            "staging": staged - started,
            "delivery": ended - staged,
            "base": base,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "ledger": sum(file.stat().st_size for file in Path(folder).glob("run.db*")),
            "shares": shares,
        }


@contextmanager
def _looked_at(shares: dict[str, Counter[str]], phase: str, watched: bool) -> Iterator[None]:
    """Count what this thread is at, every few milliseconds, also while it waits for the disk."""
    if not watched:
        yield
        return
    found = shares[phase] = Counter[str]()

    def look(_signal: int, frame: FrameType | None) -> None:
        found[_part(frame)] += 1

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class _Here:
    """A thread that is none, so that signals reach what it does."""

    def __init__(self, target: Callable[[], None], **_settings: object) -> None:
        self.start = target


def _part(frame: FrameType | None) -> str:
    stack = []
    while frame is not None:
        stack.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    for name, room, functions in _PARTS:
        if any(f"audience_dsl{room}" in file and (not functions or function in functions) for file, function in stack):
            return name
    return "the rest"


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            person = {
                "external_user_id": f"user-{number}",
                "trigger_properties": {"name": f"Maria {number}", "seat": 7},
            }
            file.write(json.dumps(person) + "\n")


if __name__ == "__main__":
    main()
