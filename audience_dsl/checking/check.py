"""One file, checked: by the compiler, by what its expressions become, by the required filters, and by the rules."""

from collections.abc import Iterable
from pathlib import Path

from ..api import analyse
from ..catalog import Catalog
from ..diagnostics import Diagnostic, distinct
from ..lint import File, apply_ignores, lint
from ..settings import Settings
from ..source import Source
from .lowered import lower_all
from .requirements import Required, check_required

__all__ = ["check_source"]


def check_source(
    source: Source,
    *,
    path: Path | None,
    base_path: Path | None,
    settings: Settings,
    catalog: Catalog | None = None,
    required: Iterable[Required] = (),
) -> list[Diagnostic]:
    """Everything that is found in a text, each thing once. Raises nothing over what it says."""
    analysis = analyse(source, path=path, base_path=base_path, settings=settings, catalog=catalog)
    filters, found = lower_all(analysis)
    found = [*analysis.diagnostics, *found, *(check_required(analysis, path, filters, required) if path else ())]
    found += lint(File(analysis.program, settings, catalog=catalog))
    return apply_ignores(distinct(found), analysis.program)
