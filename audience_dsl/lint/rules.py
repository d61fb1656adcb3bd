"""Every lint rule, and what all of them find in a file."""

from itertools import islice

from ..diagnostics import GATHERED_AT_MOST, Diagnostic
from .by_compiler import BY_COMPILER
from .characters import INVISIBLE_CHARACTER, LOOK_ALIKE
from .file import File
from .ignore_rules import BAD_IGNORE, UNUSED_IGNORE
from .instants import BARE_DATE, FAR_INSTANT
from .lengths import LONG_LIST, LONG_VALUE, REPEATED_VALUE
from .missing_value import MISSING_VALUE
from .mistyped import BOOLEAN_AS_TEXT, NUMBER_AS_TEXT
from .reasoning.rules import REASONING_RULES
from .regex_rules import REGEX_RULES
from .rule import Rule
from .subscribed import ONLY_SUBSCRIBED
from .twins import UNEQUAL_TWINS

__all__ = ["RULES", "lint"]

_ALL: tuple[Rule, ...] = (
    *BY_COMPILER,
    MISSING_VALUE,
    UNEQUAL_TWINS,
    *REGEX_RULES,
    ONLY_SUBSCRIBED,
    FAR_INSTANT,
    BARE_DATE,
    NUMBER_AS_TEXT,
    BOOLEAN_AS_TEXT,
    LOOK_ALIKE,
    INVISIBLE_CHARACTER,
    LONG_VALUE,
    LONG_LIST,
    REPEATED_VALUE,
    *REASONING_RULES,
    UNUSED_IGNORE,
    BAD_IGNORE,
)
# In the order of their codes, by slug.
RULES: dict[str, Rule] = {rule.code.slug: rule for rule in sorted(_ALL, key=lambda rule: rule.code.code)}


def lint(file: File) -> list[Diagnostic]:
    """What the rules find, rule by rule; of one rule no more than a person will ever read."""
    return [
        finding
        for rule in RULES.values()
        if rule.check is not None
        for finding in islice(rule.check(file), GATHERED_AT_MOST)
    ]
