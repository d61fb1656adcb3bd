"""A key that stands where it does not belong is in nothing that is kept, however the body was written."""

import json
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.sandbox import SANDBOX_KEY, LogEntry, Sandbox, SandboxRequest, running
from audience_dsl.sandbox.key_places import KEPT_INSTEAD, without_keys
from audience_dsl.sender.http import httpx

from .support import PATH, TO_ONE, sandbox

MARKER = "marker-1f0b"
REAL = "01234567-89ab-cdef-0123-456789abcdef"
NAMES = ["api_key", "app_group_id", "API_KEY", "apiKey", "api-key", "appGroupId"]


def escaped(name: str) -> str:
    return "".join(f"\\u{ord(letter):04X}" for letter in name)


# Each makes a body with the key under a name.
FORMATS: dict[str, Callable[[str], bytes]] = {
    "first": lambda name: json.dumps({name: MARKER, **TO_ONE}).encode(),
    "last": lambda name: json.dumps({**TO_ONE, name: MARKER}).encode(),
    "inside": lambda name: json.dumps({**TO_ONE, name: {"key": [MARKER]}}).encode(),
    "escaped": lambda name: f'{{"{escaped(name)}": "{MARKER}"}}'.encode(),
    "twice": lambda name: f'{{"{name}": "{MARKER}", "{name}": "other"}}'.encode(),
    "broken off": lambda name: f'{{"{name}": "{MARKER}", "campaign_id": '.encode(),
    "an array": lambda name: json.dumps([{name: MARKER}]).encode(),
    "a form": lambda name: urllib.parse.urlencode({name: MARKER, "campaign_id": "c"}).encode(),
    "an escaped form": lambda name: "".join(f"%{ord(each):02x}" for each in name).encode() + f"={MARKER}".encode(),
    "parts": lambda name: f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{MARKER}\r\n--x--'.encode(),
    "UTF-16": lambda name: json.dumps({name: MARKER}).encode("utf-16"),
}
# Other ways for a request to come, and not all of them are judged.
WAYS: list[dict[str, Any]] = [
    {},
    {"Authorization": ""},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"X-Sandbox-Fault": "503"},
    {"X-Sandbox-Fault": "lost-answer"},
    {"X-Sandbox-Fault": "there is none"},
]
HEADERS = {"Authorization": f"Bearer {SANDBOX_KEY}", "Content-Type": "application/json"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMATS)
def test_no_key_in_a_body_is_kept(name: str, form: str) -> None:
    raw = FORMATS[form](name)
    for more in WAYS:
        seen: list[LogEntry] = []
        braze = sandbox(on_entry=seen.append)
        for path in (PATH, "/users/track", f"{PATH}?{name}={MARKER}"):
            braze.handle(SandboxRequest("POST", path, ({**HEADERS, **more}).items(), raw))
        state = json.dumps(braze.state())
        assert MARKER not in state
        assert MARKER.encode() not in b"".join(entry.raw.replace(b"\0", b"") for entry in seen)
        assert MARKER not in repr([seen, [each.as_dict() for each in seen]])
        again = sandbox()
        again.restore(json.loads(state))
        assert json.dumps(again.state()) == state


def test_what_else_the_body_says_is_kept() -> None:
    _, entry = sandbox().exchange(SandboxRequest("POST", "/users/track", [], FORMATS["first"]("api_key")))
    assert entry.body == {"api_key": KEPT_INSTEAD, **TO_ONE}


@pytest.mark.parametrize("place", ["body", "query"])
@pytest.mark.parametrize("name", ["api_key", "app_group_id"])
@pytest.mark.parametrize("authorization", [HEADERS["Authorization"], ""])
def test_a_key_that_looks_real_is_refused_there_too(place: str, name: str, authorization: str) -> None:
    raw = json.dumps({**TO_ONE, name: REAL} if place == "body" else TO_ONE).encode()
    asked = SandboxRequest(
        "POST",
        f"{PATH}?{name}={REAL}" if place == "query" else PATH,
        {**HEADERS, "Authorization": authorization}.items(),
        raw,
    )
    answer, entry = sandbox().exchange(asked)
    assert answer.status == 401
    assert "looks real" in answer.json()["message"]
    assert "looks like one of Braze's" in entry.findings[0].message
    assert REAL not in answer.body.decode() + json.dumps(entry.as_state()) + repr(asked)
    allowed = sandbox(allow_real_keys=True).handle(asked)
    assert "looks real" not in allowed.json()["message"]


def test_a_state_from_elsewhere_brings_no_key() -> None:
    entry = {"number": 1, "at": "2026-01-01T00:00:00Z", "method": "POST", "path": "/users/track"}
    braze = sandbox()
    braze.restore({"requests": [{**entry, "body": {"api_key": MARKER}}]})
    assert MARKER not in json.dumps(braze.state())


def test_on_a_port_no_key_is_on_a_page_or_handed_to_whoever_prints() -> None:
    printed: list[LogEntry] = []
    braze: Sandbox = sandbox()
    with running(braze, on_request=printed.append) as url, httpx.Client(base_url=url, trust_env=False) as web:
        for form in FORMATS.values():
            for headers in ({}, HEADERS):
                web.post("/users/track?api_key=" + MARKER, content=form("api_key"), headers=headers)
                web.post(PATH, content=form("api_key"), headers=headers)
        paths = ["/_sandbox/requests", "/_sandbox/state", "/_sandbox/activity", "/_sandbox/ui/"]
        paths += [f"/_sandbox/ui/requests/{entry.number}" for entry in braze.requests]
        for path in paths:
            told = web.get(path)
            assert (told.status_code, MARKER in told.text) == (200, False), path
    assert len(printed) == 4 * len(FORMATS)
    assert MARKER not in repr([entry.as_dict() for entry in printed])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5
)


@given(st.dictionaries(st.sampled_from(["campaign_id", "api_key", "apiKey", "key", "api key", "keys"]), values))
def test_only_keys_are_taken_out_and_once_is_enough(body: dict[str, Any]) -> None:
    once = without_keys(json.dumps(body).encode())
    assert without_keys(once) == once
    names = ("api_key", "apiKey")
    assert json.loads(once) == {name: KEPT_INSTEAD if name in names else value for name, value in body.items()}


def test_a_name_within_what_was_sent_is_let_alone() -> None:
    raw = json.dumps({**TO_ONE, "trigger_properties": {"api_key": "of a partner"}}).encode()
    _, entry = sandbox().exchange(SandboxRequest("POST", PATH, HEADERS.items(), raw))
    assert (entry.accepted, entry.raw) == (True, raw)
