"""The rules of numbers and Booleans in quotes, which are text to Braze."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..diagnostics import Diagnostic, Fix
from ..source import Span
from ..syntax import tree
from .file import File
from .rule import Rule

__all__ = ["BOOLEAN_AS_TEXT", "NUMBER_AS_TEXT"]

# A number as JSON writes it, and no longer than a quantity is.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+[a-z]*")
# What the last word of a name says when the attribute is a quantity. Codes, groups and ids are none, digits or not.
_QUANTITY = re.compile(
    "age|amount|amounts|balance|children|clicks|count|counts|credits|days|"
    "distance|height|hours|income|items|level|logins|ltv|minutes|opens|orders|"
    "percent|percentage|points|price|purchases|qty|quantity|rating|revenue|salary|score|"
    "sessions|spend|spent|sum|total|value|views|visits|weight"
)
# What may stand behind that word.
_UNITS = re.compile(r"[0-9]+[a-z]*|usd|eur|gbp|cents|kg|km|cm|last|d|days|today|week|month|year|ytd|total")


# A name that begins so is one as well: `days_since_order`.
_SPAN = re.compile("(?:days|weeks|months|years|hours) (?:since|until|to|as)")


def _is_quantity(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    if _SPAN.fullmatch(" ".join(words[:2])):
        return True
    while len(words) > 1 and not _QUANTITY.fullmatch(words[-1]) and _UNITS.fullmatch(words[-1]):
        words.pop()
    return bool(words) and _QUANTITY.fullmatch(words[-1]) is not None


class _Uses:
    """All texts that an attribute is compared with in a file, and whether anything else shows that it is text."""

    __slots__ = ("equalities", "is_text", "texts")

    def __init__(self) -> None:
        self.texts: list[tree.Text] = []
        self.equalities = True
        self.is_text = False


def _uses(file: File) -> dict[str, _Uses]:
    found: dict[str, _Uses] = defaultdict(_Uses)
    for place in file.places:
        node = place.node
        if not isinstance(getattr(node, "subject", None), tree.Attribute) or isinstance(node, tree.Exists):
            continue
        uses = found[node.subject.name]
        items: list[Any] = []
        if isinstance(node, tree.Compare):
            items = [node.value]
        elif isinstance(node, tree.In):
            items = getattr(node.values, "items", [])
            uses.equalities = False
        texts = [item for item in items if isinstance(item, tree.Text)]
        uses.texts += texts
        # A parameter has a type of its own, which its declaration or its caller tells.
        uses.is_text |= not texts or len(texts) < len(items)
    return found


def _candidates(file: File) -> Iterator[tuple[str, _Uses]]:
    for name, uses in file.once(_uses).items():
        in_catalog = file.catalog is not None and name in file.catalog
        if uses.texts and not uses.is_text and not in_catalog:
            yield name, uses


def _finding(file: File, rule: Rule, uses: _Uses, message: str, way: str, title: str) -> Diagnostic:
    first = uses.texts[0]
    spans = [(file.unit.parsed.span(text), text.value.strip().lower()) for text in uses.texts]
    edits: list[tuple[Span, str]] = list(spans)
    related = [file.unit.related(text, "here as well") for text in uses.texts[1:4]]
    return rule.finding(file, message, first, help=way, fix=Fix(title, edits, safe=False), related=related)


def _numbers(file: File) -> Iterator[Diagnostic]:
    for name, uses in _candidates(file):
        if _is_quantity(name) and all(_NUMBER.fullmatch(text.value) for text in uses.texts):
            shown = file.text(uses.texts[0])
            message = f"{shown} is text, and never equals a number that a profile has in `{name}`"
            way = f"write `{uses.texts[0].value}` if it is a number, or say in the catalogue that it is text"
            yield _finding(file, NUMBER_AS_TEXT, uses, message, way, "remove the quotes")


NUMBER_AS_TEXT = Rule(
    "number-as-text",
    why='Braze compares values with their type: `orders_count == "5"` selects nobody whose count is the number 5. The '
    "rule looks at attributes whose name says that they are a quantity, where all that they are compared with is a "
    "number in quotes. Codes, postal codes and ids are text, whatever digits they have, and an attribute of the "
    "catalogue is what that says.",
    bad='orders_count == "5"\n',
    good="orders_count == 5\n",
    check=_numbers,
    fix="unsafe",
)


def _booleans(file: File) -> Iterator[Diagnostic]:
    for name, uses in _candidates(file):
        if uses.equalities and all(text.value.lower() in ("true", "false") for text in uses.texts):
            value = uses.texts[0].value.lower()
            message = f"{file.text(uses.texts[0])} is text, and never equals a Boolean that a profile has in `{name}`"
            way = f"write `{value}` without quotes, or say in the catalogue that it is text"
            yield _finding(file, BOOLEAN_AS_TEXT, uses, message, way, "remove the quotes")


BOOLEAN_AS_TEXT = Rule(
    "boolean-as-text",
    why='Braze compares values with their type: `vip == "true"` selects nobody whose attribute is the Boolean `true`. '
    "An attribute of the catalogue is what that says, and one that is compared with other texts as well is text.",
    bad='vip == "true"\n',
    good="vip == true\n",
    check=_booleans,
    fix="unsafe",
)
