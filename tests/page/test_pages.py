"""The pages as they are served: every one there, every value text, and nothing run that is not the page's own."""

import gc
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl.sandbox.page as package
from audience_dsl.sandbox import SANDBOX_KEY, LogEntry, Sandbox, SandboxRequest, running
from audience_dsl.sandbox.bodies import NESTING_AT_MOST
from audience_dsl.sandbox.faults import FAULTS
from audience_dsl.sandbox.page.fault_words import GROUPS, MEANINGS
from audience_dsl.sandbox.page.words import marked, moment
from tests.sandbox.support import filter_on

from .support import HOSTILE, PEOPLE, full_of, send, with_ten_requests

UI = "/_sandbox/ui"
PAGES = ["/", "/?q=winter&outcome=accepted", "/rows", "/activity", "/schedules", "/faults", "/profiles", "/settings"]
STATIC = Path(package.__file__).parent / "static"


@contextmanager
def served(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with running(sandbox) as url, httpx.Client(base_url=f"{url}{UI}", trust_env=False) as client:
        yield client


class Elements(HTMLParser):
    """The elements of a page in their order, with the names of their attributes, and all text that is seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append(" ".join([tag, *(name for name, _ in attributes)]))
        self.links += [value or "" for name, value in attributes if name in ("href", "src", "action", "formaction")]

    def handle_data(self, data: str) -> None:
        self.words += data


def pages_of(sandbox: Sandbox) -> dict[str, str]:
    numbers = [f"/requests/{entry.number}?user=user-blue" for entry in sandbox.requests]
    with served(sandbox) as client:
        found = {}
        for path in [*PAGES, *numbers]:
            answer = client.get(path)
            assert answer.status_code == 200, path
            found[path] = answer.text
        return found


def test_every_page_says_that_it_is_a_sandbox() -> None:
    for path, text in pages_of(with_ten_requests()).items():
        if path != "/rows":
            assert "Sandbox: no message is sent" in text, path


def test_every_page_lets_run_and_load_only_what_is_its_own() -> None:
    with served(with_ten_requests()) as client:
        for path in [*PAGES, "/requests/1", "/requests/99", "/nothing"]:
            answer = client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
            assert " style=" not in answer.text
            assert "<script>" not in answer.text
            assert not re.search(r"\son[a-z]+=", answer.text)
            for link in Elements(answer.text).links:
                assert link.startswith((UI, "/_sandbox/requests/", "?", "#")) or link == "", (path, link)


def test_pages_need_no_network_and_are_found() -> None:
    with served(with_ten_requests()) as client:
        for link in set(Elements(client.get("/").text).links):
            if link.startswith(UI):
                assert client.get(link.removeprefix(UI)).status_code == 200, link


# --- Whatever a request holds is text ---


# The elements that pages have, whatever was sent; and those that load or run something, which are always the same.
KNOWN = {
    each
    for page in (*pages_of(with_ten_requests()).values(), *pages_of(full_of("word")).values())
    for each in Elements(page).found
}
TAGS = {each.split(" ")[0] for each in KNOWN}
LOADING = ("script", "img", "link", "meta", "iframe", "object", "base")


def loading(page: str) -> list[str]:
    return [each for each in Elements(page).found if each.split(" ")[0] in LOADING]


def hold_for(text: str) -> None:
    expected = {path: loading(page) for path, page in pages_of(full_of("word")).items()}
    for path, page in pages_of(full_of(text)).items():
        assert {each.split(" ")[0] for each in Elements(page).found} <= TAGS, path
        assert loading(page) == expected[path], path
        # Nothing that a reader would not see, or that turns the direction of writing.
        assert not set(page) & set("\x00\x1b\u202e\u2028"), path


def test_hostile_text_adds_no_element_anywhere() -> None:
    hold_for(HOSTILE)
    for page in pages_of(full_of(HOSTILE)).values():
        assert set(Elements(page).found) <= KNOWN


@settings(max_examples=15, deadline=None)
@given(st.text(st.sampled_from("<>&\"'`{}%#/\\=! a\u2028\u202e\x00\x1b\ud800\n"), min_size=1, max_size=12))
def test_no_text_becomes_markup(text: str) -> None:
    hold_for(text)


@pytest.mark.parametrize("text", ["\ud800", "\u202e\x00\x1b", "a\r\nb\tc"])
def test_what_cannot_be_shown_is_written_out(text: str) -> None:
    hold_for(text)


LONG = "x" * 1_000_000
CLAUSES = [filter_on("equals", "y" * 3_000, f"a{n}") for n in range(990)]


@pytest.mark.parametrize(
    "body",
    [
        {"campaign_id": LONG, "broadcast": True, "audience": filter_on("equals", LONG, LONG)},
        {"campaign_id": "c", "broadcast": True, "audience": filter_on(LONG, LONG, LONG)},
        {"campaign_id": "c", "broadcast": True, "audience": {"OR": CLAUSES}},
        {"campaign_id": "c", "recipients": [{"external_user_id": LONG}], LONG: LONG},
        {f"key-{n}": n for n in range(100_000)},
        LONG.encode(),
        b"\xff" * 1_000_000,
        ("\u202e" * 300_000).encode(),
    ],
)
def test_whatever_is_sent_a_page_stays_small(body: object) -> None:
    sandbox = with_ten_requests()
    send(sandbox, body)
    sandbox.set_profiles([{"external_id": LONG, LONG: LONG}])
    for path, page in pages_of(sandbox).items():
        assert len(page) < 2_500_000, path


def test_hostile_text_is_shown_as_it_is() -> None:
    found = pages_of(full_of(HOSTILE))
    for path in ("/requests/1?user=user-blue", "/requests/4?user=user-blue", "/profiles"):
        assert HOSTILE in Elements(found[path]).words or json.dumps(HOSTILE)[1:-1] in Elements(found[path]).words, path


def test_hostile_text_in_the_address_is_text() -> None:
    with served(with_ten_requests()) as client:
        for path, parameters in (("/", {"q": HOSTILE}), ("/", {"done": HOSTILE}), ("/requests/1", {"user": HOSTILE})):
            found = Elements(client.get(path, params=parameters).text).found
            assert not {"script", "b", "img src onerror"} & set(found), path
        # What has been done is said by a key, and not in the address's own words.
        assert HOSTILE not in html.unescape(client.get("/", params={"done": HOSTILE}).text)


# --- The log ---


def test_the_log_has_the_newest_first_and_is_found_by_text_and_outcome() -> None:
    with served(with_ten_requests()) as client:

        def numbers(**parameters: str) -> list[int]:
            return [int(each) for each in re.findall('id="row-([0-9]+)"', client.get("/", params=parameters).text)]

        assert numbers() == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert numbers(q="REMINDER") == [7]
        assert numbers(q="lost-answer") == [6]
        assert numbers(q="brodcast") == [4]
        assert numbers(outcome="accepted") == [8, 7, 2, 1]
        assert numbers(outcome="late") == [3]
        assert numbers(outcome="refused") == [5, 4]
        assert numbers(outcome="limited") == [10, 9]
        assert numbers(outcome="fault") == [6]
        assert numbers(outcome="refused", q="401") == [5]
        assert numbers(q="nowhere") == []
        assert numbers(outcome="something else") == numbers()


def test_what_the_sandbox_does_not_play_is_not_said_to_be_refused_by_braze() -> None:
    made = Sandbox(clock=lambda: 1_800_000_000.0, seed=1)
    send(made, {}, "/users/track")
    send(made, {"campaign_id": "c"})
    with served(made) as client:
        rows = [client.get("/", params={"outcome": outcome}).text for outcome in ("unplayed", "refused")]
        assert [re.findall('id="row-([0-9]+)"', each) for each in rows] == [["1"], ["2"]]
        page = Elements(client.get("/requests/1").text).words
    assert "Not played here" in page
    assert "what Braze would answer is unknown here" in page
    assert "the sandbox does not play /users/track, and Braze may well have it" in page
    assert "Braze would refuse" not in page


def test_text_beyond_ascii_is_found_however_it_was_written() -> None:
    sandbox = with_ten_requests()
    for raw in ('{"campaign_id": "Huế"}', '{"campaign_id": "Hu\\u1ebf"}'):
        send(sandbox, raw.encode())
    with served(sandbox) as client:
        assert client.get("/", params={"q": "huế"}).text.count('id="row-') == 2


def test_no_more_than_a_hundred_rows() -> None:
    sandbox = with_ten_requests()
    for _ in range(120):
        send(sandbox, {"campaign_id": "many", "recipients": [{"external_user_id": "user-1"}]})
    with served(sandbox) as client:
        text = client.get("/").text
        assert text.count('id="row-') == 100
        assert "the newest 100 of 130 requests" in text


def test_a_page_that_has_seen_it_is_told_nothing() -> None:
    sandbox = with_ten_requests()
    with served(sandbox) as client:

        def seen(text: str) -> str:
            return str(re.findall('name="seen" value="([^"]*)"', text)[0])

        first = seen(client.get("/").text)
        assert client.get("/rows", params={"seen": first}).status_code == 204
        sandbox.mode = "strict"
        # Something else has changed, and nothing that the page shows.
        assert client.get("/rows", params={"seen": first}).status_code == 204
        send(sandbox, {"campaign_id": "c-1"})
        fresh = client.get("/rows", params={"seen": first})
        assert fresh.status_code == 200
        assert 'id="row-11"' in fresh.text
        assert client.get("/rows", params={"seen": seen(fresh.text)}).status_code == 204
        assert client.get("/rows", params={"seen": first, "q": "winter"}).status_code == 200


def test_the_first_commands_do_what_they_say(tmp_path: Path) -> None:
    """What the empty page tells to paste is pasted."""
    sandbox = Sandbox(clock=lambda: 1_795_342_830.5, seed=1)
    with served(sandbox) as client:
        text = client.get("/").text
        curl, told = (html.unescape(each) for each in re.findall(r"<pre[^>]*>([^<]*)</pre>", text))
        done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert json.loads(done.stdout)["message"] == "success"
        assert "audience send welcome.toml" in told
        (tmp_path / "paste.sh").write_text(told, encoding="utf-8")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path}
        subprocess.run(["bash", "paste.sh"], capture_output=True, check=True, cwd=tmp_path, env=environment)
    assert [(entry.status, entry.body["campaign_id"]) for entry in sandbox.requests] == [(201, "welcome")] * 2
    assert sandbox.requests[0].body["audience"] == sandbox.requests[1].body["audience"]


# --- One request ---


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (
            1,
            [
                "Braze would accept this, and send it to 1 of the 3 profiles.",
                "Their eye_color is",
                "for campaign winter",
            ],
        ),
        (2, ["send it to 1 of the 1 recipient", "The request has none."]),
        (3, ["the audience is invalid", "AUD603", "It was probably meant so:", "is_member is not true"]),
        (4, ["Braze would refuse this.", "did you mean broadcast?", "/brodcast"]),
        (5, ["Invalid API key", "the key is none of this sandbox"]),
        (6, ["played the fault lost-answer", "sends it twice", "none: the connection ended"]),
        (7, ["send it when its time has come", "Schedule id"]),
        (9, ["rate limit is spent", "everyone whom the campaign targets"]),
    ],
)
def test_what_became_of_a_request_is_told(number: int, told: list[str]) -> None:
    with served(with_ten_requests()) as client:
        words = " ".join(Elements(client.get(f"/requests/{number}").text).words.split())
    for each in told:
        assert each in words, words


def words_of(sandbox: Sandbox, path: str) -> str:
    with served(sandbox) as client:
        return " ".join(Elements(client.get(path).text).words.split())


def test_what_is_accepted_and_sent_to_nobody() -> None:
    sandbox = with_ten_requests(campaigns={"old": "paused"})
    send(sandbox, {"campaign_id": "old", "recipients": [{"external_user_id": "user-1"}]})
    told = words_of(sandbox, "/requests/11")
    assert "Accepted, not sent" in told
    assert "with a notice: The campaign is paused" in told
    assert "Nobody: it was not sent." in told


def test_what_sends_nothing() -> None:
    sandbox = with_ten_requests()
    send(sandbox, {"campaign_id": "c"}, "/sends/id/create")
    told = words_of(sandbox, "/requests/11")
    assert "requests of this kind send no message" in told
    assert "Requests of this kind have none." in told
    key = ("authorization", f"Bearer {SANDBOX_KEY}")
    sandbox.handle(SandboxRequest("GET", "/custom_attributes", [key]))
    assert "Braze would answer this. It sends nothing." in words_of(sandbox, "/requests/12")


def test_every_fault_is_in_words() -> None:
    assert list(MEANINGS) == list(FAULTS)
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(FAULTS)


def test_a_refusal_without_a_finding_says_what_the_answer_said() -> None:
    sandbox = with_ten_requests()
    send(sandbox, {}, **{"X-Sandbox-Fault": "lost-answr"})
    told = words_of(sandbox, "/requests/11")
    assert "The answer says: X-Sandbox-Fault: there is no fault lost-answr" in told.replace("`", "")


def test_a_status_without_a_name() -> None:
    sandbox = with_ten_requests()
    sandbox.switches.next("599")
    send(sandbox, {"campaign_id": "c", "recipients": [{"external_user_id": "user-1"}]})
    told = words_of(sandbox, "/requests/11")
    assert "Status599" in told
    assert "Braze had not accepted the request: it may be sent again." in told
    sandbox.switches.set({"418": 0.25})
    assert "418 an answer with this status" in words_of(sandbox, "/faults")


def test_a_long_audience_is_explained_in_part() -> None:
    sandbox = with_ten_requests()
    clauses = [filter_on("equals", n, f"attribute-{n}") for n in range(300)]
    send(sandbox, {"campaign_id": "c", "broadcast": True, "audience": {"AND": clauses}})
    assert "and 101 more statements" in words_of(sandbox, "/requests/11")


def test_requests_that_went_are_told_of() -> None:
    sandbox = with_ten_requests(keep=5)
    assert "5 older ones went" in words_of(sandbox, "/requests/1")
    assert "5 requests" in words_of(sandbox, "/")


@pytest.mark.parametrize(
    ("at", "shown"), [(0.0, "1970-01-01 00:00:00 UTC"), (1e18, "1e+18 s"), (float("inf"), "inf s")]
)
def test_a_time_that_no_calendar_has(at: float, shown: str) -> None:
    assert moment(at) == shown


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("no `a`", (("", "no "), ("code", "a"))),
        ("`a` and `b`", (("code", "a"), ("", " and "), ("code", "b"))),
        # A backtick of the user's own leaves nobody knowing which belong together.
        ("no `a``", (("", "no `a``"),)),
    ],
)
def test_names_in_messages_are_marked(message: str, parts: tuple[tuple[str, str], ...]) -> None:
    assert marked(message).parts == parts


def test_why_and_why_not() -> None:
    with served(with_ten_requests()) as client:
        is_in = Elements(client.get("/requests/1?user=user-blue").text).words
        is_out = Elements(client.get("/requests/1?user=user-quiet").text).words
        unknown = Elements(client.get("/requests/1?user=nobody").text).words
    assert "would get it" in is_in.rpartition("user-blue")[2]
    assert "push is unsubscribed" in is_out
    assert "would not get it" in is_out
    assert "nobody is not among the profiles" in unknown


def test_a_request_that_there_is_not() -> None:
    with served(with_ten_requests()) as client:
        answer = client.get("/requests/99")
        assert answer.status_code == 404
        assert "There is no request 99" in answer.text
        for none in ("9" * 400, "9" * 5_000, "one", "-1", "0", "1.0", "²", "1/"):
            assert client.get(f"/requests/{none}").status_code == 404
            assert post(client, f"/requests/{none}/edges").status_code in (400, 404, 405)


def test_an_audience_too_large_to_be_explained() -> None:
    sandbox = with_ten_requests()
    clause = {"custom_attribute": {"custom_attribute_name": "n", "comparison": "equals", "value": 1}}
    send(sandbox, {"campaign_id": "c", "broadcast": True, "audience": {"OR": [clause] * 1_500}})
    with served(sandbox) as client:
        assert "has more than 1,000 clauses" in client.get("/requests/11").text
        assert client.get("/").status_code == 200


def test_a_large_body_is_shown_in_part() -> None:
    sandbox = with_ten_requests()
    send(sandbox, {"campaign_id": "c", "trigger_properties": {"text": "x" * 300_000}})
    with served(sandbox) as client:
        text = client.get("/requests/11").text
    assert "This is its beginning." in text
    assert len(text) < 250_000


# --- Forms: what they do, and what they say when they cannot ---


def post(client: httpx.Client, path: str, fields: Mapping[str, str | list[str]] | None = None) -> httpx.Response:
    """As a browser does it, which says that it is a form where there is nothing in it."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return client.post(path, content=urlencode(fields or {}, doseq=True), headers=headers)


def test_faults_are_switched() -> None:
    sandbox = with_ten_requests()
    with served(sandbox) as client:
        answer = post(client, "/faults", {"rate:503": "5", "rate:lost-answer": "", "seed": "7", "delay": "2.5"})
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{UI}/faults?done=faults"
        standing = sandbox.switches.as_dict()
        assert (standing["rates"], standing["seed"], standing["delay"]) == ({"503": 0.05}, 7, 2.5)
        assert "The switches are set." in client.get("/faults?done=faults").text
        post(client, "/faults/next", {"fault": "lost-answer"})
        assert sandbox.switches.waiting == ("lost-answer",)
        assert "The next request meets: lost-answer" in client.get("/faults").text
        post(client, "/faults/off")
        assert sandbox.switches.as_dict()["rates"] == {}
        assert len(sandbox.switches.waiting) == 0


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("/faults", {"rate:503": "101"}, "how often 503 is met is a number from 0 to 100"),
        ("/faults", {"rate:503": "nan"}, "a number from 0 to 100"),
        ("/faults", {"rate:503": "60", "rate:502": "60"}, "more than 1"),
        ("/faults", {"rate:lost-anser": "1"}, "did you mean lost-answer?"),
        ("/faults", {"seed": "x"}, "the seed is a whole number"),
        ("/faults", {"delay": "soon"}, "the delay is a number"),
        ("/faults", {"rate:503": "often"}, "a number from 0 to 100"),
        ("/faults", {"delay": "-1"}, "a delay is a number of seconds"),
        ("/faults/next", {"fault": "nothing"}, "there is no fault nothing"),
        ("/faults/next", {}, "no fault was named"),
        ("/profiles/edges", {"number": "2"}, "choose a request that has an audience"),
        ("/profiles/edges", {"number": "1", "count": "0"}, "from 1 to 10,000"),
        ("/profiles/edges", {"number": "3"}, "comparison"),
        ("/profiles/text", {"profiles": "{"}, "line 1 is not JSON"),
        ("/profiles/text", {"profiles": "[1"}, "not JSON"),
        ("/profiles/text", {"profiles": "7"}, "a profile is an object"),
        ("/profiles/text", {}, "there is no profile in it"),
        ("/settings/mode", {"mode": "loose"}, "there is no such mode"),
        ("/settings/campaigns", {"new": "c", "new_state": "pausd"}, "did you mean paused?"),
        ("/settings/keys", {"new": "key", "permission": "messages.sned"}, "did you mean messages.send?"),
        ("/settings/limits", {"limit:requests": "many"}, "the limit requests is a whole number"),
        ("/settings/campaigns", {"state:c-1": "paused"}, "the id is not JSON"),
        ("/settings/campaigns", {"state:1": "paused"}, "the id is no text"),
        ("/settings/clock", {"at": "tomorrow"}, "tomorrow"),
        ("/settings/clock", {"do": "9" * 5_000}, "The way out:"),
        ("/settings/state", {"state": "{"}, "the state is not JSON"),
        ("/settings/state", {"state": '{"mood": 1}'}, "did you mean mode?"),
        ("/requests/2/edges", {}, "has no audience"),
    ],
)
def test_a_form_that_cannot_be_done_says_so_on_its_page(path: str, fields: dict[str, str], told: str) -> None:
    sandbox = with_ten_requests()
    before = json.dumps(sandbox.state())
    with served(sandbox) as client:
        answer = post(client, path, fields)
    assert answer.status_code == 400
    words = Elements(answer.text).words
    assert "This was not done:" in words
    assert told in words, words[:1_000]
    assert json.dumps(sandbox.state()) == before
    # What was written is still there.
    for name, value in fields.items():
        if value and name in ("rate:503", "seed", "state", "profiles"):
            assert f'name="{name}"' in answer.text
            assert value.replace('"', "&#34;") in answer.text


