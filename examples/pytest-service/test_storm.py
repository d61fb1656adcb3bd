import pytest
from storm import warn

PEOPLE = [
    {"external_id": "ana", "custom_attributes": {"city": "Huế"}, "push_subscribe": "opted_in"},
    {"external_id": "ben", "custom_attributes": {"city": "Hà Nội"}, "push_subscribe": "opted_in"},
]


@pytest.mark.braze_sandbox(profiles=PEOPLE, campaigns=["storm"])
def test_those_in_the_city_are_warned(braze_sandbox):
    with braze_sandbox.client() as braze:
        warn(braze, "Huế")

    braze_sandbox.assert_sent("ana", campaign="storm", audience='city == "Huế" and push is opted_in')
    braze_sandbox.assert_nothing_sent("ben")


def test_a_busy_braze_is_asked_again(braze_sandbox):
    braze_sandbox.fail_next("no-connection", "429")

    with braze_sandbox.client() as braze:
        assert warn(braze, "Huế").outcome == "accepted"

    braze_sandbox.assert_sent(campaign="storm", broadcast=True)
    assert len(braze_sandbox.requests) == 3


def test_an_answer_that_is_lost_is_not_asked_for_again(braze_sandbox):
    braze_sandbox.fail_next("lost-answer")

    with braze_sandbox.client() as braze:
        assert warn(braze, "Huế").outcome == "unknown"

    braze_sandbox.assert_sent(campaign="storm")
