"""A file of bytes as lines, none of them longer in memory than a record may be."""

import io
from collections.abc import Iterator
from typing import Final, Protocol, TypeAlias

__all__ = ["RECORD_AT_MOST", "UTF_8_WAY", "Digest", "Line", "opened", "read_lines"]

# The longest record that is read, in bytes, with its line end. A recipient may have 50,000 bytes of properties, and all
# of them together fit in a body of 4,000,000.
RECORD_AT_MOST: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"
UTF_8_WAY: Final = "save the file as UTF-8, which Excel calls `CSV UTF-8`"
_BLOCK: Final = 1 << 18

# A line by its offset and length in the file, and its bytes with the line end; without any where it is too long.
Line: TypeAlias = tuple[int, int, bytes]


class Digest(Protocol):
    """A hash of `hashlib`."""

    def update(self, data: bytes, /) -> object: ...


def opened(file: io.FileIO, digest: Digest | None) -> io.BufferedReader:
    """The file, which was opened without a buffer, with one; every byte that is read is fed to the digest."""
    return io.BufferedReader(file if digest is None else _Digested(file, digest), _BLOCK)


def read_lines(file: io.BufferedReader) -> Iterator[Line]:
    """The lines of a file. A line ends at LF; a mark of UTF-8 at the beginning belongs to none."""
    offset = 0
    if file.peek(len(_BOM)).startswith(_BOM):
        offset = len(file.read(len(_BOM)))
    while raw := file.readline(RECORD_AT_MOST + 1):
        length = len(raw)
        if length > RECORD_AT_MOST:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(_BLOCK)
                length += len(raw)
            raw = b""
        yield offset, length, raw
        offset += length


class _Digested(io.RawIOBase):
    def __init__(self, file: io.FileIO, digest: Digest) -> None:
        self._file = file
        self._digest = digest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._digest.update(data)
        buffer[: len(data)] = data
        return len(data)