def test_what_is_no_form_is_refused() -> None:
    with served(with_ten_requests()) as client:
        assert client.post("/faults", json={"seed": 1}).status_code == 415
        assert client.post("/faults/off", content=b"").status_code == 415
        broken = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/faults", content=b"\xff=\xff", headers=broken).status_code == 400


def test_profiles_are_handed_in_made_and_taken_away() -> None:
    sandbox = with_ten_requests()
    with served(sandbox) as client:
        post(client, "/profiles/none")
        assert not sandbox.knows_profiles
        assert "knows no users yet" in client.get("/requests/1").text
        lines = "\r\n".join(json.dumps(each) for each in PEOPLE)
        assert post(client, "/profiles/text", {"profiles": lines}).status_code == 303
        assert [each.id for each in sandbox.profiles] == [each["external_id"] for each in PEOPLE]
        assert post(client, "/profiles/text", {"profiles": json.dumps(PEOPLE[:1])}).status_code == 303
        assert len(sandbox.profiles) == 1
        # Made for one request, and then it says whom of them it reaches.
        assert post(client, "/requests/1/edges", {"x": ""}).headers["location"].startswith(f"{UI}/requests/1?")
        assert sandbox.profiles_origin == "edges of the audience of request 1"
        text = client.get("/requests/1").text
        assert re.search(r"<strong>[0-9]+</strong> of [0-9]+ profiles would get it", text)
        assert "edge-1" in text
        assert "Would not get it:" in text
        assert "eye_color is missing" in Elements(text).words
        post(client, "/profiles/edges", {"number": "8", "seed": "3", "count": "5"})
        assert 1 <= len(sandbox.profiles) <= 5


