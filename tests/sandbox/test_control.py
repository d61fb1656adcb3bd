"""The control API over a real socket: what it reads and sets, what it refuses, and whom."""

import asyncio
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience_dsl.sandbox import Sandbox, create_app, running
from audience_dsl.sandbox.bodies import NESTING_AT_MOST
from audience_dsl.sender.http import httpx

from .support import AUDIENCE, PATH, TO_AUDIENCE, TO_ONE, sandbox

KEY = {"Authorization": "Bearer sandbox-key"}
JSON = {"Content-Type": "application/json"}
PAGE = Path(__file__).parents[2] / "docs" / "control-api.md"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Sandbox]]:
    braze = sandbox()
    with running(braze) as url:
        yield url, braze


@pytest.fixture
def braze(served: tuple[str, Sandbox]) -> Sandbox:
    served[1].restore(FRESH)
    return served[1]


@pytest.fixture
def web(served: tuple[str, Sandbox], braze: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{served[0]}/_sandbox", headers=KEY, trust_env=False, timeout=60) as client:
        yield client


FRESH = sandbox().state()


def send(web: httpx.Client, body: object, **headers: str) -> httpx.Response:
    return web.post(str(web.base_url).partition("/_sandbox")[0] + PATH, json=body, headers=headers)


# --- What there is ---


def test_the_index_is_the_table_of_the_page(web: httpx.Client) -> None:
    told = [(each["method"], each["path"], each["what"]) for each in web.get("/api").json()["paths"]]
    table = re.findall(r"^\| `(\w+)` \| `(/_sandbox/\S+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert [tuple(row) for row in table] == told


def test_what_the_index_lists_is_there(web: httpx.Client) -> None:
    for each in web.get("/api").json()["paths"]:
        path = each["path"].replace("{number}", "1").replace("{id}", "c-1").removeprefix("/_sandbox")
        answer = web.request(each["method"], path, content=b"", headers=JSON)
        # 400 and 404: a body that is none, and a request that there is not; but the path and its method are.
        assert answer.status_code in (200, 400, 404), each
        assert answer.headers["X-Braze-Sandbox"] == "1"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        if answer.status_code == 404:
            assert answer.json()["message"] != "Not Found", each


@pytest.mark.parametrize("path", ["/state", "/faults", "/clock", "/campaigns", "/campaigns/c-1", "/keys", "/limits"])
def test_a_method_that_a_path_has_not(web: httpx.Client, path: str) -> None:
    answer = web.request("PATCH", path)
    assert answer.status_code == 405
    assert {"GET", "PUT"} <= set(answer.headers["Allow"].split(", "))


# --- The log ---


def test_the_log_from_a_number_on(web: httpx.Client) -> None:
    for _ in range(5):
        send(web, TO_ONE)
    first = web.get("/requests", params={"after": 0, "limit": 3}).json()
    assert [entry["number"] for entry in first["requests"]] == [1, 2, 3]
    rest = web.get("/requests", params={"after": first["last"]}).json()
    assert [entry["number"] for entry in rest["requests"]] == [4, 5]
    assert web.get("/requests", params={"after": rest["last"]}).json() == {"requests": [], "dropped": 0, "last": 5}
    assert web.get("/requests/4").json() == rest["requests"][0]
    for none in ("6", "0", "x", "-1", "9" * 5_000):
        assert web.get(f"/requests/{none}").status_code == 404


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=x", "after=", "after=²", f"after={'9' * 99}"])
def test_a_number_that_is_none(web: httpx.Client, query: str) -> None:
    assert web.get(f"/requests?{query}").status_code == 400


# --- Settings ---


PARTS: dict[str, list[tuple[object, str]]] = {
    "/clock": [
        ({"at": "2030-01-31"}, "`/at` is `2030-01-31`"),
        ({"at": 5}, "is a number, and not a string"),
        ({"advance": -1}, "is not a number from 0"),
        ({"advance": 1e18, "frozen": True}, "is not a number from 0"),
        ({"frozn": True}, "unknown member `frozn`"),
        ([], "is an array, and not an object"),
    ],
    "/faults": [
        ({"rates": {"5o3": 1}}, "there is no fault `5o3`"),
        ({"rates": {"503": 2}}, "is not a number from 0 to 1"),
        ({"rates": {"503": 0.6, "502": 0.6}}, "which is more than 1"),
        ({"paths": ["/nowhere"]}, "no endpoint of the sandbox"),
        ({"next": ["5o3"]}, "there is no fault `5o3`"),
    ],
    "/faults/next": [
        ({"faults": ["5o3"]}, "there is no fault `5o3`"),
        ({"faults": "503"}, "is a string, and not an array"),
        ({}, "`faults` is missing"),
    ],
    "/campaigns": [({"states": {"c": "pausd"}}, "is `pausd`"), ({"paused": "x"}, "is `x`")],
    "/campaigns/c-1": [({"state": "pausd"}, "is not `pausd`"), ({}, "`state` is missing"), (3, "is a number")],
    "/canvases/c-1": [({"state": None}, "is null, and not a string")],
    "/keys": [
        ({"keys": {"a": ["canvas.trigger.sned"]}}, "canvas.trigger.sned"),
        ({"keys": {"12345678-1234-1234-1234-123456789012": None}}, "looks like a key of Braze's"),
    ],
    "/limits": [({"limits": {"broadcasts": 0}}, "is not a number from 1"), ({"limts": {}}, "unknown member `limts`")],
    "/settings": [({"mode": "strct"}, "is `strct`"), ({"clock": {}}, "unknown member `clock`")],
    "/state": [({"clock": {"frozen": 1}}, "`/clock/frozen`"), ({"format": 99}, "is of format 99"), ([], "is an array")],
    "/profiles": [([3], "a profile is an object"), ({}, "is an object, and not an array")],
}
REFUSED = [(path, value, words) for path, rows in PARTS.items() for value, words in rows]


@pytest.mark.parametrize(("path", "value", "words"), REFUSED)
def test_what_cannot_be_is_refused_and_changes_nothing(
    web: httpx.Client, braze: Sandbox, path: str, value: object, words: str
) -> None:
    web.put("/campaigns/c-0", json={"state": "paused"})
    before = braze.state()
    answer = web.request("POST" if path.endswith("/next") else "PUT", path, json=value)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert "12345678-1234" not in answer.text
    assert braze.state() == before


@pytest.mark.parametrize("path", list(PARTS))
@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {}, 415),
        (b"{", JSON, 400),
        (b"\xff", JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b'{"a":NaN}', JSON, 400),
        (b'{"\\ud800": "\\ud800"}', JSON, 400),
    ],
)
def test_a_body_that_is_no_json(web: httpx.Client, path: str, raw: bytes, headers: dict[str, str], status: int) -> None:
    answer = web.request("POST" if path.endswith("/next") else "PUT", path, content=raw, headers=headers)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_what_a_put_leaves_out_stays(web: httpx.Client) -> None:
    web.put("/faults", json={"rates": {"503": 0.5}, "seed": 7, "paths": [PATH]})
    web.post("/faults/next", json={"faults": ["502", "delay"], "delay": 0.0})
    told = web.put("/faults", json={"rates": {"504": 0.25}}).json()
    assert told == {**web.get("/faults").json(), "rates": {"504": 0.25}, "seed": 7, "paths": [PATH]}
    assert told["next"] == ["502", {"name": "delay", "delay": 0.0}]
    assert web.delete("/faults/next").json() == {**told, "next": []}
    assert web.delete("/faults").json()["rates"] == {}
    web.put("/campaigns", json={"only_known": True})
    web.put("/campaigns/c%2F1", json={"state": "archived"})
    assert web.get("/campaigns").json()["states"] == {"c/1": "archived"}
    assert web.get("/campaigns/c%2F1").json() == {"id": "c/1", "state": "archived"}
    assert web.get("/campaigns/c-2").status_code == 404
    assert web.delete("/campaigns/c%2F1").json() == {"id": "c/1", "state": None}
    assert web.get("/campaigns").json()["only_known"] is True


