"""Users at the edges of an audience: each clause is decided both ways, and the seed decides the mixtures."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from audience_dsl import compile as compiled
from audience_dsl.audience.read import read
from audience_dsl.diagnostics import AudienceError, ConfigurationError, RequestError
from audience_dsl.sandbox import WhyError
from audience_dsl.sandbox.edges import COUNT_AT_MOST, profiles_at_edges

from .support import AUDIENCE, NOW, TO_AUDIENCE, filter_on, post, sandbox

TEXTS = [
    'eye_color == "blue" and push is opted_in',
    'age > 21 or (plan in ["a", "b"] and email is not unsubscribed)',
    'last_used_app after 2026-01-01T00:00:00Z and favorites includes "tea"',
    "push is opted_in",
    "attribute matches /^a[0-9]+/ and not vip == true",
    'custom_attributes == "x" and `external_id` == "y"',
]


def audience(text: str) -> Any:
    return json.loads(compiled(text).to_json())


@pytest.mark.parametrize("text", TEXTS)
def test_they_are_on_both_sides_as_the_sandbox_sees_it(text: str) -> None:
    made = profiles_at_edges(audience(text), seed=1, count=40, now=NOW)
    assert {each.selected for each in made} == {True, False}
    assert [each.profile["external_id"] for each in made] == [f"edge-{n}" for n in range(1, len(made) + 1)]
    braze = sandbox(profiles=made, profiles_origin="edges")
    post(braze, {**TO_AUDIENCE, "audience": audience(text)})
    assert [profile.id for profile in braze.profiles] == [each.profile["external_id"] for each in made]
    for each in made:
        user = str(each.profile["external_id"])
        assert braze.why(1, user)[0].selected is each.selected
        assert braze.profile_name(user) == each.name
    reach = braze.requests[0].reach
    assert reach is not None
    assert reach.selected == sum(each.selected for each in made)


@pytest.mark.parametrize("text", TEXTS)
def test_the_seed_decides(text: str) -> None:
    def run(seed: int) -> list[dict[str, object]]:
        return [each.profile for each in profiles_at_edges(audience(text), seed=seed, count=60, now=NOW)]

    assert run(1) == run(1)
    # The first are not by chance, and no two are the same.
    assert run(1)[:3] == run(2)[:3]
    bodies = [json.dumps({key: value for key, value in each.items() if key != "external_id"}) for each in run(1)]
    assert len(set(bodies)) == len(bodies)


def test_different_seeds_mix_differently() -> None:
    many = {"AND": [filter_on("equals", f"v{n}", f"a{n}") for n in range(8)]}

    def run(seed: int) -> list[dict[str, object]]:
        return [each.profile for each in profiles_at_edges(many, seed=seed, count=200, now=NOW)]

    assert run(1) != run(2)
    assert len(run(1)) == 200


@pytest.mark.parametrize("count", [1, 2, 5, 1_000])
def test_no_more_than_were_asked_for(count: int) -> None:
    assert 1 <= len(profiles_at_edges(AUDIENCE, count=count, now=NOW)) <= count


def test_a_filter_and_an_instant_in_both_forms() -> None:
    told = [
        [each.profile for each in profiles_at_edges(given, now=now)]
        for given in (AUDIENCE, read(AUDIENCE))
        for now in (NOW, datetime.fromtimestamp(NOW, UTC))
    ]
    assert all(each == told[0] for each in told)


@pytest.mark.parametrize("count", [0, -1, COUNT_AT_MOST + 1, True, 1.5, None])
def test_a_number_that_is_none(count: Any) -> None:
    with pytest.raises(ConfigurationError):
        profiles_at_edges(AUDIENCE, count=count, now=NOW)


@pytest.mark.parametrize("given", [None, [], "x", {}, {"AND": []}, {"x": 1}, filter_on("equals", "\ud800")])
def test_what_is_no_audience(given: Any) -> None:
    with pytest.raises(RequestError):
        profiles_at_edges(given, now=NOW)


def test_a_regex_that_cannot_be_run_and_a_large_audience() -> None:
    with pytest.raises(AudienceError):
        profiles_at_edges(filter_on("matches_regex", "(?<=a+)b"), now=NOW)
    large = {"OR": [filter_on("equals", f"v{n}", f"a{n}") for n in range(10_001)]}
    with pytest.raises(RequestError):
        profiles_at_edges(large, now=NOW)


def test_what_there_is_nothing_to_say_about() -> None:
    braze = sandbox(campaigns={"c-1": "paused", "c-2": "active"})
    post(braze, TO_AUDIENCE)
    post(braze, {"campaign_id": "c-2"})
    post(braze, {"campaign_id": "c-2"}, path="/sends/id/create")
    told = [f"there is no request {number} in the log" for number in (0, 9)]
    told += ["request 1 was not sent: The campaign is paused", "request 2 was refused", "request 3 sends no message"]
    for number, words in zip((0, 9, 1, 2, 3), told, strict=True):
        for asked in (lambda each: braze.reach(each), lambda each: braze.why(each, "edge-1")):
            with pytest.raises(WhyError, match="the sandbox knows no profiles"):
                asked(number)
        braze.set_profiles([])
        with pytest.raises(WhyError, match=words):
            braze.reach(number)
        braze.set_profiles(None)


def test_requests_from_before_are_told_by_the_profiles_of_now() -> None:
    braze = sandbox()
    post(braze, TO_AUDIENCE)
    assert braze.requests[0].reach is None
    braze.set_profiles(profiles_at_edges(AUDIENCE, now=braze.clock()), origin="edges of request 1")
    assert braze.profiles_origin == "edges of request 1"
    reach = braze.reach(1)
    assert reach.selected
    assert braze.why(1, reach.ids[0])[0].selected
    assert braze.requests[0].reach is None
    braze.set_profiles(None)
    assert not braze.knows_profiles
    assert (list(braze.profiles), sandbox().profiles_origin) == ([], None)
