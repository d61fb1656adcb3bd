"""Rate limits: counted as braze_api's table says, and enforced where that is asked, on a clock that a test turns."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.braze_api import RATE_WINDOWS
from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox import Sandbox
from audience_dsl.sandbox.limits import RateWindows

from .support import HOUR_ENDS, MINUTE_ENDS, NOW, TO_AUDIENCE, TO_ONE, filter_on, limits, post, request, sandbox


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def to(value: object, **more: Any) -> dict[str, Any]:
    return {**TO_AUDIENCE, "audience": filter_on("equals", value), **more}


def statuses(braze: Sandbox, bodies: list[dict[str, Any]]) -> list[int]:
    return [post(braze, body).status for body in bodies]


def test_without_enforcement_nothing_is_refused() -> None:
    assert set(statuses(sandbox(limits={"requests": 2, "audience": 1}), [TO_ONE] * 5 + [TO_AUDIENCE] * 5)) == {201}


def test_a_spent_limit_is_a_429_until_its_window_ends() -> None:
    clock = Clock()
    braze = sandbox(clock=clock, enforce_limits=True, limits={"requests": 2})
    assert statuses(braze, [TO_ONE] * 3) == [201, 201, 429]
    refused = post(braze, TO_ONE)
    assert refused.json() == {"message": "Rate Limited"}
    assert limits(refused) == ("2", "0", HOUR_ENDS)
    entry = braze.requests[-1]
    assert (entry.status, entry.accepted, entry.dispatch_id) == (429, False, None)
    clock.now = float(HOUR_ENDS) - 0.001
    assert post(braze, TO_ONE).status == 429
    clock.now = float(HOUR_ENDS)
    assert limits(post(braze, TO_ONE)) == ("2", "1", str(int(HOUR_ENDS) + 3_600))


def test_ten_broadcasts_a_minute_to_one_audience() -> None:
    clock = Clock()
    braze = sandbox(clock=clock, enforce_limits=True)
    assert statuses(braze, [to("a")] * 11) == [201] * 10 + [429]
    # The headers tell of the limit that is spent.
    assert limits(post(braze, to("a"))) == ("10", "0", MINUTE_ENDS)
    assert limits(post(braze, to("b"))) == ("250", "239", MINUTE_ENDS)
    clock.now += 60
    assert post(braze, to("a")).status == 201


def test_250_broadcasts_a_minute_to_all_audiences() -> None:
    braze = sandbox(enforce_limits=True)
    answers = statuses(braze, [to(number) for number in range(260)])
    assert answers == [201] * 250 + [429] * 10
    assert limits(post(braze, to(999))) == ("250", "0", MINUTE_ENDS)
    # Requests to users have a limit of their own.
    assert post(braze, TO_ONE).status == 201


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (to("a"), to("a"), True),
        (to("a"), to("a", trigger_properties={"x": 1}), True),
        (
            to("a"),
            {
                **to("a"),
                "audience": {"custom_attribute": dict(reversed(filter_on("equals", "a")["custom_attribute"].items()))},
            },
            True,
        ),
        (to("a"), to("a", campaign_id="c-2"), False),
        (to("a"), to("b"), False),
        (to("a"), {"campaign_id": "c-1", "broadcast": True}, False),
    ],
)
def test_what_one_audience_is(one: dict[str, Any], other: dict[str, Any], is_same: bool) -> None:
    braze = sandbox(enforce_limits=True, limits={"audience": 1})
    assert post(braze, one).status == 201
    assert post(braze, other).status == (429 if is_same else 201)


def test_requests_that_name_users_are_no_broadcasts() -> None:
    braze = sandbox(enforce_limits=True, limits={"broadcasts": 1, "audience": 1})
    assert statuses(braze, [{**TO_ONE, "audience": filter_on("equals", "a")}] * 3) == [201] * 3


def test_what_is_refused_by_a_rule_counts_and_what_has_no_key_does_not() -> None:
    braze = sandbox(enforce_limits=True, limits={"requests": 2})
    assert braze.handle(request(TO_ONE, key="other")).status == 401
    assert braze.handle(request(raw=b"{")).status == 400
    assert statuses(braze, [{"campaign_id": "c-1"}, TO_ONE]) == [400, 429]


def test_the_attributes_have_their_own_limit() -> None:
    many = [{"name": f"a{number}", "data_type": "String"} for number in range(60)]
    braze = sandbox(enforce_limits=True, limits={"exports": 1}, attributes=many)
    asked = request(raw=b"", method="GET", path="/custom_attributes")
    first, second = braze.handle(asked), braze.handle(asked)
    assert (first.status, first.header("Link") is None) == (200, False)
    assert (second.status, second.header("Link") is None) == (429, True)


def test_reset_gives_the_limits_back() -> None:
    braze = sandbox(enforce_limits=True, limits={"requests": 1})
    assert statuses(braze, [TO_ONE] * 2) == [201, 429]
    braze.reset()
    assert post(braze, TO_ONE).status == 201


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"broadcast": 5}, "there is no limit `broadcast`"),
        ({"nothing": 5}, "there is no limit `nothing`"),
        ({"requests": 0}, "the limit `requests` is a whole number from 1, not 0"),
        ({"requests": 1.5}, "not 1.5"),
        ({"requests": True}, "not True"),
    ],
)
def test_limits_that_cannot_be(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        sandbox(limits=wrong)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 40), st.sampled_from("abc"), st.booleans()), max_size=150),
    st.integers(1, 12),
    st.integers(1, 6),
)
def test_no_window_ever_lets_through_more_than_its_limit(
    arrivals: list[tuple[float, str, bool]], broadcasts: int, audience: int
) -> None:
    windows = RateWindows({"broadcasts": broadcasts, "audience": audience, "requests": 20}, enforce=True)
    now = NOW
    passed: dict[tuple[str, int], int] = {}
    for wait, name, is_broadcast in arrivals:
        now += wait
        names = ("broadcasts", "audience") if is_broadcast else ("requests",)
        counted = windows.count(names, now, name)
        keys = [(each + (name if each == "audience" else ""), int(now // RATE_WINDOWS[each].seconds)) for each in names]
        tops = {"broadcasts": broadcasts, "audience": audience, "requests": 20}
        is_full = any(passed.get(key, 0) >= tops[each] for key, each in zip(keys, names, strict=True))
        # Exactly what is over a limit is refused.
        assert (counted.spent is not None) == is_full
        if not is_full:
            for key in keys:
                passed[key] = passed.get(key, 0) + 1


# --- Asked and changed while it runs ---


def test_how_each_limit_stands() -> None:
    braze = sandbox(limits={"requests": 3})
    other = {**TO_AUDIENCE, "campaign_id": "c-2"}
    for body in (TO_ONE, TO_AUDIENCE, TO_AUDIENCE, other):
        post(braze, body)
    told = {each.window.name: (each.used, each.window.limit, each.resets_at) for each in braze.limits.used(NOW)}
    assert told["requests"] == (1, 3, int(HOUR_ENDS))
    assert told["broadcasts"] == (3, 250, int(MINUTE_ENDS))
    # That of the audience with the most.
    assert told["audience"] == (2, 10, int(MINUTE_ENDS))
    assert list(told) == list(RATE_WINDOWS)
    assert {each.window.name: each.used for each in braze.limits.used(NOW + 60)}["broadcasts"] == 0


def test_limits_are_set_and_enforced_while_it_runs() -> None:
    braze = sandbox()
    assert braze.limits.limits == {name: window.limit for name, window in RATE_WINDOWS.items()}
    braze.limits.set("requests", 1)
    assert [post(braze, TO_ONE).status for _ in range(2)] == [201, 201]
    braze.limits.enforce = True
    assert post(braze, TO_ONE).status == 429
    braze.limits.set("requests", None)
    assert post(braze, TO_ONE).status == 201
    assert braze.limits.as_dict()["limits"] == {}
    for name, limit in (("request", 1), ("requests", 0), ("requests", True), ("requests", 1.5), ("request", None)):
        with pytest.raises(ConfigurationError):
            braze.limits.set(name, limit)  # type: ignore[arg-type]