def test_what_is_set_decides_about_the_next_request(web: httpx.Client) -> None:
    web.put("/campaigns/c-1", json={"state": "paused"})
    assert "notice" in send(web, TO_ONE).json()
    web.put("/campaigns", json={"paused": "refuse"})
    assert send(web, TO_ONE).status_code == 400
    web.delete("/campaigns/c-1")
    web.put("/limits", json={"enforce": True, "limits": {"requests": 3}})
    assert [send(web, TO_ONE).status_code for _ in range(2)] == [201, 429]
    assert web.get("/limits").json()["windows"][0]["used"] == 3
    web.put("/clock", json={"advance": 3_600})
    assert send(web, TO_ONE).status_code == 201
    web.put("/keys", json={"keys": {"another": None}})
    assert send(web, TO_ONE).status_code == 401
    assert send(web, TO_ONE, Authorization="Bearer another").status_code == 201
    web.put("/settings", json={"mode": "strict"})
    broken = {**TO_AUDIENCE, "audience": {"AND": [{"last_used_app": {"comparison": "equals", "value": "x"}}]}}
    assert send(web, broken, Authorization="Bearer another").status_code == 400


def test_a_clock_that_stands_shows_what_was_set(web: httpx.Client) -> None:
    told = web.put("/clock", json={"at": "2030-01-31T09:00:00+01:00", "advance": 0.5, "frozen": True}).json()
    assert told == {"now": "2030-01-31T08:00:00.500000Z", "frozen": True}
    send(web, TO_ONE)
    assert web.get("/requests/1").json()["at"] == "2030-01-31T08:00:00.500Z"


