"""Plant bugs and see whether the tests find them: `python -m tests.mutation [MODULE ...] [--sample N] [--names]`.

Works in a copy, never in the checkout. Exit 1 where a bug lives that `survivors.toml` has no word for, or a word is
left over.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutation.mutants import TARGETS, mutants

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "dist", "build", "*.pyc")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Plant bugs; see who finds them.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TARGETS)}; all of them if none")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="only every Nth mutant; tables as a whole")
    parser.add_argument("--only", default="", metavar="TEXT", help="only mutants with this in their names")
    parser.add_argument("--names", action="store_true", help="list the mutants and run none")
    given = parser.parse_args(arguments)
    for module in given.modules:
        if module not in TARGETS:
            parser.error(f"{module} is no target")
    if given.names:
        for path, found in mutants(ROOT / "audience_dsl").items():
            if not given.modules or path in given.modules:
                print(*(f"{each.line}: {each.name}" for each in found if given.only in each.name), sep="\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="audience-mutation-") as work:
        copy = Path(work) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        command = [sys.executable, "-B", "-m", "tests.mutation.running", str(given.sample), given.only, *given.modules]
        return subprocess.run(command, cwd=copy, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
