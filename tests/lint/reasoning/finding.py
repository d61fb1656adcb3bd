"""What the reasoning rules find in a text."""

from audience_dsl import Settings
from audience_dsl.api import analyse
from audience_dsl.catalog import Catalog
from audience_dsl.diagnostics import Diagnostic
from audience_dsl.lint import File
from audience_dsl.lint.reasoning.rules import REASONING_RULES
from audience_dsl.source import Source

__all__ = ["findings", "found"]


def findings(text: str, settings: Settings | None = None, catalog: Catalog | None = None) -> list[Diagnostic]:
    settings = settings or Settings()
    analysis = analyse(Source(text, "x"), settings=settings, catalog=catalog)
    file = File(analysis.program, settings, catalog=catalog)
    return [finding for rule in REASONING_RULES if rule.check is not None for finding in rule.check(file)]


def found(text: str, settings: Settings | None = None, catalog: Catalog | None = None) -> list[str]:
    """Slugs, each with the clause that it shows at."""
    return [
        f"{each.code.slug}: {text[each.span.start : each.span.end]}"
        for each in findings(text, settings, catalog)
        if each.span is not None
    ]
