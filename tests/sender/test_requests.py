"""Every documented rule of a trigger request, by code and JSON pointer."""

import copy
import hashlib
import json
import time
from collections import UserDict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND, ENDPOINTS
from audience_dsl.diagnostics import ConfigurationError, RequestError
from audience_dsl.sender import build_request, check_request, request_schema

AUDIENCE = {"custom_attribute": {"custom_attribute_name": "a", "comparison": "exists"}}
USER = {"external_user_id": "u"}
EMAIL = {"email": "u@example.com", "prioritization": ["identified", "most_recently_updated"]}
ALIAS = {"user_alias": {"alias_name": "n", "alias_label": "l"}}
FILE = {"file_name": "terms", "url": "https://example.com/terms.pdf"}


def to(*recipients: Any, **more: Any) -> dict[str, Any]:
    return {"campaign_id": "c", "recipients": list(recipients), **more}


def everyone(**more: Any) -> dict[str, Any]:
    return {"campaign_id": "c", "broadcast": True, **more}


def properties_of(size: int) -> dict[str, str]:
    """An object of exactly this many bytes as JSON."""
    return {"p": "x" * (size - len('{"p":""}'))}


GOOD: list[Any] = [
    to(USER),
    to(EMAIL),
    to(ALIAS),
    to({"braze_id": "b"}),
    to(*[USER] * 50),
    to(USER, audience=AUDIENCE),
    to(USER, broadcast=False, attachments=[FILE], send_id="s" * 64, trigger_properties={"a": [1, None, {"b": True}]}),
    to(USER, attachments=[{**FILE, "basic_auth_credential": "b", "url": "HTTP://Example.com:8080/a%20b?c=d"}]),
    to(USER, attachments=[]),
    to({**USER, "send_to_existing_only": False, "attributes": {"email": "e"}}),
    to({**USER, "send_to_existing_only": True}),
    to({**ALIAS, "send_to_existing_only": True, "attributes": {}}),
    to({**USER, "attributes": {"any": {"thing": [1]}, "null": None, "email_subscribe": "opted_in"}}),
    to(
        {
            **USER,
            "attributes": {"subscription_groups": [{"subscription_group_id": "g", "subscription_state": "subscribed"}]},
        }
    ),
    to({**USER, "trigger_properties": properties_of(50_000)}, trigger_properties=properties_of(50_000)),
    to({**EMAIL, "prioritization": ["unidentified"]}),
    # Braze says when it is needed, and not that it is refused elsewhere.
    to({**USER, "prioritization": ["identified"]}),
    everyone(),
    everyone(audience=AUDIENCE),
    everyone(audience=UserDict(AUDIENCE), trigger_properties=UserDict({"a": (1, 2)})),
]


def recipient(**more: Any) -> dict[str, Any]:
    return to({**USER, **more})


def groups(*entries: Any) -> dict[str, Any]:
    return recipient(attributes={"subscription_groups": list(entries)})


