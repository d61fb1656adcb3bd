"""The file of lines that were set aside, in the form of the input: it can be mended, and sent by another run."""

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO

from ..diagnostics import CODES, ConfigurationError, quoted

__all__ = ["RejectsFile"]


class RejectsFile:
    """Written beside its place, and put there whole at the end; only where there is a line. Without a path, nothing."""

    def __init__(self, path: Path | None, header: bytes) -> None:
        self._path = path
        self._header = header
        self._file: IO[bytes] | None = None

    def add(self, record: Iterable[bytes]) -> None:
        """A record as it stands in the file, in pieces of any size."""
        if self._path is None:
            return
        try:
            if self._file is None:
                self._file = open(_part(self._path), "wb", opener=_for_this_user)  # noqa: SIM115 - see `__exit__`
                _write_line(self._file, [self._header])
            _write_line(self._file, record)
        except OSError as error:
            raise _fault(self._path, error) from None

    def __enter__(self) -> "RejectsFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is None or self._path is None:
            return
        try:
            self._file.close()
            if kind is None:
                _part(self._path).replace(self._path)
            else:
                _part(self._path).unlink(missing_ok=True)
        except OSError as fault:
            if kind is None:
                raise _fault(self._path, fault) from None


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write_line(file: IO[bytes], pieces: Iterable[bytes]) -> None:
    """A line with its end, which the last one of a file may lack; nothing where there is nothing."""
    last = b"\n"
    for piece in pieces:
        file.write(piece)
        last = piece[-1:] or last
    if last not in (b"\n", b"\r"):
        file.write(b"\n")


def _fault(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        CODES["unreadable"],
        f"the lines that are set aside cannot be written to {quoted(str(path))}: {error.strerror}",
        help="name another file for them",
    )


def _for_this_user(path: str, flags: int) -> int:
    """Recipients are nobody else's business."""
    return os.open(path, flags, 0o600)