def test_settings_are_set() -> None:
    sandbox = with_ten_requests()
    with served(sandbox) as client:
        post(client, "/settings/mode", {"mode": "strict"})
        assert sandbox.mode == "strict"
        post(
            client, "/settings/campaigns", {"new": "c-1", "new_state": "paused", "paused": "refuse", "only_known": "on"}
        )
        assert (sandbox.campaigns.states, sandbox.campaigns.only_known) == ({"c-1": "paused"}, True)
        assert sandbox.campaigns.paused == "refuse"
        post(client, "/settings/campaigns", {'state:"c-1"': "forget", "new": ""})
        assert (sandbox.campaigns.states, sandbox.campaigns.only_known) == ({}, False)
        post(client, "/settings/keys", {"new": "other", "permission": ["messages.send"], "accept_any": "on"})
        assert sandbox.keys.permissions["other"] == ("messages.send",)
        assert sandbox.keys.accept_any
        post(client, "/settings/keys", {"forget": '"other"'})
        assert "other" not in sandbox.keys.permissions
        post(client, "/settings/limits", {"limit:requests": "5", "limit:broadcasts": ""})
        assert sandbox.limits.limits["requests"] == 5
        assert sandbox.limits.limits["broadcasts"] == 250
        assert not sandbox.limits.enforce


