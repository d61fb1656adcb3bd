"""Where the findings of the checker go."""

from typing import Any

from ..diagnostics import Diagnostic
from .resolver import Unit

__all__ = ["Reporting"]


class Reporting:
    """The base of all that judges a program: `report` is the program's own list of findings."""

    __slots__ = ("report",)

    def __init__(self, report: list[Diagnostic]) -> None:
        self.report = report

    def error(self, unit: Unit, slug: str, message: str, node: Any, way_out: str | None = None, **more: Any) -> None:
        self.report.append(unit.diagnostic(slug, message, node, help=way_out, **more))
