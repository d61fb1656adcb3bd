"""What a test has in its hand: a sandbox, the ways to send to it, and questions about what was sent to whom."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ..diagnostics import counted
from ..profiles import Profile
from ..sandbox import ActivityEntry, LogEntry, Sandbox
from ..sandbox.clock import SandboxClock
from ..sandbox.transport import SandboxTransport, transport
from ..sender import AsyncClient, Client
from .messages import Message, messages_of
from .telling import log_lines, unmet
from .wanted import AudienceLike, User, Wanted

__all__ = ["BASE_URL", "BrazeSandbox"]

# For clients that need one: no such host exists, so a client without the sandbox's transport reaches nobody.
BASE_URL = "https://braze-sandbox.invalid"


class BrazeSandbox:
    """A local Braze of one test, and what was sent to it.

    `transport` goes under a client of httpx, of either kind, and `client()` and `async_client()` are clients of this
    package. Nothing waits: what is to be waited for turns the sandbox's `clock` on. `sandbox` is the whole of it.

    The questions `sent`, `assert_sent` and `assert_nothing_sent` all take what a message must have: `campaign`,
    `canvas` and `endpoint` (its path); `properties`, of which the message may have more; `audience`, as a text of the
    language, a compiled audience or JSON; and `broadcast`. A message counts as sent when its request was accepted,
    whatever the caller was told of it, and nothing known keeps it from its user; see `Message`.
    """

    __slots__ = ("_api_key", "_sandbox", "_transport", "shown")

    def __init__(self, sandbox: Sandbox, api_key: str) -> None:
        self._sandbox = sandbox
        self._api_key = api_key
        self._transport = transport(sandbox, sleep=self._pass, async_sleep=self._pass_asynchronously)
        # The failure that has told what was sent.
        self.shown: AssertionError | None = None

    @property
    def sandbox(self) -> Sandbox:
        return self._sandbox

    @property
    def api_key(self) -> str:
        return self._api_key

    @property
    def base_url(self) -> str:
        """An address for clients on the `transport`, which is reached in no other way."""
        return BASE_URL

    @property
    def transport(self) -> SandboxTransport:
        return self._transport

    def client(self, **settings: Any) -> Client:
        """A `Client` on the sandbox; `settings` are its own. It waits by the sandbox's clock, so in no time."""
        own = {"sleep": self._pass, "clock": self._now, "api_key": self._api_key, "endpoint": BASE_URL}
        return Client(**{**own, "transport": self._transport, **settings})

    def async_client(self, **settings: Any) -> AsyncClient:
        """The same, asynchronous."""
        own = {"sleep": self._pass_asynchronously, "clock": self._now, "api_key": self._api_key, "endpoint": BASE_URL}
        return AsyncClient(**{**own, "transport": self._transport, **settings})

    # --- What was sent ---

    @property
    def requests(self) -> tuple[LogEntry, ...]:
        """Everything that came in, refused or not, by its number."""
        return self._sandbox.requests

    @property
    def activity(self) -> tuple[ActivityEntry, ...]:
        """What was accepted and failed afterwards, as an audience that Braze cannot read."""
        return self._sandbox.activity

    def sent(
        self,
        to: User | None = None,
        *,
        campaign: str | None = None,
        canvas: str | None = None,
        endpoint: str | None = None,
        properties: Mapping[str, Any] | None = None,
        audience: AudienceLike | None = None,
        broadcast: bool | None = None,
    ) -> list[Message]:
        """The messages that were sent and have all of this, in their order: one for each user, or for a broadcast."""
        return self._found(Wanted(to, campaign, canvas, endpoint, properties, audience, broadcast))

    def sent_to(self, user: User) -> list[Message]:
        """The messages to this user: by name, and where there are profiles, also by broadcasts that select them.

        A text is an `external_user_id`; anything else is written as in the request, as `{"email": "ana@example.com"}`.
        """
        return self.sent(user)

    def assert_sent(
        self,
        to: User | None = None,
        *,
        campaign: str | None = None,
        canvas: str | None = None,
        endpoint: str | None = None,
        properties: Mapping[str, Any] | None = None,
        audience: AudienceLike | None = None,
        broadcast: bool | None = None,
        times: int | None = 1,
    ) -> Message:
        """Exactly one such message was sent, and it is returned.

        `times` is another number of them, None for any from one on; then the first is returned.
        """
        __tracebackhide__ = True
        if times is not None and times < 1:
            raise ValueError(f"`times` is a number from 1, not {times}; `assert_nothing_sent` is for none")
        wanted = Wanted(to, campaign, canvas, endpoint, properties, audience, broadcast)
        found = self._found(wanted)
        if not found or times not in (None, len(found)):
            self._fail(wanted, found, times)
        return found[0]

    def assert_nothing_sent(
        self,
        to: User | None = None,
        *,
        campaign: str | None = None,
        canvas: str | None = None,
        endpoint: str | None = None,
        properties: Mapping[str, Any] | None = None,
        audience: AudienceLike | None = None,
        broadcast: bool | None = None,
    ) -> None:
        """No such message was sent; without arguments, none at all."""
        __tracebackhide__ = True
        wanted = Wanted(to, campaign, canvas, endpoint, properties, audience, broadcast)
        found = self._found(wanted)
        if found:
            self._fail(wanted, found, 0)

    def log(self) -> str:
        """The latest requests and what became of them, in words."""
        return "\n".join(log_lines(self._sandbox))

    # --- What happens next ---

    def fail_next(self, *faults: str, delay: float | None = None) -> None:
        """The next requests meet these faults, one each: `503`, `lost-answer` or any other of the sandbox's.

        `delay` are the seconds of the fault `delay`.
        """
        self._sandbox.switches.next(*faults, delay=delay)

    @property
    def clock(self) -> SandboxClock:
        """The time of the sandbox: `advance` turns it on, `set` and `freeze` hold it."""
        return self._sandbox.clock

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The users that the sandbox knows. Set to some, it judges whom each later request reaches."""
        return tuple(self._sandbox.profiles)

    @profiles.setter
    def profiles(self, profiles: Iterable[Profile | Mapping[str, object]]) -> None:
        self._sandbox.set_profiles(profiles)

    def __repr__(self) -> str:
        return f"<BrazeSandbox: {counted(len(self.requests), 'request')}>"

    def _found(self, wanted: Wanted) -> list[Message]:
        __tracebackhide__ = True
        dropped = self._sandbox.dropped
        if dropped:
            gone = f"{counted(dropped, 'request')} of this test {'is' if dropped == 1 else 'are'} no longer in the log"
            raise AssertionError(f"{gone}: the mark `braze_sandbox(keep=...)` says how many it holds")
        return [
            message
            for message in messages_of(self._sandbox)
            if message.hindrance is None
            and wanted.is_of(message)
            and not wanted.differences(message)
            and wanted.is_for(self._sandbox, message)
        ]

    def _fail(self, wanted: Wanted, found: list[Message], times: int | None) -> None:
        __tracebackhide__ = True
        self.shown = AssertionError(unmet(self._sandbox, wanted, found, times))
        raise self.shown

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._sandbox.clock(), UTC)

    def _pass(self, seconds: float) -> None:
        self._sandbox.clock.advance(seconds)

    async def _pass_asynchronously(self, seconds: float) -> None:
        self._pass(seconds)
