"""Where a text follows no grammar: what was expected, in words, and the mistake that people make there."""

from collections.abc import Callable
from typing import TypeAlias

from ...diagnostics import Diagnostic
from ..driver import Failure
from ..parsed import Parsed
from . import characters, comparisons, structure
from .context import Context

__all__ = ["explain"]

Rule: TypeAlias = Callable[[Context], Diagnostic | None]

# Tried in order. Each looks at the tokens around the failure; the last one always answers.
_RULES: tuple[Rule, ...] = (
    structure.empty,
    characters.foreign_character,
    comparisons.contraction,
    structure.type_of_parameter,
    structure.misspelt_keyword,
    structure.equals_of_definition,
    structure.definition_without_name,
    structure.missing_filter,
    structure.missing_before_definition,
    structure.parameter_name,
    structure.semicolon,
    characters.comment,
    characters.after_literal,
    comparisons.channel,
    structure.name_of_definition,
    characters.signs,
    comparisons.span_of_days,
    characters.date,
    comparisons.quantifier,
    comparisons.does,
    comparisons.list_of_values,
    comparisons.value,
    characters.unclosed,
    characters.other_letters,
    comparisons.comparison,
    comparisons.relative,
    structure.group,
    structure.call,
    structure.beside_definitions,
    structure.connective,
    structure.quoted_name,
    comparisons.bare_regex,
    structure.reserved_name,
    structure.anything,
)


def explain(parsed: Parsed, tokens: list[str], failure: Failure) -> Diagnostic:
    """The one diagnostic for the first place where the text follows no grammar."""
    context = Context(parsed, tokens, failure)
    return next(diagnostic for rule in _RULES if (diagnostic := rule(context)) is not None)
