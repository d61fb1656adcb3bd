"""Runs that are killed at random instants, and gone on with, against a Braze that fails; its log is the judge.

python -m tests.end_to_end.killed_runs --times 200 --seed 1

Each time a file of recipients is sent by processes that are killed by SIGKILL one after another, until one comes to the
end. Then what is unknown is ordered to be sent again, once, and again there are kills. What must hold, after each life:
everyone is in the ledger once; who is accepted there was accepted, once; who may still be sent to, or was rejected, was
not; of all others, who are listed as unknown, none was accepted more often than once; and once more by order, which is
counted here and not taken from the ledger.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from audience_dsl.braze_api import BATCH_OF_RECIPIENTS
from audience_dsl.ledger.database import Database
from audience_dsl.runs import IN_FLIGHT, OPEN, Run
from audience_dsl.sandbox import Sandbox
from audience_dsl.sandbox.faults import Faults
from audience_dsl.sandbox.journal import LogEntry
from audience_dsl.sandbox.server import running
from audience_dsl.sender.outcome import ACCEPTED, REJECTED, UNKNOWN

__all__ = ["RATES", "Tally", "killed_run", "main"]

RATES: Final = dict.fromkeys(
    [
        *("no-connection", "closed-unread", "reset-unread", "lost-request", "reset-request", "lost-answer"),
        *("reset-answer", "truncated", "delay", "queued", "errors", "400", "429", "500", "503", "502", "504-late"),
    ],
    0.012,
) | {"401": 0.003}
_DELAY: Final = 0.1
# Seconds within which 5,000 recipients are hardly read.
_READING: Final = 0.15
_ROOT: Final = Path(__file__).parents[2]


class Tally(Counter[str]):
    """Counts of what happened, over all times."""

    def __str__(self) -> str:
        return "\n".join(f"{name:<40}{times:>12,}" for name, times in self.items())


class _Judge:
    """What the server accepted, by recipient, and how often each was accepted before an order to send to them again.

    It kills, too, once it has seen so many requests.
    """

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.ordered: dict[str, int] = {}
        self.requests = 0
        self.victim: subprocess.Popen[str] | None = None
        self.kills_at: int | None = None
        self._lock = threading.Lock()

    def take(self, entry: LogEntry) -> None:
        with self._lock:
            self.requests += 1
            if entry.accepted:
                self.accepted.update(each["external_user_id"] for each in entry.body["recipients"])
            if self.victim is not None and self.kills_at is not None and self.requests >= self.kills_at:
                self.victim.kill()

    def order(self, names: list[str]) -> None:
        self.ordered = {name: self.accepted[name] for name in names}

    def judge(self, ledger: Path, names: list[str]) -> dict[str, str]:
        """The outcome of everyone by the ledger, held against what the server accepted. Raises AssertionError."""
        with Database(ledger) as database:
            run = Run.find(database)
            if run is None or not run.is_ready:
                assert not self.accepted, "something was sent before all was read"
                return dict.fromkeys(names, OPEN[0])
            told = [(each.identity.removeprefix("external_user_id:"), each.outcome) for each in run.recipients()]
            listed = sum(batch.recipients for batch in run.unknowns())
        assert sorted(name for name, _ in told) == sorted(names), "somebody is lost, or comes twice"
        assert self.accepted.keys() <= {*names}, "somebody was sent to who is not in the file"
        unknown = 0
        for name, outcome in told:
            times = self.accepted[name] - self.ordered.get(name, 0)
            assert times <= 1, f"{name} was accepted {self.accepted[name]} times"
            if outcome in (UNKNOWN, IN_FLIGHT):
                unknown += 1
            elif outcome == ACCEPTED:
                assert times == 1, f"{name} is called accepted, and was not"
            else:
                assert times == 0, f"{name} was accepted, and is {outcome}"
        assert listed == unknown, "somebody is unknown, and not listed"
        return dict(told)


def killed_run(seed: int, *, people: int = 5_000, kills: int = 5, longest: float = 1.2, threads: int = 4) -> Tally:
    """One time. `longest` is the longest life of a process that is killed, in seconds. Raises AssertionError."""
    chance = random.Random(seed)
    judge = _Judge()
    names = [f"user-{number}" for number in range(people)]
    sandbox = Sandbox(clock=time.time, seed=seed, faults=Faults(seed, RATES, delay=_DELAY), keep=1, on_entry=judge.take)
    tally = Tally(times=1, recipients=people)
    with tempfile.TemporaryDirectory() as folder:
        file, ledger = Path(folder, "people.jsonl"), Path(folder, "run.db")
        file.write_text("".join(json.dumps({"external_user_id": name}) + "\n" for name in names), encoding="utf-8")

        def until_done(url: str, order: int | None) -> dict[str, str]:
            """Lives one after another, the first few of them killed, until nothing is left that may be sent."""
            command = [sys.executable, "-m", "tests.end_to_end.one_life", str(ledger), str(file), url, str(threads)]
            to_kill = chance.randint(2, kills)
            for number in count():
                ordered = [] if order is None else [str(order)]
                at = seconds = None
                if number == 0:
                    # While the recipients are read, most likely.
                    seconds = chance.uniform(0, _READING)
                elif number == 1 or (number < to_kill and chance.random() < 0.5):
                    at = judge.requests + chance.randint(1, max(1, people // BATCH_OF_RECIPIENTS // 3))
                elif number < to_kill:
                    seconds = chance.uniform(0, longest)
                killed = _live([*command, *ordered], judge, at, seconds)
                found = judge.judge(ledger, names)
                tally["lives"] += 1
                tally["kills"] += killed
                tally["killed before anything was sent"] += killed and not judge.requests
                if order is not None and _resent(ledger):
                    order = None
                if not killed and order is None and not {*OPEN} & {*found.values()}:
                    return found
            raise AssertionError

        with running(sandbox) as url:
            found = until_done(url, None)
            # What was under way when somebody was killed has long been answered by now.
            time.sleep(2 * _DELAY)
            unknown = [name for name, outcome in found.items() if outcome in (UNKNOWN, IN_FLIGHT)]
            tally["unknown, and listed"] += len(unknown)
            tally["of those accepted after all"] += sum(judge.accepted[name] for name in unknown)
            if unknown:
                judge.order(unknown)
                until_done(url, len(unknown))
        found = judge.judge(ledger, names)
    for outcome in (ACCEPTED, REJECTED, UNKNOWN):
        tally[f"{outcome} at the end"] += sum(each == outcome for each in found.values())
    tally["requests that reached the server"] += judge.requests
    tally["accepted twice by order"] += sum(judge.accepted[name] > 1 for name in judge.ordered)
    tally["accepted twice without order"] += sum(judge.accepted[name] > 1 for name in {*names} - {*judge.ordered})
    tally["lost"] += len({*names} - {*found})
    return tally


def _live(command: list[str], judge: _Judge, at: int | None, seconds: float | None) -> bool:
    """Whether the process was killed before it came to its end: at this request, or after so many seconds."""
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        judge.victim, judge.kills_at = process, at
        try:
            _, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
        finally:
            judge.victim = None
    assert process.returncode in (0, -signal.SIGKILL), errors
    return process.returncode != 0


def _resent(ledger: Path) -> bool:
    with Database(ledger) as database:
        return any(batch.resent for batch in Run.open(database).batches())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first time; each has the next one")
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--at-once", type=int, default=4, help="times that go on at once")
    given = parser.parse_args()
    tally, failed, started = Tally(), [], time.monotonic()
    with ProcessPoolExecutor(given.at_once, get_context("spawn")) as pool:
        futures = {
            pool.submit(killed_run, seed, people=given.people): seed
            for seed in range(given.seed, given.seed + given.times)
        }
        for done, future in enumerate(as_completed(futures), start=1):
            try:
                tally.update(future.result())
            except Exception as error:
                failed.append(f"seed {futures[future]}: {type(error).__name__}: {error}")
                print(failed[-1], flush=True)
            seconds = time.monotonic() - started
            shown = f"{tally['kills']:,} kills, {tally['unknown, and listed']:,} unknown, {len(failed)} failed"
            print(f"{done} of {given.times} after {seconds:,.0f} s: {shown}", flush=True)
    print(tally)
    if failed or tally["accepted twice without order"] or tally["lost"]:
        raise SystemExit(f"{len(failed)} of {given.times} times failed")


if __name__ == "__main__":
    main()
