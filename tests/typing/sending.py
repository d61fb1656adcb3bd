"""Never run: it pins the public types of the sender, and mypy reads it with the tests."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_type

import httpx

from audience_dsl import Audience, Diagnostic, LedgerError
from audience_dsl.braze_api import ENDPOINTS, Endpoint
from audience_dsl.ledger import Ledger as LedgerFile
from audience_dsl.sandbox import Faults, Sandbox, local_sandbox, running
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import (
    NO_LIMITS,
    NO_RETRY,
    OUTCOMES,
    AsyncClient,
    Booking,
    Claim,
    Client,
    Judgement,
    Ledger,
    LimitStore,
    Pacer,
    RateLimit,
    RateLimits,
    Receipt,
    Request,
    Retries,
    RetryPolicy,
    RetryQuota,
    Secret,
    Stop,
    Timeouts,
    Wait,
    Workspace,
    build_request,
    check_recipient,
    check_request,
    endpoint_for,
    request_schema,
)


def requests(audience: Audience, body: dict[str, Any]) -> Request:
    request = build_request({"campaign_id": "c", "broadcast": True, "audience": audience})
    assert_type(request, Request)
    assert_type(build_request(body, endpoint=ENDPOINTS["canvas-trigger-send"]), Request)
    assert_type(check_request(body), list[Diagnostic])
    assert_type(check_recipient({"external_user_id": "u"}, request.endpoint), list[Diagnostic])
    assert_type(request_schema(), dict[str, Any])
    assert_type(request.to_dict(), dict[str, Any])
    assert_type(request.body, bytes)
    assert_type(request.digest, str)
    assert_type(request.endpoint, Endpoint)
    assert_type(request.is_broadcast, bool)
    assert_type(request.recipient_count, int)
    return request


class ByDay:
    """A policy of one's own, by its shape alone."""

    def decide(
        self, judgement: Judgement, /, *, attempt: int, elapsed: float, now: datetime, random: Callable[[], float]
    ) -> Wait | Stop:
        assert_type(judgement.outcome, str)
        assert_type(judgement.http_status, int | None)
        return Wait(random(), now, "by day") if attempt < 3 and elapsed < 60 else Stop("enough", now)


class Cautious(RetryPolicy):
    def decide(
        self, judgement: Judgement, /, *, attempt: int, elapsed: float, now: datetime, random: Callable[[], float]
    ) -> Wait | Stop:
        return super().decide(judgement, attempt=attempt, elapsed=elapsed, now=now, random=random)


class Row:
    def settle(self, receipt: Receipt, /) -> None:
        assert_type(receipt.to_dict(), dict[str, Any])


class Table:
    """A ledger of one's own, by its shape alone."""

    def known(self, request: Request, /, *, key: str | None, repeat: bool) -> Receipt | None:
        return None

    def claim(self, request: Request, /, *, key: str | None, at: datetime, repeat: bool) -> Row | Receipt:
        return Row()


class Counts:
    """A store of one's own, by its shape alone."""

    def take(self, bookings: Sequence[Booking], /) -> bool:
        return all(each.limit > 0 and each.key and each.ends for each in bookings)

    def at_least(self, booking: Booking, used: int, /) -> None: ...

    def give_back(self, bookings: Sequence[Booking], /) -> None: ...


class NoPolicy:
    def decide(self, judgement: Judgement) -> bool:
        return False


class NoLedger:
    def known(self, request: Request) -> Receipt | None:
        return None


