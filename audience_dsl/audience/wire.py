"""What is wrong with an object that should be a connected audience.

`shape` has the models. Groups are walked here with a stack, because pydantic gives out at some hundred
levels, and the models are asked about one filter at a time.
"""

from typing import Any, Final, TypeGuard

from pydantic_core import ErrorDetails

from ..braze import DAYS_AT_MOST, OLD_COMPARISONS, REGEX_AT_MOST, STATUSES
from ..diagnostics import Diagnostic, did_you_mean, listed, nearest, quoted
from ..json_values import UNFIT, Bounds, Findings, Path, kind_in_words, plain
from .nearest_values import nearest_value
from .shape import (
    DAYS,
    EQUALITY,
    FIELDS_OF,
    GROUPS,
    INSTANT,
    IS,
    KINDS,
    LEAF_COMPARISONS,
    LEAVES,
    LISTS,
    OF_ATTRIBUTE,
    ORDER,
    PRESENCE,
    REGEX,
    audience_schema,
    shape_errors,
)

__all__ = ["Clause", "audience_schema", "check_audience", "examine_audience"]

# The most that is read of one object, in characters of JSON: more than the largest audience that compiles.
SIZE_AT_MOST: Final = 16 * 1024 * 1024
# Levels of arrays and objects that one filter needs below its group: filter, fields, list of values.
_LEVELS_OF_A_FILTER: Final = 3


class Clause:
    """A filter of an object that nothing is wrong with: its kind, its fields as plain values, and where they stand."""

    __slots__ = ("fields", "kind", "path")

    def __init__(self, kind: str, fields: dict[str, Any], path: Path) -> None:
        self.kind = kind
        self.fields = fields
        self.path = path


def check_audience(value: object, *, pointer: str = "", depth_limit: int = 64) -> list[Diagnostic]:
    """Every finding about a connected audience object, at most 100.

    Each has its JSON pointer, below `pointer`. `depth_limit` counts groups inside each other. Codes are AUD6xx.
    Raises nothing over the value.
    """
    findings = Findings(pointer)
    examine_audience(value, findings, depth_limit=depth_limit)
    return findings.items


def examine_audience(
    value: object,
    findings: Findings,
    path: Path = None,
    *,
    depth_limit: int = 64,
    size_at_most: int = SIZE_AT_MOST,
    sound: list[Clause] | None = None,
    renewed: Findings | None = None,
) -> object:
    """As `check_audience`, into `findings`; returns the object as plain JSON values.

    `sound` gets the filters that nothing is wrong with. With `renewed`, comparisons of older pages are read as those
    that took their place, and noted there.
    """
    bounds = Bounds(
        depth=2 * depth_limit + _LEVELS_OF_A_FILTER,
        depth_in_words=f"{depth_limit} groups",
        size=size_at_most,
        unfit="audience-value",
        too_deep="audience-too-deep",
        too_large="not-an-audience",
    )
    audience = plain(value, findings, path, bounds)
    pending: list[tuple[object, Path, int]] = [(audience, path, 0)]
    while pending and not findings.full:
        member, place, depth = pending.pop()
        kind = _kind(member, findings, place)
        if kind is None or not isinstance(member, dict) or member[kind] is UNFIT:
            continue
        content = member[kind]
        inside: Path = (place, kind)
        if kind not in GROUPS:
            if renewed is not None:
                _renew(content, renewed, inside)
            before = len(findings.items)
            _check_filter(kind, content, findings, inside)
            if sound is not None and len(findings.items) == before and _is_whole(content):
                sound.append(Clause(kind, content, inside))
        elif depth < depth_limit:
            count = _members(kind, content, findings, inside)
            pending.extend((content[index], (inside, index), depth + 1) for index in reversed(range(count)))
        elif not findings.has("audience-too-deep"):
            findings.add(
                "audience-too-deep",
                place,
                f"the object is nested deeper than {depth_limit} groups",
                "merge groups of the same kind, or write the alternatives out",
            )
    return audience


def _members(kind: str, content: object, findings: Findings, place: Path) -> int:
    """How many members a group has to look at; reports a group that is none, or empty."""
    if not isinstance(content, list):
        findings.add(
            "not-an-audience",
            place,
            f"`{kind}` takes an array of filters, not {kind_in_words(content)}",
            f'write `{{"{kind}": […]}}`',
        )
        return 0
    if not content:
        findings.add(
            "audience-empty-group",
            place,
            f"`{kind}` has no members, and no source says whom Braze then selects",
            "put at least one filter in it, or leave the group out",
        )
    return len(content)