def test_faults_by_number_and_by_header(web: httpx.Client) -> None:
    web.post("/faults/next", json={"faults": ["503", "lost-answer"]})
    assert send(web, TO_ONE).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        send(web, TO_ONE)
    assert send(web, TO_ONE).status_code == 201
    assert send(web, TO_ONE, **{"X-Sandbox-Fault": "418"}).status_code == 418
    assert send(web, TO_ONE, **{"X-Sandbox-Fault": "lost-answr"}).status_code == 400
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            str(web.base_url).partition("/_sandbox")[0] + PATH,
            json=TO_ONE,
            headers={**KEY, "X-Sandbox-Delay": "60"},
            timeout=0.2,
            trust_env=False,
        )
    entries = web.get("/requests").json()["requests"]
    assert [entry["accepted"] for entry in entries[:5]] == [False, True, True, False, False]


# --- Profiles and state ---


def test_profiles(web: httpx.Client) -> None:
    text = 'eye_color == "blue" and push is opted_in'
    made = web.post("/profiles", json={"edges_of": text, "count": 20, "seed": 3}).json()
    assert made == web.post("/profiles", json={"edges_of": AUDIENCE, "count": 20, "seed": 3}).json()
    assert made["first"][0] == {"external_id": "edge-1", "name": "every clause holds"}
    send(web, TO_AUDIENCE)
    (entry,) = web.get("/requests").json()["requests"]
    assert 0 < entry["reach"]["selected"] < entry["reach"]["of"] == made["count"]
    assert web.get("/why", params={"number": 1, "user": "edge-1"}).json()["selected"] is True
    told = web.get("/profiles").json()["profiles"]
    assert web.put("/profiles", json=told["items"]).json()["count"] == made["count"]
    assert web.delete("/profiles").json() == {"origin": None, "count": 0, "first": []}
    assert web.get("/profiles").json() == {"profiles": None}


@pytest.mark.parametrize(
    ("edges_of", "words"),
    [
        ("eye_color = 1", "is no comparison"),
        ('use "secrets.audience"', ""),
        ("a == $x", ""),
        ("", ""),
        (3, "an audience is made of objects"),
        ({"AND": []}, ""),
        ("a == 1 and " * 10_000, ""),
    ],
)
def test_edges_of_what_is_no_audience(web: httpx.Client, edges_of: object, words: str) -> None:
    answer = web.post("/profiles", json={"edges_of": edges_of})
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert web.get("/profiles").json() == {"profiles": None}


def test_a_state_goes_to_another_sandbox(web: httpx.Client) -> None:
    deep: Any = {"campaign_id": "c-1"}
    for _ in range(NESTING_AT_MOST - 1):
        deep = {"a": deep}
    web.post("/profiles", json={"edges_of": AUDIENCE})
    for body in (TO_ONE, TO_AUDIENCE, deep, {"campaign_id": "\ud800"}):
        web.post(str(web.base_url).partition("/_sandbox")[0] + PATH, content=as_ascii(body), headers=JSON)
    state = web.get("/state").content
    with running(sandbox()) as url, httpx.Client(base_url=f"{url}/_sandbox", trust_env=False) as other:
        answer = other.put("/state", content=state, headers=JSON)
        assert (answer.status_code, answer.json()) == (200, {"message": "restored", "number": 4})
        assert other.get("/state").content == state
        assert other.post("/reset").json() == {"message": "reset"}
        assert other.get("/requests").json() == {"requests": [], "dropped": 0}


def as_ascii(body: object) -> bytes:
    from audience_dsl.sandbox.bodies import write_json

    return write_json(body)


NAMES = st.sampled_from(
    [
        *("accept_any", "activity", "advance", "at", "campaigns", "clock", "count", "counts", "delay", "edges_of"),
        *("enforce", "faults", "format", "frozen", "items", "keys", "limits", "mode", "next", "number", "only_known"),
        *("paths", "paused", "profiles", "rates", "requests", "schedules", "seed", "send_ids", "state", "states"),
    ]
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([*PARTS, "/profiles"]), value=JSON_VALUES)
def test_whatever_is_sent_is_taken_or_refused(web: httpx.Client, path: str, value: object) -> None:
    method = "POST" if path.endswith("/next") else "PUT"
    assert web.request(method, path, content=as_ascii(value), headers=JSON).status_code in (200, 400)