R = "/recipients/0"
G = R + "/attributes/subscription_groups"
GROUP = {"subscription_group_id": "g", "subscription_state": "subscribed"}
# The pointer and code of every finding about a body.
BAD: list[tuple[Any, list[tuple[str, str]]]] = [
    # the body as such
    (None, [("", "AUD701")]),
    ([], [("", "AUD701")]),
    ("x", [("", "AUD701")]),
    (float("nan"), [("", "AUD718")]),
    ({}, [("", "AUD702"), ("", "AUD710")]),
    # fields: unknown, missing, of a wrong type
    (to(USER, brodcast=True), [("/brodcast", "AUD703")]),
    (to(USER, **{"a/b": 1}), [("/a~1b", "AUD703")]),
    (to(USER, segment_id="s"), [("/segment_id", "AUD717")]),
    (recipient(foo=1), [(R + "/foo", "AUD703")]),
    (recipient(segment_id=1), [(R + "/segment_id", "AUD703")]),
    (to({"user_alias": {**ALIAS["user_alias"], "x": 1}}), [(R + "/user_alias/x", "AUD703")]),
    (to(USER, attachments=[{**FILE, "x": 1}]), [("/attachments/0/x", "AUD703")]),
    ({"recipients": [USER]}, [("", "AUD702")]),
    (to({"user_alias": {"alias_name": "n"}}), [(R + "/user_alias", "AUD702")]),
    (to(USER, attachments=[{}]), [("/attachments/0", "AUD702"), ("/attachments/0", "AUD702")]),
    (to(USER, campaign_id=1), [("/campaign_id", "AUD701")]),
    (to(USER, campaign_id=""), [("/campaign_id", "AUD701")]),
    (to(USER, campaign_id=None), [("/campaign_id", "AUD701")]),
    (to(USER, trigger_properties=""), [("/trigger_properties", "AUD701")]),
    (to(USER, trigger_properties=[]), [("/trigger_properties", "AUD701")]),
    (recipient(trigger_properties=None), [(R + "/trigger_properties", "AUD701")]),
    (recipient(send_to_existing_only="false"), [(R + "/send_to_existing_only", "AUD701")]),
    (recipient(send_to_existing_only=0), [(R + "/send_to_existing_only", "AUD701")]),
    (recipient(attributes=[]), [(R + "/attributes", "AUD701")]),
    (to({"external_user_id": 1}), [(R + "/external_user_id", "AUD701")]),
    (to({"external_user_id": ""}), [(R + "/external_user_id", "AUD701")]),
    (to({"braze_id": ""}), [(R + "/braze_id", "AUD701")]),
    (to({"user_alias": "n"}), [(R + "/user_alias", "AUD701")]),
    (
        to({"user_alias": {"alias_name": "", "alias_label": 1}}),
        [(R + "/user_alias/alias_name", "AUD701"), (R + "/user_alias/alias_label", "AUD701")],
    ),
    (to("u", USER, None), [(R, "AUD701"), ("/recipients/2", "AUD701")]),
    ({"campaign_id": "c", "recipients": USER}, [("/recipients", "AUD701")]),
    ({"campaign_id": "c", "recipients": None}, [("/recipients", "AUD701")]),
    (to(USER, broadcast="true"), [("/broadcast", "AUD701")]),
    (to(USER, broadcast=1), [("/broadcast", "AUD701")]),
    ({"campaign_id": "c", "broadcast": None}, [("/broadcast", "AUD701")]),
    (to(USER, attachments={}), [("/attachments", "AUD701")]),
    (to(USER, attachments=["x"]), [("/attachments/0", "AUD701")]),
    (to(USER, send_id=1), [("/send_id", "AUD701")]),
    # identifiers
    (to({}), [(R, "AUD704")]),
    (to({**USER, **ALIAS}), [(R, "AUD704")]),
    (to({**EMAIL, "braze_id": "b"}), [(R, "AUD704")]),
    # prioritization
    (to({"email": "e"}), [(R, "AUD705")]),
    (to({**EMAIL, "prioritization": []}), [(R + "/prioritization", "AUD705")]),
    (to({**EMAIL, "prioritization": "identified"}), [(R + "/prioritization", "AUD705")]),
    (to({**EMAIL, "prioritization": ["newest"]}), [(R + "/prioritization/0", "AUD705")]),
    (to({**EMAIL, "prioritization": [1]}), [(R + "/prioritization/0", "AUD705")]),
    (to({**EMAIL, "prioritization": ["identified", "unidentified"]}), [(R + "/prioritization", "AUD705")]),
    (
        to({**EMAIL, "prioritization": ["most_recently_updated", "least_recently_updated"]}),
        [(R + "/prioritization", "AUD705")],
    ),
    (to({**EMAIL, "prioritization": ["identified", "identified"]}), [(R + "/prioritization", "AUD705")]),
    # send_to_existing_only
    (recipient(send_to_existing_only=False), [(R + "/send_to_existing_only", "AUD706")]),
    (recipient(send_to_existing_only=False, attributes={}), [(R + "/send_to_existing_only", "AUD706")]),
    (to({**ALIAS, "send_to_existing_only": False, "attributes": {"a": 1}}), [(R + "/send_to_existing_only", "AUD706")]),
    # targets
    (to(*[USER] * 51), [("/recipients", "AUD707")]),
    (to(*[USER] * 51, "x"), [("/recipients", "AUD707"), ("/recipients/51", "AUD701")]),
    (to(USER, broadcast=True), [("/recipients", "AUD708")]),
    (to(broadcast=True), [("/recipients", "AUD708")]),
    (everyone(attachments=[FILE]), [("/attachments", "AUD709")]),
    (to(USER, broadcast=True, attachments=[]), [("/recipients", "AUD708"), ("/attachments", "AUD709")]),
    ({"campaign_id": "c"}, [("", "AUD710")]),
    ({"campaign_id": "c", "broadcast": False}, [("", "AUD710")]),
    (to(), [("/recipients", "AUD710")]),
    (to(audience=AUDIENCE), [("/recipients", "AUD710")]),
    ({"campaign_id": "c", "audience": AUDIENCE}, [("/audience", "AUD711")]),
    ({"campaign_id": "c", "audience": AUDIENCE, "broadcast": False}, [("/audience", "AUD711")]),
    # sizes
    (to(USER, trigger_properties=properties_of(50_001)), [("/trigger_properties", "AUD712")]),
    (to(USER, trigger_properties={"p": "é" * 25_000}), [("/trigger_properties", "AUD712")]),
    (recipient(trigger_properties=properties_of(50_001)), [(R + "/trigger_properties", "AUD712")]),
    (recipient(attributes={"a": "x" * 4_000_000}), [("", "AUD713")]),
    (recipient(attributes={"a": "é" * 2_000_000}), [("", "AUD713")]),
    (to(USER, audience=AUDIENCE, trigger_properties={"a": "x" * 4_000_000}), [("", "AUD713")]),
    # send_id
    (to(USER, send_id=""), [("/send_id", "AUD714")]),
    (to(USER, send_id="s" * 65), [("/send_id", "AUD714")]),
    (to(USER, send_id="é"), [("/send_id", "AUD714")]),
    # attachments
    *[
        (to(USER, attachments=[{**FILE, "url": url}]), [("/attachments/0/url", "AUD715")])
        for url in (
            "terms.pdf",
            "ftp://example.com/a",
            "https://",
            "https:///a",
            "https://[::1",
            "https://a:b",
            "https://a b",
            "data:,x",
            "https://a\n",
        )
    ],
    (to(USER, attachments=[{**FILE, "url": ""}]), [("/attachments/0/url", "AUD701")]),
    (to(USER, attachments=[{**FILE, "file_name": ""}]), [("/attachments/0/file_name", "AUD701")]),
    (
        to(USER, attachments=[{**FILE, "basic_auth_credential": 1}]),
        [("/attachments/0/basic_auth_credential", "AUD701")],
    ),
    # subscription groups
    (recipient(attributes={"subscription_groups": {}}), [(G, "AUD716")]),
    (groups("g"), [(G + "/0", "AUD716")]),
    (groups({"subscription_group_id": "g"}), [(G + "/0", "AUD716")]),
    (groups(GROUP, {**GROUP, "subscription_state": "opted_in"}), [(G + "/1/subscription_state", "AUD716")]),
    (groups({**GROUP, "subscription_group_id": ""}), [(G + "/0/subscription_group_id", "AUD716")]),
    (groups({**GROUP, "x": 1}), [(G + "/0/x", "AUD716")]),
    # what JSON cannot carry
    (to(USER, campaign_id=b"c"), [("/campaign_id", "AUD718")]),
    *[
        (to(USER, trigger_properties={"p": [value]}), [("/trigger_properties/p/0", "AUD718")])
        for value in (
            float("nan"),
            float("inf"),
            -float("inf"),
            b"x",
            datetime.now(UTC),
            Decimal(1),
            {"x"},
            object(),
            "\ud800",
            10**4000,
        )
    ],
    (recipient(attributes={"a": {1: 2}}), [(R + "/attributes/a", "AUD718")]),
    (recipient(attributes={"\udfff": 2}), [(R + "/attributes/\\udfff", "AUD718")]),
    ({**to(USER), 1: 2}, [("", "AUD718")]),
    # the audience
    (everyone(audience=None), [("/audience", "AUD601")]),
    (everyone(audience={}), [("/audience", "AUD601")]),
    (everyone(audience={"AND": [AUDIENCE, {"AND": []}]}), [("/audience/AND/1/AND", "AUD605")]),
    (to(USER, audience={"not": 1}), [("/audience/not", "AUD602")]),
    ({"campaign_id": "c", "audience": {"OR": []}}, [("/audience", "AUD711"), ("/audience/OR", "AUD605")]),
    (everyone(audience=object()), [("/audience", "AUD604")]),
]