def _kind(member: object, findings: Findings, place: Path) -> str | None:
    """The key that says what a member is, or None where it is no filter; reports every other key."""
    if member is UNFIT:
        return None
    if not isinstance(member, dict):
        help = (
            'join filters by `{"AND": […]}` or `{"OR": […]}`'
            if isinstance(member, list)
            else f"a filter is an object with one of the keys {listed(KINDS)}"
        )
        findings.add(
            "not-an-audience",
            place,
            f"an audience is made of objects, and this is {kind_in_words(member)}",
            help,
        )
        return None
    known = [key for key in KINDS if key in member]
    if not member:
        findings.add(
            "not-an-audience",
            place,
            "the object is empty, and a filter has exactly one key",
            _ONE_OF_THE_KEYS,
        )
    if len(known) > 1:
        findings.add(
            "not-an-audience",
            place,
            f"a filter has exactly one key, and this has {listed(known)}",
            'give each its own object, joined by `{"AND": […]}` or `{"OR": […]}`',
        )
    if len(member) > len(known):
        for key in member:
            if key not in KINDS:
                findings.add(
                    "audience-unknown-key",
                    (place, key),
                    f"{quoted(key)} is no kind of filter in a connected audience",
                    _way_for_key(key),
                )
    return known[0] if len(known) == 1 else None


def _way_for_key(key: str) -> str:
    if key.lower() == "not":
        return "there is no NOT: use the opposite comparison, such as `not_equal` or `is_none_of`"
    return did_you_mean(key, KINDS, _ONE_OF_THE_KEYS)


def _renew(content: object, renewed: Findings, place: Path) -> None:
    """Read a comparison of older pages as the one that took its place; `content` is a copy of ours."""
    if not isinstance(content, dict):
        return
    comparison = content.get("comparison")
    if isinstance(comparison, str) and comparison in OLD_COMPARISONS:
        now = OLD_COMPARISONS[comparison]
        content["comparison"] = now
        message = f"`{comparison}` is from older pages, and is read as the `{now}` that took its place"
        renewed.add("audience-old-spelling", (place, "comparison"), message, "the server refuses it: send the new one")


def _is_whole(content: object) -> TypeGuard[dict[str, Any]]:
    """Whether no part is missing that JSON could not carry; that is reported, and passed over by every check."""
    return isinstance(content, dict) and not any(
        value is UNFIT or (isinstance(value, list) and UNFIT in value) for value in content.values()
    )


def _check_filter(kind: str, content: object, findings: Findings, place: Path) -> None:
    if not isinstance(content, dict):
        findings.add(
            "not-an-audience",
            place,
            f"`{kind}` takes an object, not {kind_in_words(content)}",
            f"it holds {listed(FIELDS_OF[kind])}",
        )
        return
    comparison = content.get("comparison")
    if comparison is UNFIT:
        return
    comparisons = tuple(OF_ATTRIBUTE) if kind == "custom_attribute" else LEAF_COMPARISONS[kind]
    if not isinstance(comparison, str) or comparison not in comparisons:
        _report_comparison(kind, content, comparisons, findings, place)
        # The other fields are still worth checking; for those, any comparison serves.
        comparison = comparisons[0]
        content = {**content, "comparison": comparison, "value": UNFIT}
    model = LEAVES.get(kind) or OF_ATTRIBUTE[comparison]
    _translate(kind, comparison, content, shape_errors(model, content), findings, place)


def _report_comparison(
    kind: str, content: dict[str, object], comparisons: tuple[str, ...], findings: Findings, place: Path
) -> None:
    if "comparison" not in content:
        findings.add(
            "audience-comparison",
            place,
            f"`{kind}` has no `comparison`",
            f"use one of {listed(comparisons)}",
        )
        return
    comparison = content["comparison"]
    if not isinstance(comparison, str):
        message = f"`comparison` takes a string, not {kind_in_words(comparison)}"
        help = f"use one of {listed(comparisons)}"
    else:
        message = f"`{kind}` has no comparison {quoted(comparison)}"
        help = _way_for_comparison(comparison, comparisons)
    findings.add("audience-comparison", (place, "comparison"), message, help)


