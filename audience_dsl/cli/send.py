"""`audience send`: a request file, shown, confirmed, and sent once."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ..report.display import clean, shown
from .console import Console, OutputError
from .exits import DONE, INTERRUPTED, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN, RefusedError, UsageFault
from .files import STDIN
from .options import endpoint_of, endpoint_options, output_format_option, parameter_options, project_options
from .parameters import read_given

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox
    from ..sender.client import Client
    from ..sender.outcome import Receipt
    from .expectation import Expectation
    from .parameters import Given
    from .project import Projects
    from .request_file import PreparedRequest

__all__ = ["command"]

_EXIT_OF = {
    "accepted": DONE,
    "rejected": REJECTED,
    "unknown": UNKNOWN,
    "rate_limited": RATE_LIMITED,
    "not_sent": NOT_SENT,
}
# Lines and columns of an audience that are shown before a send.
_LINES_AT_MOST = 30
_COLUMNS_AT_MOST = 160
_UNKNOWN = "do not send it again blindly: look at the campaign in the dashboard first"
# Errors beside a success that the receipt in text lists.
_ERRORS_AT_MOST = 20
_EPILOG = """\b
Exit codes:
  0    Braze accepted it (warnings too)
  1    the request, or a file that it names, has errors: nothing was sent
  2    usage or configuration: nothing was sent
  3    rejected: nothing was sent
  4    the outcome is unknown: messages may have been sent
  5    rate limited: nothing was sent
  6    refused by a safety gate, or not confirmed: nothing was sent
  7    not sent: no connection was made
  130  interrupted; says whether anything may have been sent"""


@click.command("send", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--sandbox", is_flag=True, help="Send to the sandbox inside this process: no key, no network.")
@endpoint_options
@click.option("--yes", is_flag=True, help="Answer the question in advance.")
@output_format_option(answers=True)
@parameter_options
@project_options
@click.option(
    "--audience-without-broadcast",
    is_flag=True,
    help="Let an audience without recipients pass without `broadcast: true`.",
)
@click.option("--profiles", metavar="PATH", help="Count beforehand whom it would reach, by these profiles.")
@click.option("--expect", metavar="LEAST..MOST", help="Refuse where --profiles count fewer or more; zero always.")
@click.option("--max-age", metavar="AGE", help="Refuse where --profiles are older, such as 2d or 12h.")
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for the answer. [default: 60]")
@click.pass_obj
def command(
    console: Console,
    file: str,
    sandbox: bool,
    instance: str | None,
    endpoint: str | None,
    yes: bool,
    output_format: str,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    audience_without_broadcast: bool,
    profiles: str | None,
    expect: str | None,
    max_age: str | None,
    timeout: float | None,
) -> int:
    """Send the trigger request that FILE describes (see `audience request --help`), once.

    Shows what will go where, and asks. A broadcast is confirmed by typing the campaign id. --yes answers in advance;
    where nobody can be asked, and without --yes, nothing is sent. The sandbox asks nothing, since nothing leaves this
    machine. The key is read from $BRAZE_API_KEY and from nowhere else.

    Only users who are also in the campaign's own audience in the dashboard get the message. `now` in the audience is
    the instant of the send.

    With --profiles (see `audience preview --help`) it is counted beforehand whom the request would reach, and nothing
    is sent where that is nobody, or not what --expect says, or where the profiles are older than --max-age.

    \b
    Examples:
      audience send weather.toml --sandbox
      audience send weather.toml --instance EU-01
      audience send weather.toml --instance EU-01 --profiles export/ --expect 1000..50000
    """
    base_url = endpoint_of(instance, endpoint)
    if sandbox == (base_url is not None):
        fault = "`--sandbox` stands beside an endpoint" if sandbox else "nothing says where to send"
        raise UsageFault(fault, "give one of `--sandbox`, `--instance NAME` and `--endpoint URL`")
    expectation = _expectation(profiles, expect, max_age)
    from .project import Projects

    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    given = read_given(pairs, params_file)
    local = _sandbox(console, profiles, audience_without_broadcast) if sandbox else None
    with _client(base_url, timeout, local) as client:
        try:
            now = datetime.now(UTC).replace(microsecond=0)
            prepared = _prepare(console, file, given, projects, now, base_url, audience_without_broadcast)
            if expectation is not None:
                expectation.check(console, prepared.request, now, named=sandbox)
            if not sandbox and not yes:
                _confirm(console, prepared, file)
        except KeyboardInterrupt:
            console.error("interrupted, and nothing was sent")
            return INTERRUPTED
        code = _send(console, client, prepared, output_format)
    if local is not None:
        _show_reach(console, local)
    return code


def _prepare(
    console: Console,
    file: str,
    given: "Given",
    projects: "Projects",
    now: datetime,
    base_url: str | None,
    audience_without_broadcast: bool,
) -> "PreparedRequest":
    from .request_file import read_request

    prepared = read_request(
        file,
        given=given,
        projects=projects,
        now=now,
        audience_without_broadcast=audience_without_broadcast,
    )
    console.diagnostics(prepared.warnings)
    _show(console, prepared, base_url)
    return prepared


def _send(console: Console, client: "Client", prepared: "PreparedRequest", output_format: str) -> int:
    """Make the attempt, and say what became of it whatever happens from here on."""
    receipt = None
    try:
        receipt = client.send(prepared.request)
        _hand_over(console, receipt, output_format)
    except KeyboardInterrupt:
        if receipt is None:
            console.error(
                "interrupted while sending: the request may have reached Braze, so its outcome is unknown",
                _UNKNOWN,
            )
            return INTERRUPTED
        _hand_over(console, receipt, output_format)
    except Exception as error:
        console.confess(error)
        if receipt is None:
            console.error("the outcome is unknown: the request may have reached Braze", _UNKNOWN)
            return UNKNOWN
    return _EXIT_OF[receipt.outcome]


def _expectation(profiles: str | None, expect: str | None, max_age: str | None) -> "Expectation | None":
    if profiles is None and expect is None and max_age is None:
        return None
    from .expectation import read_expectation

    return read_expectation(profiles, expect, max_age)


def _sandbox(console: Console, profiles: str | None, audience_without_broadcast: bool) -> "Sandbox":
    from ..sandbox.local import local_sandbox
    from .known_profiles import read_known

    known = None if profiles is None else read_known(console, profiles)
    return local_sandbox(audience_without_broadcast=audience_without_broadcast, profiles=known)


def _client(base_url: str | None, timeout: float | None, sandbox: "Sandbox | None") -> "Client":
    from ..sender.client import Client
    from .access import access

    return Client(**access(base_url, timeout, sandbox))


# --- Before ---


def _show(console: Console, prepared: "PreparedRequest", base_url: str | None) -> None:
    request = prepared.request
    rows = [("campaign", clean(request.subject or ""))]
    if base_url is None:
        rows.append(("to", "sandbox: nothing leaves this machine"))
    else:
        rows.append(("to", f"{base_url}{request.endpoint.path}"))
    rows.append(("reaches", _reach(prepared)))
    if prepared.audience_title is not None:
        rows.append(("audience", clean(prepared.audience_title)))
    rows += [("", line) for line in _audience_lines(prepared)]
    rows += [("with", f"${name} = {clean(_value(value), at_most=200)}") for name, value in prepared.values.items()]
    rows.append(("body", f"{len(request.body):,} bytes, sha256 {request.digest}"))
    for label, text in rows:
        console.note(f"{label:<10}{text}".rstrip())
    console.note("Only users who are also in the campaign's own audience in the dashboard get the message.")


def _reach(prepared: "PreparedRequest") -> str:
    request = prepared.request
    if request.is_broadcast:
        rest = "who also match the audience below" if prepared.audience_title is not None else "without any filter"
        return f"BROADCAST: all users of the campaign's own audience in the dashboard, {rest}"
    count = f"{request.recipient_count} recipient{'s' if request.recipient_count > 1 else ''}"
    return count + (", as far as they match the audience below" if prepared.audience_title is not None else "")


def _audience_lines(prepared: "PreparedRequest") -> list[str]:
    """The audience as it was written; a JSON object as JSON."""
    if prepared.audience_title is None:
        return []
    text = prepared.audience_text
    if text is None:
        text = json.dumps(prepared.request.to_dict()["audience"], indent=2, ensure_ascii=False)
    lines = text.strip("\r\n").splitlines()
    cut = [shown(line[:_COLUMNS_AT_MOST]) + ("…" if len(line) > _COLUMNS_AT_MOST else "") for line in lines]
    if len(cut) > _LINES_AT_MOST:
        cut[_LINES_AT_MOST:] = [f"… and {len(cut) - _LINES_AT_MOST:,} lines more"]
    return [f"  {line}" for line in cut]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return str(value)


def _confirm(console: Console, prepared: "PreparedRequest", file: str) -> None:
    """Ask, and raise RefusedError unless the answer is a clear yes."""
    if file == STDIN or not console.can_ask:
        reason = "the request came on stdin" if file == STDIN else "there is no terminal"
        raise RefusedError(
            f"nobody can be asked to confirm, since {reason}, and nothing was sent", "answer in advance with `--yes`"
        )
    campaign = prepared.request.subject or ""
    if prepared.request.is_broadcast:
        wanted = campaign
        answer = console.ask(f"Type the campaign id, {clean(campaign)}, to broadcast: ")
    else:
        wanted = "y"
        answer = console.ask("Send? [y/N] ")
        if answer is not None and answer.lower() in ("y", "yes"):
            return
    if answer is None:
        console.note("")
    if answer != wanted:
        raise RefusedError("the send was not confirmed, and nothing was sent")


# --- After ---


def _hand_over(console: Console, receipt: "Receipt", output_format: str) -> None:
    """The receipt on stdout. Where that fails it must not be lost: what was sent was sent."""
    # JSON in ASCII, since a server may say anything, and a terminal obeys some characters beyond it.
    text = json.dumps(receipt.to_dict(), indent=2) + "\n" if output_format == "json" else _in_words(receipt)
    try:
        console.data(text)
    except OutputError as error:
        console.error(str(error))
        console.note(text, end="")
    if receipt.outcome == "unknown" and output_format == "json":
        console.error("the outcome is unknown", _UNKNOWN)


def _show_reach(console: Console, sandbox: "Sandbox") -> None:
    from .known_profiles import caveat

    for entry in sandbox.requests:
        if entry.reach is not None:
            for line in entry.reach.lines():
                console.note(clean(line))
            console.note(caveat())


_HEADINGS = {
    "accepted": "accepted",
    "rejected": "rejected",
    "rate_limited": "rate limited",
    "not_sent": "not sent",
    "unknown": "OUTCOME UNKNOWN",
}


def _in_words(receipt: "Receipt") -> str:
    lines = [f"{_HEADINGS[receipt.outcome]}: {clean(receipt.reason)}"]
    if receipt.outcome == "unknown":
        lines.append(f"{'':<13}{_UNKNOWN}")
    rows: list[tuple[str, object]] = [
        ("dispatch id", receipt.dispatch_id),
        ("send id", receipt.send_id),
        *(("warning", warning) for warning in receipt.warnings),
        *(
            ("error", error if isinstance(error, str) else json.dumps(error))
            for error in receipt.errors[:_ERRORS_AT_MOST]
        ),
        ("", _more(len(receipt.errors) - _ERRORS_AT_MOST)),
        ("rate limit", _limit(receipt)),
        ("retry after", None if receipt.retry_after is None else f"{receipt.retry_after:g} s"),
        ("request id", receipt.request_id),
        ("digest", receipt.digest),
        ("sent at", receipt.sent_at.isoformat(timespec="seconds")),
    ]
    lines += [f"{label:<13}{clean(str(value))}" for label, value in rows if value is not None]
    return "\n".join(lines) + "\n"


def _more(count: int) -> str | None:
    return f"… and {count:,} errors more, which `--output-format json` has" if count > 0 else None


def _limit(receipt: "Receipt") -> str | None:
    limit = receipt.rate_limit
    if limit is None:
        return None
    parts = []
    if limit.remaining is not None:
        parts.append(f"{limit.remaining:,} left" + ("" if limit.limit is None else f" of {limit.limit:,}"))
    if limit.reset is not None:
        try:
            parts.append(f"resets {datetime.fromtimestamp(limit.reset, UTC).isoformat()}")
        except (OverflowError, OSError, ValueError):
            parts.append(f"resets {limit.reset} seconds after 1970")
    return ", ".join(parts) or None
