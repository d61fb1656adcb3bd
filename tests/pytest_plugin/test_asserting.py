"""Questions about what was sent, and what a developer reads where the answer is not the one they expected."""

import copy
from datetime import UTC, datetime
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import CompileError
from audience_dsl.profiles import profile_of
from audience_dsl.pytest_plugin.braze import BrazeSandbox
from audience_dsl.pytest_plugin.telling import GROUPS_AT_MOST, REQUESTS_AT_MOST
from tests.laws.strategies import expressions, profiles
from tests.laws.test_meaning import negated_app, spelled

from .support import IN_HUE, INVALID, NOW, PEOPLE, braze, broadcast, post, to

HUE = 'city == "Huế"'
GREETED = to("ana", trigger_properties={"name": "Ana", "visits": 1})


def sandbox(*bodies: object, **settings: Any) -> BrazeSandbox:
    made = braze(**settings)
    for body in bodies:
        post(made, body)
    return made


def failure(made: BrazeSandbox, to: Any = None, *, nothing: bool = False, **asked: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        (made.assert_nothing_sent if nothing else made.assert_sent)(to, **asked)
    assert made.shown is raised.value
    return str(raised.value)


# --- What is meant ---


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"to": "ana"},
        {"to": {"external_user_id": "ana"}},
        {"campaign": "welcome"},
        {"endpoint": "/campaigns/trigger/send"},
        {"properties": {}},
        {"properties": {"name": "Ana"}},
        {"properties": {"name": "Ana", "visits": 1}},
        {"broadcast": False},
        {"to": "ana", "campaign": "welcome", "properties": {"visits": 1}, "broadcast": False},
    ],
)
def test_a_message_that_is_meant(asked: dict[str, Any]) -> None:
    made = sandbox(GREETED)
    assert made.assert_sent(**asked).user == "ana"
    assert [each.user for each in made.sent(**asked)] == ["ana"]
    assert failure(made, nothing=True, **asked).startswith("1 message was sent")


@pytest.mark.parametrize(
    "asked",
    [
        {"to": "ben"},
        {"to": {"email": "ana"}},
        {"to": ""},
        {"campaign": "welcome "},
        {"canvas": "welcome"},
        {"endpoint": "/messages/send"},
        {"properties": {"name": "ana"}},
        {"properties": {"visits": True}},
        {"properties": {"more": None}},
        {"broadcast": True},
        {"audience": HUE},
        {"to": "ana", "properties": {"visits": 2}},
    ],
)
def test_a_message_that_is_not_meant(asked: dict[str, Any]) -> None:
    made = sandbox(GREETED)
    made.assert_nothing_sent(**asked)
    assert made.sent(**asked) == []
    assert failure(made, **asked).startswith("no message was sent")


@pytest.mark.parametrize(
    "audience",
    [HUE, "(city  ==  'Huế')", 'city in ["Huế"]', audience_dsl.compile("city == $c", params={"c": "Huế"}), IN_HUE,
     {"AND": [IN_HUE]}],
)  # fmt: skip
def test_the_same_audience_however_it_is_written(audience: Any) -> None:
    made = sandbox(broadcast(audience=IN_HUE), broadcast(audience={"OR": [copy.deepcopy(IN_HUE)]}))
    is_same = audience != 'city in ["Huế"]'
    assert len(made.sent(audience=audience)) == (2 if is_same else 0)
    assert made.sent(audience='city == "Vinh"') == []


def test_an_audience_that_is_invalid_can_be_asked_for_too() -> None:
    made = sandbox(to("ana", audience=INVALID))
    assert "Braze fails when it sends" in failure(made, audience=INVALID)


def test_an_audience_with_an_error_is_said_as_such() -> None:
    with pytest.raises(CompileError, match="AUD006"):
        sandbox().assert_sent(audience="city = 1")


def test_a_user_is_a_text() -> None:
    with pytest.raises(TypeError, match="which is a text"):
        sandbox().sent_to(7)  # type: ignore[arg-type]


def test_a_broadcast_goes_to_those_whom_profiles_select() -> None:
    made = sandbox(broadcast(audience=IN_HUE), broadcast(), profiles=PEOPLE)
    assert [each.request for each in made.sent_to("ana")] == [1, 2]
    assert [each.request for each in made.sent_to("ben")] == [2]
    assert made.sent_to("eve") == made.sent_to({"email": "ana"}) == []
    assert sandbox(broadcast()).sent_to("ana") == []