# --- Who may use it ---

SITES = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://localhost:8787.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example"},
    {"Host": "evil.example@127.0.0.1"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": "127.0.0.1/evil.example"},
    {"Host": "127.0.0.1:80;x"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "[::1].evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Host": "evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
]


@pytest.mark.parametrize("headers", SITES)
def test_a_page_of_another_site_reads_nothing_and_presses_nothing(
    web: httpx.Client, braze: Sandbox, headers: dict[str, str]
) -> None:
    send(web, TO_ONE)
    before = braze.state()
    for method, path in (("GET", "/requests"), ("GET", "/ui/"), ("POST", "/reset"), ("DELETE", "/profiles")):
        answer = web.request(method, path, headers=headers)
        assert answer.status_code == 403, (method, path)
        assert list(answer.json()) == ["message"]
        assert "access-control-allow-origin" not in answer.headers
    # Neither by a form, whose navigation is no GET.
    pressed = web.post("/reset", headers={**headers, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})
    assert pressed.status_code == 403
    assert web.options("/reset", headers=headers).status_code in (403, 405)
    assert braze.state() == before


def test_its_own_page_and_programs_may(web: httpx.Client) -> None:
    own = str(web.base_url).partition("/_sandbox")[0]
    for headers in (
        {},
        {"Origin": own, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Host": "localhost:1", "Origin": "http://localhost:1"},
    ):
        assert web.post("/reset", headers=headers).status_code == 200
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert web.get("/ui/", headers=linked).status_code == 200


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/", "text/html,application/xhtml+xml,*/*;q=0.8", 303),
        ("/", "*/*", 404),
        ("/_sandbox", "*/*", 303),
        ("/_sandbox/", "text/html", 303),
        ("/_sandbox/ui", "text/html", 303),
        ("/_sandbox/ui/", "text/html", 200),
        ("/_sandboxes", "text/html", 404),
    ],
)
def test_the_way_to_the_page(web: httpx.Client, path: str, accept: str, status: int) -> None:
    answer = web.get(str(web.base_url).partition("/_sandbox")[0] + path, headers={"Accept": accept})
    assert answer.status_code == status
    if status == 303:
        assert answer.headers["Location"] == "/_sandbox/ui/"


def test_a_browser_that_asks_for_an_icon_is_in_no_log(web: httpx.Client, braze: Sandbox) -> None:
    braze.switches.next("503")
    root = str(web.base_url).partition("/_sandbox")[0]
    icon = web.get(f"{root}/favicon.ico", follow_redirects=True)
    assert (icon.status_code, icon.headers["Content-Type"]) == (200, "image/svg+xml")
    assert web.get(f"{root}/favicon.ico", headers={"Host": "evil.example"}).status_code == 403
    assert braze.requests == ()
    assert braze.switches.waiting == ("503",)
    assert web.post(f"{root}/favicon.ico").status_code == 503


def test_a_server_that_asks_for_more_than_requests() -> None:
    """Others than the sandbox's own tell an application of their start and end, and ask it for web sockets."""

    async def told(scope: dict[str, Any], *messages: str) -> list[str]:
        sent: list[str] = []
        waiting = list(messages)

        async def receive() -> dict[str, Any]:
            return {"type": waiting.pop(0)}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message["type"])

        await create_app(sandbox())({"headers": [], "path": "/_sandbox/requests", **scope}, receive, send)
        return sent

    lifespan = told({"type": "lifespan"}, "lifespan.startup", "lifespan.shutdown")
    assert asyncio.run(lifespan) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert asyncio.run(told({"type": "websocket"}, "websocket.connect")) == ["websocket.close"]


def test_the_log_answers_while_an_audience_is_evaluated() -> None:
    evaluating, let_go = Event(), Event()

    def hold(_: object) -> None:
        evaluating.set()
        assert let_go.wait(60)

    braze = sandbox(profiles=[{"external_id": "u"}], on_entry=hold)
    with running(braze) as url:
        asking = Thread(target=httpx.post, args=(url + PATH,), kwargs={"json": TO_ONE, "headers": KEY})
        asking.start()
        try:
            assert evaluating.wait(60)
            assert httpx.get(f"{url}/_sandbox/requests", trust_env=False).json()["requests"][0]["accepted"]
        finally:
            let_go.set()
            asking.join(60)
