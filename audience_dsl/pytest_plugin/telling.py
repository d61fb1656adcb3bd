"""A sandbox's log in words, for whoever reads why a test failed: a few lines for each request, the latest ones.

What was sent may hold anything, so each line is cut, and shown without what a terminal would obey.
"""

from collections.abc import Iterable, Iterator, Sequence

from ..diagnostics import ERROR, by_severity, counted, quoted
from ..reasons import Line
from ..report.display import clean
from ..sandbox import LogEntry, Sandbox, WhyError
from .messages import LINE_AT_MOST, Message, as_json, is_known, messages_of, told
from .wanted import Wanted

__all__ = ["log_lines", "unmet"]

REQUESTS_AT_MOST = 8
# For each request.
GROUPS_AT_MOST = 5
FINDINGS_AT_MOST = 3
AUDIENCE_LINES_AT_MOST = 8
REASONS_AT_MOST = 5

_NO_REQUEST = (
    "the sandbox got no request; does the code under test send through `braze_sandbox.transport`, "
    "or to `braze_sandbox_url`?"
)


def unmet(sandbox: Sandbox, wanted: Wanted, found: Sequence[Message], times: int | None) -> str:
    """Why what was sent is not what a test wants: `found` are the messages that it means, `times` how many it wants."""
    words = wanted.words()
    sent = f" {words}" if words else ""
    if times == 0:
        head = f"{_were(len(found))} sent{sent}, and none was expected"
    elif found:
        head = f"{_were(len(found))} sent{sent}, and {times} {'was' if times == 1 else 'were'} expected"
    else:
        head = f"no message was sent{sent}"
    lines = list(log_lines(sandbox, wanted, only={message.request for message in found} or None))
    return "\n".join([clean(head, at_most=LINE_AT_MOST), *lines])


def log_lines(sandbox: Sandbox, wanted: Wanted | None = None, *, only: "set[int] | None" = None) -> Iterator[str]:
    """The latest requests, or `only` those of these numbers, with what became of each.

    With `wanted`, each message says in what it is another one, and why its user does not get it.
    """
    entries = [entry for entry in sandbox.requests if only is None or entry.number in only]
    if not entries:
        yield f"  {_NO_REQUEST}"
    messages: dict[int, list[Message]] = {}
    for message in messages_of(sandbox):
        messages.setdefault(message.request, []).append(message)
    left_out = len(entries) - REQUESTS_AT_MOST
    if left_out > 0:
        yield f"  {counted(left_out, 'earlier request')} {'is' if left_out == 1 else 'are'} left out"
    for entry in entries[-REQUESTS_AT_MOST:]:
        for line in _Entry(sandbox, entry, messages.get(entry.number, []), wanted).lines():
            yield "  " + clean(line, at_most=LINE_AT_MOST)


