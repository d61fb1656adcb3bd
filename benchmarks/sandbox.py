"""The sandbox on its port, under requests from another process: how many a second, how late, and how much memory.

    python -m benchmarks.sandbox --seconds 60 --rate 1000

Three processes: this one asks and measures; the sandbox is one of its own, and so is the bare application that it is
held against: uvicorn, with the same parser, whose answer is always the same bytes. Each is first asked as often as it
can answer, for a few seconds, and then the sandbox at the rate for the whole time. Meanwhile its page is asked for once
a second. Every answer is looked at: one that is no 201 is an error.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND
from audience_dsl.sandbox import SANDBOX_KEY

_AUDIENCE: Final = {
    "AND": [
        {
            "custom_attribute": {
                "custom_attribute_name": "eye_color",
                "comparison": "equals",
                "value": "blue",
            }
        },
        {"push_subscription_status": {"comparison": "is", "value": "opted_in"}},
    ]
}
# One after the other: to one user, to a user under an audience, to an audience.
_BODIES: Final[tuple[dict[str, Any], ...]] = (
    {"campaign_id": "c-1", "recipients": [{"external_user_id": "user-1", "trigger_properties": {"seat": "14C"}}]},
    {"campaign_id": "c-1", "recipients": [{"external_user_id": "user-1"}], "audience": _AUDIENCE},
    {"campaign_id": "c-1", "broadcast": True, "audience": _AUDIENCE, "trigger_properties": {"storm": "Ana"}},
)
_CONNECTIONS: Final = 16
# What each process that answers prints once it does.
_READY: Final = "ready "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long at the rate")
    parser.add_argument("--rate", type=float, default=1_000.0, help="requests a second")
    parser.add_argument("--flat-out", type=float, default=8.0, help="seconds of as many as can be, each")
    parser.add_argument("--serve", choices=("sandbox", "bare"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        _serve(given.serve)
        return
    with _serving("bare") as (port, _):
        bare = asyncio.run(_load(port, given.flat_out, rate=None))
    with _serving("sandbox") as (port, process):
        base = _memory(process)
        flat_out = asyncio.run(_load(port, given.flat_out, rate=None))
        before = _memory(process)
        steady, page = asyncio.run(_with_page(port, given.seconds, given.rate))
        after = _memory(process)
    print(f"bare uvicorn, as many as it answers     {bare.per_second:8,.0f} a second   {bare.errors} errors")
    print(f"the sandbox, as many as it answers      {flat_out.per_second:8,.0f} a second   {flat_out.errors} errors")
    print(f"  of the bare one's                     {flat_out.per_second / bare.per_second:8.0%}")
    print(f"the sandbox, {given.rate:,.0f} a second for {given.seconds:g} s")
    print(f"  answered                              {steady.per_second:8,.0f} a second   {steady.errors} errors")
    for name, share in (("half", 0.5), ("99 of 100", 0.99), ("999 of 1,000", 0.999)):
        print(f"  {name:<14} within                 {steady.quantile(share) * 1e3:8.1f} ms")
    print(f"  the latest                            {max(steady.times) * 1e3:8.1f} ms")
    print(f"  its page, half within                 {page.quantile(0.5) * 1e3:8.1f} ms   {page.errors} errors")
    print(f"  its page, the latest                  {max(page.times) * 1e3:8.1f} ms")
    print(f"memory at the start                     {base:8.1f} MiB")
    print(f"  before the time at the rate           {before:8.1f} MiB")
    print(f"  after it                              {after:8.1f} MiB")


# --- What answers -------------------------------------------------------------------------------------------


def _serve(what: str) -> None:
    from audience_dsl.sandbox import local_sandbox, serve

    if what == "sandbox":
        serve(local_sandbox(), port=0, on_ready=lambda url: print(_READY + url.rpartition(":")[2], flush=True))
        return
    import uvicorn

    body = b'{"dispatch_id":"0123456789abcdef0123456789abcdef","message":"success"}'
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 201, "headers": head})
        await send({"type": "http.response.body", "body": body})

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            print(f"{_READY}{self.servers[0].sockets[0].getsockname()[1]}", flush=True)

    Server(
        uvicorn.Config(
            app, port=0, loop="asyncio", http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
        )
    ).run()


@contextmanager
def _serving(what: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    command = [sys.executable, "-m", "benchmarks.sandbox", f"--serve={what}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline().removeprefix(_READY)), process
        finally:
            process.terminate()


def _memory(process: "subprocess.Popen[str]") -> float:
    """What the process has in memory by now, in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


# --- What asks ----------------------------------------------------------------------------------------------


class Answers:
    """How long each took, in seconds, how many were wrong, and how long it went on."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.errors = 0
        self.seconds = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        return sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)]


async def _with_page(port: int, seconds: float, rate: float) -> tuple[Answers, Answers]:
    return await asyncio.gather(_load(port, seconds, rate=rate), _watch(port, seconds))


async def _load(port: int, seconds: float, *, rate: float | None) -> Answers:
    """Requests over some connections that stay open: each waits for its answer, and then for its turn."""
    answers = Answers()
    requests = [_request(json.dumps(body).encode()) for body in _BODIES]
    started = time.perf_counter()
    ends = started + seconds
    sent = 0

    async def one() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            # By the whole of them, so that what was late is made up for.
            turn = started if rate is None else started + sent / rate
            request = requests[sent % len(requests)]
            sent += 1
            now = time.perf_counter()
            if max(now, turn) >= ends:
                break
            if turn > now:
                await asyncio.sleep(turn - now)
            # From its turn on, so that a server that stands still is not asked less and looks good.
            asked = time.perf_counter() if rate is None else turn
            writer.write(request)
            status = await _answered(reader)
            answers.times.append(time.perf_counter() - asked)
            answers.errors += status != 201
        writer.close()

    await asyncio.gather(*(one() for _ in range(_CONNECTIONS)))
    answers.seconds = time.perf_counter() - started
    return answers


async def _watch(port: int, seconds: float) -> Answers:
    """The page with the log, as a browser asks for it, each second."""
    answers = Answers()
    request = f"GET /_sandbox/ui/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n\r\n".encode()
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() - started < seconds:
        asked = time.perf_counter()
        writer.write(request)
        answers.errors += await _answered(reader) != 200
        answers.times.append(time.perf_counter() - asked)
        await asyncio.sleep(1)
    writer.close()
    answers.seconds = time.perf_counter() - started
    return answers


def _request(body: bytes) -> bytes:
    head = (
        f"POST {CAMPAIGN_TRIGGER_SEND.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {SANDBOX_KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


async def _answered(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, which is read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
    return int(head[9:12])


if __name__ == "__main__":
    main()
