"""The laws of a state: it comes back as it was, what is refused changes nothing, and the seed decides the rest."""

import copy
import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.profiles import Profile
from audience_dsl.sandbox import Faults, Sandbox
from audience_dsl.sandbox.edges import profiles_at_edges
from audience_dsl.sandbox.state import FORMAT

from .support import AUDIENCE, NOW, TO_AUDIENCE, TO_ONE, filter_on, post, request, sandbox

SCHEDULE = "/campaigns/trigger/schedule/create"
LATER = {"time": "2030-01-31T09:00:00Z"}
INVALID = {**TO_AUDIENCE, "audience": filter_on("does_not_equal", True, "is_\ud800member")}
PEOPLE: list[dict[str, object]] = [
    {"external_id": "lan", "eye_color": "blue", "push": "opted_in", "last_used_app": "2026-01-02T03:04:05Z"},
    {"external_id": "thu", "custom_attributes": {"eye_color": "green", "visits": [1, {"a": None}]}, "apps": []},
    {"eye_color": "blue"},
]

Step = Callable[[Sandbox], object]
# What may happen to a sandbox, by name.
STEPS: dict[str, Step] = {
    "one recipient": lambda braze: post(braze, TO_ONE),
    "an audience": lambda braze: post(braze, TO_AUDIENCE),
    "an invalid audience": lambda braze: post(braze, INVALID),
    "a broken rule": lambda braze: post(braze, {"campaign_id": "c-1"}),
    "a lone surrogate": lambda braze: post(braze, {"campaign_id": "\ud800", "\udfff": [1.5]}),
    "no JSON": lambda braze: braze.handle(request(raw=b"\xffnot json")),
    "a text": lambda braze: post(braze, "text"),
    "no body": lambda braze: braze.handle(request(raw=b"")),
    "deep": lambda braze: braze.handle(request(raw=b"[" * 200 + b"]" * 200)),
    "a wrong key": lambda braze: post(braze, TO_ONE, key="wrong"),
    "a strange path": lambda braze: post(braze, TO_ONE, path="/\x00é?x=1"),
    "a strange method": lambda braze: post(braze, TO_ONE, method="\ud800"),
    "a schedule": lambda braze: post(braze, {**TO_ONE, "schedule": LATER}, path=SCHEDULE),
    "a schedule of long ago": lambda braze: post(
        braze, {**TO_AUDIENCE, "schedule": {"time": "0900-01-31T09:00:00Z"}}, path=SCHEDULE
    ),
    "a send id": lambda braze: post(braze, {"campaign_id": "c-1", "send_id": "s-1"}, path="/sends/id/create"),
    "an alias": lambda braze: post(
        braze, {"campaign_id": "c-1", "recipients": [{"user_alias": {"alias_name": "a", "alias_label": "b"}}]}
    ),
    "a canvas": lambda braze: post(
        braze, {"canvas_id": "v-1", "recipients": [{"external_user_id": "lan"}]}, path="/canvas/trigger/send"
    ),
    "paused": lambda braze: braze.campaigns.set("c-1", "paused"),
    "archived": lambda braze: braze.canvases.update({"v-1": "archived", "é": "active"}),
    "only known": lambda braze: setattr(braze.canvases, "only_known", True),
    "refused when paused": lambda braze: setattr(braze.campaigns, "paused", "refuse"),
    "strict": lambda braze: setattr(braze, "mode", "strict"),
    "alone": lambda braze: setattr(braze, "audience_without_broadcast", True),
    "send ids": lambda braze: setattr(braze, "send_ids_must_exist", True),
    "another key": lambda braze: braze.keys.set("k-2", ["messages.send", "campaigns.trigger.send"]),
    "any key": lambda braze: setattr(braze.keys, "accept_any", True),
    "403": lambda braze: setattr(braze.keys, "missing_permission", 403),
    "limits": lambda braze: braze.limits.set("broadcasts", 2),
    "enforced": lambda braze: setattr(braze.limits, "enforce", True),
    "rates": lambda braze: braze.switches.set({"503": 0.3, "418-late": 0.2}, seed=3, delay=0.5, paths=[SCHEDULE]),
    "next": lambda braze: braze.switches.next("lost-answer", "delay", "errors"),
    "a delayed next": lambda braze: braze.switches.next("delay", delay=0.25),
    "later": lambda braze: braze.clock.advance(3_601.123_456_7),
    "another time": lambda braze: braze.clock.set("2031-05-06T07:08:09.123456+02:00"),
    "frozen": lambda braze: braze.clock.freeze(),
    "running": lambda braze: braze.clock.run(),
    "profiles": lambda braze: braze.set_profiles(PEOPLE, origin="file people.jsonl"),
    "edges": lambda braze: braze.set_profiles(profiles_at_edges(AUDIENCE, seed=1, count=20, now=NOW)),
    "no profiles": lambda braze: braze.set_profiles(None),
    "nobody": lambda braze: braze.set_profiles([]),
    "reset": lambda braze: braze.reset(),
}
steps = st.lists(st.sampled_from(sorted(STEPS)), max_size=25)
slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def after(names: list[str], **options: Any) -> Sandbox:
    braze = sandbox(**options)
    for name in names:
        STEPS[name](braze)
    return braze


