"""Runs `audience` as a user does."""

import os
import subprocess
import sys
from typing import NamedTuple

__all__ = ["Done", "run"]


class Done(NamedTuple):
    status: int
    output: str
    errors: str


def run(*arguments: str) -> Done:
    environment = {name: value for name, value in os.environ.items() if name != "BRAZE_API_KEY"}
    done = subprocess.run(
        [sys.executable, "-m", "audience_dsl.cli", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**environment, "NO_COLOR": "1"},
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
