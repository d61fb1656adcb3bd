"""Where the findings of a run go, and in which form: `--output-format` and `--findings-file`."""

import os
from collections.abc import Iterable
from pathlib import Path

from ..diagnostics import ERROR, Diagnostic, distinct
from ..report import Format, render_findings

__all__ = ["Findings"]


class Findings:
    """What a run found, until it is written as one document.

    In the form `text`, and without a file, they are for people and are shown as they are found. All others are
    documents: one is written where the run was done, also for no findings, and none where it broke off.
    """

    __slots__ = ("_found", "answers", "fail_level", "file", "form", "looked_at", "on_stdout")

    def __init__(self) -> None:
        self.form: Format = "text"
        self.file: Path | None = None
        # For commands with an answer that is JSON as well, and which may be all that was asked for.
        self.answers = False
        # For commands whose result is the findings. Of others stdout has the result, and stderr the findings.
        self.on_stdout = False
        # For forms that tell what passed: the names of the files, and the least severity that fails the run.
        self.looked_at: list[str] = []
        self.fail_level: str = ERROR
        self._found: list[Diagnostic] = []

    @property
    def are_a_document(self) -> bool:
        return self.form != "text" or self.file is not None

    @property
    def are_on_stdout(self) -> bool:
        return self.are_a_document and self.file is None and self.on_stdout

    @property
    def are_wanted(self) -> bool:
        """Whether the document is to be written: an empty one is not put beside an answer in JSON."""
        return bool(self._found) or self.file is not None or not (self.answers and self.form == "json")

    def add(self, found: Iterable[Diagnostic]) -> None:
        self._found += found

    def document(self) -> str:
        """Everything since the last document."""
        found, self._found = distinct(self._found), []
        try:
            root = os.getcwd()  # noqa: PTH109 - as a text, like the names of sources
        except OSError:
            root = ""
        return render_findings(self.form, found, root=root, files=self.looked_at, fail_level=self.fail_level)
