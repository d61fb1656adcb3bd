"""Where a recipient stands in the file, and how it is named in the ledger."""

from typing import Final

from ..ledger.identifiers import hashed

__all__ = ["SALT_SIZE", "Place", "kept_identity"]

SALT_SIZE: Final = 32


class Place:
    """The record of one recipient: its line, its bytes in the file, and its identity, hashed where that was asked."""

    __slots__ = ("identity", "length", "line", "offset")

    def __init__(self, line: int, offset: int, length: int, identity: str) -> None:
        self.line = line
        self.offset = offset
        self.length = length
        self.identity = identity


def kept_identity(identity: str, salt: bytes | None) -> str:
    """The identity as the ledger keeps it: itself, or with a salt its keyed hash."""
    return identity if salt is None else hashed(identity, salt)