def _way_for_comparison(comparison: str, comparisons: tuple[str, ...]) -> str:
    now = OLD_COMPARISONS.get(comparison)
    if now in comparisons:
        return f"write `{now}`, for every type; `{comparison}` is from older pages, and the server refuses it"
    return did_you_mean(comparison, comparisons, f"use one of {listed(comparisons)}")


def _translate(
    kind: str,
    comparison: str,
    content: dict[str, object],
    errors: list[ErrorDetails],
    findings: Findings,
    place: Path,
) -> None:
    value_has_errors = False
    for error in errors:
        field = str(error["loc"][0])
        if error["type"] == "extra_forbidden":
            findings.add(
                "audience-unknown-key",
                (place, field),
                f"`{kind}` has no field {quoted(field)}",
                did_you_mean(field, FIELDS_OF[kind], f"it holds {listed(FIELDS_OF[kind])}"),
            )
        elif field == "custom_attribute_name":
            _report_name(error, content, findings, place)
        elif error["type"] == "missing":
            help = f"give it {_TAKES[comparison]}"
            findings.add("audience-value", place, f"`{comparison}` needs a `value`", help)
        else:
            value_has_errors = True
    if value_has_errors:
        _report_value(comparison, content["value"], findings, (place, "value"))


def _report_name(error: ErrorDetails, content: dict[str, object], findings: Findings, place: Path) -> None:
    if error["type"] == "missing":
        message, at = "`custom_attribute` has no `custom_attribute_name`", place
    elif error["type"] == "string_too_short":
        message, at = "`custom_attribute_name` is empty", (place, "custom_attribute_name")
    else:
        words = kind_in_words(content["custom_attribute_name"])
        message, at = f"`custom_attribute_name` takes a string, not {words}", (place, "custom_attribute_name")
    findings.add("not-an-audience", at, message, "name the custom attribute as Braze shows it, in the same case")


def _report_value(comparison: str, value: object, findings: Findings, place: Path) -> None:
    takes = _TAKES[comparison]
    if comparison in LISTS and isinstance(value, list) and value:
        # Pydantic has an error for every branch of the union; the item that is no text is what counts.
        for index, item in enumerate(value):
            if not isinstance(item, str) and item is not UNFIT:
                findings.add(
                    "audience-value",
                    (place, index),
                    f"a list of values holds strings, not {kind_in_words(item)}",
                    "for numbers, join a filter with `equals` for each by OR",
                )
        return
    if value == []:
        message = f"`{comparison}` has an empty list of values"
    elif comparison in REGEX and isinstance(value, str):
        message = f"the regex has {len(value):,} characters, and Braze takes {REGEX_AT_MOST:,}"
    elif comparison in IS and isinstance(value, str):
        message = f"{quoted(value)} is no state of a subscription"
        close = nearest(value, STATUSES, most=1)
        takes = f"`{close[0]}`" if close else takes
    elif comparison in INSTANT and isinstance(value, str):
        message = f"{quoted(value)} is no ISO 8601 datetime, or one that does not exist"
    elif comparison in DAYS and isinstance(value, (int, float)) and not isinstance(value, bool):
        message = f"`{comparison}` does not take {quoted(str(value))}"
    elif value is None and comparison in PRESENCE:
        message, takes = f"`{comparison}` takes no null", "no `value` at all"
    else:
        message = f"`{comparison}` takes {takes}, not {kind_in_words(value)}"
    meant = next((words for words, names in _MEANT.items() if comparison in names), None)
    near = None if meant is None else nearest_value(meant, value)
    findings.add("audience-value", place, message, near or f"write {takes}")


_MEANT = {"number": ORDER, "days": DAYS, "instant": INSTANT}
_ONE_OF_THE_KEYS = f"use one of {listed(KINDS)}"
_TAKES: dict[str, str] = {
    **dict.fromkeys(EQUALITY, "a string, a number or a boolean"),
    **dict.fromkeys(ORDER, "a number"),
    **dict.fromkeys(REGEX, f"a regex of up to {REGEX_AT_MOST:,} characters"),
    **dict.fromkeys(LISTS, "a string or a list of strings that is not empty"),
    **dict.fromkeys(DAYS, f"a whole number of days from 1 to {DAYS_AT_MOST:,}"),
    **dict.fromkeys(INSTANT, "an ISO 8601 datetime such as `2019-07-22T13:17:55+0000`"),
    **dict.fromkeys(PRESENCE, "no `value`, or a string, a number or a boolean"),
    **dict.fromkeys(IS, f"one of {listed(STATUSES)}"),
}
