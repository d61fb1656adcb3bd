"""A run in numbers: which outcome speaks for it, and how fast it goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.runs import STATES, Summary
from audience_dsl.runs.counts import Speed


def summary(**counts: int) -> Summary:
    return Summary(total=sum(counts.values()), duplicates=0, rejected_lines=0, counts=counts, batch_counts=counts)


@pytest.mark.parametrize(
    ("there", "worst"),
    [
        ({}, "accepted"),
        ({"accepted": 9}, "accepted"),
        ({"accepted": 9, "pending": 1}, "not_sent"),
        ({"accepted": 9, "not_sent": 1}, "not_sent"),
        ({"not_sent": 9, "rate_limited": 1}, "rate_limited"),
        ({"rate_limited": 9, "rejected": 1, "pending": 1}, "rejected"),
        ({"rejected": 9, "unknown": 1}, "unknown"),
        ({"rejected": 9, "in_flight": 1}, "unknown"),
    ],
)
def test_the_worst_outcome_speaks_for_the_whole(there: dict[str, int], worst: str) -> None:
    assert summary(**there).worst == worst


@given(st.dictionaries(st.sampled_from(STATES), st.integers(0, 9)))
def test_everybody_is_counted_once(there: dict[str, int]) -> None:
    found = summary(**there)
    assert sum(found.counts.values()) == found.total
    told = found.to_dict()
    assert told["recipients_by_outcome"] == found.counts
    assert found.left == found.total - sum(
        found.counts[state] for state in ("accepted", "rejected", "unknown", "in_flight")
    )


def test_the_speed_is_that_of_the_latest_half_minute() -> None:
    speed = Speed(0.0)
    assert speed.add(0.0, 50) == 0
    assert speed.add(1.0, 50) == 100
    # A pause: what was before it counts no longer once it is half a minute ago.
    for second in range(100, 160):
        rate = speed.add(float(second), 20)
    assert rate == pytest.approx(20, rel=0.05)
