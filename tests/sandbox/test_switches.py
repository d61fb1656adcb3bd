"""The fault switches: rates, what waits for the next requests, and the headers by which a request decides."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox import FAULTS, Faults, Sandbox, SandboxRequest, SandboxResponse
from audience_dsl.sandbox.faults import DELAY, fault_named
from audience_dsl.sandbox.faults import FAULTS as TABLE
from audience_dsl.sandbox.switches import NEXT_AT_MOST, FaultSwitches

from .support import PATH, TO_ONE, post, request, sandbox

CANVAS = "/canvas/trigger/send"


def asking(fault: str | None = None, delay: str | None = None, path: str = PATH) -> SandboxRequest:
    asked = request(TO_ONE, path=path)
    named = (("x-sandbox-fault", fault), ("X-SANDBOX-DELAY", delay))
    more = [(name, value) for name, value in named if value is not None]
    return SandboxRequest(asked.method, asked.path, [*asked.headers, *more], asked.body)


def played(braze: Sandbox) -> list[str | None]:
    return [entry.fault for entry in braze.requests]


def seconds(answer: SandboxResponse) -> float:
    return 0.0 if answer.fault is None else answer.fault.seconds


def test_next_is_met_once_each_and_in_order() -> None:
    braze = sandbox()
    braze.switches.next("503", "lost-answer")
    braze.switches.next("errors")
    assert list(braze.switches.waiting) == ["503", "lost-answer", "errors"]
    for _ in range(5):
        post(braze, TO_ONE)
    assert played(braze) == ["503", "lost-answer", "errors", None, None]
    assert list(braze.switches.waiting) == []


def test_next_comes_before_the_rates_and_a_header_before_both() -> None:
    braze = sandbox(faults=Faults(1, {"500": 1.0}))
    braze.switches.next("503")
    braze.handle(asking("418"))
    braze.handle(asking("none"))
    assert braze.switches.waiting == ("503",)
    post(braze, TO_ONE)
    post(braze, TO_ONE)
    assert played(braze) == ["418", None, "503", "500"]


def test_of_many_threads_each_fault_meets_one() -> None:
    braze = sandbox()
    names = list(FAULTS) * 10
    braze.switches.next(*names)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: post(braze, TO_ONE), range(len(names) + 50)))
    assert Counter(played(braze)) == Counter([*names, *[None] * 50])


def test_rates_by_a_seed_and_for_some_paths_alone() -> None:
    def run(seed: int) -> list[str | None]:
        braze = sandbox()
        braze.switches.set({"503": 0.5}, seed=seed, paths=[PATH])
        for _ in range(100):
            post(braze, TO_ONE, path=PATH + "?x=1")
            post(braze, {"canvas_id": "x", "recipients": TO_ONE["recipients"]}, path=CANVAS)
        assert set(played(braze)[1::2]) == {None}
        return played(braze)[::2]

    assert run(1) == run(1) != run(2)
    assert 25 < run(1).count("503") < 75


def test_set_clear_and_the_plan() -> None:
    braze = sandbox()
    braze.switches.set({"503": 1.0})
    assert post(braze, TO_ONE).status == 503
    braze.switches.next("500")
    braze.switches.clear()
    assert post(braze, TO_ONE).status == 201
    braze.faults = lambda number: TABLE["500"] if number == 4 else None
    assert (post(braze, TO_ONE).status, post(braze, TO_ONE).status) == (201, 500)
    braze.faults = None
    assert post(braze, TO_ONE).status == 201


def test_reset_takes_what_waits_and_leaves_the_rates() -> None:
    braze = sandbox(faults=Faults(1, {"500": 1.0}))
    braze.switches.next("503")
    braze.reset()
    assert post(braze, TO_ONE).status == 500


@pytest.mark.parametrize("name", list(FAULTS))
def test_every_fault_can_be_asked_for_by_a_header(name: str) -> None:
    by_header, by_plan = sandbox(), sandbox(faults=Faults(1, {name: 1.0}))
    here, there = by_header.handle(asking(name)), post(by_plan, TO_ONE)
    assert (here.status, here.headers, here.body) == (there.status, there.headers, there.body)
    assert played(by_header) == played(by_plan) == [name]


@pytest.mark.parametrize("status", [400, 402, 418, 451, 499, 502, 507, 511, 599])
@pytest.mark.parametrize("form", ["", "-page", "-late"])
def test_every_status_is_a_fault_by_its_number(status: int, form: str) -> None:
    braze = sandbox()
    answer = braze.handle(asking(f"{status}{form}"))
    assert answer.status == status
    is_page = bool(form) or status == 502
    assert answer.header("Content-Type") == ("text/html" if is_page else "application/json")
    assert is_page or isinstance(answer.json()["message"], str)
    assert braze.requests[0].accepted is (form == "-late")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("lost", "there is no fault `lost`"),
        ("", "there is no fault ``"),
        ("503=1.5", "the rate of `503` is a number from 0 to 1"),
        ("503=nan", "the rate of `503` is a number from 0 to 1"),
        ("503=often", "the rate of `503` is `often`, which is no number"),
        ("503,", "there is no fault ``"),
        ("none, 503", "there is no fault `none`"),
        ("399", "there is no fault `399`"),
        ("600", "there is no fault `600`"),
        ("5٠3", "there is no fault"),
        ("x" * 10_000, "there is no fault"),
        ("\x00\r\n", "there is no fault"),
    ],
)
def test_a_header_that_says_nothing_there_is_gets_a_400_that_says_what_there_is(header: str, told: str) -> None:
    braze = sandbox()
    braze.switches.next("503")
    answer = braze.handle(asking(header))
    assert answer.status == 400
    assert answer.json()["message"].startswith("X-Sandbox-Fault: ")
    assert told in answer.json()["message"]
    assert len(answer.body) < 2_000
    (entry,) = braze.requests
    assert (entry.accepted, entry.fault, entry.message) == (False, None, answer.json()["message"])
    # Nothing else was used up.
    assert braze.switches.waiting == ("503",)


def test_a_header_with_rates_is_drawn_by_the_seed_and_the_number() -> None:
    def run(seed: int) -> list[str | None]:
        braze = sandbox(faults=Faults(seed, {}))
        for _ in range(200):
            braze.handle(asking("503=0.25, 500=0.25 , lost-answer=0.1"))
        return played(braze)

    assert run(1) == run(1) != run(2)
    counted = Counter(run(1))
    assert 30 < counted["503"] < 70
    assert 30 < counted["500"] < 70
    assert 50 < counted[None] < 110


def test_one_without_a_rate_is_met_by_all_that_are_left() -> None:
    braze = sandbox()
    for _ in range(100):
        braze.handle(asking("503=0.5, delay"))
    assert set(played(braze)) == {"503", "delay"}


def test_a_delay_by_a_header() -> None:
    braze = sandbox()
    braze.switches.set({}, delay=0.25)
    assert seconds(braze.handle(asking("delay"))) == 0.25
    assert seconds(braze.handle(asking("delay", "2.5"))) == 2.5
    assert seconds(braze.handle(asking(delay="3"))) == 3.0
    held = braze.handle(asking("503", "0.5"))
    assert (held.status, seconds(held)) == (503, 0.5)
    assert seconds(braze.handle(asking("none", "5"))) == 0.0
    assert played(braze) == ["delay", "delay", "delay", "503", None]
    for wrong in ("", "soon", "-1", "nan", "inf", "1e9"):
        assert braze.handle(asking(delay=wrong)).status == 400


def test_the_delay_of_next() -> None:
    braze = sandbox()
    braze.switches.next("delay")
    braze.switches.next("delay", delay=7)
    assert [seconds(post(braze, TO_ONE)) for _ in range(3)] == [DELAY, 7, 0]


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("set", {"rates": {"lost": 1.0}}),
    ("set", {"rates": {"503": 2}}),
    ("set", {"rates": {"503": True}}),
    ("set", {"rates": {"503": "1"}}),
    ("set", {"rates": {"503": 0.6, "500": 0.6}}),
    ("set", {"rates": {}, "delay": -1}),
    ("set", {"rates": {}, "paths": PATH}),
    ("set", {"rates": {}, "paths": ["/campaigns/trigger/sent"]}),
    ("set", {"rates": {}, "paths": [1]}),
]


@pytest.mark.parametrize(("method", "wrong"), WRONG, ids=str)
def test_what_cannot_be_changes_nothing(method: str, wrong: dict[str, Any]) -> None:
    switches = FaultSwitches(Faults(1, {"503": 0.5}))
    before = switches.as_dict()
    with pytest.raises(ConfigurationError):
        getattr(switches, method)(**wrong)
    with pytest.raises(ConfigurationError):
        switches.next("503", "lost")
    with pytest.raises(ConfigurationError):
        switches.next("delay", delay=-1)
    assert switches.as_dict() == before


def test_no_more_wait_than_a_sandbox_should_hold() -> None:
    switches = FaultSwitches()
    switches.next(*["503"] * NEXT_AT_MOST)
    with pytest.raises(ConfigurationError):
        switches.next("503")
    assert len(switches.waiting) == NEXT_AT_MOST


def test_near_names_are_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        fault_named("lost-anser")
    assert caught.value.help == "did you mean `lost-answer`?"


@given(st.text(max_size=30), st.none() | st.text(max_size=10))
def test_any_header_is_answered(fault: str, delay: str | None) -> None:
    braze = sandbox()
    answer = braze.handle(asking(fault, delay))
    (entry,) = braze.requests
    assert entry.fault is not None or answer.status in (201, 400)