def test_profiles_that_are_set_later_are_for_later_requests() -> None:
    made = sandbox(broadcast(audience=IN_HUE))
    made.profiles = PEOPLE
    assert [profile.id for profile in made.profiles] == ["ana", "ben"]
    assert made.sent_to("ana") == []
    post(made, broadcast(audience=IN_HUE))
    assert [each.request for each in made.sent_to("ana")] == [2]


def test_one_means_exactly_one() -> None:
    made = sandbox(GREETED, GREETED)
    assert made.assert_sent("ana", times=2).request == 1
    assert made.assert_sent("ana", times=None).request == 1
    assert failure(made, "ana").startswith("2 messages were sent to `ana`, and 1 was expected\n")
    assert failure(made, "ana", times=3).startswith("2 messages were sent to `ana`, and 3 were expected\n")
    assert failure(made, "ben", times=None).startswith("no message was sent to `ben`\n")
    with pytest.raises(ValueError, match="assert_nothing_sent"):
        made.assert_sent("ana", times=0)


def test_a_log_that_has_lost_requests_does_not_answer() -> None:
    made = sandbox(GREETED, GREETED, keep=1)
    with pytest.raises(AssertionError, match="1 request of this test is no longer in the log"):
        made.assert_nothing_sent("ben")


# --- What is said ---


def said(text: str) -> str:
    return dedent(text).strip()


def test_what_was_sent_instead() -> None:
    made = sandbox(GREETED, to("ben", "cy"), to())
    assert failure(made, "ana", campaign="welcome", properties={"visits": 2, "city": "Huế"}) == said(
        """
        no message was sent to `ana` by campaign `welcome` with properties {"visits": 2, "city": "Huế"}
          request 1 sent campaign `welcome` to `ana`, properties {"name": "Ana", "visits": 1}
            property `visits` is 1, not 2
            there is no property `city`
          request 2 sent campaign `welcome` to `ben`, `cy`
          request 3, POST /campaigns/trigger/send, was refused: 400 No Recipients
            /recipients: error[AUD710]: `recipients` is empty, so the request reaches nobody (help: name a recipient; \
or leave it out and write `broadcast: true` to reach everyone targeted)
        """
    )


def test_why_a_user_is_not_selected() -> None:
    audience = audience_dsl.compile(f"{HUE} and (visits > 3 or push is opted_in) and (visits < 5 or visits == 7)")
    made = sandbox(broadcast(audience=audience.to_dict()), to("ben", "ana", audience=IN_HUE), profiles=PEOPLE)
    assert failure(made, "ben") == said(
        """
        no message was sent to `ben`
          request 1 sent campaign `storm` as a broadcast
            `ben` is not selected by the audience
              ✗ city == "Huế": `city` is `"Vinh"`, not `"Huế"`
              ✗ visits < 5: `visits` is `9`, which is at least `5`
              ✗ visits == 7: `visits` is `9`, not `7`
            audience: city == "Huế" and (visits > 3 or push is opted_in) and (visits < 5 or visits == 7)
            would reach 1 of 2 profiles: ana
          request 2 did not send campaign `welcome` to `ben`: not selected by the audience
              ✗ city == "Huế": `city` is `"Vinh"`, not `"Huế"`
          request 2 sent campaign `welcome` to `ana`
            audience: city == "Huế"
        """
    )


