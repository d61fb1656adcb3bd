"""A lint rule: everything that its page, its test, its metadata and its findings are made from."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from ..catalog import CatalogAttribute
from ..diagnostics import CODES, WARNING, Code, Diagnostic, Fix, Related
from ..source import Span
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
        span: Span | None = None,
    ) -> Diagnostic:
        """A finding of this rule at a node of the file's tree, or at a `span` within it.

        A `fix` that would take a comment away is left out: what stands there was not meant for tools.
        """
        if fix is not None and any(file.has_comment_in(edit) for edit, _ in fix.edits):
            fix = None
        return Diagnostic(
            self.code,
            message,
            source=file.unit.parsed.source,
            span=span or file.unit.parsed.span(node),
            help=help,
            fix=fix,
            related=tuple(related),
            severity=self.severity,
        )
