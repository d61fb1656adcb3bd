"""A lint rule: everything that its page, its test, its metadata and its findings are made from."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from ..catalog import CatalogAttribute
from ..diagnostics import CODES, WARNING, Code, Diagnostic, Fix, Related
from .file import File

__all__ = ["Rule"]


class Rule:
    """One rule. `check` finds it in a file; None where the compiler itself reports it.

    `why` is the reason in a few sentences. `bad` is a text that triggers this rule and no other, `good` one that says
    what was meant; where there is a `fix`, it turns the one into the other: a `safe` one keeps the meaning, an `unsafe`
    one may change who is selected. `catalog` is the catalogue that the two texts need, where they need one.
    """

    __slots__ = ("bad", "catalog", "check", "code", "fix", "good", "severity", "why")

    def __init__(
        self,
        slug: str,
        *,
        why: str,
        bad: str,
        good: str,
        check: Callable[[File], Iterable[Diagnostic]] | None,
        severity: str = WARNING,
        fix: Literal["safe", "unsafe"] | None = None,
        catalog: tuple[CatalogAttribute, ...] = (),
    ) -> None:
        self.code: Code = CODES[slug]
        self.why = why
        self.bad = bad
        self.good = good
        self.check = check
        self.severity = severity
        self.fix = fix
        self.catalog = catalog

    def __repr__(self) -> str:
        return f"Rule({self.code.code} {self.code.slug})"

    def finding(
        self,
        file: File,
        message: str,
        node: Any,
        *,
        help: str | None = None,
        fix: Fix | None = None,
        related: Iterable[Related] = (),
    ) -> Diagnostic:
        """A finding of this rule at a node of the file's tree."""
        return file.unit.diagnostic(
            self.code.slug, message, node, help=help, fix=fix, related=related, severity=self.severity
        )
