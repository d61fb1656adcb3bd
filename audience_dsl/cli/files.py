"""Files that a command reads: by path or from stdin, always as UTF-8, and the project that they belong to."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ..diagnostics import CODES, Diagnostic, nearest_file
from ..source import Source, Span
from .exits import FindingsError, UsageFault

__all__ = [
    "STDIN",
    "ReadError",
    "open_argument",
    "project_root",
    "read_source",
    "read_stdin",
    "shown_path",
    "walk",
    "without_bom",
]

# As an argument, and as the name that diagnostics use.
STDIN = "-"
_STDIN_NAME = "<stdin>"
_ROOT_MARKS = ("pyproject.toml", "audience.toml", ".git")
# Four bytes for each of the 16 Mi characters that an audience may have. A device or pipe is read no further.
_BYTES_AT_MOST = 64 * 1024 * 1024
_BOM = "\ufeff"


class ReadError(Exception):
    """A file cannot be read. `missing` says that there is none by that path, or a directory in its place."""

    def __init__(self, finding: Diagnostic, *, missing: bool = False) -> None:
        self.finding = finding
        self.missing = missing
        super().__init__(finding.message)


def shown_path(path: Path) -> str:
    """The path as diagnostics name it: from the working directory, where it lies below that."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return str(path) if relative.startswith("..") else relative


def read_source(path: Path) -> Source:
    """The text of a file. Raises ReadError."""
    name = shown_path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(_BYTES_AT_MOST + 1)
    except IsADirectoryError:
        raise _unreadable(name, f"`{name}` is a directory, and a file is needed", missing=True) from None
    except FileNotFoundError:
        raise _unreadable(name, f"there is no file `{name}`", _similar(path), missing=True) from None
    except OSError as error:
        raise _unreadable(name, f"the file cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise _unreadable(name, f"`{name}` is no path of a file", missing=True) from None
    return _decoded(raw, name)


def read_stdin(name: str | None = None) -> Source:
    """The text on stdin, under the name that diagnostics are to use. Raises ReadError."""
    name = name or _STDIN_NAME
    if sys.stdin is None:
        raise _unreadable(name, "stdin is closed", missing=True)
    try:
        raw = sys.stdin.buffer.read(_BYTES_AT_MOST + 1)
    except OSError as error:
        raise _unreadable(name, f"stdin cannot be read: {error.strerror or error}") from None
    return _decoded(raw, name)


def open_argument(argument: str, *, stdin_name: str | None = None) -> Source:
    """The text of a file that the command line names, or of stdin.

    Raises UsageFault where there is no such file, FindingsError where it cannot be read.
    """
    try:
        return read_stdin(stdin_name) if argument == STDIN else read_source(Path(argument))
    except ReadError as error:
        if error.missing:
            raise UsageFault(error.finding.message, error.finding.help) from None
        raise FindingsError([error.finding]) from None


def without_bom(source: Source) -> Source:
    """For formats of other programs, some of which write a byte order mark."""
    return Source(source.text[1:], source.name) if source.text.startswith(_BOM) else source


def project_root(path: Path) -> Path:
    """The root of the project that a file belongs to: beyond it no `use` reads. Its own directory, where none is."""
    directory = Path(os.path.realpath(path)).parent
    for each in (directory, *directory.parents):
        if any((each / mark).exists() for mark in _ROOT_MARKS):
            return each
    return directory


def walk(directory: Path, suffix: str = ".audience") -> Iterator[Path]:
    """Every file with this ending below a directory, by path. Hidden directories and links to others are left out."""

    def failed(error: OSError) -> None:
        name = shown_path(Path(error.filename))
        raise FindingsError([_unreadable(name, f"the directory cannot be read: {error.strerror}").finding])

    found: list[Path] = []
    for parent, directories, files in os.walk(directory, onerror=failed):
        directories[:] = [name for name in directories if not name.startswith(".")]
        found += [Path(parent, name) for name in files if name.endswith(suffix)]
    yield from sorted(found)


def _decoded(raw: bytes, name: str) -> Source:
    if len(raw) > _BYTES_AT_MOST:
        raise _unreadable(name, f"it is larger than {_BYTES_AT_MOST // 1024**2} MiB")
    try:
        return Source(raw.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        offset = len(raw[: error.start].decode("utf-8"))
        finding = Diagnostic(
            CODES["unreadable"],
            f"the byte {raw[error.start]:#04x} here is not UTF-8",
            source=Source(raw.decode("utf-8", "replace"), name),
            span=Span(offset, offset + 1),
            help="save the file as UTF-8",
        )
        raise ReadError(finding) from None


def _unreadable(name: str, message: str, help: str | None = None, *, missing: bool = False) -> ReadError:
    return ReadError(Diagnostic(CODES["unreadable"], message, source=Source("", name), help=help), missing=missing)


def _similar(path: Path) -> str | None:
    close = nearest_file(path)
    return f"did you mean `{shown_path(close)}`?" if close else None