def test_ids_and_keys_come_back_from_a_page_as_they_are() -> None:
    names = ["a\tb", "\u202ex", "\ud800", " blanks ", "x\r\ny", '"', "&amp;", "\x00"]
    sandbox = with_ten_requests(campaigns=dict.fromkeys(names, "paused"), keys=dict.fromkeys(names, ()))
    with served(sandbox) as client:
        text = client.get("/settings").text
        fields = [html.unescape(each) for each in re.findall('name="(state:[^"]*)"', text)]
        assert len(fields) == len(names)
        post(client, "/settings/campaigns", dict.fromkeys(fields, "archived"))
        assert sandbox.campaigns.states == dict.fromkeys(names, "archived")
        for key in re.findall('name="forget" value="([^"]*)"', text):
            post(client, "/settings/keys", {"forget": html.unescape(key)})
        assert sandbox.keys.permissions == {}


def test_what_is_scheduled_deleted_and_due() -> None:
    sandbox = with_ten_requests()
    later = {"time": "2030-02-01T09:00:00+01:00"}
    welcome = {"campaign_id": "welcome", "recipients": [{"external_user_id": "user-1"}], "schedule": later}
    path = "/campaigns/trigger/schedule"
    send(sandbox, welcome, f"{path}/create")
    send(sandbox, welcome, f"{path}/create")
    gone = sandbox.requests[-1].schedule_id
    send(sandbox, {"campaign_id": "welcome", "schedule_id": gone}, f"{path}/delete")
    send(sandbox, {**welcome, "schedule": {"time": "whenever"}}, f"{path}/create")
    sandbox.clock.set("2030-02-01T00:00:00Z")
    rows = re.findall("<tr>(.*?)</tr>", client_text(sandbox, "/schedules").partition("<tbody>")[2], re.DOTALL)
    told = [" ".join(Elements(row).words.split()) for row in rows]
    made = [
        entry.schedule_id for entry in reversed(sandbox.requests) if entry.path.endswith("/create") and entry.accepted
    ]
    assert told[-3:] == [
        f"2030-02-01 08:00:00 UTC campaign welcome{gone} Request 12 Deleted",
        f"2030-02-01 08:00:00 UTC campaign welcome{made[-2]} Request 11 Waits",
        f"2030-01-31 09:00:00 UTC canvas reminder{made[-1]} Request 7 Time has come",
    ]
    assert "Nothing has been scheduled." in client_text(Sandbox(clock=lambda: 0.0, seed=1), "/schedules")


