"""Values from Python, by the kinds of parameters: what each becomes, or that it is refused."""

import copy
import enum
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any

import pytest

import audience_dsl
from audience_dsl import BindError, CompileError, ConfigurationError, Limits, Settings
from audience_dsl.compiler.parameters import KINDS, bind_value


class Colour(enum.Enum):
    BLUE = "blue"
    COUNT = 3
    SHARE = Decimal("2.5")
    ON = True
    DAY = date(2026, 1, 1)
    BOTH = ("x", "y")
    NOTHING = None


class Plan(str, enum.Enum):  # noqa: UP042 - people have them
    GOLD = "gold"


class Word(enum.StrEnum):
    GOLD = "golden"


class Level(enum.IntEnum):
    HIGH = 7


class Shout(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "never this"


class Odd(tzinfo):
    """A zone that does not tell its offset, as the standard library allows."""

    def utcoffset(self, moment: datetime | None) -> None:
        return None

    def dst(self, moment: datetime | None) -> None:
        return None

    def tzname(self, moment: datetime | None) -> None:
        return None


class Tens(int):
    pass


def generated() -> Iterator[str]:
    yield "x"


HANOI = timezone(timedelta(hours=7))
AWARE = datetime(2026, 1, 31, 13, 0, 5, tzinfo=HANOI)

# name → (value, what it becomes as each kind that takes it); every other kind refuses it.
VALUES: dict[str, tuple[Any, dict[str, Any]]] = {
    "text": ("x", {"string": "x"}),
    "empty text": ("", {"string": ""}),
    "text with quotes": ('"\\\n', {"string": '"\\\n'}),
    "text of digits": ("5", {"string": "5"}),
    "text that is a datetime": (
        "2026-01-31T13:00:00+07:00",
        {"string": "2026-01-31T13:00:00+07:00", "time": "2026-01-31T13:00:00+07:00"},
    ),
    "text that is a date": ("2026-01-31", {"string": "2026-01-31", "time": "2026-01-31T00:00:00+0000"}),
    "text that is a naive datetime": ("2026-01-31T13:00:00", {"string": "2026-01-31T13:00:00"}),
    "text that is no day": ("2026-02-30", {"string": "2026-02-30"}),
    "half a surrogate pair": ("x\ud800", {}),
    "int": (5, {"number": 5, "days": 5}),
    "zero": (0, {"number": 0}),
    "negative": (-5, {"number": -5}),
    "one day": (1, {"number": 1, "days": 1}),
    "a hundred years": (36_500, {"number": 36_500, "days": 36_500}),
    "more than a hundred years": (36_501, {"number": 36_501}),
    "largest": (2**53 - 1, {"number": 2**53 - 1}),
    "too large": (2**53, {}),
    "smallest": (-(2**53) + 1, {"number": -(2**53) + 1}),
    "too small": (-(2**53), {}),
    "huge": (10**5_000, {}),
    "float": (2.5, {"number": 2.5}),
    "whole float": (3.0, {"number": 3.0}),
    "negative zero": (-0.0, {"number": 0.0}),
    "nan": (float("nan"), {}),
    "infinity": (float("inf"), {}),
    "negative infinity": (float("-inf"), {}),
    "decimal": (Decimal("2.5"), {"number": 2.5}),
    "whole decimal": (Decimal("7"), {"number": 7, "days": 7}),
    "whole decimal with places": (Decimal("7.00"), {"number": 7, "days": 7}),
    "decimal with an exponent": (Decimal("1E+3"), {"number": 1_000, "days": 1_000}),
    "decimal negative zero": (Decimal("-0.0"), {"number": 0}),
    "decimal of more digits than a double": (Decimal("0.12345678901234567890"), {}),
    "decimal too large": (Decimal(2**53), {}),
    "decimal far too large": (Decimal("1E+999999"), {}),
    "decimal far too small": (Decimal("1E-999999"), {}),
    "decimal nan": (Decimal("nan"), {}),
    "decimal signalling nan": (Decimal("snan"), {}),
    "decimal infinity": (Decimal("inf"), {}),
    "true": (True, {"boolean": True}),
    "false": (False, {"boolean": False}),
    "aware datetime": (AWARE, {"time": "2026-01-31T13:00:05+0700"}),
    "datetime in UTC": (datetime(2026, 1, 31, tzinfo=UTC), {"time": "2026-01-31T00:00:00+0000"}),
    "datetime with a fraction": (AWARE.replace(microsecond=5), {"time": "2026-01-31T13:00:05.000005+0700"}),
    "datetime west of Greenwich": (
        datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        {"time": "2026-01-31T00:00:00-0330"},
    ),
    "datetime with seconds in its offset": (
        datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=7, seconds=30))),
        {"time": "2026-01-30T16:59:30+0000"},
    ),
    "datetime before the calendar in UTC": (
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7, seconds=30))),
        {},
    ),
    "the first datetime": (datetime(1, 1, 1, tzinfo=UTC), {"time": "0001-01-01T00:00:00+0000"}),
    "the last datetime": (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), {"time": "9999-12-31T23:59:59+0000"}),
    "naive datetime": (datetime(2026, 1, 31), {}),  # noqa: DTZ001
    "datetime in a zone that does not tell": (datetime(2026, 1, 31, tzinfo=Odd()), {}),
    "date": (date(2026, 1, 31), {"time": "2026-01-31T00:00:00+0000"}),
    "Enum of text": (Colour.BLUE, {"string": "blue"}),
    "Enum of a number": (Colour.COUNT, {"number": 3, "days": 3}),
    "Enum of a Decimal": (Colour.SHARE, {"number": 2.5}),
    "Enum of a Boolean": (Colour.ON, {"boolean": True}),
    "Enum of a date": (Colour.DAY, {"time": "2026-01-01T00:00:00+0000"}),
    "Enum of a tuple": (Colour.BOTH, {"list of string": ("x", "y")}),
    "Enum of None": (Colour.NOTHING, {}),
    "Enum that is text": (Plan.GOLD, {"string": "gold"}),
    "StrEnum": (Word.GOLD, {"string": "golden"}),
    "IntEnum": (Level.HIGH, {"number": 7, "days": 7}),
    "a kind of int": (Tens(10), {"number": 10, "days": 10}),
    "list of texts": (["x", "y"], {"list of string": ("x", "y")}),
    "tuple of texts": (("x",), {"list of string": ("x",)}),
    "list of numbers": ([1, 2.5, Decimal("3")], {"list of number": (1, 2.5, 3)}),
    "list of Enums": ([Plan.GOLD, Colour.BLUE, Word.GOLD], {"list of string": ("gold", "blue", "golden")}),
    "list of IntEnums": ([Level.HIGH], {"list of number": (7,)}),
    "deque": (deque(["x"]), {"list of string": ("x",)}),
    "range": (range(1, 3), {"list of number": (1, 2)}),
    "list with an empty text": ([""], {"list of string": ("",)}),
    "empty list": ([], {}),
    "empty tuple": ((), {}),
    "mixed list": (["x", 1], {}),
    "list of Booleans": ([True], {}),
    "list of None": ([None], {}),
    "list of lists": ([["x"]], {}),
    "list with nan": ([float("nan")], {}),
    "list with a large number": ([2**53], {}),
    "list with half a surrogate pair": (["\ud800"], {}),
    "list of datetimes": ([AWARE], {}),
    "set": ({"x"}, {}),
    "frozenset": (frozenset({1}), {}),
    "dict": ({"x": 1}, {}),
    "generator": (generated(), {}),
    "bytes": (b"x", {}),
    "bytearray": (bytearray(b"x"), {}),
    "memoryview": (memoryview(b"x"), {}),
    "None": (None, {}),
    "object": (object(), {}),
    "complex": (1j, {}),
    "timedelta": (timedelta(days=2), {}),
    "a class": (str, {}),
}

