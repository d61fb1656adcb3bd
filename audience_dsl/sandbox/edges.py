"""Users at the edges of an audience: those on which each of its clauses turns, and then mixtures of them by a seed.

They are what a sandbox can try an audience on where nobody has a file of profiles at hand.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from ..audience.read import read
from ..diagnostics import AudienceError
from ..evaluate import Evaluator
from ..filters import Filter
from ..profiles import profile_of
from ..samples import Sample, edges
from ..settings import Limits, Settings
from .given import refused
from .reach import CLAUSES_AT_MOST, REGEX_SECONDS_AT_MOST

__all__ = ["COUNT", "COUNT_AT_MOST", "profiles_at_edges"]

# Unless somebody asks for more or fewer.
COUNT: Final = 50
COUNT_AT_MOST: Final = 10_000
# Mixtures that are tried for each that is asked for: of few values there are few.
_TRIES: Final = 10
# What stands in a mixture where a user has no such value.
_ABSENT: Final = object()


def profiles_at_edges(
    audience: object,
    *,
    seed: int = 0,
    count: int = COUNT,
    now: datetime | float,
    settings: Settings | None = None,
) -> list[Sample]:
    """At most so many users, named by what is special about them and with the ids `edge-1`, `edge-2` and on.

    First those of `samples.edges`, and then mixtures of their values, which the seed decides; there may be fewer where
    the audience has few values. `audience` is a filter, or audience JSON. `Sandbox.set_profiles` takes what comes out.

    Raises RequestError for what is no audience, RegexError for a regex that cannot be run here, and ConfigurationError
    for a number of users that is none.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= COUNT_AT_MOST:
        raise refused(f"users at the edges are from 1 to {COUNT_AT_MOST:,}, not {count!r}")
    settings = settings or Settings()
    instant = now if isinstance(now, datetime) else datetime.fromtimestamp(now, UTC)
    filter = audience if isinstance(audience, Filter) else read(audience, limits=Limits(clauses=CLAUSES_AT_MOST))
    found = edges(filter, settings, instant)[:count]
    if len(found) < count:
        evaluator = Evaluator(filter, settings, regex_timeout=REGEX_SECONDS_AT_MOST)
        found += _mixtures(found, count - len(found), seed, evaluator, instant)
    return [
        Sample(sample.name, {"external_id": f"edge-{number}", **sample.profile}, sample.selected)
        for number, sample in enumerate(found, 1)
    ]


def _mixtures(samples: list[Sample], count: int, seed: int, evaluator: Evaluator, now: datetime) -> Iterator[Sample]:
    """Users who have each value from one of the samples, and are none of them."""
    flat = [_flat(sample.profile) for sample in samples]
    paths = list(dict.fromkeys(path for profile in flat for path in profile))
    values = {path: _distinct([profile.get(path, _ABSENT) for profile in flat]) for path in paths}
    seen = {_written(sample.profile) for sample in samples}
    made = 0
    for number in range(count * _TRIES):
        profile = _unfolded({path: values[path][_drawn(seed, number, path, len(values[path]))] for path in paths})
        written = _written(profile)
        if written in seen:
            continue
        seen.add(written)
        try:
            selected = evaluator.selects(profile_of(profile), now)
        except AudienceError:
            # A regex that takes too long on it.
            continue
        made += 1
        yield Sample(f"a mixture, {'selected' if selected else 'not selected'}", profile, selected)
        if made == count:
            return


def _flat(profile: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """The values by their path; only the attributes of an exported profile are a level below."""
    flat: dict[tuple[str, ...], Any] = {}
    for name, value in profile.items():
        if name == "custom_attributes":
            flat.update({(name, inner): each for inner, each in value.items()})
        else:
            flat[(name,)] = value
    return flat


def _unfolded(flat: Mapping[tuple[str, ...], Any]) -> dict[str, object]:
    is_exported = any(len(path) > 1 for path in flat)
    attributes: dict[str, object] = {}
    profile: dict[str, object] = {"custom_attributes": attributes} if is_exported else {}
    for path, value in flat.items():
        if value is not _ABSENT:
            (attributes if len(path) > 1 else profile)[path[-1]] = value
    return profile


def _distinct(values: list[Any]) -> list[Any]:
    return list({_written(value): value for value in values}.values())


def _written(value: object) -> str:
    return "absent" if value is _ABSENT else json.dumps(value, default=str, sort_keys=True)


def _drawn(seed: int, number: int, path: tuple[str, ...], among: int) -> int:
    digest = sha256(json.dumps([seed, number, path]).encode()).digest()
    return int.from_bytes(digest[:8], "big") % among
