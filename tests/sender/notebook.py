"""A ledger in memory, that says what was asked of it and when: for the order of things, and for what goes wrong."""

import threading
from datetime import datetime

from audience_dsl.diagnostics import CODES, LedgerError
from audience_dsl.sender import Receipt, Request

__all__ = ["Notebook", "Page"]


class Page:
    """A claim."""

    def __init__(self, book: "Notebook") -> None:
        self.book = book
        self.receipt: Receipt | None = None

    def settle(self, receipt: Receipt, /) -> None:
        self.book.log.append(f"settle {receipt.outcome}")
        self.book.fail("settle")
        self.receipt = receipt


class Notebook:
    """`log` has every call in order, `pages` every claim. `failing` names the method that raises.

    It raises LedgerError; or an OSError, as a ledger of one's own may, where `is_ours` is False.
    """

    def __init__(
        self,
        *,
        failing: str = "",
        is_ours: bool = True,
        knows: Receipt | None = None,
        knows_later: Receipt | None = None,
    ) -> None:
        self.log: list[str] = []
        self.pages: list[Page] = []
        self.threads: set[int] = set()
        self.failing = failing
        self.is_ours = is_ours
        self.knows = knows
        self.knows_later = knows_later

    def fail(self, method: str) -> None:
        self.threads.add(threading.get_ident())
        if self.failing == method:
            raise LedgerError(CODES["ledger-file"], f"no {method}") if self.is_ours else OSError(f"no {method}")

    def known(self, request: Request, /, *, key: str | None, repeat: bool) -> Receipt | None:
        self.log.append(f"known {key}")
        self.fail("known")
        return self.knows

    def claim(self, request: Request, /, *, key: str | None, at: datetime, repeat: bool) -> Page | Receipt:
        self.log.append(f"claim {key}{' repeat' if repeat else ''}")
        self.fail("claim")
        if self.knows_later is not None:
            return self.knows_later
        page = Page(self)
        self.pages.append(page)
        return page
