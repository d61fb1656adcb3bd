"""Findings as a Code Quality report of GitLab, which compares two of them by their fingerprints."""

from collections.abc import Sequence
from typing import Any

from ..diagnostics import ERROR, NOTE, WARNING, Diagnostic
from .as_json import as_json
from .fingerprints import fingerprints
from .places import Region, path_of

__all__ = ["gitlab"]

_SEVERITIES = {ERROR: "major", WARNING: "minor", NOTE: "info"}


def gitlab(diagnostics: Sequence[Diagnostic], root: str) -> str:
    known_by = fingerprints(diagnostics, root)
    found = [_issue(each, known, root) for each, known in zip(diagnostics, known_by, strict=True)]
    return as_json(found) + "\n"


def _issue(diagnostic: Diagnostic, fingerprint: str, root: str) -> dict[str, Any]:
    words = diagnostic.message if not diagnostic.pointer else f"{diagnostic.pointer}: {diagnostic.message}"
    return {
        "check_name": f"{diagnostic.code.code} {diagnostic.code.slug}",
        "description": words if diagnostic.help is None else f"{words} (help: {diagnostic.help})",
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": fingerprint,
        "location": _location(diagnostic, root),
    }


def _location(diagnostic: Diagnostic, root: str) -> dict[str, Any]:
    if diagnostic.source is None:
        # GitLab takes no finding without a file and a line.
        return {"path": ".", "lines": {"begin": 1, "end": 1}}
    path = path_of(diagnostic.source.name, root)
    if diagnostic.span is None:
        return {"path": path, "lines": {"begin": 1, "end": 1}}
    region = Region(diagnostic.source, diagnostic.span)
    return {"path": path, "lines": {"begin": region.line, "end": region.end_line}}
