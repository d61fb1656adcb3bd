"""The sender's tests with httpx2, httpx's continuation, in its place: `python -m tests.sender.with_httpx2`.

The day it is needed, one line of `audience_dsl/sender/http.py` changes. That nothing else would have to, is held here:
whoever imports httpx gets httpx2. More arguments go to pytest.
"""

import importlib
import sys

import pytest

TESTS = ("tests/sender", "tests/sandbox/test_transport.py")


def main() -> int:
    try:
        library = importlib.import_module("httpx2")
    except ImportError:
        print("httpx2 is not installed: .venv/bin/pip install -c constraints.txt httpx2", file=sys.stderr)
        return 2
    library.alias_httpx()
    # One process: others would have httpx. What httpx2 imports, such as anyio, is a plugin of pytest's as well.
    options = ["-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *TESTS, *sys.argv[1:]]))


if __name__ == "__main__":
    raise SystemExit(main())
