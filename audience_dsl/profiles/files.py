"""Files of profiles, read one profile after another, however large they are.

    JSON Lines   `.jsonl`, `.ndjson`, `.json`; a `.json` may also hold one array, or an answer of `/users/export/ids`
    CSV          `.csv`; the first line names the columns
    Parquet      `.parquet`, with the extra `preview`
    compressed   each of the first two with `.gz` behind; `.zip` and a bare `.gz`, as `/users/export/segment` gives them
    a directory  every such file below it, sorted by path

What is wrong with one profile is an `Unreadable` in its place, and the reading goes on. A file that is not there,
damaged, or of another format is a ConfigurationError: half a file must not pass for a whole one.
"""

import gzip
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeAlias

from ..diagnostics import CODES, ConfigurationError, Diagnostic, nearest_file, quoted, visible
from ..source import Source
from .formats import Fault, Readable, read_csv, read_json_document, read_json_lines
from .profile import Profile

__all__ = ["ENDINGS", "ProfileFiles", "Unreadable", "read_profiles"]

ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".parquet", ".zip", ".gz")

_READERS = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_document,
    ".csv": read_csv,
}


class Unreadable:
    """A profile that cannot be read: its file, the line (in Parquet the row) from 1, what is wrong, the way out."""

    __slots__ = ("file", "help", "line", "message")

    def __init__(self, file: str, line: int, message: str, help: str | None = None) -> None:
        self.file = file
        self.line = line
        self.message = message
        self.help = help

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def diagnostic(self) -> Diagnostic:
        return Diagnostic(
            CODES["profile-unreadable"], self.message, source=Source("", visible(self.place)), help=self.help
        )

    def __repr__(self) -> str:
        return f"Unreadable({self.place}: {self.message})"


Read: TypeAlias = Profile | Unreadable


def read_profiles(path: Path) -> Iterator[Read]:
    """The profiles of a file, or of all files below a directory. Raises ConfigurationError; see above."""
    return iter(ProfileFiles(path))


class ProfileFiles:
    """As `read_profiles`, and tells how far it is: `bytes_read` of `total_bytes`, as they lie on the disk.

    Raises ConfigurationError at once where there is no such file, or none of these formats.
    """

    def __init__(self, path: Path) -> None:
        self.files = _files(path)
        self.total_bytes = sum(size for _, size in self.files)
        self._done = 0
        self._open: IO[bytes] | None = None

    @property
    def bytes_read(self) -> int:
        return self._done + (0 if self._open is None else self._open.tell())

    def __iter__(self) -> Iterator[Read]:
        self._done = 0
        for path, size in self.files:
            try:
                yield from _parquet(path) if path.suffix.lower() == ".parquet" else self._file(path)
            except _DamageError as error:
                raise _fault(f"{quoted(str(path))} is damaged: {error}", "get the file again") from None
            except OSError as error:
                raise _fault(f"{quoted(str(path))} cannot be read: {error.strerror or error}") from None
            self._done += size

    def _file(self, path: Path) -> Iterator[Read]:
        with path.open("rb") as file:
            self._open = file
            try:
                if path.suffix.lower() == ".zip":
                    yield from _members(path, file)
                else:
                    yield from _decompressed(str(path), path.name, file)
            finally:
                self._open = None


class _DamageError(Exception):
    """An archive that is cut or damaged, or uses what Python cannot undo."""


@contextmanager
def _unpacking() -> Iterator[None]:
    """Around what reads an archive: over one that is damaged, the readers of Python raise all kinds of things."""
    try:
        yield
    except EOFError:
        raise _DamageError("it ends too early") from None
    except Exception as error:
        text = str(error) or type(error).__name__
        raise _DamageError(text[:1].lower() + text[1:].removesuffix(".")) from None


class _Unpacked:
    """A file in an archive."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        with _unpacking():
            return self._file.read(size)


def _members(path: Path, file: IO[bytes]) -> Iterator[Read]:
    with _unpacking():
        archive = zipfile.ZipFile(file)
    for member in archive.infolist():
        parts = member.filename.split("/")
        # A Mac packs files of its own beside those that it was given.
        if not parts[-1] or any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        if member.flag_bits & 1:
            raise _fault(f"{quoted(str(path))} is encrypted", "unpack it, and give the directory")
        with _unpacking():
            inside = archive.open(member)
        yield from _decompressed(f"{path}/{member.filename}", parts[-1], _Unpacked(inside))


def _decompressed(shown: str, name: str, file: Readable) -> Iterator[Read]:
    path = Path(name.lower())
    if path.suffix == ".gz":
        with _unpacking():
            inside = gzip.GzipFile(fileobj=file)  # type: ignore[call-overload]
        yield from _formatted(shown, Path(path.stem).suffix, _Unpacked(inside))
    else:
        yield from _formatted(shown, path.suffix, file)


def _formatted(shown: str, ending: str, file: Readable) -> Iterator[Read]:
    # Braze's own archives hold JSON Lines under names that say nothing.
    for found in _READERS.get(ending, read_json_lines)(file):
        yield Unreadable(shown, found.line, found.message, found.help) if isinstance(found, Fault) else found


def _parquet(path: Path) -> Iterator[Read]:
    from .parquet import read_parquet

    for found in read_parquet(path):
        yield Unreadable(str(path), found.line, found.message, found.help) if isinstance(found, Fault) else found


# --- Which files ---


def _files(path: Path) -> list[tuple[Path, int]]:
    """The files with their sizes."""
    try:
        if path.is_dir():
            found = sorted(_below(path))
            if not found:
                raise _fault(f"there is no file of profiles below {quoted(str(path))}", _endings())
        else:
            found = [path]
            path.stat()
            if _ending(path) is None:
                raise _fault(f"the ending of {quoted(path.name)} names no format of profiles", _endings())
        return [(each, each.stat().st_size) for each in found]
    except FileNotFoundError:
        raise _fault(f"there is no file {quoted(str(path))}", _similar(path)) from None
    except OSError as error:
        raise _fault(f"{quoted(str(path))} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise _fault(f"{quoted(str(path))} is no path of a file") from None


def _below(directory: Path) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        raise error

    for parent, directories, files in os.walk(directory, onerror=failed):
        directories[:] = [name for name in directories if not name.startswith(".")]
        for name in files:
            path = Path(parent, name)
            # A pipe would be waited for.
            if not name.startswith(".") and _ending(path) is not None and (path.is_file() or not path.exists()):
                yield path


def _ending(path: Path) -> str | None:
    """The ending that tells the format, or None. Of `x.csv.gz` that is `.csv`, and of a bare `x.gz` it is `.gz`."""
    ending = path.suffix.lower()
    if ending == ".gz":
        inner = Path(path.stem).suffix.lower()
        # A bare name may well have dots in it, but an archive in an archive is not read.
        return None if inner in (".parquet", ".zip", ".tar", ".gz") else inner if inner in _READERS else ending
    return ending if ending in ENDINGS else None


def _similar(path: Path) -> str | None:
    close = nearest_file(path)
    return f"did you mean `{close}`?" if close else None


def _endings() -> str:
    return f"the endings are {', '.join(ENDINGS[:-1])}, and .gz behind those of text"


def _fault(message: str, help: str | None = None) -> ConfigurationError:
    return ConfigurationError(CODES["unreadable"], visible(message), help=None if help is None else visible(help))