@pytest.mark.parametrize(
    ("bodies", "settings", "asked", "line"),
    [
        ([], {}, {}, "the sandbox got no request; does the code under test send through `braze_sandbox.transport`"),
        ([broadcast()], {}, {"to": "ana"}, "whether `ana` gets it is not known: give profiles to"),
        ([broadcast(audience=IN_HUE)], {"profiles": PEOPLE}, {"to": "eve"}, "`eve` is not among the profiles"),
        ([to("eve")], {"profiles": PEOPLE}, {"to": "eve"}, "did not send campaign `welcome` to `eve`: not among the"),
        ([broadcast(audience=INVALID)], {}, {}, "did not send campaign `storm` as a broadcast: accepted, but Braze"),
        ([broadcast(audience=IN_HUE)], {}, {"audience": "a exists"}, "the audience is another"),
        ([broadcast()], {}, {"audience": "a exists"}, "there is no audience"),
        ([broadcast()], {}, {"audience": "a exists"}, "by any"),
        ([broadcast()], {}, {"broadcast": False}, "it is a broadcast"),
        ([to("ana")], {}, {"broadcast": True}, "it names its users, and is no broadcast"),
        ([to("ana")], {}, {"endpoint": "/messages/send"}, "the endpoint is `/campaigns/trigger/send`, not `/mess"),
        ([to("ana")], {"campaigns": ["x"]}, {}, "was refused: 400 Invalid Campaign ID"),
        ([to("ana", x=1)], {}, {}, "/x: error[AUD703]"),
        ([to("ana", **dict.fromkeys("abcdefgh", 1))], {}, {}, "and 5 more"),
    ],
)  # fmt: skip
def test_what_stood_in_the_way(bodies: list[Any], settings: dict[str, Any], asked: dict[str, Any], line: str) -> None:
    told = failure(sandbox(*bodies, **settings), **asked)
    if line == "by any":
        assert told.startswith("no message was sent with the audience a exists\n")
    else:
        assert line in told


def test_a_wrong_key() -> None:
    made = braze()
    post(made, GREETED, key="another-key")
    told = failure(made, "ana")
    assert "request 1, POST /campaigns/trigger/send, was refused: 401 Invalid API key\n" in told
    assert "error[AUD851]: the key is none of this sandbox's" in told
    assert "another-key" not in told


def test_faults() -> None:
    made = braze()
    made.fail_next("503", "lost-answer")
    for _ in range(2):
        post(made, GREETED)
    assert failure(made, "ben").splitlines()[1:] == [
        "  request 1 met the fault `503`; Braze did not take it",
        "  request 2 met the fault `lost-answer`; Braze took it all the same",
        '  request 2 sent campaign `welcome` to `ana`, properties {"name": "Ana", "visits": 1}',
    ]


def test_what_only_makes_an_id() -> None:
    made = braze()
    post(made, {"campaign_id": "c"}, "/sends/id/create")
    assert made.log() == "  request 1 was POST /sends/id/create, which sends no message"


def test_users_who_get_the_same_are_told_together() -> None:
    made = sandbox(to(*"abcdefg", trigger_properties={"n": 1}))
    assert made.log() == (
        '  request 1 sent campaign `welcome` to `a`, `b`, `c`, `d`, `e` and 2 more, properties {"n": 1}'
    )


def test_what_goes_out_later_and_what_has_no_campaign() -> None:
    made = braze()
    post(made, broadcast(schedule={"time": "2030-01-31T09:00:00Z"}), "/campaigns/trigger/schedule/create")
    post(made, {"external_user_ids": ["ana"], "messages": {"sms": {}}}, "/messages/send")
    assert made.log().splitlines() == [
        "  request 1 sent campaign `storm` as a broadcast, scheduled for 2030-01-31T09:00:00Z",
        "  request 2 sent a message of /messages/send to `ana`",
    ]


def test_a_user_who_gets_a_broadcast_to_everyone_is_told_no_reason() -> None:
    told = failure(sandbox(broadcast(), profiles=PEOPLE), "ana", campaign="other")
    assert told.splitlines()[1:] == [
        "  request 1 sent campaign `storm` as a broadcast",
        "    would reach 2 of 2 profiles, since the request has no audience: ana, ben",
    ]
    assert "not among the profiles" in failure(sandbox(broadcast(), profiles=PEOPLE), "eve")


def test_of_many_clauses_the_first_are_told() -> None:
    audience = audience_dsl.compile(" and ".join(f"a{n} == 1" for n in range(9)))
    told = failure(sandbox(to("ana", audience=audience.to_dict()), profiles=PEOPLE), "ana").splitlines()
    assert sum("✗" in line for line in told) == 5
    assert "      and 4 more clauses of it" in told


def test_a_user_who_gets_it_with_other_values() -> None:
    told = failure(sandbox(broadcast(audience=IN_HUE, trigger_properties={"n": 1}), profiles=PEOPLE), "ana",
                   properties={"n": 2})  # fmt: skip
    assert "    property `n` is 1, not 2" in told
    assert "✗" not in told


