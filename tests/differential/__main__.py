"""The long run: `python -m tests.differential --examples N --seed S [--duckdb M] [--postgres M]
[--spark M] [--jobs J]`.

Exit 1 on a disagreement, which is printed small.
"""

import argparse
import json
import sys
from collections.abc import Callable
from multiprocessing import Pool
from time import monotonic
from typing import Any

from tests.differential.comparing import Disagreement, Tally, compare
from tests.differential.judges import JUDGES, Judge
from tests.differential.shrinking import shrunk

# One process: its number, its pairs, its seed, its pairs for DuckDB and Postgres, whether it shows how far it is.
Part = tuple[int, int, int, int, int, bool]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description="Compare all judges of filters.")
    parser.add_argument("--examples", type=int, default=100_000, help="pairs of a text and a profile")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--duckdb", type=int, default=0, metavar="M", help="compare so many of the pairs with DuckDB")
    parser.add_argument("--postgres", type=int, default=0, metavar="M", help="and with an embedded Postgres")
    parser.add_argument("--spark", type=int, default=0, metavar="M", help="and so many with a local Spark, afterwards")
    parser.add_argument("--jobs", type=int, default=1, help="processes; with seeds S, S + 1 and so on")
    parser.add_argument("--progress", action="store_true", help="show progress where stderr is no terminal")
    given = parser.parse_args(arguments)
    jobs = max(1, given.jobs)
    shown = given.progress or sys.stderr.isatty()
    parts: list[Part] = [
        (
            job,
            _share(given.examples, jobs, job),
            given.seed + job,
            _share(given.duckdb, jobs, job),
            _share(given.postgres, jobs, job),
            shown and job == 0,
        )
        for job in range(jobs)
    ]
    started = monotonic()
    if jobs == 1:
        results = [_run(parts[0])]
    else:
        with Pool(jobs) as pool:
            results = pool.map(_run, parts, chunksize=1)
    if shown:
        print(file=sys.stderr)
    total = Tally()
    for tally, _ in results:
        total.add(tally)
    print(_summary(total, monotonic() - started))
    reports = [report for _, report in results if report is not None]
    if reports:
        print(reports[0])
    elif given.spark:
        from tests.differential.on_spark import run

        started = monotonic()
        pairs, reports = run(given.spark, given.seed)
        print(f"{'spark':<14} {pairs:>14,} pairs in {monotonic() - started:.1f} s", *reports[:5], sep="\n")
    return 1 if reports else 0


def _share(count: int, jobs: int, job: int) -> int:
    return count // jobs + (job < count % jobs)


def _run(part: Part) -> tuple[Tally, str | None]:
    _, examples, seed, duckdb, postgres, shown = part
    sampled: dict[str, tuple[Judge, int]] = {}
    if duckdb:
        from tests.differential.duck import by_duckdb

        sampled["duckdb"] = (by_duckdb, duckdb)
    if postgres:
        from tests.differential.postgres import by_postgres, close

        sampled["postgres"] = (by_postgres, postgres)
    try:
        tally, found = compare(examples, seed, sampled=sampled, progress=_meter(examples) if shown else None)
        if found is None:
            return tally, None
        judges = {**JUDGES, **{name: judge for name, (judge, _) in sampled.items()}}
        return tally, report(shrunk(found, judges), seed)
    finally:
        if postgres:
            close()


def _meter(examples: int) -> Callable[[int], None]:
    started = monotonic()
    shown = 0.0

    def show(done: int) -> None:
        nonlocal shown
        now = monotonic()
        if now - shown >= 0.5:
            shown = now
            rate = done / max(now - started, 1e-9)
            print(f"\r{done:,} of {examples:,} pairs, {rate:,.0f} a second ", end="", file=sys.stderr, flush=True)

    return show


def _summary(tally: Tally, seconds: float) -> str:
    reference = tally.pairs["evaluator"]
    lines = [
        f"{tally.filters:,} filters, of which {tally.opposites:,} have an opposite, in {seconds:.1f} s",
        f"{'judge':<14} {'pairs':>14} {'pairs with not':>16}",
        *(f"{name:<14} {count:>14,} {tally.opposite_pairs[name]:>16,}" for name, count in tally.pairs.items()),
        f"{tally.selected:,} of {reference:,} selected, {tally.unreadable:,} unreadable",
    ]
    lines += [f"refused: {count:,} × {reason}" for reason, count in tally.refused.most_common(10)]
    return "\n".join(lines)


def report(found: Disagreement, seed: int) -> str:
    """All that is needed to see a disagreement again."""
    question = found.question
    lines = {
        "seed": seed,
        "text": question.text,
        "params": question.params,
        "settings": {"assume": dict(question.settings.assume), "time_zone": question.settings.time_zone},
        "now": question.now.isoformat(),
        "json": json.dumps(question.json, ensure_ascii=False),
        "not": json.dumps(question.opposite.json, ensure_ascii=False) if question.opposite else "refused",
        "profile": repr(found.person),
    }
    verdicts: dict[str, Any] = {f"  {name}": verdict for name, verdict in found.verdicts.items()}
    return "\n".join(["disagreement:", *(f"  {key}: {value}" for key, value in lines.items()), "verdicts:"]) + "".join(
        f"\n{name}: {verdict}" for name, verdict in verdicts.items()
    )


if __name__ == "__main__":
    sys.exit(main())