def found(body: Any, **settings: Any) -> list[tuple[str | None, str]]:
    return sorted((finding.pointer, finding.code.code) for finding in check_request(body, **settings))


@pytest.mark.parametrize("body", GOOD, ids=lambda body: repr(body)[:70])
def test_good(body: Any) -> None:
    assert found(body) == []
    request = build_request(body)
    assert request.digest == build_request(body).digest
    assert request.is_broadcast == ("recipients" not in body)
    assert request.recipient_count == len(body.get("recipients", []))
    assert request.subject == "c"


@pytest.mark.parametrize(("body", "findings"), BAD, ids=lambda value: repr(value)[:70])
def test_bad(body: Any, findings: list[tuple[str, str]]) -> None:
    assert found(body) == sorted(findings)
    for finding in check_request(body):
        assert finding.message[0].islower() or finding.message[0] == "`" or finding.message.startswith("JSON ")
        assert not finding.message.endswith(".")
        assert not [word for word in ("pydantic", "Input should", "_type") if word in str(finding)]
    with pytest.raises(RequestError) as caught:
        build_request(body)
    assert len(caught.value.diagnostics) == len(findings)


# The request that the endpoint's own page prints.
PRINTED: dict[str, Any] = json.loads((Path(__file__).parents[1] / "cases" / "endpoint_page.json").read_text())