def test_only_the_messages_too_many_are_shown() -> None:
    told = failure(sandbox(GREETED, to("ben"), to("ana")), "ben", nothing=True)
    assert told.splitlines() == [
        "1 message was sent to `ben`, and none was expected",
        "  request 2 sent campaign `welcome` to `ben`",
    ]


def test_a_few_lines_however_much_was_sent() -> None:
    many = {"campaign_id": "c", "recipients": [
        {"external_user_id": f"u{n}", "trigger_properties": {"n": n, "text": "x" * 1000}} for n in range(50)
    ]}  # fmt: skip
    told = failure(sandbox(*[many] * 50), "ana").splitlines()
    assert told[1] == "  42 earlier requests are left out"
    assert len(told) == 2 + REQUESTS_AT_MOST * (GROUPS_AT_MOST + 1)
    assert "    and 45 more messages" in told
    assert max(map(len, told)) <= 302


def test_an_audience_of_many_lines() -> None:
    clauses = [{"OR": [IN_HUE, *[{"custom_attribute": {"custom_attribute_name": f"a{n}", "comparison": "exists"}}]]}
               for n in range(40)]  # fmt: skip
    told = failure(sandbox(broadcast(audience={"AND": clauses})), "ana").splitlines()
    assert len(told) == 3 + 9
    assert "more lines" in told[-1]


HOSTILE = ["\x1b[31mred\nline\r\x00", "\ud800", "‮evil", "`x`", "<script>alert(1)</script>", "x" * 10_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:10]))
def test_hostile_text_is_shown_harmlessly(text: str) -> None:
    made = sandbox(
        {"campaign_id": text, "recipients": [{"external_user_id": text, "trigger_properties": {text: text}}]},
        {"campaign_id": text, text: text},
        broadcast(
            audience={"custom_attribute": {"custom_attribute_name": text, "comparison": "equals", "value": text}}
        ),
    )
    told = failure(made, "ana", campaign=text[:100], properties={text: 1})
    told.encode()
    assert all(line.isprintable() and len(line) <= 302 for line in told.splitlines())
    assert repr(made.requests)
    assert all(repr(message).isprintable() for message in made.sent())


def test_a_message_says_what_it_is() -> None:
    made = sandbox(GREETED)
    assert repr(made.sent()) == '[<Message: campaign `welcome` to `ana`, properties {"name": "Ana", "visits": 1}>]'
    assert repr(made) == "<BrazeSandbox: 1 request>"


# --- Laws ---


@given(expressions(app=False), st.lists(profiles(), min_size=1, max_size=3))
@effort(max_examples=40, deadline=None)
def test_those_whom_an_audience_selects_get_it_and_for_the_others_it_is_said_why(
    tree: Any, people: list[dict[str, Any]]
) -> None:
    if negated_app(tree):
        return
    audience = audience_dsl.compile(spelled(tree))
    known = [profile_of({**each, "external_id": f"u{at}"}) for at, each in enumerate(people)]
    users = [str(each.id) for each in known]
    made = sandbox(broadcast(audience=audience.to_dict()), to(*users, audience=audience.to_dict()), profiles=known)
    for user, profile in zip(users, known, strict=True):
        if audience.matches(profile, now=datetime.fromtimestamp(NOW, UTC)):
            assert [each.request for each in made.sent_to(user)] == [1, 2]
            assert [each.request for each in made.sent(audience=audience)] == [
                1,
                *[2] * len(made.sent(broadcast=False)),
            ]
        else:
            told = failure(made, user)
            assert told.count("  ✗ ") >= 2
            assert "✗ : " not in told


@given(
    st.dictionaries(st.text(max_size=5), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
)
@effort(max_examples=60, deadline=None)
def test_any_values_are_found_again_and_shown(values: dict[str, Any]) -> None:
    made = sandbox(to("ana", trigger_properties=values))
    if not made.requests[0].accepted:
        assert "was refused" in failure(made)
        return
    assert made.assert_sent("ana", properties=values).properties == values
    told = failure(made, "ben")
    told.encode()
    assert len(told.splitlines()) == 2
