"""Findings in every form that there is, by its name."""

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

from ..diagnostics import ERROR, Diagnostic
from .order import in_order

__all__ = ["FORMATS", "Format", "render_findings"]

Format: TypeAlias = Literal["text", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render_findings(
    form: Format,
    diagnostics: Iterable[Diagnostic],
    *,
    root: str = "",
    files: Iterable[str] = (),
    fail_level: str = ERROR,
    color: bool = False,
) -> str:
    """The findings as a whole document, which is one for none as well; of text only the gravest are listed.

    `root` is the absolute path of the directory that the names of files are relative to, `files` has those that were
    looked at, and `fail_level` is the least severity that fails a run: both are for forms that tell what passed.
    """
    # Each form is imported when it is asked for: a run has one of them.
    if form == "text":
        from .text import render

        return render(diagnostics, color=color)
    found = in_order(diagnostics)
    if form in ("json", "json-lines"):
        from .objects import document, json_lines

        return document(found, root) if form == "json" else json_lines(found, root)
    if form == "sarif":
        from .sarif import sarif

        return sarif(found, root)
    if form == "gitlab":
        from .gitlab import gitlab

        return gitlab(found, root)
    if form == "junit":
        from .junit import junit

        return junit(found, files, fail_level)
    from .lines import concise, github

    return github(found, root) if form == "github" else concise(found)
