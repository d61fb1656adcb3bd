"""The command line, run inside this process."""

import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from audience_dsl.cli import main

__all__ = ["Done", "files", "run"]

# What a developer's own environment must not decide.
_OURS = ("BRAZE_API_KEY", "NO_COLOR", "FORCE_COLOR", "AUDIENCE_DEBUG", "_AUDIENCE_COMPLETE")


class Done(NamedTuple):
    code: int
    out: str
    err: str


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run(
    *arguments: object, stdin: str | bytes = b"", env: Mapping[str, str] | None = None, terminal: bool = False
) -> Done:
    """Run `audience` with these arguments; with `terminal`, stdin and stderr are one."""
    kind = _Terminal if terminal else io.TextIOWrapper
    raw = stdin.encode() if isinstance(stdin, str) else stdin
    in_, out, err = (
        kind(io.BytesIO(raw), encoding="ascii"),
        io.TextIOWrapper(io.BytesIO(), encoding="ascii"),
        kind(io.BytesIO(), encoding="ascii"),
    )
    inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
    with (
        mock.patch.multiple(sys, stdin=in_, stdout=out, stderr=err),
        mock.patch.dict(os.environ, {**inherited, **(env or {})}, clear=True),
    ):
        code = main([str(argument) for argument in arguments])
    return Done(code, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))  # type: ignore[attr-defined]


def files(root: Path, texts: Mapping[str, str | bytes]) -> None:
    """Write these files below a directory."""
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
