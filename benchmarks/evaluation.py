"""Evaluating two clauses over a file of profiles, beside decoding the same lines with `json.loads`.

    python -m benchmarks.evaluation --profiles 200000

All run in one process, round by round; what is shown is the median, as profiles a second and as a ratio to decoding.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import audience_dsl
from audience_dsl.profiles import Profile
from audience_dsl.profiles.files import read_profiles

from .profiles import NOW, write_profiles

TEXT = 'eye_color == "blue" and last_purchase_time less than 100 days ago'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    selects = audience_dsl.compile(TEXT).evaluator().selects
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "profiles.jsonl")
        write_profiles(path, given.profiles)
        ready = [each for each in read_profiles(path) if isinstance(each, Profile)]

        def decode() -> int:
            with path.open(encoding="utf-8") as file:
                return sum(1 for line in file if json.loads(line))

        def read() -> int:
            return sum(1 for _ in read_profiles(path))

        def evaluate() -> int:
            return sum(selects(each, NOW) for each in ready)

        def both() -> int:
            return sum(isinstance(each, Profile) and selects(each, NOW) for each in read_profiles(path))

        runs: dict[str, Callable[[], int]] = {
            "json.loads": decode,
            "read profiles": read,
            "evaluate two clauses": evaluate,
            "read and evaluate": both,
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(given.rounds):
            for name, run in runs.items():
                started = perf_counter()
                run()
                times[name].append(perf_counter() - started)
    plain = median(times["json.loads"])
    for name, taken in times.items():
        seconds = median(taken)
        print(f"{name:<22} {given.profiles / seconds:>10,.0f} a second  {seconds / plain:5.2f} × json.loads")


if __name__ == "__main__":
    main()