def test_the_request_that_the_endpoint_page_prints() -> None:
    assert found(PRINTED) == [
        ("/recipients/0", "AUD704"),
        ("/recipients/0/trigger_properties", "AUD701"),
        ("/trigger_properties", "AUD701"),
    ]
    mended = copy.deepcopy(PRINTED)
    mended["trigger_properties"] = mended["recipients"][0]["trigger_properties"] = {}
    del mended["recipients"][0]["external_user_id"]
    assert found(mended) == []
    assert build_request(mended).to_dict() == mended


def test_an_audience_alone_by_choice() -> None:
    alone = {"campaign_id": "c", "audience": AUDIENCE}
    (finding,) = check_request(alone)
    assert "`audience_without_broadcast`" in (finding.help or "")
    assert "disagree" in (finding.help or "")
    for body in (alone, {**alone, "broadcast": False}):
        request = build_request(body, audience_without_broadcast=True)
        assert request.to_dict() == body
        assert request.is_broadcast
    assert found({"campaign_id": "c"}, audience_without_broadcast=True) == [("", "AUD710")]


def test_an_audience_of_the_library() -> None:
    class Audience:
        def to_dict(self) -> dict[str, Any]:
            return AUDIENCE

    body = everyone(audience=Audience())
    assert found(body) == []
    assert build_request(body).to_dict() == everyone(audience=AUDIENCE)


def test_the_bytes() -> None:
    request = build_request({"broadcast": True, "trigger_properties": {"z": "é", "a": (1, 2.0)}, "campaign_id": "c"})
    text = '{"broadcast":true,"trigger_properties":{"z":"é","a":[1,2.0]},"campaign_id":"c"}'
    assert request.body == text.encode()
    assert request.digest == hashlib.sha256(text.encode()).hexdigest()
    assert request.endpoint is CAMPAIGN_TRIGGER_SEND


def test_a_request_is_a_value() -> None:
    body: dict[str, Any] = to({"email": "anna@example.com", "prioritization": ["identified"]})
    request = build_request(body)
    assert "anna" not in repr(request) + str(request)
    assert "recipients: 1" in repr(request)
    assert "broadcast" in repr(build_request(everyone()))
    body["recipients"].append(USER)
    request.to_dict()["recipients"].clear()
    assert len(request.to_dict()["recipients"]) == 1
    with pytest.raises(AttributeError):
        request.body = b""  # type: ignore[misc]
    assert request == build_request(to({"email": "anna@example.com", "prioritization": ["identified"]}))


def test_findings_show_no_recipient() -> None:
    body = to(
        {"email": "anna@example.com", "external_user_id": "anna-1", "attributes": {"first_name": b"anna"}},
        {"external_user_id": "anna-2", "prioritization": ["identified"]},
        "anna-3",
    )
    with pytest.raises(RequestError) as caught:
        build_request(body)
    assert "anna" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "way"),
    [
        (to(USER, brodcast=True), "did you mean `broadcast`?"),
        (recipient(trigger_propertys={}), "did you mean `trigger_properties`?"),
        (to({"external_id": "u"}), "did you mean `external_user_id`?"),
        (to({"user_alias": {"alias_nam": "n", "alias_label": "l"}}), "did you mean `alias_name`?"),
        (to({**EMAIL, "prioritization": ["identifed"]}), "did you mean `identified`?"),
        (groups({**GROUP, "subscription_state": "unsubscribe"}), "did you mean `unsubscribed`?"),
        (to(USER, attachments=[{**FILE, "link": "x"}]), "the fields here are `file_name`"),
        (to(USER, segment_id="s"), "target audience in the dashboard"),
        (to({"external_user_id": 1}), "put it in quotes"),
        (to(USER, send_id=None), "leave it out"),
        (to(USER, trigger_properties={"d": datetime.now(UTC)}), "isoformat"),
    ],
)
def test_ways_out(body: Any, way: str) -> None:
    assert any(way in (finding.help or "") for finding in check_request(body))


