"""Recipients become batches: in their order, all of them, as many in each as there may be."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.braze_api import BATCH_OF_RECIPIENTS, BODY_AT_MOST
from audience_dsl.runs.batches import body_of, cut, room_of, size_of
from audience_dsl.sender.bodies.text import as_json

ROOM = 100
# Such that some of them fill a body to its last byte, and some are one byte too many.
SIZES = st.sampled_from([1, 2, 25, 49, 50, 51, 99, ROOM])


@given(st.lists(SIZES, max_size=300))
def test_every_recipient_is_in_one_batch_that_fits(sizes: list[int]) -> None:
    lines = list(enumerate(sizes, start=1))
    batches = list(cut(lines, ROOM))
    assert [line for first, last, _ in batches for line in range(first, last + 1)] == [line for line, _ in lines]
    for first, last, count in batches:
        assert count == last - first + 1 <= BATCH_OF_RECIPIENTS
        assert sum(sizes[first - 1 : last]) <= ROOM
    # None of them could have had the next recipient too.
    for (first, last, count), (after, _, _) in pairwise(batches):
        assert count == BATCH_OF_RECIPIENTS or sum(sizes[first - 1 : last]) + sizes[after - 1] > ROOM


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers() | st.floats(-9, 9))))
def test_the_size_of_a_body_is_known_before_it_is_made(recipients: list[dict[str, object]]) -> None:
    template = {"campaign_id": "c", "trigger_properties": {"storm": "São"}}
    body = as_json(body_of(template, recipients))
    # A comma too many where there is somebody.
    said = BODY_AT_MOST - room_of(template) + sum(map(size_of, recipients))
    assert said - len(body) == (1 if recipients else 0)
