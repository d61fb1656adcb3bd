"""Which profiles a filter selects, for the laws: the evaluator, and beside it the interpreter of the emitted JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audience_dsl import Settings
from audience_dsl.attribute_types import attribute_types
from audience_dsl.evaluate import Evaluator
from audience_dsl.filters import Filter
from audience_dsl.profiles import profile_of

__all__ = ["selects", "types_of"]

types_of = attribute_types


def selects(
    filter: Filter,
    profile: Mapping[str, Any],
    settings: Settings,
    now: datetime,
    types: Mapping[str, frozenset[str]] | None = None,
) -> bool:
    return Evaluator(filter, settings, types=types).selects(profile_of(profile), now)
