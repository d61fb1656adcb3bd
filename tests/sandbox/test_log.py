"""The log asked for by number, from a number on, and from its end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.sandbox import Sandbox
from audience_dsl.sandbox.history import Journal

from .support import TO_AUDIENCE, TO_ONE, filter_on, post, request, sandbox


class Entry:
    def __init__(self, number: int) -> None:
        self.number = number


def numbers(entries: object) -> list[int]:
    return [entry.number for entry in entries]  # type: ignore[attr-defined]


@given(st.permutations(range(1, 12)), st.integers(1, 12), st.integers(0, 13), st.integers(1, 12))
def test_since_is_what_came_in_after(order: list[int], count: int, number: int, most: int) -> None:
    journal: Journal[Entry] = Journal(count=count)
    for each in order:
        journal.add(Entry(each), 1)
    kept = order[-count:]
    after = kept[kept.index(number) + 1 :] if number in kept else [each for each in kept if each > number]
    assert numbers(journal.since(number, most)) == after[:most]
    assert numbers(journal.latest(most)) == kept[::-1][:most]
    assert numbers(journal.entries()) == kept
    assert [journal.find(each) is not None for each in order] == [each in kept for each in order]
    assert (journal.dropped, len(journal), journal.highest) == (len(order) - len(kept), len(kept), max(kept))


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(1, 10), st.integers(1, 60))
def test_bounds_of_number_and_size_and_the_latest_stays(sizes: list[int], count: int, size: int) -> None:
    journal: Journal[Entry] = Journal(count=count, size=size)
    for number, each in enumerate(sizes, 1):
        journal.add(Entry(number), each)
    kept = numbers(journal.entries())
    assert kept == list(range(len(sizes) - len(kept) + 1, len(sizes) + 1))
    assert len(kept) <= count
    assert len(kept) <= 1 or sum(sizes[number - 1] for number in kept) <= size
    assert len(kept) >= min(1, len(sizes))
    # None goes that need not.
    if 0 < len(kept) < min(count, len(sizes)):
        assert sum(sizes[number - 1] for number in [kept[0] - 1, *kept]) > size


def test_whoever_asks_again_with_the_last_number_misses_none() -> None:
    braze = sandbox()
    seen: list[int] = []
    turns = [braze.begin() for _ in range(10)]
    for place in (3, 0, 9, 1, 2, 8, 4, 7, 5, 6):
        braze.exchange(request(TO_ONE), turns[place])
        if place % 3:
            seen += numbers(braze.since(seen[-1] if seen else 0, 2))
    while new := numbers(braze.since(seen[-1], 3)):
        seen += new
    assert sorted(seen) == list(range(1, 11))


def test_by_number() -> None:
    braze = sandbox(keep=2)
    for _ in range(3):
        post(braze, {**TO_AUDIENCE, "audience": filter_on("does_not_equal", True)})
    assert braze.find(1) is None
    assert braze.activity_of(1) is None
    found, late = braze.find(3), braze.activity_of(3)
    assert found is braze.requests[-1]
    assert late is braze.activity[-1]
    assert braze.latest(1) == [found]


def watched(braze: Sandbox, seen: list[int], until: int) -> None:
    while len(seen) < until:
        seen += numbers(braze.since(seen[-1] if seen else 0, 7))


@pytest.mark.parametrize("threads", [1, 8])
def test_a_watcher_beside_many_threads_sees_each_once(threads: int) -> None:
    braze, seen = sandbox(), list[int]()
    with ThreadPoolExecutor(threads + 1) as pool:
        watching = pool.submit(watched, braze, seen, 200)
        list(pool.map(lambda _: post(braze, TO_ONE), range(200)))
        watching.result()
    assert sorted(seen) == list(range(1, 201))
