"""Recipients from files: read and checked one by one, beside `csv` and `json.loads` alone over the same bytes.

python -m benchmarks.recipients [--count 200000]
"""

import argparse
import csv
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND
from audience_dsl.recipients import RecipientsFile


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipients", description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    count = parser.parse_args().count
    with TemporaryDirectory() as here:
        for path, bare in ((Path(here, "p.csv"), _bare_csv), (Path(here, "p.jsonl"), _bare_json)):
            _write(path, count)
            alone = _seconds(bare, path)
            checked = _seconds(_checked, path)
            again = _seconds(_again, path)
            print(
                f"{path.suffix}: {count / checked:,.0f} checked a second, {checked / alone:.1f} times what reading "
                f"alone takes; {again * 1e6 / _AGAIN:.0f} µs for one again; "
                f"{_peak(path) / 1024**2:.1f} MiB at most, of a file of {path.stat().st_size / 1024**2:.1f} MiB"
            )


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            file.write("external_user_id,trigger_properties.name,trigger_properties.city,attributes.plan\n")
        for number in range(count):
            if path.suffix == ".csv":
                file.write(f'user-{number},"Lan, {number}",Huế,gold\n')
            else:
                properties = {"name": f"Lan, {number}", "city": "Huế"}
                recipient = {"external_user_id": f"user-{number}", "trigger_properties": properties}
                file.write(json.dumps({**recipient, "attributes": {"plan": "gold"}}) + "\n")


def _seconds(read: Callable[[Path], object], path: Path) -> float:
    started = perf_counter()
    read(path)
    return perf_counter() - started


def _exhaust(found: Iterable[object]) -> int:
    return sum(1 for _ in found)


def _bare_csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        _exhaust(csv.DictReader(file))


def _bare_json(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        _exhaust(map(json.loads, file))


def _checked(path: Path) -> None:
    _exhaust(RecipientsFile(path, endpoint=CAMPAIGN_TRIGGER_SEND).entries(hashlib.sha256()))


_AGAIN = 10_000


def _again(path: Path) -> None:
    file = RecipientsFile(path, endpoint=CAMPAIGN_TRIGGER_SEND)
    entry = next(file.entries())
    for _ in range(_AGAIN):
        file.at(entry.offset, entry.length)


def _peak(path: Path) -> int:
    tracemalloc.start()
    _checked(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


if __name__ == "__main__":
    main()
