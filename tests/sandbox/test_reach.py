"""Whom a request would have reached, by the profiles that the sandbox knows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import Settings
from audience_dsl.profiles import Profile, ProfileError, profile_of
from audience_dsl.sandbox import LogEntry, Reach, Sandbox, WhyError, local_sandbox, reach, running
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import Client, build_request
from audience_dsl.sender.http import httpx
from tests.laws.strategies import expressions, profiles
from tests.laws.test_meaning import negated_app, spelled

from .support import AUDIENCE, NOW, PATH, TO_AUDIENCE, filter_on, post, sandbox

BLUE = {"eye_color": "blue", "push": "opted_in"}
PEOPLE = [
    profile_of({"external_id": "both", **BLUE}),
    profile_of({"external_id": "green", "eye_color": "green", "push": "opted_in"}),
    profile_of({"external_id": "quiet", "eye_color": "blue"}),
    profile_of(BLUE),
    profile_of({"external_id": "nothing"}),
]
EVERYONE = {"campaign_id": "c-1", "broadcast": True}
SLOW = filter_on("matches_regex", "^(?:(?:a|aa)+)+$", "text")


def reached(body: dict[str, Any], people: list[Profile] = PEOPLE, **settings: Any) -> Reach:
    braze = sandbox(profiles=people, **settings)
    assert post(braze, body).status == 201
    found = braze.requests[0].reach
    assert found is not None
    return found


def to(*recipients: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"campaign_id": "c-1", "recipients": list(recipients), **more}


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"external_user_id": name, **more}


def selecting(audience: dict[str, Any]) -> dict[str, Any]:
    return {**TO_AUDIENCE, "audience": audience}


# --- Whom ---


def test_a_broadcast_reaches_those_whom_its_audience_selects() -> None:
    found = reached(TO_AUDIENCE)
    assert found.as_dict() == {
        "target": "audience",
        "of": 5,
        "looked_at": 5,
        "selected": 2,
        "undecided": 0,
        "ids": ["both"],
        "recipients": [],
        "profiles_capped": False,
        "problem": None,
    }
    assert found.lines() == ["would reach 2 of 5 profiles: both and 1 more"]


def test_a_broadcast_without_audience_reaches_everyone() -> None:
    found = reached(EVERYONE)
    assert (found.target, found.selected, found.ids) == ("everyone", 5, ("both", "green", "quiet", "nothing"))
    assert found.lines() == [
        "would reach 5 of 5 profiles, since the request has no audience: both, green, quiet, nothing and 1 more"
    ]


def test_an_audience_alone_where_that_is_let_pass() -> None:
    body = {"campaign_id": "c-1", "audience": AUDIENCE}
    assert reached(body, audience_without_broadcast=True).selected == 2


def test_recipients_with_an_audience() -> None:
    found = reached(
        to(
            user("both"),
            user("green", attributes={"eye_color": "blue"}),
            user("nobody"),
            user("new", attributes={"eye_color": "blue"}, send_to_existing_only=False),
            user("both"),
            {"email": "lan@example.com", "prioritization": ["identified"]},
            {"user_alias": {"alias_name": "lan", "alias_label": "shop"}},
            {"braze_id": "both"},
            audience=AUDIENCE,
        )
    )
    # Braze merges the entries of one user.
    assert [each.standing for each in found.recipients] == [
        *("selected", "not selected", "unknown", "created", "not looked up", "not looked up", "not looked up"),
    ]
    assert [each.writes for each in found.recipients][:3] == [False, True, False]
    assert (found.of, found.looked_at, found.selected, found.ids) == (7, 2, 1, ("both",))
    assert found.recipients[0].as_dict() == {
        "external_user_id": "both",
        "standing": "selected",
        "writes_attributes": False,
    }
    assert found.lines() == [
        "would reach 1 of 7 recipients: both",
        "not selected by the audience: green",
        "not among the profiles: nobody",
        "not among the profiles, and created by the request: new",
        "not looked up, since profiles are known by their external id alone: lan@example.com, lan, both",
        "the `attributes` that the request writes first are not looked at",
    ]


def test_recipients_without_an_audience() -> None:
    found = reached(to(user("both"), user("quiet"), user("nobody")))
    assert [each.standing for each in found.recipients] == ["selected", "selected", "unknown"]
    assert found.lines() == ["would reach 2 of 3 recipients: both, quiet", "not among the profiles: nobody"]


def test_of_two_profiles_with_one_id_the_first_answers() -> None:
    twice = [profile_of({"external_id": "u", **BLUE}), profile_of({"external_id": "u"})]
    assert reached(to(user("u"), audience=AUDIENCE), twice).selected == 1
    assert reached(to(user("u"), audience=AUDIENCE), twice[::-1]).selected == 0


def test_the_first_ids_are_listed() -> None:
    many = [profile_of({"external_id": f"u{number}", **BLUE}) for number in range(30)]
    found = reached(TO_AUDIENCE, many)
    assert (found.selected, found.ids) == (30, tuple(f"u{number}" for number in range(20)))
    assert found.lines()[0].endswith("u18, u19 and 10 more")


def test_a_refused_request_reaches_nobody_and_says_nothing_of_it() -> None:
    braze = sandbox(profiles=PEOPLE, mode="strict")
    post(braze, {"campaign_id": "c-1"})
    post(braze, selecting(filter_on("does_not_equal", True)))
    assert [entry.reach for entry in braze.requests] == [None, None]
    assert all("reach" not in entry.as_dict() for entry in braze.requests)


def test_without_profiles_nothing_is_said() -> None:
    braze = sandbox()
    post(braze, TO_AUDIENCE)
    assert braze.requests[0].reach is None
    with pytest.raises(WhyError, match="knows no profiles"):
        braze.why(1, "both")


def test_profiles_may_be_mappings() -> None:
    braze = sandbox(profiles=({"external_id": "u", **BLUE},))
    post(braze, TO_AUDIENCE)
    assert braze.why(1, "u")[0].selected
    with pytest.raises(ProfileError):
        sandbox(profiles=["u"])


def test_no_profiles_are_none_and_not_unknown() -> None:
    assert reached(TO_AUDIENCE, []).lines() == ["would reach 0 of 0 profiles"]


def test_now_is_the_sandboxs_clock() -> None:
    seen = datetime.fromtimestamp(NOW, UTC).replace(microsecond=0)
    people = [profile_of({"external_id": "u", "seen": seen})]
    within = selecting(filter_on("less_than_x_days_ago", 1, "seen"))
    assert reached(within, people).selected == 1
    assert reached(within, people, clock=lambda: NOW - 60).selected == 0
    assert reached(within, people, clock=lambda: NOW + 86_400 + 60).selected == 0


def test_settings_decide_about_users_without_a_value() -> None:
    body = selecting(filter_on("greater_than", 3, "age"))
    assert reached(body).selected == 0
    assert reached(body, settings=Settings(assume={"greater_than.number.other": True})).selected == 5


@given(expressions(app=False), st.lists(profiles(), min_size=1, max_size=4))
@effort(max_examples=60, deadline=None)
def test_it_reaches_whom_the_audience_matches(tree: Any, people: list[dict[str, Any]]) -> None:
    if negated_app(tree):
        return
    audience = audience_dsl.compile(spelled(tree))
    now = datetime.fromtimestamp(NOW, UTC)
    known = [profile_of({**each, "external_id": f"u{at}"}) for at, each in enumerate(people)]
    selected = tuple(str(each.id) for each in known if audience.matches(each, now=now))
    assert reached(selecting(audience.to_dict()), known).ids == selected
    asked = to(*(user(str(each.id)) for each in known), audience=audience.to_dict())
    assert reached(asked, known).ids == selected
    braze = sandbox(profiles=known)
    post(braze, asked)
    for each in known:
        assert braze.why(1, str(each.id))[0].selected is (each.id in selected)


# --- Hostile audiences, and many profiles ---


def test_an_invalid_audience_reaches_nobody() -> None:
    audience = {"AND": [filter_on("does_not_equal", True), AUDIENCE]}
    found = reached(selecting(audience))
    assert (found.selected, found.looked_at) == (0, 0)
    assert found.lines() == [
        "would reach 0 of 5 profiles",
        "the audience is invalid, so Braze would send to nobody: `custom_attribute` has no comparison `does_not_equal`",
    ]
    assert [each.standing for each in reached(to(user("both"), audience=audience)).recipients] == ["not selected"]


CANNOT = [
    (filter_on("matches_regex", r"\p{L}", "eye_color"), "error[AUD902]"),
    (filter_on("matches_regex", "(", "eye_color"), "error[AUD902]"),
    ({"OR": [filter_on("equals", "x")] * 10_001}, "up to 10,000 clauses"),
    (filter_on("includes_value", [str(number) for number in range(10_001)]), "up to 10,000 clauses"),
]


@pytest.mark.parametrize(("audience", "problem"), CANNOT)
def test_an_audience_that_cannot_be_evaluated_is_told_of(audience: dict[str, Any], problem: str) -> None:
    found = reached(selecting(audience))
    assert found.selected is None
    assert problem in str(found.problem)
    assert found.lines() == ["would reach an unknown number of 5 profiles", found.problem]
    one = reached(to(user("both"), user("nobody"), audience=audience))
    assert [each.standing for each in one.recipients] == ["undecided", "unknown"]
    assert one.lines()[1:] == ["undecided: both", "not among the profiles: nobody", one.problem]
    braze = sandbox(profiles=PEOPLE)
    post(braze, selecting(audience))
    with pytest.raises(WhyError) as raised:
        braze.why(1, "both")
    assert problem in str(raised.value)


def test_a_regex_that_takes_too_long_costs_one_profile_its_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "REGEX_SECONDS_AT_MOST", 0.01)
    text = "a" * 60 + "b"
    people = [
        profile_of({"external_id": "slow", "text": text}),
        profile_of({"external_id": "u", "text": "aaa"}),
        profile_of({"external_id": "v", "text": "b"}),
    ]
    braze = sandbox(profiles=people)
    post(braze, selecting(SLOW))
    post(braze, to(user("slow"), user("u"), audience=SLOW))
    found, asked = (entry.reach for entry in braze.requests)
    assert found is not None
    assert asked is not None
    assert (found.looked_at, found.selected, found.undecided, found.ids) == (3, 1, 1, ("u",))
    assert "AUD903" in str(found.problem)
    assert text not in str(found.as_dict())
    assert found.lines()[:2] == ["would reach 1 of 3 profiles: u", "undecided: 1 profile"]
    assert [each.standing for each in asked.recipients] == ["undecided", "selected"]
    with pytest.raises(WhyError, match="AUD903"):
        braze.why(1, "slow")
    assert post(braze, TO_AUDIENCE).status == 201


def test_a_request_that_takes_too_long_is_ended() -> None:
    """By the clock that is handed in; here each look at it takes a second."""
    ticks = iter(range(1_000))
    braze = Sandbox(clock=lambda: NOW + next(ticks), seed=1, profiles=PEOPLE * 10)
    post(braze, TO_AUDIENCE)
    found = braze.requests[0].reach
    assert found is not None
    assert found.of == 50
    assert 0 < found.looked_at < 10
    assert found.lines()[1] == (f"looked at {found.looked_at} of them only, since more would have taken too long")


def test_more_profiles_than_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "PROFILES_AT_MOST", 3)
    taken: list[int] = []

    def many() -> Iterator[Profile]:
        for number in range(1_000):
            taken.append(number)
            yield PEOPLE[0]

    braze = sandbox(profiles=many())
    post(braze, TO_AUDIENCE)
    found = braze.requests[0].reach
    assert found is not None
    assert (found.of, found.capped) == (3, True)
    assert found.lines()[0].startswith("would reach 3 of the first 3 profiles: ")
    assert len(taken) == 4


def test_thousands_of_profiles_take_no_time_worth_speaking_of() -> None:
    people = [profile_of({"external_id": str(number), **BLUE}) for number in range(20_000)]
    found = reached(TO_AUDIENCE, people)
    assert (found.looked_at, found.selected) == (20_000, 20_000)


# --- Why ---


def test_why() -> None:
    braze = sandbox(profiles=PEOPLE)
    post(braze, TO_AUDIENCE)
    whole, first, second = braze.why(1, "green")
    assert [whole.selected, first.selected, second.selected] == [False, False, True]
    assert (first.text, first.reason) == ('eye_color == "blue"', "failed")
    assert "green" in first.words
    post(braze, EVERYONE)
    post(braze, {"campaign_id": "c-1"})
    for number, name, words in (
        (1, "nobody", "`nobody` is not among the profiles"),
        (2, "both", "the request has no audience"),
        (3, "both", "request 3 was refused"),
        (4, "both", "there is no request 4 in the log"),
    ):
        with pytest.raises(WhyError, match=words):
            braze.why(number, name)
    braze.reset()
    with pytest.raises(WhyError, match="there is no request 1 in the log"):
        braze.why(1, "green")


def test_why_holds_for_the_instant_of_the_request() -> None:
    now = [NOW]
    seen = datetime.fromtimestamp(NOW, UTC).replace(microsecond=0)
    braze = sandbox(profiles=[profile_of({"external_id": "u", "seen": seen})], clock=lambda: now[0])
    post(braze, selecting(filter_on("less_than_x_days_ago", 1, "seen")))
    now[0] += 10 * 86_400
    assert braze.why(1, "u")[0].selected


# --- Through clients, and on a port ---


def test_under_our_own_client() -> None:
    braze = local_sandbox(profiles=PEOPLE, settings=Settings())
    with Client(api_key="sandbox-key", endpoint="EU-01", transport=transport(braze)) as client:
        client.send(build_request(TO_AUDIENCE))
    found = braze.requests[0].reach
    assert found is not None
    assert found.ids == ("both",)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, list[LogEntry]]]:
    people = [
        *PEOPLE,
        profile_of(
            {
                "external_id": "odd &é",
                "a": {"x": [Decimal("1.5")]},
                "b": "x" * 5_000,
                "c": datetime(2026, 1, 31, 9, tzinfo=UTC),
                "d": Decimal("2.5"),
                "e": [["x"]],
                "last_used_app": "2026-01-31T09:00:00Z",
            }
        ),
    ]
    told: list[LogEntry] = []
    with running(sandbox(profiles=people), on_request=told.append) as url:
        yield url, told


@pytest.fixture
def web(served: tuple[str, list[LogEntry]]) -> Iterator[httpx.Client]:
    headers = {"Authorization": "Bearer sandbox-key"}
    with httpx.Client(base_url=served[0], headers=headers, trust_env=False) as client:
        client.post("/_sandbox/reset")
        yield client


def last(web: httpx.Client) -> int:
    number: int = web.get("/_sandbox/requests").json()["requests"][-1]["number"]
    return number


def test_the_log_on_a_port(web: httpx.Client, served: tuple[str, list[LogEntry]]) -> None:
    assert web.post(PATH, json=TO_AUDIENCE).status_code == 201
    (entry,) = web.get("/_sandbox/requests").json()["requests"]
    assert entry["reach"]["ids"] == ["both"]
    assert served[1][-1].reach is not None


def test_why_on_a_port(web: httpx.Client) -> None:
    web.post(PATH, json=TO_AUDIENCE)
    number = last(web)
    answer = web.get("/_sandbox/why", params={"number": number, "user": "quiet"})
    told = answer.json()
    assert (told["number"], told["user"], told["selected"]) == (number, "quiet", False)
    assert told["lines"] == [
        {"depth": 0, "selected": False, "text": "not all of these hold", "joined": "and"},
        {
            "depth": 1,
            "selected": True,
            "text": 'eye_color == "blue"',
            "reason": "held",
            "words": told["lines"][1]["words"],
        },
        {"depth": 1, "selected": False, "text": "push is opted_in", "reason": "failed", "words": "push is subscribed"},
    ]


def test_why_of_values_that_json_does_not_carry(web: httpx.Client) -> None:
    used = {"last_used_app": {"comparison": "before", "value": "2026-02-01T00:00:00+0000"}}
    clauses = [filter_on("equals", "x", name) for name in "abcdef"]
    web.post(PATH, json=selecting({"OR": [*clauses, used]}))
    lines = web.get("/_sandbox/why", params={"number": last(web), "user": "odd &é"}).json()["lines"]
    assert [each["reason"] for each in lines[1:]] == [
        *("other type", "failed", "other type", "other type", "other type", "no value", "held"),
    ]
    assert all(len(each["words"]) < 500 for each in lines[1:])


def test_why_of_a_deep_audience_is_a_flat_answer(web: httpx.Client) -> None:
    deep = filter_on("equals", "blue", "eye_color")
    for kind in ["AND", "OR"] * 32:
        deep = {kind: [deep, AUDIENCE["AND"][1]]}
    web.post(PATH, json=selecting(deep))
    answer = web.get("/_sandbox/why", params={"number": last(web), "user": "both"}).json()
    assert answer["selected"] is True
    assert max(each["depth"] for each in answer["lines"]) == 64


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 400),
        ("?number=1", 400),
        ("?user=both", 400),
        ("?number=x&user=both", 400),
        ("?number=²&user=both", 400),
        ("?number=-1&user=both", 400),
        (f"?number={'9' * 5_000}&user=both", 400),
        ("?number=999999&user=both", 404),
        ("?number=999999&user=" + "x" * 10_000, 404),
    ],
)
def test_why_asked_wrongly(web: httpx.Client, asked: str, status: int) -> None:
    answer = web.get(f"/_sandbox/why{asked}")
    assert answer.status_code == status
    assert isinstance(answer.json()["message"], str)
    assert answer.headers["X-Braze-Sandbox"] == "1"


def test_why_is_not_for_pages_of_other_hosts(web: httpx.Client) -> None:
    web.post(PATH, json=TO_AUDIENCE)
    asked = f"/_sandbox/why?number={last(web)}&user=both"
    assert web.get(asked, headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize(("audience", "_problem"), CANNOT)
def test_the_server_outlives_hostile_audiences(web: httpx.Client, audience: dict[str, Any], _problem: str) -> None:
    assert web.post(PATH, json=selecting(audience)).status_code == 201
    assert web.get("/_sandbox/requests").json()["requests"][-1]["reach"]["selected"] is None
    assert web.get("/_sandbox/why", params={"number": last(web), "user": "both"}).status_code == 404


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["AND", "OR", "custom_attribute", "comparison", "value", "custom_attribute_name"]),
                inner,
            )
        ),
    )
)
@effort(max_examples=100, deadline=None)
def test_any_audience_is_answered_and_logged(audience: Any) -> None:
    braze = sandbox(profiles=PEOPLE)
    post(braze, {**TO_AUDIENCE, "audience": audience})
    json.dumps(braze.requests[0].as_dict())
