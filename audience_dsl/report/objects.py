"""Findings as JSON: one document, or an object a line. `schemas/findings.schema.json` describes both."""

from collections.abc import Sequence
from typing import Any

from ..diagnostics import Diagnostic
from ..source import Source, Span
from .as_json import as_json
from .fingerprints import fingerprints
from .order import SEVERITIES
from .places import Region

__all__ = ["VERSION", "document", "json_lines", "objects"]

# Of the document's form. A new member does not raise it; one that goes, or means something else, does.
VERSION = 1


def document(diagnostics: Sequence[Diagnostic], root: str) -> str:
    counts = {severity: sum(each.severity == severity for each in diagnostics) for severity in SEVERITIES}
    return as_json({"version": VERSION, "summary": counts, "findings": objects(diagnostics, root)}) + "\n"


def json_lines(diagnostics: Sequence[Diagnostic], root: str) -> str:
    return "".join(f"{as_json(each, indent=None)}\n" for each in objects(diagnostics, root))


def objects(diagnostics: Sequence[Diagnostic], root: str) -> list[dict[str, Any]]:
    """Each finding as an object, with every member that there is."""
    known_by = fingerprints(diagnostics, root)
    return [_object(each, known) for each, known in zip(diagnostics, known_by, strict=True)]


def _object(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    source, span, fix = diagnostic.source, diagnostic.span, diagnostic.fix
    return {
        "code": diagnostic.code.code,
        "name": diagnostic.code.slug,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "file": None if source is None else source.name,
        "range": _range(source, span),
        "pointer": diagnostic.pointer,
        "related": [
            {"file": each.source.name, "range": _range(each.source, each.span), "message": each.message}
            for each in diagnostic.related
        ],
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [{"range": _range(source, at), "replacement": text} for at, text in fix.edits],
        },
        "fingerprint": fingerprint,
    }


def _range(source: Source | None, span: Span | None) -> dict[str, Any] | None:
    if source is None or span is None:
        return None
    region = Region(source, span)
    return {
        "start": {"line": region.line, "column": region.column, "offset": span.start},
        "end": {"line": region.end_line, "column": region.end_column, "offset": span.end},
    }
