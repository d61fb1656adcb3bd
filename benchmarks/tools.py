"""A folder of audiences through each of the tools around the text, beside starting the interpreter.

    python -m benchmarks.tools --files 300

Every audience is JSON of the conformance cases, a third of them in a whole request body. Each tool is one process over
the whole folder, as a pipeline runs it; what is shown is the median of the rounds, and its ratio to `python -c pass`.
The last step compares the JSON that has come back with the one that went in.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from audience_dsl import Audience

CASES = Path(__file__).resolve().parents[1] / "tests" / "cases"
STEPS = {
    "decompile": ["decompile", "json", "--out-dir", "texts"],
    "fmt --check": ["fmt", "texts", "--check"],
    "check": ["check", "texts", "--fail-level", "error", "--findings-file", "findings.json"],
    "compile": ["compile", "texts", "--out-dir", "back"],
}


def objects() -> list[dict[str, Any]]:
    """The connected audience objects of the conformance cases."""
    return [
        json.loads(case["json"])
        for file in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
        if "json" in case and len(case["json"]) < 5_000
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "json").mkdir()
        found = random.Random(4).choices(objects(), k=given.files)
        for index, value in enumerate(found):
            body = {"campaign_id": "c", "broadcast": True, "audience": value} if index % 3 == 0 else value
            (root / "json" / f"{index:04}.json").write_text(json.dumps(body), encoding="utf-8")
        bare = median(run(root, [sys.executable, "-c", "pass"]) for _ in range(given.rounds))
        print(f"python -c pass   {bare:6.3f} s")
        for name, arguments in STEPS.items():
            command = [sys.executable, "-m", "audience_dsl.cli", *arguments]
            took = median(run(root, command) for _ in range(given.rounds))
            print(f"{name:16} {took:6.3f} s  {took / bare:5.1f} ×")
        for index, value in enumerate(found):
            back = json.loads((root / "back" / f"{index:04}.json").read_text(encoding="utf-8"))
            assert Audience.from_dict(back) == Audience.from_dict(value), index
        print(f"{given.files} files have come back as they were")


def run(root: Path, command: list[str]) -> float:
    started = perf_counter()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    took = perf_counter() - started
    assert done.returncode == 0, done.stdout + done.stderr
    return took


if __name__ == "__main__":
    main()
