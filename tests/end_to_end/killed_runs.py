"""Runs that are killed at random instants, and gone on with, against a Braze that fails; its log is the judge.

python -m tests.end_to_end.killed_runs --times 200 --seed 1

Each time a file of recipients is sent by processes that are killed by SIGKILL one after another, until one comes to the
end. Then what is unknown is ordered to be sent again, once, and again there are kills. What must hold, after each life:
everyone is in the ledger once; who is accepted there was accepted; who may still be sent to, or was rejected, was not;
nobody was accepted more often than once, and once more by order; and all others are listed as unknown.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Final

from audience_dsl.braze_api import BATCH_OF_RECIPIENTS
from audience_dsl.ledger.database import Database
from audience_dsl.runs import IN_FLIGHT, OPEN, Run
from audience_dsl.sandbox import Sandbox
from audience_dsl.sandbox.faults import Faults
from audience_dsl.sandbox.journal import LogEntry
from audience_dsl.sandbox.server import running
from audience_dsl.sender.outcome import ACCEPTED, UNKNOWN

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
    """What the server accepted, by recipient. It kills, too, once it has seen so many requests."""

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.requests = 0
        self.victim: subprocess.Popen[str] | None = None
        self.kills_at: int | None = None

    def take(self, entry: LogEntry) -> None:
        self.requests += 1
        if entry.dispatch_id is not None:
            self.accepted.update(each["external_user_id"] for each in entry.body["recipients"])
        if self.victim is not None and self.kills_at is not None and self.requests >= self.kills_at:
            self.victim.kill()


def killed_run(seed: int, *, people: int = 5_000, kills: int = 5, longest: float = 1.2, threads: int = 4) -> Tally:
    """One time. `longest` is the longest life of a process that is killed, in seconds."""
    chance = random.Random(seed)
    judge = _Judge()
    names = [f"user-{number}" for number in range(people)]
    sandbox = Sandbox(clock=time.time, seed=seed, faults=Faults(seed, RATES, delay=_DELAY), keep=1, on_entry=judge.take)
    tally = Tally(times=1, recipients=people)
    with tempfile.TemporaryDirectory() as folder, running(sandbox) as url:
        file, ledger = Path(folder, "people.jsonl"), Path(folder, "run.db")
        file.write_text("".join(json.dumps({"external_user_id": name}) + "\n" for name in names), encoding="utf-8")
        command = [sys.executable, "-m", "tests.end_to_end.one_life", str(ledger), str(file), url, str(threads)]

        def until_done(order: int | None) -> None:
            """Lives one after another, the first few of them killed, until nothing is left that may be sent."""
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
                tally["lives"] += 1
                tally["kills"] += killed
                # What was under way may still be accepted.
                time.sleep(2 * _DELAY * killed)
                found = _judged(ledger, names, judge.accepted)
                tally["killed while reading"] += killed and not judge.requests
                if order is not None and _resent(ledger):
                    order = None
                if not killed and order is None and not set(OPEN) & set(found.values()):
                    return

        until_done(None)
        found = _judged(ledger, names, judge.accepted)
        unknown = [name for name, outcome in found.items() if outcome in (UNKNOWN, IN_FLIGHT)]
        tally["unknown, and listed"] += len(unknown)
        tally["of those accepted after all"] += sum(judge.accepted[name] for name in unknown)
        if unknown:
            until_done(len(unknown))
            found = _judged(ledger, names, judge.accepted)
        for outcome, times in Counter(found.values()).items():
            tally[f"{outcome} at the end"] += times
    tally["requests that reached the server"] += judge.requests
    tally["accepted twice by order"] += sum(judge.accepted[name] > 1 for name in unknown)
    tally["accepted twice without order"] += sum(judge.accepted[name] > 1 for name in set(names) - set(unknown))
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


def _judged(ledger: Path, names: list[str], accepted: Counter[str]) -> dict[str, str]:
    """The outcome of everyone by the ledger, held against what the server accepted. Raises AssertionError."""
    with Database(ledger) as database:
        run = Run.find(database)
        if run is None or not run.is_ready:
            assert not accepted, "something was sent before all was read"
            return dict.fromkeys(names, OPEN[0])
        orders = {batch.number: batch.resent for batch in run.batches()}
        told = [(each.identity.removeprefix("external_user_id:"), each) for each in run.recipients()]
    assert sorted(name for name, _ in told) == sorted(names), "somebody is lost"
    for name, each in told:
        times, orders_given = accepted[name], orders[each.batch]
        assert times <= 1 + orders_given, f"{name} was accepted {times} times"
        if each.outcome == ACCEPTED:
            assert times >= 1, f"{name} is called accepted, and was not"
        elif each.outcome not in (UNKNOWN, IN_FLIGHT):
            assert times <= orders_given, f"{name} was accepted, and is {each.outcome}"
    return {name: each.outcome for name, each in told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=5_000)
    given = parser.parse_args()
    tally = Tally()
    for seed in range(given.seed, given.seed + given.times):
        try:
            tally.update(killed_run(seed, people=given.people))
        except AssertionError as error:
            raise SystemExit(f"seed {seed}: {error}") from error
    print(tally)


if __name__ == "__main__":
    main()
