"""Findings as SARIF 2.1.0, which code scanning and editors read."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .. import __version__
from ..diagnostics import Diagnostic, Fix, Related
from ..source import Source, Span
from .as_json import as_json
from .explanations import Explanation, explanation, shortened
from .fingerprints import fingerprints
from .places import Region, path_of, uri_of

__all__ = ["sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
# In a message, `[words](target)` would be read as a link.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
# A longer marked text is left out: it stands in the file.
_SNIPPET_AT_MOST = 1_000


def sarif(diagnostics: Sequence[Diagnostic], root: str) -> str:
    """A log of one run. Files are named relative to `root`, and no path of this machine stands in it."""
    codes = {each.code.code: each.code for each in diagnostics}
    names = sorted(codes)
    known_by = fingerprints(diagnostics, root)
    run = {
        "tool": {
            "driver": {
                "name": "audience",
                "semanticVersion": __version__,
                "rules": [_rule(explanation(codes[name])) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the directory in which the command ran"}}},
        "results": [
            _result(each, names.index(each.code.code), known, root)
            for each, known in zip(diagnostics, known_by, strict=True)
        ],
    }
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(explained: Explanation) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": explained.code.code,
        "name": explained.code.slug,
        "shortDescription": {"text": explained.code.summary},
        "defaultConfiguration": {"level": explained.severity},
    }
    if explained.why:
        rule["fullDescription"] = {"text": explained.why}
        rule["help"] = {"text": "\n\n".join(_help(explained))}
    return rule


def _help(explained: Explanation) -> list[str]:
    parts = [explained.why]
    if explained.bad is not None:
        parts.append(f"For example:\n\n{shortened(explained.bad).rstrip()}")
    if explained.good is not None:
        parts.append(f"Write instead:\n\n{shortened(explained.good).rstrip()}")
    return parts


def _result(diagnostic: Diagnostic, rule: int, fingerprint: str, root: str) -> dict[str, Any]:
    words = diagnostic.message if diagnostic.help is None else f"{diagnostic.message}\nhelp: {diagnostic.help}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": _LINK.sub(r"\\[", words)},
        "partialFingerprints": {"finding/v1": fingerprint},
    }
    location: dict[str, Any] = {}
    if diagnostic.source is not None:
        location["physicalLocation"] = _physical(diagnostic.source, diagnostic.span, root)
    if diagnostic.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.pointer, "kind": "member"}]
    if location:
        result["locations"] = [location]
    if diagnostic.related:
        result["relatedLocations"] = [_related(each, number, root) for number, each in enumerate(diagnostic.related, 1)]
    if diagnostic.fix is not None and diagnostic.source is not None:
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.source, root)]
    return result


def _related(related: Related, number: int, root: str) -> dict[str, Any]:
    physical = _physical(related.source, related.span, root)
    return {"id": number, "physicalLocation": physical, "message": {"text": _LINK.sub(r"\\[", related.message)}}


def _physical(source: Source, span: Span | None, root: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(source, root)}
    if span is not None:
        physical["region"] = _region(Region(source, span))
        if 0 < span.end - span.start <= _SNIPPET_AT_MOST:
            physical["region"]["snippet"] = {"text": source.text[span.start : span.end]}
    return physical


def _artifact(source: Source, root: str) -> dict[str, Any]:
    return {"uri": uri_of(path_of(source.name, root)), "uriBaseId": _ROOT}


def _region(region: Region) -> dict[str, Any]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _fix(fix: Fix, source: Source, root: str) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(Region(source, span)), "insertedContent": {"text": text}}
        for span, text in _edits(fix)
    ]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": _artifact(source, root), "replacements": replacements}],
        "properties": {"safe": fix.safe},
    }


def _edits(fix: Fix) -> Iterable[tuple[Span, str]]:
    return sorted(fix.edits, key=lambda edit: edit[0].start)