def client_text(sandbox: Sandbox, path: str) -> str:
    with served(sandbox) as client:
        return client.get(path).text


def test_the_log_alone_keeps_bodies() -> None:
    sandbox = with_ten_requests(keep=5)
    with served(sandbox) as client:
        send(sandbox, {}, "/only-once")
        assert "/only-once" in client.get("/").text
        for _ in range(5):
            send(sandbox, {"campaign_id": "c"})
        client.get("/")
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, LogEntry) and each.path == "/only-once"] == []


def test_the_clock_is_turned() -> None:
    sandbox = with_ten_requests()
    with served(sandbox) as client:
        before = sandbox.clock()
        post(client, "/settings/clock", {"do": "3600"})
        assert sandbox.clock() == before + 3_600
        post(client, "/settings/clock", {"do": "freeze"})
        assert sandbox.clock.is_frozen
        assert "stands still" in client.get("/settings").text
        post(client, "/settings/clock", {"at": "2030-01-31T09:00:00Z"})
        assert "2030-01-31 09:00:00 UTC" in client.get("/settings").text
        post(client, "/settings/clock", {"do": "run"})
        assert not sandbox.clock.is_frozen


def test_the_state_is_saved_emptied_and_read() -> None:
    sandbox = with_ten_requests()
    with served(sandbox) as client:
        saved = client.get("/settings/sandbox.json")
        assert "attachment" in saved.headers["content-disposition"]
        post(client, "/settings/reset")
        assert sandbox.requests == ()
        assert "Nothing has come in yet" in client.get("/").text
        assert post(client, "/settings/state", {"state": saved.text}).status_code == 303
        assert len(sandbox.requests) == 10
        assert client.get("/settings/sandbox.json").json() == saved.json()


def test_the_state_is_read_with_a_body_that_is_as_deep_as_may_be() -> None:
    deep: object = 1
    for _ in range(NESTING_AT_MOST - 1):
        deep = [deep]
    sandbox = with_ten_requests()
    send(sandbox, {"deep": deep})
    with served(sandbox) as client:
        saved = client.get("/settings/sandbox.json").text
        assert post(client, "/settings/state", {"state": saved}).status_code == 303


# --- What is vendored ---


def test_htmx_is_what_was_published() -> None:
    rows = re.findall(r"\| `(htmx\.[^`]+)` \|.*\| `([0-9a-f]{64})` \|", (STATIC / "README.md").read_text("utf-8"))
    assert {name for name, _ in rows} == {"htmx.min.js", "htmx.LICENSE"}
    for name, digest in rows:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
    assert 'version:"2.' in (STATIC / "htmx.min.js").read_text("utf-8")
