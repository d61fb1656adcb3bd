"""The recipients of a run, read into a ledger, while whoever waits sees how far that is and what is set aside."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import RequestError
from .console import Console, ShareProgress
from .exits import FindingsError
from .set_aside import SetAside

if TYPE_CHECKING:
    from ..ledger.database import Database
    from ..runs import Run, Staged
    from .request_file import PreparedRequest

__all__ = ["StrictError", "staged"]


class StrictError(Exception):
    """Lines cannot be sent to, which have been shown, and with `--strict` that is the end."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} lines")


def staged(
    console: Console,
    database: "Database",
    path: Path,
    mapping: Mapping[str, str],
    prepared: "PreparedRequest",
    now: datetime,
    *,
    strict: bool,
    hashed: bool = False,
    rejects: Path | None = None,
    on_recipient: Callable[[Mapping[str, Any]], None] | None = None,
) -> "Run":
    """A run that can be delivered. Raises StrictError, FindingsError, and what `runs.prepare` raises."""
    from ..recipients import RecipientsFile
    from ..runs import prepare

    reading = ShareProgress(console, f"reading {path.name}")
    shown = SetAside(console, path.name)

    def on_progress(found: "Staged") -> None:
        reading.step(found.bytes_read / max(found.size, 1))

    try:
        return prepare(
            database,
            recipients=RecipientsFile(path, mapping=mapping or None, endpoint=prepared.endpoint),
            template=prepared.template,
            endpoint=prepared.endpoint,
            now=now,
            strict=strict,
            hashed=hashed,
            rejects=rejects,
            on_progress=on_progress,
            on_rejected=shown.take,
            on_recipient=on_recipient,
        )
    except RequestError as error:
        if shown.count:
            raise StrictError(shown.count) from None
        raise FindingsError(error.diagnostics) from None
    finally:
        reading.done()
        shown.done()
