"""Runs the tests against each mutant: the working directory is a copy of the checkout, and is written to.

Everything that does not depend on the package is imported once; each mutant has a forked process of its own.
"""

import contextlib
import os
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation.mutants import Mutant, mutants

# Imported before the fork, for speed: nothing of these is ever mutated.
for _module in (
    "lark",
    "regex",
    "hypothesis",
    "hypothesis.strategies",
    "_hypothesis_pytestplugin",
    "pcre2",
    "zoneinfo",
):
    with contextlib.suppress(ImportError):
        __import__(_module)

__all__ = ["main"]

# After the conformance cases, which are called without pytest since most mutants die of them.
SUITE = (
    "tests/test_settings.py",
    "tests/audience/test_emit.py",
    "tests/compiler/test_parameters.py",
    "tests/laws/test_emission.py::test_the_text_is_what_json_makes_of_the_object",
    "tests/laws/test_meaning.py",
)
# What takes longer hangs: one case, and the rest of the tests.
SECONDS_OF_A_CASE, SECONDS_OF_THE_REST = 5, 90
ALIVE, DEAD, FOREIGN, HUNG = 0, 1, 2, 3
# Never sampled: the complement rule and the assumptions.
WHOLE = ("MISSING", "COMPARISONS", "RELATIVE", "NO_VALUE", "_KEYS", "_OPPOSITE", "OPPOSITE", "_OTHER_SIDE", "_FUTURE")
WHOLE_MODULES = ("compiler/negation.py", "settings.py")


def main(sample: int, only: str, modules: list[str]) -> int:
    here = Path.cwd()
    assert here.name == "copy", "run me by `python -m tests.mutation`: I overwrite the files here"
    package = here / "audience_dsl"
    words = tomllib.loads((here / "tests/mutation/survivors.toml").read_text(encoding="utf-8"))
    known = {name: word for word, names in words.items() for name in names}
    if _verdict(here) != ALIVE:
        print("the tests fail without any mutant", file=sys.stderr)
        return 2
    started, hung = time.monotonic(), 0
    total, killed, alive = Counter[str](), Counter[str](), list[Mutant]()
    planted = mutants(package)
    stale = known.keys() - {each.name for found in planted.values() for each in found}
    for name in sorted(stale):
        print(f"  survivors.toml has a word for what is no mutant: {name}")
    for path, found in planted.items():
        if modules and path not in modules:
            continue
        original = (package / path).read_text(encoding="utf-8")
        chosen = [each for each in found if only in each.name]
        whole = path in WHOLE_MODULES
        chosen = [each for at, each in enumerate(chosen) if whole or each.where in WHOLE or at % sample == 0]
        for mutant in chosen:
            (package / path).write_text(mutant.source, encoding="utf-8")
            verdict = _verdict(here)
            (package / path).write_text(original, encoding="utf-8")
            if verdict == FOREIGN:
                print("the tests ran another package than the copy's", file=sys.stderr)
                return 2
            total[path] += 1
            if verdict != ALIVE:
                killed[path] += 1
                hung += verdict == HUNG
            else:
                alive.append(mutant)
                print(f"  {known.get(mutant.name, 'ALIVE')}: {mutant.name}  (line {mutant.line})", flush=True)
        print(f"{path}: {killed[path]} of {total[path]} found", flush=True)
    open_ones = [each for each in alive if each.name not in known]
    minutes = (time.monotonic() - started) / 60
    figure = f"{killed.total()} of {total.total()} found in {minutes:.0f} minutes, {hung} of them since they hang"
    print(f"{figure}; {len(open_ones)} live without a word")
    return 1 if open_ones or stale else 0


def _verdict(here: Path) -> int:
    """What becomes of the tests, in a process of their own that ends after its time."""
    child = os.fork()
    if child == 0:
        status = DEAD
        with contextlib.suppress(BaseException):
            status = _run(here)
        os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return HUNG if os.WTERMSIG(status) == signal.SIGALRM else DEAD
    return os.WEXITSTATUS(status)


def _run(here: Path) -> int:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    import audience_dsl

    if not Path(audience_dsl.__file__).is_relative_to(here):
        return FOREIGN
    from tests.compiler import test_cases

    with tempfile.TemporaryDirectory(dir=here.parent) as work:
        for number, each in enumerate(test_cases.ALL):
            (case,) = each.values
            assert isinstance(case, dict)
            root = Path(work) / str(number)
            signal.alarm(SECONDS_OF_A_CASE)
            test_cases.test_case(case, root)
            if any(key in case for key in test_cases.PROFILES):
                test_cases.test_profiles(case, root)
    signal.alarm(SECONDS_OF_THE_REST)
    plain = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    found = pytest.main([*plain, "--hypothesis-seed=0", *SUITE])
    return ALIVE if found == 0 else DEAD


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
