"""Faults: what each of them is to a caller and to the log, in process and on a port, by a seed."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox import FAULTS, Fault, Faults, LogEntry, Sandbox, SandboxRequest, create_app, running
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import NO_RETRY, AsyncClient, Client, Receipt, RetryPolicy, build_request
from audience_dsl.sender.http import httpx

from .support import NOW, PATH, TO_AUDIENCE, TO_ONE, post, request, sandbox

KEY = {"Authorization": "Bearer sandbox-key"}

# What a caller gets: a status, or the exception of httpx in process and those that a socket may bring; is it accepted?
NO_ANSWER = (httpx.RemoteProtocolError,)
RESET = (httpx.ReadError,)
UNREAD = (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError)
PLAYED: dict[str, tuple[int | type[Exception], tuple[type[Exception], ...], bool]] = {
    "no-connection": (httpx.ConnectError, UNREAD, False),
    "closed-unread": (httpx.WriteError, UNREAD, False),
    "reset-unread": (httpx.WriteError, UNREAD, False),
    "lost-request": (httpx.RemoteProtocolError, NO_ANSWER, False),
    "reset-request": (httpx.ReadError, RESET, False),
    "lost-answer": (httpx.RemoteProtocolError, NO_ANSWER, True),
    "reset-answer": (httpx.ReadError, RESET, True),
    "truncated": (httpx.RemoteProtocolError, NO_ANSWER, True),
    "delay": (201, (), True),
    "queued": (202, (), True),
    "errors": (201, (), True),
    "400": (400, (), False),
    "401": (401, (), False),
    "403": (403, (), False),
    "404": (404, (), False),
    "413": (413, (), False),
    "415": (415, (), False),
    "429": (429, (), False),
    "500": (500, (), False),
    "503": (503, (), False),
    "200-page": (200, (), False),
    "500-page": (500, (), False),
    "502": (502, (), False),
    "503-page": (503, (), False),
    "504": (504, (), False),
    "502-late": (502, (), True),
    "504-late": (504, (), True),
}
ROWS = [(name, *row) for name, row in PLAYED.items()]


def always(name: str) -> Sandbox:
    return sandbox(faults=Faults(1, {name: 1.0}, delay=0.01))


def judged(entry: LogEntry, name: str, *, is_accepted: bool) -> None:
    assert (entry.fault, entry.accepted) == (name, is_accepted)
    assert (entry.dispatch_id is not None) == is_accepted
    told = entry.as_dict()
    assert (told["fault"], told["accepted"]) == (name, is_accepted)


def test_the_table_has_every_fault() -> None:
    assert list(PLAYED) == list(FAULTS)
    assert {name for name, row in PLAYED.items() if row[2]} == {each.name for each in FAULTS.values() if each.is_taken}


def test_the_page_has_every_fault_and_whether_it_is_accepted() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = page.partition("| fault | what the caller gets | accepted |\n")[2].partition("\n\n")[0].splitlines()[1:]
    # The last row is of all other statuses, which are no row of ours.
    assert rows[-1].startswith("| any other number from 400 to 599")
    cells = [row.strip("| ").split(" | ") for row in rows[:-1]]
    told = {name.strip(" `"): accepted == "yes" for names, _, accepted in cells for name in names.split(",")}
    assert told == {name: fault.is_taken for name, fault in FAULTS.items()}


@pytest.mark.parametrize(("name", "in_process", "_on_a_port", "is_accepted"), ROWS, ids=list(PLAYED))
def test_in_process(
    name: str, in_process: int | type[Exception], _on_a_port: tuple[type[Exception], ...], is_accepted: bool
) -> None:
    braze = always(name)
    waits: list[float] = []
    with httpx.Client(transport=transport(braze, sleep=waits.append), headers=KEY) as client:
        if isinstance(in_process, int):
            assert client.post(f"https://braze.test{PATH}", json=TO_ONE).status_code == in_process
        else:
            with pytest.raises(in_process):
                client.post(f"https://braze.test{PATH}", json=TO_ONE)
    assert waits == ([0.01] if name == "delay" else [])
    judged(braze.requests[0], name, is_accepted=is_accepted)


@pytest.mark.parametrize(("name", "in_process", "_on_a_port", "is_accepted"), ROWS, ids=list(PLAYED))
def test_in_process_for_asynchronous_clients(
    name: str, in_process: int | type[Exception], _on_a_port: tuple[type[Exception], ...], is_accepted: bool
) -> None:
    braze = always(name)

    async def run() -> int:
        async with httpx.AsyncClient(transport=transport(braze), headers=KEY) as client:
            return (await client.post(f"https://braze.test{PATH}", json=TO_ONE)).status_code

    if isinstance(in_process, int):
        assert asyncio.run(run()) == in_process
    else:
        with pytest.raises(in_process):
            asyncio.run(run())
    judged(braze.requests[0], name, is_accepted=is_accepted)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Sandbox]]:
    braze = sandbox()
    with running(braze) as url:
        yield url, braze


@pytest.mark.parametrize(("name", "in_process", "on_a_port", "is_accepted"), ROWS, ids=list(PLAYED))
def test_on_a_port(
    name: str,
    in_process: int | type[Exception],
    on_a_port: tuple[type[Exception], ...],
    is_accepted: bool,
    served: tuple[str, Sandbox],
    caplog: pytest.LogCaptureFixture,
) -> None:
    url, braze = served
    braze.reset()
    braze.faults = Faults(1, {name: 1.0}, delay=0.01)
    with httpx.Client(base_url=url, headers=KEY, trust_env=False) as client, caplog.at_level(logging.ERROR):
        if isinstance(in_process, int):
            assert client.post(PATH, json=TO_ONE).status_code == in_process
        else:
            with pytest.raises(on_a_port):
                client.post(PATH, json=TO_ONE)
        judged(braze.requests[0], name, is_accepted=is_accepted)
        # The server has survived it, and has nothing to complain of.
        braze.faults = None
        assert client.post(PATH, json=TO_ONE).status_code == 201
    assert caplog.text == ""


@pytest.mark.parametrize("name", ["no-connection", "closed-unread", "reset-unread"])
def test_on_a_port_a_large_body_is_not_read_to_its_end(name: str, served: tuple[str, Sandbox]) -> None:
    url, braze = served
    braze.reset()
    braze.faults = Faults(1, {name: 1.0})
    try:
        with httpx.Client(base_url=url, headers=KEY, trust_env=False) as client, pytest.raises(UNREAD):
            client.post(PATH, content=b" " * 8_000_000, headers={"Content-Type": "application/json"})
    finally:
        braze.faults = None
    assert braze.requests[0].body is None


def test_the_server_ends_without_waiting_for_an_answer_that_is_held_back() -> None:
    held = Event()
    braze = sandbox(faults=Faults(1, {"delay": 1.0}, delay=3_600.0), on_entry=lambda _: held.set())
    found: list[Exception] = []

    def ask(url: str) -> None:
        try:
            httpx.post(url + PATH, json=TO_ONE, headers=KEY, timeout=3_600, trust_env=False)
        except httpx.HTTPError as error:
            found.append(error)

    with running(braze) as url:
        asking = Thread(target=ask, args=(url,))
        asking.start()
        assert held.wait(60)
    asking.join(60)
    assert [type(error) for error in found] == [httpx.RemoteProtocolError]


def test_whoever_hangs_up_while_an_answer_is_held_back_is_not_waited_for() -> None:
    told = Event()
    braze = sandbox(faults=Faults(1, {"delay": 1.0}, delay=3_600.0))
    with running(braze, on_request=lambda _: told.set()) as url:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url + PATH, json=TO_ONE, headers=KEY, timeout=0.5, trust_env=False)
        assert told.wait(60)
    assert braze.requests[0].accepted


def test_another_server_ends_what_it_cannot_reset_in_its_own_way() -> None:
    async def run() -> None:
        app = httpx.ASGITransport(create_app(always("lost-answer")))
        async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1", headers=KEY) as client:
            await client.post(PATH, json=TO_ONE)

    with pytest.raises(ConnectionAbortedError):
        asyncio.run(run())


# --- What our own clients make of it --------------------------------------------------------------------

# Whatever a client can be sure of, the log must bear out.
SURE = {"accepted": True, "rejected": False, "rate_limited": False, "not_sent": False}


def sent(braze: Sandbox, is_asynchronous: bool, **way: Any) -> Receipt:
    request = build_request(TO_ONE)
    options: dict[str, Any] = {"api_key": "sandbox-key", "retry": NO_RETRY, **way}
    if not is_asynchronous:
        with Client(**options) as client:
            return client.send(request)

    async def run() -> Receipt:
        async with AsyncClient(**options) as client:
            return await client.send(request)

    return asyncio.run(run())


@pytest.mark.parametrize("name", list(FAULTS))
@pytest.mark.parametrize("is_asynchronous", [False, True])
def test_what_a_receipt_says_for_sure_is_so(name: str, is_asynchronous: bool, served: tuple[str, Sandbox]) -> None:
    url, braze = served
    in_process = always(name)
    receipts = [sent(in_process, is_asynchronous, endpoint="US-01", transport=transport(in_process))]
    braze.reset()
    braze.faults = Faults(1, {name: 1.0}, delay=0.01)
    try:
        receipts.append(sent(braze, is_asynchronous, endpoint=url))
    finally:
        braze.faults = None
    for receipt, log in zip(receipts, (in_process, braze), strict=True):
        (entry,) = log.requests
        assert SURE.get(receipt.outcome, entry.accepted) == entry.accepted, receipt
    # On a wire the connection is there, so that what is `not_sent` for sure in process cannot be so.
    told = {receipt.outcome for receipt in receipts}
    assert told == ({"not_sent", "unknown"} if name == "no-connection" else {receipts[0].outcome})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_over_many_sends_with_retries_nothing_is_accepted_twice(seed: int, retry_refused_5xx: bool) -> None:
    rates = dict.fromkeys([name for name in FAULTS if name != "delay"], 0.6 / (len(FAULTS) - 1))
    accepted: Counter[str] = Counter()
    now = NOW

    def judge(entry: LogEntry) -> None:
        if entry.accepted:
            accepted[entry.body["recipients"][0]["external_user_id"]] += 1

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    braze = sandbox(faults=Faults(seed, rates), on_entry=judge, clock=lambda: now)
    client = Client(
        api_key="sandbox-key",
        endpoint="US-01",
        transport=transport(braze),
        retry=RetryPolicy(retry_refused_5xx=retry_refused_5xx),
        sleep=sleep,
        clock=lambda: datetime.fromtimestamp(now, UTC),
    )
    for number in range(100):
        user = f"u-{number}"
        receipt = client.send(build_request({"campaign_id": "c-1", "recipients": [{"external_user_id": user}]}))
        assert accepted[user] <= 1
        assert SURE.get(receipt.outcome, accepted[user] == 1) == (accepted[user] == 1)


# --- What is answered ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, row in PLAYED.items() if isinstance(row[0], int)])
def test_answers_are_as_their_kind(name: str) -> None:
    answer = post(always(name), TO_ONE)
    assert answer.header("X-Braze-Sandbox") == "1"
    if FAULTS[name].is_page:
        assert answer.header("Content-Type") == "text/html"
        assert answer.body.startswith(b"<html>")
    else:
        assert answer.header("Content-Type") == "application/json"
        assert isinstance(answer.json()["message"], str)


def test_more_beside_a_success() -> None:
    assert post(always("queued"), TO_ONE).json() == {"message": "queued"}
    answer = post(always("errors"), TO_ONE).json()
    assert (answer["message"], len(answer["errors"])) == ("success", 1)


def test_a_played_429_is_over_within_a_second() -> None:
    answer = post(always("429"), TO_ONE)
    assert answer.json() == {"message": "Rate Limited"}
    assert (answer.header("X-RateLimit-Remaining"), answer.header("X-RateLimit-Reset")) == ("0", "1795342831")


def test_a_header_decides_by_whatever_way_the_request_comes(served: tuple[str, Sandbox]) -> None:
    url, braze = served
    braze.reset()
    braze.faults = None
    headers = {**KEY, "x-sandbox-fault": "418"}
    with httpx.Client(transport=transport(braze), headers=headers) as client:
        client.post(f"https://rest.fra-01.braze.eu{PATH}", json=TO_ONE)
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        client.post(PATH, json=TO_ONE)
    braze.handle(SandboxRequest("POST", PATH, headers.items(), b"{}"))

    async def run() -> None:
        async with httpx.AsyncClient(transport=transport(braze), headers=headers) as client:
            await client.post(f"https://rest.fra-01.braze.eu{PATH}", json=TO_ONE)
        app = httpx.ASGITransport(create_app(braze))
        async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1", headers=headers) as client:
            await client.post(PATH, json=TO_ONE)

    asyncio.run(run())
    assert [entry.status for entry in braze.requests] == [418] * 5


@pytest.mark.parametrize(
    ("name", "message", "page"),
    [
        ("418", "I'm a Teapot", None),
        ("422", "Unprocessable Entity", None),
        ("429", "Rate Limited", None),
        ("499", "499", None),
        ("599", "599", None),
        ("507-page", "507 Insufficient Storage", "<h1>507 Insufficient Storage</h1>"),
        ("520-late", "520", "<title>520</title>"),
        ("413-page", "413 Request Entity Too Large", "<title>413 Request Entity Too Large</title>"),
        ("200-page", "Sign in to the network", "<h1>Sign in to the network</h1>"),
    ],
)
def test_every_status_has_words_or_its_number(name: str, message: str, page: str | None) -> None:
    braze = always(name)
    answer = post(braze, TO_ONE)
    assert braze.requests[0].message == message
    if page is None:
        assert answer.json() == {"message": message}
    else:
        assert page.encode() in answer.body


@pytest.mark.parametrize("name", ["lost-answer", "truncated", "502-late", "queued", "errors", "delay"])
def test_what_braze_refuses_is_refused_whatever_becomes_of_the_answer(name: str) -> None:
    braze = always(name)
    answer = post(braze, {"campaign_id": "c-1"})
    (entry,) = braze.requests
    assert not entry.accepted
    assert entry.dispatch_id is None
    if name in ("queued", "errors"):
        # There is no success to say more beside.
        assert (answer.status, entry.fault) == (400, None)
    else:
        assert entry.fault == name


def test_what_nobody_answers_has_no_status_in_the_log() -> None:
    braze = always("lost-answer")
    answer = post(braze, TO_ONE)
    assert (answer.status, answer.body, answer.headers) == (0, b"", ())
    assert braze.requests[0].as_dict()["status"] is None
    assert braze.requests[0].as_dict()["body"] == TO_ONE


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if not fault.is_taken])
def test_what_braze_does_not_get_counts_in_no_limit(name: str) -> None:
    braze = always(name)
    post(braze, TO_ONE)
    braze.faults = None
    assert post(braze, TO_ONE).header("X-RateLimit-Remaining") == "249999"


def test_an_answer_that_comes_later_than_the_client_waits() -> None:
    braze = sandbox(faults=Faults(1, {"delay": 1.0}, delay=30.0))
    waits: list[float] = []
    with (
        httpx.Client(transport=transport(braze, sleep=waits.append), headers=KEY, timeout=5.0) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.post(f"https://braze.test{PATH}", json=TO_ONE)
    assert waits == [5.0]
    assert braze.requests[0].accepted


def test_faults_meet_reading_too() -> None:
    asked = SandboxRequest("GET", "/custom_attributes", [("Authorization", "Bearer sandbox-key")])
    assert always("503").handle(asked).status == 503


def test_a_plan_of_ones_own() -> None:
    braze = sandbox(faults=lambda number: FAULTS["429"] if number == 1 else None)
    assert [post(braze, TO_ONE).status for _ in range(3)] == [429, 201, 201]


# --- By a seed -----------------------------------------------------------------------------------------


def names(faults: Faults, count: int) -> list[str | None]:
    found: list[Fault | None] = [faults(number) for number in range(1, count + 1)]
    return [None if fault is None else fault.name for fault in found]


@given(
    st.integers(),
    st.lists(st.sampled_from(list(FAULTS)), min_size=1, max_size=5, unique=True),
    st.floats(0, 1, allow_nan=False),
)
def test_the_same_seed_plays_the_same_faults(seed: int, chosen: list[str], together: float) -> None:
    rates = {name: together / len(chosen) for name in chosen}
    played = names(Faults(seed, rates), 200)
    assert played == names(Faults(seed, rates), 200)
    assert set(played) <= {None, *chosen}


def test_each_is_as_frequent_as_it_should_be() -> None:
    played = names(Faults(7, {"503": 0.05, "lost-answer": 0.02}), 20_000)
    assert abs(played.count("503") - 1_000) < 150
    assert abs(played.count("lost-answer") - 400) < 100
    assert played != names(Faults(8, {"503": 0.05, "lost-answer": 0.02}), 20_000)


def test_ends_of_the_scale() -> None:
    assert names(Faults(1, {"503": 0.0}), 100) == [None] * 100
    assert names(Faults(1, {"503": 1.0}), 100) == ["503"] * 100
    assert None not in names(Faults(1, dict.fromkeys(list(FAULTS)[:10], 0.1)), 500)


@pytest.mark.parametrize(
    ("rates", "delay", "told"),
    [
        ({"50": 0.1}, 1.0, "there is no fault `50`"),
        ({"nothing like it": 0.1}, 1.0, "there is no fault `nothing like it`"),
        ({"503": 1.5}, 1.0, "the rate of `503` is a number from 0 to 1, not 1.5"),
        ({"503": -0.1}, 1.0, "not -0.1"),
        ({"503": float("nan")}, 1.0, "not nan"),
        ({"503": 0.6, "504": 0.6}, 1.0, "1.2 together, which is more than 1"),
        ({"delay": 0.1}, -1.0, "a delay is a number of seconds from 0 to 86,400, not -1.0"),
        ({"delay": 0.1}, float("inf"), "not inf"),
    ],
)
def test_faults_that_cannot_be(rates: dict[str, float], delay: float, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Faults(1, rates, delay=delay)


def test_late_failures_are_told_where_the_answer_was_lost() -> None:
    braze = always("lost-answer")
    braze.handle(request({**TO_AUDIENCE, "audience": {"AND": []}}))
    assert braze.activity[0].dispatch_id == braze.requests[0].dispatch_id
