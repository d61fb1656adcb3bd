"""A second interpreter, of the connected audience object itself: whom does this JSON select?

It is there to disagree with `audience_dsl.evaluate`, so it shares nothing with the package: neither code, nor tables,
nor the engine of the regexes, which run on PCRE2 itself. It was written from Braze's documentation and from
docs/evaluation.md alone.

    interpreter(audience, assume, now)(profile)

`audience` is the object as Braze gets it, `profile` a dictionary in the exported or the flat shape, `assume` the open
rows that a workspace has set, by key. Profiles that cannot be read raise `Unreadable`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from operator import ge, gt, le, lt
from typing import Any, Final, TypeAlias

import pcre2  # type: ignore[import-untyped]
from pcre2 import _cy

__all__ = ["Undecided", "Unreadable", "interpreter", "selects"]


class Unreadable(ValueError):  # noqa: N818
    """A profile in neither of the two shapes."""


class Undecided(Exception):  # noqa: N818
    """A regex for which PCRE2 gives up on a value."""


# --- Who is selected without a value -------------------------------------------------------------------------------

_YES, _NO = True, False
# One row for each comparison, type and class of value. Where no source says: no.
_WITHOUT_A_VALUE: dict[str, bool] = {
    "exists.any.any": _NO,
    "does_not_exist.any.any": _YES,
    "equals.string.any": _NO,
    "not_equal.string.any": _YES,
    "matches_regex.string.any": _NO,
    "does_not_match_regex.string.any": _NO,
    "is_any_of.string.any": _NO,
    "is_none_of.string.any": _YES,
    "includes_value.array.any": _NO,
    "does_not_include_value.array.any": _YES,
    "equals.number.zero": _YES,
    "equals.number.other": _NO,
    "not_equal.number.zero": _YES,
    "not_equal.number.other": _YES,
    "less_than.number.zero": _YES,
    "less_than.number.other": _YES,
    "less_than_or_equal_to.number.zero": _NO,
    "less_than_or_equal_to.number.other": _NO,
    "greater_than.number.zero": _NO,
    "greater_than.number.other": _NO,
    "greater_than_or_equal_to.number.zero": _NO,
    "greater_than_or_equal_to.number.other": _NO,
    "equals.boolean.true": _NO,
    "equals.boolean.false": _NO,
    "not_equal.boolean.true": _YES,
    "not_equal.boolean.false": _YES,
    "before.time.any": _NO,
    "after.time.any": _NO,
    "less_than_x_days_ago.time.any": _NO,
    "greater_than_x_days_ago.time.any": _NO,
    "less_than_x_days_in_the_future.time.any": _NO,
    "greater_than_x_days_in_the_future.time.any": _NO,
}
_FIXED = ("exists.any.any", "does_not_exist.any.any", "is_none_of.string.any")


def _row(comparison: str, value: object) -> str:
    """The key of the row for a comparison with this value."""
    numeric = f"{comparison}.number.{'zero' if value == 0 else 'other'}"
    if comparison in ("equals", "not_equal"):
        if value is True or value is False:
            return f"{comparison}.boolean.{str(value).lower()}"
        return f"{comparison}.string.any" if isinstance(value, str) else numeric
    (key,) = {key for key in _WITHOUT_A_VALUE if key.partition(".")[0] == comparison and key.endswith(".any")} or {
        numeric
    }
    return key


# --- What a profile holds ------------------------------------------------------------------------------------------

_ANY_TYPE = frozenset({"string", "array", "number", "boolean", "time"})
_COMPARED: dict[str, frozenset[str]] = {
    **dict.fromkeys(("exists", "does_not_exist"), _ANY_TYPE),
    **dict.fromkeys(("matches_regex", "does_not_match_regex"), frozenset({"string"})),
    **dict.fromkeys(("is_any_of", "is_none_of"), frozenset({"string", "array"})),
    **dict.fromkeys(("includes_value", "does_not_include_value"), frozenset({"array"})),
    **dict.fromkeys(("greater_than", "greater_than_or_equal_to"), frozenset({"number"})),
    **dict.fromkeys(("less_than", "less_than_or_equal_to"), frozenset({"number"})),
    **dict.fromkeys(("before", "after"), frozenset({"time"})),
    **dict.fromkeys(("less_than_x_days_ago", "greater_than_x_days_ago"), frozenset({"time"})),
    **dict.fromkeys(("less_than_x_days_in_the_future", "greater_than_x_days_in_the_future"), frozenset({"time"})),
}


def _types_compared(comparison: str, value: object) -> frozenset[str]:
    if comparison not in ("equals", "not_equal"):
        return _COMPARED[comparison]
    kind = "boolean" if value is True or value is False else "string" if isinstance(value, str) else "number"
    return frozenset({kind})


# Stands for every value that counts as none.
_MISSING: Final = object()
_Reader: TypeAlias = Callable[[Any], Any]


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return _MISSING
    try:
        double = float(value)
    except (OverflowError, ValueError):
        return _MISSING
    return double if isfinite(double) else _MISSING


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and value != "" else _MISSING


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else _MISSING


def _texts(value: Any) -> Any:
    """The texts of an array: nothing else in it can equal anything."""
    if not isinstance(value, list) or not value:
        return _MISSING
    return [item for item in value if isinstance(item, str)]


def _text_or_texts(value: Any) -> Any:
    return _texts(value) if isinstance(value, list) else value if _text(value) is not _MISSING else _MISSING


def _time(value: Any) -> Any:
    at = _instant(value)
    return _MISSING if at is None else at


def _anything(value: Any) -> Any:
    if isinstance(value, (str, list)):
        return value if value else _MISSING
    if isinstance(value, (bool, date)):
        return value
    return _number(value)


_READERS: dict[frozenset[str], _Reader] = {
    frozenset({"number"}): _number,
    frozenset({"string"}): _text,
    frozenset({"boolean"}): _boolean,
    frozenset({"array"}): _texts,
    frozenset({"time"}): _time,
    frozenset({"string", "array"}): _text_or_texts,
    _ANY_TYPE: _anything,
    frozenset(): lambda _: _MISSING,
}

# --- Instants, in microseconds -------------------------------------------------------------------------------------

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CLOCK = re.compile(r"[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.:]([0-9]{1,9}))?)?")
_ZONE = re.compile(r" ?(?:Z|UTC|([+-][0-9]{2}):?([0-9]{2}))")


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _instant(value: object) -> int | None:
    """When this is, if a profile may say a time so."""
    if isinstance(value, datetime):
        return _microseconds(value if value.tzinfo is not None else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return (value.toordinal() - _EPOCH.toordinal()) * _DAY
    if not isinstance(value, str) or not (day := _DATE.match(value)):
        return None
    year, month, number = map(int, day.groups())
    if year > 3000:
        return None
    try:
        at = (date(year, month, number).toordinal() - _EPOCH.toordinal()) * _DAY
    except ValueError:
        return None
    if day.end() == len(value):
        return at
    clock = _CLOCK.match(value, day.end())
    if not clock:
        return None
    hour, minute, second = (int(part or 0) for part in clock.group(1, 2, 3))
    if hour > 23 or minute > 59 or second > 59:
        return None
    at += ((hour * 60 + minute) * 60 + second) * _SECOND + int(((clock[4] or "") + "000000")[:6])
    if clock.end() == len(value):
        return at
    zone = _ZONE.fullmatch(value, clock.end())
    if not zone:
        return None
    if zone[1] is not None:
        hours, minutes = int(zone[1][1:]), int(zone[2])
        if hours > 14 or minutes > 59:
            return None
        ahead = (hours * 60 + minutes) * 60 * _SECOND
        at += ahead if zone[1][0] == "-" else -ahead
    return at


# --- Comparisons of a value that is there --------------------------------------------------------------------------

# An option that the binding always sets, and that reads `\x` and `\u` as JavaScript does.
_ALT_BSUX: Final = 0x00000002


def _searcher(pattern: str) -> Callable[[str], bool]:
    """PCRE2 in UTF mode, letter case ignored, anywhere in the text; `\\d`, `\\w`, `\\s` and `\\b` are ASCII."""
    code = _cy.compile(pattern, int(_cy.CompileOption.CASELESS), int(_cy.CompileOption.UCP) | _ALT_BSUX)
    search = pcre2.Pattern(code, pattern, pcre2.IGNORECASE | pcre2.ASCII, jit=False, callout=None).search

    def found_in(text: str) -> bool:
        try:
            return search(text) is not None
        except pcre2.LibraryError as error:
            raise Undecided(pattern) from error

    return found_in


def _shared(values: list[str]) -> Callable[[Any], bool]:
    """Whether a text is one of these, or an array has one of them."""
    wanted = frozenset(values)
    return lambda held: held in wanted if isinstance(held, str) else any(item in wanted for item in held)


def _opposite(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda held: not test(held)


def _than(order: Callable[[Any, Any], bool], bound: float) -> Callable[[Any], bool]:
    return lambda held: order(held, bound)


def _test(comparison: str, value: Any, now: int) -> Callable[[Any], bool]:
    """What a value that is there must be."""
    match comparison:
        case "exists":
            return lambda _: True
        case "does_not_exist":
            return lambda _: False
        case "equals":
            wanted = _number(value) if not isinstance(value, (str, bool)) else value
            return lambda held: held == wanted
        case "is_any_of" | "includes_value":
            return _shared(value if isinstance(value, list) else [value])
        case "matches_regex":
            return _searcher(value)
        case "not_equal":
            return _opposite(_test("equals", value, now))
        case "is_none_of" | "does_not_include_value":
            return _opposite(_test("is_any_of", value, now))
        case "does_not_match_regex":
            return _opposite(_test("matches_regex", value, now))
        case "greater_than" | "greater_than_or_equal_to" | "less_than" | "less_than_or_equal_to":
            bound = float(value)
            order = {"greater_than": gt, "greater_than_or_equal_to": ge, "less_than": lt, "less_than_or_equal_to": le}
            return _than(order[comparison], bound)
        case "before" | "after":
            # Without an offset it is in the zone of the settings, which is UTC here.
            bound = _instant(datetime.fromisoformat(value)) or 0
            return _than(lt if comparison == "before" else ge, bound)
        case "less_than_x_days_ago":
            start = now - value * _DAY
            return lambda held: start <= held <= now
        case "greater_than_x_days_ago":
            return _than(lt, now - value * _DAY)
        case "less_than_x_days_in_the_future":
            end = now + value * _DAY
            return lambda held: now < held <= end
        case "greater_than_x_days_in_the_future":
            return _than(gt, now + value * _DAY)
    raise ValueError(comparison)


# --- Profiles ------------------------------------------------------------------------------------------------------

_STATES = ("opted_in", "subscribed", "unsubscribed")
_EXPORTED = frozenset({"custom_attributes", "push_subscribe", "email_subscribe", "apps", "braze_id"})
_NOT_ATTRIBUTES = frozenset({"push", "email", "last_used_app", "external_id", "id"})
# Attributes, push state, email state, last use of an app.
_Person: TypeAlias = tuple[Mapping[str, Any], str, str, int | None]


def _person(profile: Any, hidden: frozenset[str]) -> _Person:
    """`hidden` are the keys of the flat shape that a filter takes for attributes, and that are none."""
    if not isinstance(profile, dict):
        raise Unreadable("not an object")
    get = profile.get
    if _EXPORTED.isdisjoint(profile):
        attributes = {key: held for key, held in profile.items() if key not in hidden} if hidden else profile
        return attributes, _state(get("push")), _state(get("email")), _used(get("last_used_app"))
    found, apps = profile.get("custom_attributes"), profile.get("apps")
    if found is not None and not isinstance(found, dict):
        raise Unreadable("custom_attributes")
    latest = None
    if apps is not None:
        if not isinstance(apps, list) or not all(isinstance(app, dict) for app in apps):
            raise Unreadable("apps")
        latest = max((at for app in apps if (at := _used(app.get("last_used"))) is not None), default=None)
    return found or {}, _state(get("push_subscribe")), _state(get("email_subscribe")), latest


def _state(value: Any) -> str:
    if value is None:
        return "subscribed"
    if not isinstance(value, str) or value not in _STATES:
        raise Unreadable("state")
    return value


def _used(value: Any) -> int | None:
    if value is None:
        return None
    at = _instant(value)
    if at is None:
        raise Unreadable("last use")
    return at


# --- The object ----------------------------------------------------------------------------------------------------

_Clause: TypeAlias = Callable[[_Person], bool]


def interpreter(audience: Mapping[str, Any], assume: Mapping[str, bool], now: datetime) -> Callable[[Any], bool]:
    """The audience made ready to be asked about many profiles, at one instant."""
    assert not any(key in _FIXED or key not in _WITHOUT_A_VALUE for key in assume)
    rows = {**_WITHOUT_A_VALUE, **assume}
    types: dict[str, frozenset[str]] = {}
    for kind, fields in _clauses(audience):
        if kind == "custom_attribute":
            name = fields["custom_attribute_name"]
            compared = _types_compared(fields["comparison"], fields.get("value"))
            types[name] = types.get(name, _ANY_TYPE) & compared
    clause = _made(audience, types, rows, _microseconds(now))
    hidden = _NOT_ATTRIBUTES & types.keys()
    return lambda profile: clause(_person(profile, hidden))


def selects(audience: Mapping[str, Any], profile: Any, *, assume: Mapping[str, bool], now: datetime) -> bool:
    return interpreter(audience, assume, now)(profile)


def _clauses(member: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    ((kind, content),) = member.items()
    return [each for inner in content for each in _clauses(inner)] if kind in ("AND", "OR") else [(kind, content)]


def _made(
    member: Mapping[str, Any], types: Mapping[str, frozenset[str]], rows: Mapping[str, bool], now: int
) -> _Clause:
    ((kind, content),) = member.items()
    if kind in ("AND", "OR"):
        members = [_made(each, types, rows, now) for each in content]
        joined = all if kind == "AND" else any
        return lambda person: joined(member(person) for member in members)
    comparison, value = content["comparison"], content.get("value")
    if kind == "custom_attribute":
        name = content["custom_attribute_name"]
        return _attribute(name, _READERS[types[name]], rows[_row(comparison, value)], _test(comparison, value, now))
    if kind == "last_used_app":
        return _last_use(_test(comparison, value, now))
    return _status({"push_subscription_status": 1, "email_subscription_status": 2}[kind], comparison == "is", value)


def _attribute(name: str, read: _Reader, without: bool, test: Callable[[Any], bool]) -> _Clause:
    def clause(person: _Person) -> bool:
        held = read(person[0].get(name))
        return without if held is _MISSING else test(held)

    return clause


def _status(place: int, wanted: bool, state: str) -> _Clause:
    return lambda person: (person[place] == state) is wanted


def _last_use(test: Callable[[Any], bool]) -> _Clause:
    return lambda person: person[3] is not None and test(person[3])
