"""`audience preview` beside a query of the same filter that somebody wrote by hand for DuckDB.

    python -m benchmarks.preview --profiles 1000000

Each runs in a process of its own, in turn; what is shown is the median time, the most memory, and their ratios. The
hand-written query counts those who match. The preview counts these, every clause, who has a value at all, and which
lines are no profiles.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from .profiles import write_profiles

TEXT = (
    'eye_color == "blue" and (last_purchase_time less than 100 days ago or push is opted_in) '
    "and not (age > 50) and last_used_app after 2026-01-01T00:00:00Z"
)
_BY_HAND = """
import duckdb, json, resource, sys
found = duckdb.sql('''
    SELECT count(*) FROM read_json('$PATH', format = 'newline_delimited', columns = {
        custom_attributes: 'STRUCT(eye_color VARCHAR, last_purchase_time VARCHAR, age DOUBLE)',
        push_subscribe: 'VARCHAR', apps: 'STRUCT(last_used VARCHAR)[]'})
    WHERE custom_attributes.eye_color = 'blue'
        AND (custom_attributes.last_purchase_time::TIMESTAMP BETWEEN TIMESTAMP '2026-11-01' - INTERVAL 100 DAY
            AND TIMESTAMP '2026-11-01' OR push_subscribe = 'opted_in')
        AND (custom_attributes.age <= 50 OR custom_attributes.age IS NULL)
        AND list_max(list_transform(apps, LAMBDA app : app.last_used::TIMESTAMP)) >= TIMESTAMP '2026-01-01'
'''.replace("$PATH", sys.argv[1])).fetchall()[0]
print(json.dumps([found[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
_OURS = f"""
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
import audience_dsl
from audience_dsl.preview import preview
audience = audience_dsl.compile({TEXT!r})
found = preview(audience.filter, Path(sys.argv[1]), now=datetime(2026, 11, 1, tzinfo=UTC), engine=sys.argv[2])
print(json.dumps([found.matched, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
_RUNS = {
    "by hand": [_BY_HAND],
    "preview": [_OURS, "duckdb"],
    "preview, Python": [_OURS, "python"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in _RUNS}
    memory: dict[str, int] = dict.fromkeys(_RUNS, 0)
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "profiles.jsonl")
        write_profiles(path, given.profiles)
        for number in range(given.rounds):
            for name, (code, *rest) in _RUNS.items():
                if name.endswith("Python") and number:
                    continue
                seconds, counts[name], most = _timed([sys.executable, "-c", code, str(path), *rest])
                times[name].append(seconds)
                memory[name] = max(memory[name], most)
    assert len(set(counts.values())) == 1, counts
    hand = median(times["by hand"])
    print(f"{given.profiles:,} profiles, of which {counts['preview']:,} match")
    for name in _RUNS:
        seconds = median(times[name])
        print(
            f"{name:<16} {seconds:6.2f} s  {seconds / hand:5.1f} × by hand   {memory[name] / 1024:6.0f} MiB  "
            f"{memory[name] / memory['by hand']:4.1f} ×"
        )


def _timed(command: list[str]) -> tuple[float, int, int]:
    from time import perf_counter

    started = perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    seconds = perf_counter() - started
    count, most = json.loads(done.stdout)
    return seconds, count, most


if __name__ == "__main__":
    main()