def deep(depth: int) -> Any:
    inner: Any = []
    for _ in range(depth):
        inner = [inner]
    return inner


def test_nesting() -> None:
    # The body and trigger_properties are two of the hundred levels, the innermost list another.
    assert found(to(USER, trigger_properties={"p": deep(97)})) == []
    for depth in (98, 400, 50_000):
        findings = check_request(to(USER, trigger_properties={"p": deep(depth)}))
        assert [finding.code.code for finding in findings] == ["AUD718"]
        assert "100 levels" in findings[0].message
    findings = check_request(to({**USER, "attributes": {"p": deep(5_000)}}))
    assert [finding.code.code for finding in findings] == ["AUD718"]


def test_hostile_bodies() -> None:
    endless: dict[str, Any] = {"campaign_id": "c"}
    endless["trigger_properties"] = endless
    for body in (
        endless,
        to(*[{}] * 50_000),
        to(*[{"foo": 1, "bar": 2}] * 50_000),
        to(*["x"] * 50_000),
        to({**EMAIL, "prioritization": ["x"] * 50_000}),
        {str(n): 1 for n in range(50_000)},
        everyone(audience={"AND": [{"x": 1}] * 50_000}),
        groups(*[{}] * 50_000),
    ):
        start = time.perf_counter()
        findings = check_request(body)
        assert 1 <= len(findings) <= 100
        assert time.perf_counter() - start < 20


def test_another_endpoint() -> None:
    canvas = ENDPOINTS["canvas-trigger-send"]
    body = {"canvas_id": "k", "recipients": [{**USER, "context": {"a": 1}}], "context": {}}
    assert found(body, endpoint=canvas) == []
    assert build_request(body, endpoint=canvas).subject == "k"
    for name in ("canvas-trigger-send", "/canvas/trigger/send"):
        assert build_request(body, endpoint=name) == build_request(body, endpoint=canvas)
    with pytest.raises(ConfigurationError, match="canvas-trigger-send"):
        build_request(body, endpoint="canvas-triger-send")
    assert found(to(USER), endpoint=canvas) == [("", "AUD702"), ("/campaign_id", "AUD703")]


def test_the_schema_is_published() -> None:
    schema = request_schema()
    json.dumps(schema, allow_nan=False)
    assert schema["required"] == ["campaign_id"]
    assert set(schema["properties"]) == {
        "campaign_id",
        "send_id",
        "trigger_properties",
        "broadcast",
        "audience",
        "recipients",
        "attachments",
    }
    assert schema["properties"]["recipients"]["maxItems"] == 50
    assert "AndGroup" in schema["$defs"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
fields = st.sampled_from(
    sorted({"campaign_id", "send_id", "broadcast", "audience", "recipients", "attachments", "segment_id"})
)
parts = st.sampled_from(
    [USER, EMAIL, ALIAS, FILE, AUDIENCE, [USER], [FILE], GROUP, "c", 1, True, False, None, [], {}, "trigger_properties"]
)
likely = st.dictionaries(fields | st.sampled_from(["trigger_properties"]), parts | json_values, max_size=6)
carried = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(json_values | likely)
def test_never_raises_and_never_changes_a_body(body: Any) -> None:
    findings = check_request(body)
    if findings:
        with pytest.raises(RequestError) as caught:
            build_request(body)
        assert [str(finding) for finding in caught.value.diagnostics] == [str(finding) for finding in findings]
    else:
        request = build_request(body)
        assert json.loads(request.body) == body
        assert list(json.loads(request.body)) == list(body)


@given(
    st.dictionaries(st.text(), carried, max_size=4), st.dictionaries(st.text().map("a_".__add__), carried, max_size=4)
)
def test_what_the_caller_wrote_is_what_is_sent(properties: dict[str, Any], attributes: dict[str, Any]) -> None:
    body = to({**USER, "trigger_properties": properties, "attributes": attributes}, trigger_properties=properties)
    request = build_request(body)
    assert json.loads(request.body) == request.to_dict() == body
