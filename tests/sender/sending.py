"""What the sender's tests share: requests, time that passes by itself, and both clients behind one function."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from audience_dsl.sender import AsyncClient, Client, Receipt, Request, Timeouts, build_request

__all__ = ["BROADCAST", "CLIENTS", "IMPATIENT", "KEY", "PATIENT", "REQUEST", "Send", "Time", "no_sleep"]

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
REQUEST = build_request({"campaign_id": "c", "recipients": [{"external_user_id": "u"}]})
BROADCAST = build_request({"campaign_id": "c", "broadcast": True})
# Long enough for a busy machine; and as short as a server that stalls can be waited for.
PATIENT = Timeouts(connect=20, write=20, read=20, answer=40)
IMPATIENT = Timeouts(connect=2, write=1, read=1, answer=1)


class Time:
    """Simulated time: `clock` reads it, and `sleep` makes it pass. `slept` has every sleep."""

    def __init__(self, now: datetime = datetime(2026, 11, 24, 15, 0, 30, tzinfo=UTC)) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def no_sleep(_seconds: float) -> None:
    pass


Send = Callable[..., Receipt]


def send(url: str, request: Request = REQUEST, *, how: dict[str, Any] | None = None, **settings: Any) -> Receipt:
    """`settings` are the client's, and `how` is what goes to its `send`; no wait takes any time."""
    with Client(**{"api_key": KEY, "endpoint": url, "timeout": PATIENT, "sleep": no_sleep, **settings}) as client:
        return client.send(request, **how or {})


def send_async(url: str, request: Request = REQUEST, *, how: dict[str, Any] | None = None, **settings: Any) -> Receipt:
    """As `send`; `sleep` is a plain function here too."""
    pause = settings.pop("sleep", no_sleep)

    async def sleep(seconds: float) -> None:
        pause(seconds)

    async def run() -> Receipt:
        given = {"api_key": KEY, "endpoint": url, "timeout": PATIENT, "sleep": sleep, **settings}
        async with AsyncClient(**given) as client:
            return await client.send(request, **how or {})

    return asyncio.run(run())


CLIENTS: dict[str, Send] = {"sync": send, "async": send_async}