def carried(state: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from a file or over HTTP."""
    again: dict[str, Any] = json.loads(json.dumps(state))
    return again


def test_every_step_changes_the_state() -> None:
    # So that the laws below are about something.
    everything = after(sorted(STEPS))
    assert everything.state() != sandbox().state()
    still = {name for name in STEPS if after([name]).state() == sandbox().state()}
    assert still == {"running", "no profiles", "reset"}


@slow
@given(steps)
def test_a_state_comes_back_as_it_was(names: list[str]) -> None:
    braze = after(names)
    state = carried(braze.state())
    assert state == braze.state()
    other = sandbox(mode="strict", campaigns=["other"], limits={"requests": 1}, profiles=PEOPLE, seed=99)
    other.switches.next("503")
    post(other, TO_ONE)
    other.restore(state)
    assert other.state() == state
    braze.restore(state)
    assert braze.state() == state


@slow
@given(steps, steps)
def test_after_it_all_goes_on_as_it_would_have(before: list[str], later: list[str]) -> None:
    braze = after(before)
    # The blanks of a body are lost, and nothing of what it says.
    other = sandbox()
    other.restore(carried(braze.state()))
    for name in later:
        here, there = STEPS[name](braze), STEPS[name](other)
        assert getattr(here, "body", None) == getattr(there, "body", None)
        assert getattr(here, "headers", None) == getattr(there, "headers", None)
    assert other.state() == braze.state()


@slow
@given(steps)
def test_a_part_comes_back_by_itself(names: list[str]) -> None:
    braze = after(names)
    for name in ("clock", "campaigns", "canvases", "keys", "limits", "switches"):
        other = sandbox(
            campaigns={"x": "paused"}, keys={"x": None}, limits={"audience": 1}, faults=Faults(1, {"500": 1})
        )
        part = getattr(braze, name).as_dict()
        getattr(other, name).restore(carried(part))
        assert getattr(other, name).as_dict() == part


HOSTILE: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**400,
        math.inf,
        math.nan,
        "",
        "x",
        "\ud800",
        "9" * 5_000,
        "2026-02-30T00:00:00Z",
    ),
    *([], {}, [[]], [None], {"x": 1}, {"": {}}, {1: 2}, object(), b"raw", {"number": 1}),
]


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [place for key, member in value.items() for place in places(member, (*path, key))]
    elif isinstance(value, list):
        found += [place for index, member in enumerate(value) for place in places(member, (*path, index))]
    return found


def changed(state: Any, path: tuple[str | int, ...], value: object) -> Any:
    if not path:
        return value
    copied = copy.copy(state)
    copied[path[0]] = changed(copied[path[0]], path[1:], value)
    return copied


FULL = after([*sorted(STEPS), "one recipient", "an audience", "a schedule", "next", "edges", "send ids", "an alias"])
FULL.set_profiles(PEOPLE)
for _name in ("one recipient", "an audience", "an invalid audience", "a schedule"):
    FULL.mode = "braze"
    FULL.campaigns.set("c-1", "active")
    FULL.limits.enforce = False
    FULL.switches.clear()
    FULL.send_ids_must_exist = False
    STEPS[_name](FULL)
FULL_STATE = carried(FULL.state())
FULL_PLACES = places(FULL_STATE)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(FULL_PLACES), st.sampled_from(HOSTILE))
def test_what_is_refused_changes_nothing_and_what_is_taken_can_be_told(
    place: tuple[str | int, ...], value: object
) -> None:
    braze = after(["paused", "one recipient", "profiles", "next"])
    before = carried(braze.state())
    refused = None
    try:
        braze.restore(changed(FULL_STATE, place, value))
    except ConfigurationError as error:
        refused = error
    if refused is not None:
        assert refused.code == "AUD803"
        assert refused.message.isprintable()
        assert carried(braze.state()) == before
    else:
        # It is a state all the same, and the sandbox answers.
        state = carried(braze.state())
        braze.restore(state)
        assert carried(braze.state()) == state
        braze.reset()
        for entry in braze.requests:
            json.dumps(entry.as_dict())
        braze.switches.clear()
        braze.keys.set("mine")
        assert post(braze, TO_ONE, key="mine").status in (201, 400, 429)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([place for place in FULL_PLACES if place]), st.sampled_from(["unknown", "request", "\ud800"]))
def test_an_unknown_member_is_refused_wherever_names_are_fixed(place: tuple[str | int, ...], name: str) -> None:
    at: Any = FULL_STATE
    for step in place:
        at = at[step]
    free = {"states", "keys", "calls", "names", "rates", "counts", "body", "items", "user_alias"}
    if not isinstance(at, dict) or free & set(map(str, place)):
        return
    with pytest.raises(ConfigurationError, match="has an unknown member"):
        sandbox().restore(changed(FULL_STATE, place, {**at, name: 1}))


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a member", {"campaignz": {}}, "the state has an unknown member `campaignz`"),
    ("a later format", {"format": FORMAT + 1}, "the state is of format 2, and this version reads 1"),
    ("a mode", {"mode": "lenient"}, "`/mode` is `lenient`, which there is not"),
    ("a state", {"campaigns": {"states": {"a/b": "resting"}}}, "`/campaigns/states/a~1b` is `resting`"),
    ("a time", {"clock": {"frozen": True, "at": "2026-11-22"}}, "`/clock/at` is `2026-11-22`, which is no instant"),
    ("no time", {"clock": {"frozen": True}}, "`/clock` is frozen, and does not say at which time"),
    ("two times", {"clock": {"at": "2026-11-22T00:00:00Z", "ahead": 1}}, "`/clock` has `at` where it is frozen"),
    ("a time beyond", {"clock": {"ahead": 253_000_000_000.0}}, "`/clock` is not from 1970 to 9998"),
    ("a permission", {"keys": {"keys": {"k": ["campaigns.send"]}}}, "`/keys/keys/k/0` is `campaigns.send`"),
    ("an empty key", {"keys": {"keys": {"": None}}}, "`/keys/keys` has an empty key"),
    ("a status", {"keys": {"missing_permission": 402}}, "`/keys/missing_permission` is neither 401 nor 403"),
    ("a limit", {"limits": {"limits": {"requests": 0}}}, "`/limits/limits/requests` is not a number from 1"),
    ("counts", {"limits": {"counts": {"requests": {"since": 0}}}}, "`/limits/counts/requests` has no `calls`"),
    ("a fault", {"faults": {"rates": {"lost": 1}}}, "`/faults/rates/lost` is none: there is no fault `lost`"),
    ("rates", {"faults": {"rates": {"500": 0.6, "503": 0.6}}}, "`/faults/rates` are 1.2 together"),
    ("a path", {"faults": {"paths": ["/messages/sent"]}}, "`/faults/paths/0` is `/messages/sent`"),
    ("a profile", {"profiles": {"items": [{"push": "maybe"}]}}, "`/profiles/items/0` is no profile"),
    ("a family", {"schedules": [{"schedule_id": "s", "family": "/x", "number": 1, "made_at": "x"}]}, "family` is `/x`"),
    ("an entry", {"requests": [{"number": 1}]}, "`/requests/0` has no `at`"),
    (
        "an accepted entry",
        {"requests": [{**FULL_STATE["requests"][-1], "body": {"campaign_id": "c", "recipients": 5}}]},
        "`/requests/0` is said to be accepted, and its body breaks a rule",
    ),
    ("two of one number", {"requests": [FULL_STATE["requests"][-1]] * 2}, "`/requests/1` has the number"),
    ("a number before", {**FULL_STATE, "number": 1}, "`/number` is 1, and there is a request"),
    ("what dropped", {"dropped": 1}, "`/dropped` is of `requests`, which are not there"),
    (
        "two bodies",
        {
            "requests": [
                {"number": 1, "at": "2026-11-22T00:00:00Z", "method": "", "path": "/", "raw": "", "body": 1},
            ]
        },
        "`/requests/0` has both `body` and `raw`",
    ),
    ("an empty id", {"campaigns": {"states": {"": "active"}}}, "`/campaigns/states` has an empty id"),
    (
        "an empty schedule id",
        {"schedules": [{**FULL_STATE["schedules"][0], "schedule_id": ""}]},
        "schedule_id` is empty",
    ),
    ("what waits", {"faults": {"next": ["503"] * 10_001}}, "`/faults/next` has more than 10,000 faults"),
    ("what waits without a name", {"faults": {"next": [{"delay": 1}]}}, "`/faults/next/0` names no fault"),
    (
        "base64",
        {"requests": [{"number": 1, "at": "2026-11-22T00:00:00Z", "method": "POST", "path": "/", "raw": "?"}]},
        "`/requests/0/raw` is not in base64",
    ),
]


@pytest.mark.parametrize(("state", "told"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_wrong_is_told_with_its_place(state: dict[str, Any], told: str) -> None:
    braze = sandbox()
    before = braze.state()
    with pytest.raises(ConfigurationError) as caught:
        braze.restore(state)
    assert told in caught.value.message
    assert braze.state() == before


@pytest.mark.parametrize("name", sorted(FULL_STATE))
def test_a_member_that_is_left_out_stays(name: str) -> None:
    if name == "requests":
        # What goes with it cannot stand without it.
        return
    braze = sandbox()
    before = braze.state()[name]
    braze.restore({key: value for key, value in FULL_STATE.items() if key != name})
    assert braze.state()[name] == (FULL_STATE["requests"][-1]["number"] if name == "number" else before)


def test_keys_that_look_real_are_in_no_state_and_stay_where_they_are() -> None:
    real = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
    braze = sandbox(api_key=real, allow_real_keys=True)
    state = braze.state()
    assert real not in json.dumps(state)
    braze.restore(state)
    assert post(braze, TO_ONE, key=real).status == 201
    with pytest.raises(ConfigurationError) as caught:
        braze.restore({"keys": {"keys": {real: None}}})
    assert real not in str(caught.value)


def test_what_nobody_wrote_as_json_is_told_as_json() -> None:
    odd = Profile(
        {
            "when": datetime(2026, 1, 2, tzinfo=UTC),
            "naive": datetime(2026, 1, 2),  # noqa: DTZ001 - as some files have them
            "day": date(2026, 1, 2),
            "price": Decimal("1.5"),
            "tags": {"a"},
            "nothing": math.nan,
            "large": 10**5_000,
            "bytes": b"x",
        },
        id="odd",
        last_used=10**17,
        untyped=True,
    )
    braze = sandbox(profiles=[odd])
    state = carried(braze.state())
    assert state["profiles"]["items"][0]["custom_attributes"] == {
        "when": "2026-01-02T00:00:00+00:00",
        "naive": "2026-01-02T00:00:00+00:00",
        "day": "2026-01-02",
        "price": 1.5,
        "tags": ["a"],
    }
    braze.restore(state)
    assert carried(braze.state()) == state
    assert braze.profiles[0].untyped


def test_the_least_that_an_entry_says() -> None:
    entry = {"number": 7, "at": "2026-11-22T00:00:00Z", "method": "GET", "path": "/"}
    late = {"number": 7, "at": "2026-11-22T00:00:00Z", "category": "c", "text": "t"}
    braze = sandbox()
    braze.restore({"requests": [entry], "activity": [late], "profiles": {}})
    (told,) = braze.requests
    assert (told.number, told.status, told.message, told.body, told.findings) == (7, None, "", None, ())
    assert (repr(braze.activity[0]), braze.knows_profiles, len(braze.profiles)) == ("<ActivityEntry 7 t>", True, 0)
    post(braze, TO_ONE)
    assert braze.requests[-1].number == 8


def test_nothing_that_is_handed_in_is_held() -> None:
    braze = sandbox()
    state = copy.deepcopy(FULL_STATE)
    braze.restore(state)
    for place in reversed(FULL_PLACES[1:]):
        at: Any = state
        for step in place[:-1]:
            at = at[step]
        at[place[-1]] = "changed"
    assert carried(braze.state()) == FULL_STATE


def test_requests_under_way_take_no_number_of_the_state() -> None:
    braze, other = sandbox(), sandbox()
    turns = [braze.begin() for _ in range(3)]
    for _ in range(5):
        post(other, TO_ONE)
    braze.restore(other.state())
    for turn in turns:
        braze.exchange(request(TO_ONE), turn)
    assert [entry.number for entry in braze.requests] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len({entry.dispatch_id for entry in braze.requests}) == 8


def test_states_are_whole_while_requests_come_in() -> None:
    braze = sandbox(mode="braze")
    ended = False
    states: list[dict[str, Any]] = []

    def look() -> None:
        while not ended:
            state = braze.state()
            states.append(state)

    looking = Thread(target=look)
    looking.start()
    try:
        for _ in range(300):
            post(braze, INVALID)
    finally:
        ended = True
        looking.join()
    states.append(braze.state())
    for state in states[:: max(1, len(states) // 20)]:
        # A request and what it leaves behind are there together, or not at all.
        numbers = [entry["number"] for entry in state["requests"]]
        assert numbers == [entry["number"] for entry in state["activity"]]
        assert state["limits"]["counts"].get("broadcasts", {"calls": {"": 0}})["calls"][""] == len(numbers)


def test_changes_grow_with_every_change_and_with_nothing_else() -> None:
    braze = sandbox()
    for name, step in STEPS.items():
        before, state = braze.changes, braze.state()
        _ = (braze.requests, braze.find(1), braze.since(0), braze.keys.permissions, braze.clock.as_dict())
        assert braze.changes == before, name
        step(braze)
        assert braze.changes > before or braze.state() == state, name
