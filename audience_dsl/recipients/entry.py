"""One record of a file: where it stands, and the recipient in it or what is wrong with it."""

from typing import Any

from ..diagnostics import Diagnostic

__all__ = ["Entry"]


class Entry:
    """A record, by its first line (from 1) and by the bytes of the file that it takes, line end included.

    `recipient` and its `identity` are None where one of the `findings` is an error. `raw` is the record as it stands in
    the file; it is empty where the record is longer than `RECORD_AT_MOST`, which is not held.
    """

    __slots__ = ("findings", "identity", "length", "line", "offset", "raw", "recipient")

    def __init__(
        self,
        line: int,
        offset: int,
        length: int,
        recipient: dict[str, Any] | None,
        identity: str | None,
        findings: list[Diagnostic],
        raw: bytes,
    ) -> None:
        self.line = line
        self.offset = offset
        self.length = length
        self.recipient = recipient
        self.identity = identity
        self.findings = findings
        self.raw = raw

    def __repr__(self) -> str:
        # Who it is stays out of logs.
        state = "a recipient" if self.recipient is not None else f"{len(self.findings)} findings"
        return f"<Entry line {self.line}, {self.length:,} bytes: {state}>"