def settings(url: str) -> None:
    policies: list[Retries] = [RetryPolicy(attempts=3, max_wait=0), NO_RETRY, ByDay(), Cautious(base=1)]
    stores: list[LimitStore | None] = [Counts(), None]
    ledgers: list[Ledger] = [Table(), LedgerFile("sends.db")]
    claim: Claim = Row()
    assert_type(claim.settle, Callable[[Receipt], None])
    pacers = [Pacer(limits=NO_LIMITS), Pacer(share=Fraction(1, 8), store=stores[0]), Pacer(share="1/8", guard=2)]
    assert_type(RateLimits(broadcasts=500).broadcasts, int | None)
    assert_type(OUTCOMES, tuple[str, str, str, str, str])
    Client(
        api_key=Secret("k"),
        endpoint=url,
        transport=httpx.HTTPTransport(),
        timeout=Timeouts(read=5),
        retry=policies[0],
        quota=RetryQuota(10),
        pacer=pacers[0],
        on_wait=lambda wait: print(wait.seconds, wait.until, wait.why),
        random=lambda: 0.5,
        environment_proxies=False,
    ).close()
    AsyncClient(api_key="k", endpoint=url, transport=httpx.AsyncHTTPTransport(), retry=ByDay())
    assert ledgers


def sending(client: Client, request: Request, at: datetime, ledger: Ledger) -> None:
    receipt = client.send(request, key="k", ledger=ledger, repeat=True, deadline=at)
    assert_type(receipt, Receipt)
    assert_type(receipt.outcome, str)
    assert_type(receipt.dispatch_id, str | None)
    assert_type(receipt.retry_at, datetime | None)
    assert_type(receipt.attempts, int)
    assert_type(receipt.replayed, bool)
    assert_type(receipt.warnings, tuple[str, ...])
    assert_type(receipt.rate_limit, RateLimit | None)
    assert_type(receipt.errors, tuple[Any, ...])
    assert_type(Receipt.from_dict(receipt.to_dict()), Receipt)
    assert_type(replace(receipt, replayed=True), Receipt)
    assert_type(client.base_url, str)
    with client as same:
        assert_type(same, Client)
    with LedgerFile(Path("sends.db"), hash_identifiers=True) as file:
        try:
            client.send(request, key="k", ledger=file)
        except LedgerError as error:
            assert_type(error.code, str)
            assert_type(error.help, str | None)
        assert_type(file.counts(), dict[str, int])


async def sending_async(client: AsyncClient, request: Request) -> None:
    async with client as same:
        assert_type(same, AsyncClient)
        assert_type(await same.send(request, ledger=Table()), Receipt)
    await client.aclose()


def sandboxes() -> None:
    sandbox = local_sandbox(faults=Faults(1, {"429": 0.5}), enforce_limits=True)
    assert_type(sandbox, Sandbox)
    with running(sandbox) as url:
        assert_type(url, str)
    Client(api_key="k", endpoint="EU-01", transport=transport(sandbox))
    AsyncClient(api_key="k", endpoint="EU-01", transport=transport(sandbox))
    assert_type(Workspace(api_key="k", endpoint="EU-01").custom_attributes(), list[dict[str, Any]])
    assert_type(endpoint_for({"canvas_id"}).path, str)


async def refused(client: Client, async_client: AsyncClient, request: Request) -> None:
    client.send({"campaign_id": "c"})  # type: ignore[arg-type]
    client.send(request, "k")  # type: ignore[call-arg]
    client.send(request, ledger="sends.db")  # type: ignore[arg-type]
    client.send(request, ledger=NoLedger())  # type: ignore[arg-type]
    client.send(request, deadline="tomorrow")  # type: ignore[arg-type]
    await async_client.send(request, deadline=5)  # type: ignore[arg-type]
    Client("k", "EU-01")  # type: ignore[call-arg]
    Client(api_key=None, endpoint="EU-01")  # type: ignore[arg-type]
    Client(api_key="k", endpoint="EU-01", timeout=5)  # type: ignore[arg-type]
    Client(api_key="k", endpoint="EU-01", retry=NoPolicy())  # type: ignore[arg-type]
    Client(api_key="k", endpoint="EU-01", retry=3)  # type: ignore[arg-type]
    Client(api_key="k", endpoint="EU-01", transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]
    Pacer(share=0.5)  # type: ignore[arg-type]
    Pacer(store=Table())  # type: ignore[arg-type]