# A text in which the parameter is of each kind, and where its value stands in the object.
PLACES = {
    "string": "a matches $x",
    "number": "a > $x",
    "days": "a less than $x days ago",
    "boolean": "a is $x and a is true",
    "time": "a after $x",
    "list of string": "a includes any of $x",
    "list of number": "a in $x and a > 0",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", VALUES)
def test_value_by_kind(name: str, kind: str) -> None:
    value, becomes = VALUES[name]
    if kind in becomes:
        bound = bind_value("x", value, kind, Settings())
        assert bound == becomes[kind]
        assert type(bound) is type(becomes[kind])
        if isinstance(bound, tuple):
            assert [type(item) for item in bound] == [type(item) for item in becomes[kind]]
        assert "-" not in repr(bound) or bound != 0
    else:
        with pytest.raises(BindError) as raised:
            bind_value("x", value, kind, Settings())
        error = raised.value
        assert (error.code, error.parameter, error.expected) == ("AUD403", "x", KINDS[kind])
        assert "$x" in str(error)
        assert "\n" not in str(error)
        assert len(str(error)) < 300


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", VALUES)
def test_value_in_a_text(name: str, kind: str) -> None:
    """The same through `compile`, where the place tells the kind: the JSON, or the same refusal."""
    value, becomes = VALUES[name]
    text = PLACES[kind]
    if kind in becomes and not (kind == "string" and value == ""):
        emitted = audience_dsl.compile(text, params={"x": value}).to_json()
        assert emitted
    else:
        with pytest.raises(BindError) as raised:
            audience_dsl.compile(text, params={"x": value})
        assert (raised.value.code, raised.value.parameter) == ("AUD403", "x")


@pytest.mark.parametrize("name", VALUES)
def test_value_where_nothing_tells_its_kind(name: str) -> None:
    """`a == $x`: the value's own type decides, and it is one that equality takes."""
    value, becomes = VALUES[name]
    kinds = [kind for kind in ("boolean", "string", "number") if kind in becomes]
    if kinds:
        member = audience_dsl.compile("a == $x", params={"x": value}).to_dict()["custom_attribute"]
        assert member["value"] == becomes[kinds[0]]
        assert type(member["value"]) is type(becomes[kinds[0]])
    else:
        with pytest.raises(BindError) as raised:
            audience_dsl.compile("a == $x", params={"x": value})
        assert raised.value.code == "AUD403"


def test_a_kind_of_text_is_taken_for_its_characters() -> None:
    assert bind_value("x", Shout("shout"), "string", Settings()) == "shout"


@pytest.mark.parametrize(
    ("zone", "value", "becomes"),
    [
        ("Asia/Ho_Chi_Minh", date(2026, 1, 31), "2026-01-31T00:00:00+0700"),
        ("Asia/Ho_Chi_Minh", "2026-01-31", "2026-01-31T00:00:00+0700"),
        ("America/New_York", date(2026, 7, 1), "2026-07-01T00:00:00-0400"),
        ("Asia/Ho_Chi_Minh", AWARE.astimezone(UTC), "2026-01-31T06:00:05+0000"),
        ("America/Havana", date(2026, 3, 8), None),  # clocks go from 0:00 to 1:00
        ("Asia/Ho_Chi_Minh", date(1, 1, 1), None),
    ],
)
def test_dates_are_taken_in_the_zone(zone: str, value: object, becomes: str | None) -> None:
    given = Settings(time_zone=zone)
    if becomes is None:
        with pytest.raises(BindError, match="AUD403"):
            bind_value("x", value, "time", given)
    else:
        assert bind_value("x", value, "time", given) == becomes


def test_a_list_is_held_to_the_limit() -> None:
    given = Settings(limits=Limits(list_items=2))
    assert bind_value("x", ["u", "v"], "list of string", given) == ("u", "v")
    with pytest.raises(BindError, match="AUD504"):
        bind_value("x", ["u", "v", "w"], "list of string", given)


def test_the_list_that_was_bound_may_change_afterwards() -> None:
    values = ["x"]
    audience = audience_dsl.compile("a in $x", params={"x": values})
    values.append("y")
    assert audience.to_dict()["custom_attribute"]["value"] == ["x"]


@pytest.mark.parametrize("params", [{"y": 1}, {"x": 1, "X": 2}, {"": 1}, {"$x": 1}])
def test_unknown_parameters_are_refused(params: dict[str, object]) -> None:
    with pytest.raises(BindError) as raised:
        audience_dsl.compile("a == $x", params=params)
    assert raised.value.code == "AUD402"
    assert raised.value.parameter in params


def said_of(text: str) -> list[str]:
    try:
        return [each.code.code for each in audience_dsl.compile(text, params={"x": 1}).warnings]
    except CompileError as error:
        return sorted(each.code.code for each in error.diagnostics)


@pytest.mark.parametrize("text", ["param $x\naudience o = b == 1", "param $x: number\naudience o = b == 1"])
def test_a_value_for_a_declared_parameter_that_is_not_used(text: str) -> None:
    assert said_of(text) == (["AUD103"] if "number" in text else ["AUD103", "AUD404"])


# --- The exceptions -------------------------------------------------------------------------------------------------


def bind_error() -> BindError:
    with pytest.raises(BindError) as raised:
        audience_dsl.compile("a > $x", params={"x": "y"})
    return raised.value


def compile_error() -> CompileError:
    with pytest.raises(CompileError) as raised:
        audience_dsl.compile('a == null and\n  country == 1 and b == ""')
    return raised.value


def configuration_error() -> ConfigurationError:
    with pytest.raises(ConfigurationError) as raised:
        Settings(time_zone="Nowhere/Land")
    return raised.value


def pickled(error: Any) -> Any:
    return pickle.loads(pickle.dumps(error))


COPIES = [copy.copy, copy.deepcopy, pickled]


@pytest.mark.parametrize("make", COPIES)
def test_a_bind_error_survives(make: Callable[[Any], Any]) -> None:
    error = bind_error()
    again = make(error)
    assert type(again) is BindError
    assert (str(again), again.code, again.parameter, again.expected) == (
        str(error),
        error.code,
        error.parameter,
        error.expected,
    )
    assert str(make(again)) == str(error)


@pytest.mark.parametrize("make", COPIES)
def test_a_compile_error_survives(make: Callable[[Any], Any]) -> None:
    error = compile_error()
    again = make(error)
    assert type(again) is CompileError
    assert str(again) == str(error)
    assert [str(each) for each in again.diagnostics] == [str(each) for each in error.diagnostics]
    assert [each.place for each in again.diagnostics] == ["<text>:1:6", "<text>:2:3", "<text>:2:25"]
    assert str(make(again)) == str(error)


@pytest.mark.parametrize("make", COPIES)
def test_a_configuration_error_survives(make: Callable[[Any], Any]) -> None:
    error = configuration_error()
    again = make(error)
    assert type(again) is ConfigurationError
    assert (str(again), again.code, again.help) == (str(error), error.code, error.help)


@pytest.mark.parametrize("make", COPIES)
def test_settings_and_audiences_survive(make: Callable[[Any], Any]) -> None:
    given = Settings(time_zone="Asia/Ho_Chi_Minh", assume={"greater_than.number.other": True})
    audience = audience_dsl.compile("not (n > 3) and t after 2026-01-01", settings=given)
    assert make(given).digest == given.digest
    again = make(audience)
    assert again == audience
    assert again.to_json() == audience.to_json()
