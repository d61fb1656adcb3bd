"""What the tests of runs share: files of recipients, and a Braze that fails as it is told, and is the judge."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND, Endpoint
from audience_dsl.ledger.database import Database
from audience_dsl.recipients import RecipientsFile
from audience_dsl.runs import Run, StopSignal, Summary, deliver, prepare, resume
from audience_dsl.sandbox import SANDBOX_KEY, Sandbox
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import Client
from audience_dsl.sender.retrying import NO_RETRY, RetryPolicy

NOW: Final = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
TEMPLATE: Final[dict[str, Any]] = {"campaign_id": "c-1", "trigger_properties": {"storm": "Ana"}}
FAULTS: Final = ("", "refuse", "drop", "lose", "busy", "broken", "reject", "hang before", "hang after")


def write_people(path: Path, names: Iterable[str], **more: Any) -> Path:
    path.write_text("".join(json.dumps({"external_user_id": name, **more}) + "\n" for name in names), encoding="utf-8")
    return path


def names(count: int) -> list[str]:
    return [f"u{number}" for number in range(count)]


class Braze:
    """A sandbox behind faults: what the n-th request meets is the n-th of `faults`, and afterwards nothing.

    refuse        no connection                              broken  500 in Braze's JSON
    drop          the connection ends before the server read  reject  400
    lose          it ends after, with the answer              busy    429, to be tried again at once
    hang before, hang after   no answer, and the run is told to stop at once: as good as killed
    """

    def __init__(self) -> None:
        self.sandbox = Sandbox(clock=lambda: NOW.timestamp(), seed=1)
        self.stop = StopSignal()
        self.faults: list[str] = []
        self.requests = 0
        self.released = threading.Event()
        self._inner = transport(self.sandbox)
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests += 1
            fault = self.faults.pop(0) if self.faults else ""
        if fault == "refuse":
            raise httpx.ConnectError("refused")
        if fault == "drop":
            raise httpx.ReadError("reset")
        if fault == "hang before":
            self._hang()
        if fault == "busy":
            return httpx.Response(429, json={"message": "Rate Limited"}, headers={"X-RateLimit-Reset": "1"})
        if fault == "broken":
            return httpx.Response(500, json={"message": "Internal Error"})
        if fault == "reject":
            return httpx.Response(400, json={"message": "Invalid Campaign ID"})
        if fault.isdigit():
            return httpx.Response(int(fault), json={"message": "no"})
        response = self._inner.handle_request(request)
        if fault == "lose":
            raise httpx.ReadError("reset")
        if fault == "hang after":
            self._hang()
        return response

    def _hang(self) -> None:
        self.stop.request()
        self.stop.request()
        self.released.wait(30)
        raise httpx.ReadError("reset")

    def close(self) -> None:
        pass

    def accepted(self) -> Counter[str]:
        """How often each recipient was in a request that was accepted."""
        return Counter(
            recipient["external_user_id"]
            for entry in self.sandbox.requests
            if entry.dispatch_id is not None
            for recipient in entry.body["recipients"]
        )

    def client(self, retry: RetryPolicy = NO_RETRY) -> Client:
        self.stop = StopSignal()
        return Client(
            api_key=SANDBOX_KEY,
            endpoint="https://braze.invalid",
            transport=self,
            retry=retry,
            sleep=self.stop.sleep,
            random=lambda: 0.0,
        )


def people(path: Path, endpoint: Endpoint = CAMPAIGN_TRIGGER_SEND, **settings: Any) -> RecipientsFile:
    return RecipientsFile(path, endpoint=endpoint, **settings)


def begin(database: Database, path: Path, *, template: dict[str, Any] = TEMPLATE, **settings: Any) -> Run:
    return prepare(
        database, recipients=people(path), template=template, endpoint=CAMPAIGN_TRIGGER_SEND, now=NOW, **settings
    )


def go_on(database: Database, path: Path, *, template: dict[str, Any] = TEMPLATE) -> Run:
    return resume(database, recipients=people(path), template=template, endpoint=CAMPAIGN_TRIGGER_SEND)


def sitting(
    ledger: Path,
    path: Path,
    braze: Braze,
    faults: Sequence[str] = (),
    *,
    at_once: int = 1,
    retry: RetryPolicy = NO_RETRY,
    before: Callable[[Run], None] = lambda _run: None,
    **settings: Any,
) -> Summary:
    """One life of a process: it begins the run, or goes on with it, while the server fails so."""
    braze.faults = list(faults)
    with Database(ledger) as database:
        found = Run.find(database)
        with begin(database, path) if found is None else go_on(database, path) as run, braze.client(retry) as client:
            before(run)
            return deliver(run, client, at_once=at_once, stop=braze.stop, **settings)
