"""Random profiles at the edges of a filter: the constants that it names, their neighbours, and what is no value."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import inf, nan, nextafter
from random import Random
from typing import Any

from tests.differential.texts import WORDS

__all__ = ["Edges"]

_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATES = ["opted_in", "subscribed", "unsubscribed"]
# What counts as no value or as a value of another type, for most types of attribute.
_ODD: list[Any] = [
    *(None, None, "", [], {}, {"x": 1}, 0, 1, -1, 1.5, True, False, "x", " ", "0", "1", "true", "null", "[]", '["x"]'),
    *([None], [1], [""], [[]], [{}], ["x"], "2026-03-15T12:00:00Z", "2026-03-15", 1773576000, 10**400, 2**53 + 1),
]
# What only Python can hold.
_NATIVE: list[Any] = [
    *(Decimal(1), Decimal("0.1"), Decimal("NaN"), Decimal("1e999"), inf, -inf, nan, "\x00", "x\x00", ()),
    *(date(2026, 3, 15), datetime(2026, 3, 15, 12, tzinfo=UTC), datetime(2026, 3, 15, 12)),  # noqa: DTZ001
]
_NO_TIMES = [
    *("2026-02-30", "2026-03-15T24:00", "2026-03-15T12:60", "2026-03-15T12:00:60Z", "2026-03-15T12:00:00+15:00"),
    *(
        "0000-01-01",
        "3001-01-01",
        "2026-03-15T12:00:00z",
        "2026-03-15t12:00:00Z",
        "2026-3-15",
        "2026-03-15T12",
        "12:00",
    ),
    *("2026-03-15\n", " 2026-03-15", "2026-03-15 ", "2026-03-15T12:00:00.1234567890Z", "2026-03-15T12:00:00.Z"),
    *("2026-03-15T12:00:00+07", "2026-03-15Z", "٢026-03-15", "2026-03-15T12:00:00  UTC", "2026-03-15T12:00:00Z\n"),
    *(
        "2026-03-15T12:00:00 GMT",
        "2023-02-29",
        "20260315",
        "03/15/2026",
        "2026-03-15T12:00:00+14:60",
        "2026-03-15T12:00,5",
    ),
]
_EARLY_AND_LATE = ["0001-01-01", "3000-12-31T23:59:59.999999999Z", "3000-12-31T23:59-14:59", "0001-01-01T00:00+14:59"]
# What cannot be read; both readers must say so.
_UNREADABLE: list[Any] = [
    *(
        None,
        [],
        "x",
        1,
        {"custom_attributes": []},
        {"custom_attributes": "x"},
        {"push": "foo"},
        {"email": "a@b.example"},
    ),
    *(
        {"push_subscribe": 1},
        {"apps": {}},
        {"apps": ["x"]},
        {"apps": [{"last_used": "yesterday"}]},
        {"last_used_app": "x"},
    ),
    *(
        {"push": True},
        {"push": ["opted_in"]},
        {"apps": [{"last_used": 1}]},
        {"braze_id": "1", "email_subscribe": "Subscribed"},
    ),
]


class Edges:
    """The profiles that are worth asking one filter about. `audience` is its JSON, `samples` texts near its regexes.

    `native` lets values in that only Python has.
    """

    def __init__(
        self, audience: Mapping[str, Any], samples: Mapping[str, list[str]], rng: Random, now: datetime, *, native: bool
    ) -> None:
        self._rng = rng
        self._now = (now - _EPOCH) // timedelta(microseconds=1)
        self._native = native
        self._odd = [*_ODD, *_NATIVE] if native else _ODD
        pools: dict[str, list[Any]] = {name: list(texts) for name, texts in samples.items()}
        uses: list[Any] = []
        for kind, fields in _leaves(audience):
            comparison, value = fields["comparison"], fields.get("value", "")
            if kind == "custom_attribute":
                pools.setdefault(fields["custom_attribute_name"], []).extend(self._near(comparison, value))
            elif kind == "last_used_app":
                uses += self._times_at(value)
        self._pools = {name: self._filled(name, pool) for name, pool in pools.items()}
        self._uses = [None, *self._spelled(self._now, 2), *uses]

    def people(self, count: int) -> list[Any]:
        return [self._profile(number) for number in range(count)]

    def _profile(self, number: int) -> Any:
        rng = self._rng
        random = rng.random
        if random() < 0.003:
            return rng.choice(_UNREADABLE)
        attributes = {}
        for name, pool in self._pools.items():
            # The first element stands for an attribute that is not there.
            if at := int(random() * len(pool)):
                attributes[name] = pool[at]
        exported = random() < 0.55
        if exported:
            profile: dict[str, Any] = {"custom_attributes": attributes or (None if rng.random() < 0.5 else {})}
            if random() < 0.3:
                profile["apps"] = [
                    {"name": "app", "last_used": self._use()} for _ in range(rng.choice([0, 1, 1, 2, 3]))
                ]
        else:
            profile = attributes
            if random() < 0.3:
                profile["last_used_app"] = self._use()
        for field in ("push_subscribe", "email_subscribe") if exported else ("push", "email"):
            if (chance := random()) < 0.6:
                profile[field] = _STATES[int(chance * 5)]
            elif chance < 0.63:
                profile[field] = None
        profile["external_id"] = str(number)
        return profile

    def _use(self) -> Any:
        return self._uses[int(self._rng.random() * len(self._uses))]

    # --- Pools of values ---

    def _filled(self, name: str, pool: list[Any]) -> list[Any]:
        """A pool with what is missing and odd in it, for about a third; the first element stands for nothing."""
        rng = self._rng
        own = pool or rng.sample(WORDS, 3)
        if name[0] == "x":
            own = rng.sample(self._odd, 8)
        elif name[0] == "t":
            own = [*own, rng.choice(_EARLY_AND_LATE)]
        elif name[0] == "b":
            own = [True, False, *own]
        elif not pool and name[0] == "a":
            own = [[word] for word in own]
        odd = max(2, len(own) // 4)
        mixed = [None, *rng.choices(own, k=max(12, 2 * odd)), *own, *rng.choices(self._odd, k=odd)]
        if name[0] == "t":
            mixed += rng.choices(_NO_TIMES, k=odd)
        return [*mixed, None, ""]

    def _near(self, comparison: str, value: Any) -> Iterator[Any]:
        """The value of a clause and its neighbours."""
        if comparison in ("before", "after"):
            yield from self._times_at(value)
        elif comparison.startswith(("less_than_x", "greater_than_x")):
            end = self._now + value * _DAY * (1 if comparison.endswith("future") else -1)
            for at in (end, end - 1, end + 1, self._now, self._now - 1, self._now + 1, (end + self._now) // 2):
                yield from self._spelled(at, 1)
        elif isinstance(value, bool):
            yield from (value, not value, str(value).lower(), str(value), int(value))
        elif isinstance(value, (int, float)):
            yield from self._numbers_near(value)
        elif comparison in ("matches_regex", "does_not_match_regex"):
            yield from (value, self._rng.choice(WORDS), [value])
        elif comparison in ("includes_value", "does_not_include_value"):
            yield from self._arrays_near(value if isinstance(value, list) else [value])
        elif comparison in ("is_any_of", "is_none_of"):
            values = value if isinstance(value, list) else [value]
            yield from self._arrays_near(values)
            for each in values:
                yield from self._texts_near(each)
        elif isinstance(value, str):
            yield from self._texts_near(value)

    def _texts_near(self, value: str) -> Iterator[str]:
        yield from (
            value,
            value,
            value.swapcase(),
            value + "\n",
            value + " ",
            " " + value,
            value[:-1],
            value[1:],
            value + "x",
        )
        yield from (value.upper(), value.replace("k", "\u212a").replace("s", "ſ"), self._rng.choice(WORDS))

    def _arrays_near(self, values: list[str]) -> Iterator[Any]:
        rng = self._rng
        for value in values:
            yield from ([value], [value, value], ["x", value], [value.swapcase()], [1, value], [value + " "], [[value]])
            yield value
        yield from (
            [*values],
            [rng.choice(WORDS), rng.choice(WORDS)],
            [{"x": values[0]}],
            [None, 0, True],
            [0],
            {values[0]: 1},
        )

    def _numbers_near(self, value: float) -> Iterator[Any]:
        yield from (
            value,
            value,
            nextafter(value, inf),
            nextafter(value, -inf),
            value + 1,
            value - 1,
            -value,
            str(value),
        )
        if isinstance(value, int):
            yield from (float(value), value / 2)
        elif value.is_integer() and abs(value) < 2**60:
            yield int(value)
        if self._native:
            yield from (Decimal(repr(value)), Decimal(repr(value)) + Decimal("1e-30"))
        yield from (0, -0.0, 1, [value], value == 1)

    def _times_at(self, value: str) -> list[Any]:
        at = (datetime.fromisoformat(value) - _EPOCH) // timedelta(microseconds=1)
        return [
            text for each in (at, at, at - 1, at + 1, at - 1_000_000, at + 1_000_000) for text in self._spelled(each, 1)
        ]

    def _spelled(self, at: int, count: int) -> list[Any]:
        """The instant in some of the ways in which a profile may have it."""
        rng = self._rng
        try:
            moment = _EPOCH + timedelta(microseconds=at)
        except OverflowError:
            return ["0001-01-01"]
        found: list[Any] = []
        for _ in range(count):
            if self._native and rng.random() < 0.2:
                found.append(rng.choice([moment, moment.replace(tzinfo=None), moment.date()]))
            else:
                found.append(_spelling(rng, moment))
        return found


def _spelling(rng: Random, moment: datetime) -> str:
    ahead = rng.choice([0, 0, 0, 420, -330, 840, 899, -899, 60])
    try:
        local = (moment + timedelta(minutes=ahead)).replace(tzinfo=None)
    except OverflowError:
        ahead, local = 0, moment.replace(tzinfo=None)
    if ahead:
        hours, minutes = divmod(abs(ahead), 60)
        zone = f"{rng.choice(['', ' '])}{'-' if ahead < 0 else '+'}{hours:02d}{rng.choice(['', ':'])}{minutes:02d}"
    else:
        zone = rng.choice(["", "Z", "Z", " UTC", "UTC", " Z", "+00:00", "-0000"])
    day, clock = local.date().isoformat(), local.time().replace(microsecond=0).isoformat()
    fraction = f"{rng.choice('...:')}{local.microsecond:06d}{rng.choice(['', '', '9', '999'])}"
    if not local.microsecond:
        fraction = rng.choice(["", "", ".0", ".000", ":000", ".0000009"])
    elif local.microsecond % 1000 == 0 and rng.random() < 0.5:
        fraction = f".{local.microsecond // 1000:03d}"
    separator = rng.choice("TT ")
    form = rng.random()
    if form < 0.06:
        return day
    if form < 0.12:
        return f"{day}{separator}{clock[:5]}{zone}"
    return f"{day}{separator}{clock}{fraction}{zone}"


def _leaves(member: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    ((kind, content),) = member.items()
    if kind in ("AND", "OR"):
        for each in content:
            yield from _leaves(each)
    else:
        yield kind, content
