"""What the sender's tests share: a request, and both clients behind one function."""

import asyncio
from collections.abc import Callable
from typing import Any

from audience_dsl.sender import AsyncClient, Client, Receipt, Request, Timeouts, build_request

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
REQUEST = build_request({"campaign_id": "c", "recipients": [{"external_user_id": "u"}]})
# Long enough for a busy machine; and as short as a server that stalls can be waited for.
PATIENT = Timeouts(connect=20, write=20, read=20, answer=40)
IMPATIENT = Timeouts(connect=2, write=1, read=1, answer=1)

Send = Callable[..., Receipt]


def send(url: str, request: Request = REQUEST, **settings: Any) -> Receipt:
    with Client(**{"api_key": KEY, "endpoint": url, "timeout": PATIENT, **settings}) as client:
        return client.send(request)


def send_async(url: str, request: Request = REQUEST, **settings: Any) -> Receipt:
    async def run() -> Receipt:
        async with AsyncClient(**{"api_key": KEY, "endpoint": url, "timeout": PATIENT, **settings}) as client:
            return await client.send(request)

    return asyncio.run(run())


CLIENTS: dict[str, Send] = {"sync": send, "async": send_async}
