"""A server that follows a script, in simulated time."""

from datetime import datetime
from typing import Any

from audience_dsl.sender import Receipt
from audience_dsl.sender.http import httpx

from .sending import Send, Time

__all__ = ["LOST", "REFUSED", "Script", "deliver"]

HALF: dict[str, Any] = {"random": lambda: 0.5}


class Script:
    """A server that gives these answers in turn, the last one for good: a status with headers, or an error to raise."""

    def __init__(self, time: Time, *answers: "int | tuple[int, dict[str, str]] | Exception") -> None:
        self.time = time
        self.answers = list(answers)
        self.arrived: list[datetime] = []

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, _request: httpx.Request) -> httpx.Response:
        self.arrived.append(self.time.now)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        return httpx.Response(status, headers=headers, json={"message": "success" if status < 300 else "no"})


REFUSED = httpx.ConnectError("refused")
LOST = httpx.ReadError("lost")


def deliver(send: Send, *answers: Any, **settings: Any) -> tuple[Receipt, Script, Time]:
    time = Time()
    script = Script(time, *answers)
    given = {"transport": script.transport, "sleep": time.sleep, "clock": time.clock, **HALF, **settings}
    return send("US-01", **given), script, time