class _Entry:
    """One request of the log."""

    def __init__(self, sandbox: Sandbox, entry: LogEntry, messages: list[Message], wanted: Wanted | None) -> None:
        self._sandbox = sandbox
        self._entry = entry
        self._messages = messages
        self._wanted = wanted

    def lines(self) -> Iterator[str]:
        entry = self._entry
        if entry.fault is not None:
            taken = "Braze took it all the same" if entry.accepted else "Braze did not take it"
            yield f"request {entry.number} met the fault `{entry.fault}`; {taken}"
        if self._messages:
            yield from self._sent()
        elif not entry.accepted:
            yield from self._refusal()
        else:
            yield f"request {entry.number} was {entry.method} {entry.path}, which sends no message"

    def _refusal(self) -> Iterator[str]:
        entry = self._entry
        if entry.fault is None:
            called = f"request {entry.number}, {entry.method} {entry.path},"
            yield f"{called} was refused: {entry.status} {entry.message}"
            yield from self._errors()

    def _errors(self) -> Iterator[str]:
        errors = by_severity(self._entry.findings, ERROR)
        for finding in errors[:FINDINGS_AT_MOST]:
            yield f"  {finding}"
        if len(errors) > FINDINGS_AT_MOST:
            yield f"  and {len(errors) - FINDINGS_AT_MOST} more"

    def _sent(self) -> Iterator[str]:
        groups = self._groups()
        for group in groups[:GROUPS_AT_MOST]:
            first = group[0]
            if first.hindrance is None:
                yield f"request {first.request} sent {told(*group)}"
            else:
                yield f"request {first.request} did not send {told(*group)}: {first.hindrance}"
            yield from self._about(first)
        more = sum(map(len, groups[GROUPS_AT_MOST:]))
        if more:
            yield f"  and {counted(more, 'more message')}"
        yield from self._audience(self._messages[0])

    def _groups(self) -> list[list[Message]]:
        """Messages that differ by their users alone, together; those of the user that is asked for first."""
        groups: dict[tuple[bool, str | None, str], list[Message]] = {}
        for message in self._messages:
            is_other = self._wanted is not None and not self._wanted.is_for(self._sandbox, message)
            key = is_other, message.hindrance, as_json(message.properties)
            groups.setdefault(key, []).append(message)
        return [groups[key] for key in sorted(groups, key=lambda key: key[0])]

    def _about(self, message: Message) -> Iterator[str]:
        """In what a message is not the one that is asked for, and why its user does not get it."""
        wanted = self._wanted
        if wanted is None:
            return
        if wanted.is_of(message) and (message.to is None or wanted.is_for(self._sandbox, message)):
            for difference in wanted.differences(message):
                yield f"  {difference}"
        if wanted.user is not None and message.to is None:
            yield from self._why(wanted.user, is_told=False)
        elif wanted.user is not None and wanted.user == message.user and message.hindrance is not None:
            yield from self._why(wanted.user, is_told=True)

    def _why(self, user: str, *, is_told: bool) -> Iterator[str]:
        """Why the audience does not select the user; `is_told` that this was said, but not why."""
        entry = self._entry
        if entry.reach is None:
            yield f"  whether {quoted(user)} gets it is not known: give profiles to `braze_sandbox.profiles`"
            return
        if entry.reach.target == "everyone":
            if not is_known(self._sandbox, user):
                yield f"  {quoted(user)} is not among the profiles"
            return
        try:
            lines = self._sandbox.why(entry.number, user)
        except WhyError as error:
            if not is_told:
                yield f"  {error}"
            return
        if lines[0].selected:
            return
        if not is_told:
            yield f"  {quoted(user)} is not selected by the audience"
        reasons = list(_failing(lines))
        for line in reasons[:REASONS_AT_MOST]:
            yield f"    ✗ {line.text}: {line.words}"
        if len(reasons) > REASONS_AT_MOST:
            yield f"    and {counted(len(reasons) - REASONS_AT_MOST, 'more clause')} of it"

    def _audience(self, message: Message) -> Iterator[str]:
        reach = self._entry.reach
        if message.audience is not None:
            lines = message.audience.splitlines()
            yield f"  audience: {lines[0]}"
            yield from (f"            {line}" for line in lines[1:AUDIENCE_LINES_AT_MOST])
            if len(lines) > AUDIENCE_LINES_AT_MOST:
                yield f"            and {counted(len(lines) - AUDIENCE_LINES_AT_MOST, 'more line')}"
        if reach is not None and message.to is None:
            yield f"  {reach.lines()[0]}"


def _failing(lines: Iterable[Line]) -> Iterator[Line]:
    """The clauses because of which a filter does not select: none of those in a group that holds."""
    held: int | None = None
    for line in lines:
        if held is not None and line.depth > held:
            continue
        held = line.depth if line.selected else None
        if not line.selected and line.joined is None:
            yield line


def _were(count: int) -> str:
    return f"{counted(count, 'message')} {'was' if count == 1 else 'were'}"
