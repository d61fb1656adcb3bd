"""However a run fails, is stopped or killed: nobody is lost, nobody is sent to twice, and what is unknown is listed."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.ledger.database import Database
from audience_dsl.runs import IN_FLIGHT, OPEN, Run
from audience_dsl.sender.outcome import ACCEPTED, REJECTED, UNKNOWN
from audience_dsl.sender.retrying import NO_RETRY, RetryPolicy

from .support import FAULTS, NOW, Braze, names, sitting, write_people

PEOPLE = names(330)
# How one life of a process goes: what its requests meet, how many go at once, and whether its client tries again.
SITTINGS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(FAULTS), max_size=8),
        st.integers(1, 4),
        st.sampled_from([NO_RETRY, RetryPolicy(attempts=3, retry_refused_5xx=True)]),
    ),
    max_size=4,
)


def outcomes(ledger: Path) -> dict[str, str]:
    with Database(ledger) as database:
        told = list(Run.open(database).recipients())
        assert len(told) == len({each.line for each in told})
        summary = Run.open(database).summary()
    found = {each.identity.removeprefix("external_user_id:"): each.outcome for each in told}
    assert Counter(found.values()) == {state: count for state, count in summary.counts.items() if count}
    return found


def judged(found: dict[str, str], accepted: Counter[str]) -> None:
    """What the ledger says, beside what the server knows."""
    assert sorted(found) == sorted(PEOPLE)
    assert set(accepted) <= set(PEOPLE)
    for name, outcome in found.items():
        if outcome == ACCEPTED:
            assert accepted[name] == 1, name
        elif outcome in (UNKNOWN, IN_FLIGHT):
            assert accepted[name] <= 1, name
        else:
            assert accepted[name] == 0, (name, outcome)


@given(SITTINGS)
@settings(max_examples=60)
def test_nobody_is_lost_and_nobody_is_sent_to_twice(sittings: list[tuple[list[str], int, RetryPolicy]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, ledger = write_people(Path(folder, "people.jsonl"), PEOPLE), Path(folder, "run.db")
        braze = Braze()
        try:
            for faults, at_once, retry in sittings:
                sitting(ledger, path, braze, faults, at_once=at_once, retry=retry)
                judged(outcomes(ledger), braze.accepted())
            summary = sitting(ledger, path, braze)
            found = outcomes(ledger)
            judged(found, braze.accepted())
            # Where nothing fails any more, all that may be sent is.
            assert set(found.values()) <= {ACCEPTED, REJECTED, UNKNOWN}
            assert summary.left == 0
            requests = braze.requests
            sitting(ledger, path, braze)
            assert braze.requests == requests
        finally:
            braze.released.set()


@given(SITTINGS)
@settings(max_examples=25)
def test_what_is_unknown_is_sent_again_by_order_alone(sittings: list[tuple[list[str], int, RetryPolicy]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, ledger = write_people(Path(folder, "people.jsonl"), PEOPLE), Path(folder, "run.db")
        braze = Braze()
        try:
            for faults, at_once, retry in (*sittings, (["lose", "drop", "hang after"], 2, NO_RETRY)):
                sitting(ledger, path, braze, faults, at_once=at_once, retry=retry)
            before = braze.accepted()
            unknown = {name for name, outcome in outcomes(ledger).items() if outcome in (UNKNOWN, IN_FLIGHT)}

            sitting(ledger, path, braze, before=lambda run: run.resend_unknown(len(unknown)))
            after, found = braze.accepted(), outcomes(ledger)
            assert {name for name, outcome in found.items() if outcome != REJECTED} == set(after)
            for name in after:
                assert after[name] == (before[name] + 1 if name in unknown else 1), name
            assert not {UNKNOWN, IN_FLIGHT, *OPEN} & set(found.values())
        finally:
            braze.released.set()


@given(SITTINGS)
@settings(max_examples=25)
def test_whoever_decides_by_the_truth_has_everybody_once(sittings: list[tuple[list[str], int, RetryPolicy]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, ledger = write_people(Path(folder, "people.jsonl"), PEOPLE), Path(folder, "run.db")
        braze = Braze()
        try:
            for faults, at_once, retry in (*sittings, (["lose", "drop", "hang after"], 2, NO_RETRY)):
                sitting(ledger, path, braze, faults, at_once=at_once, retry=retry)
            with Database(ledger) as database:
                run = Run.open(database)
                for batch in list(run.unknowns()):
                    # What the dashboard would show.
                    arrived = {place.identity.removeprefix("external_user_id:") for place in run.places(batch)}
                    was_sent = arrived <= set(braze.accepted())
                    run.resolve(batch.number, as_="accepted" if was_sent else "not_sent", by="somebody", at=NOW)

            sitting(ledger, path, braze)
            accepted, found = braze.accepted(), outcomes(ledger)
            assert set(found.values()) <= {ACCEPTED, REJECTED}
            assert accepted == dict.fromkeys((name for name in found if found[name] == ACCEPTED), 1)
        finally:
            braze.released.set()
