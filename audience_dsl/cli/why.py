"""`audience why`: why an audience selects a user, or does not."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import CODES, WARNING, Diagnostic, by_severity, nearest, quoted, visible
from ..report.display import clean, shown, width
from .console import Console, Progress
from .exits import DONE, FindingsError
from .options import now_option, output_format_option, parameter_options, profiles_option, project_options
from .parameters import read_given

if TYPE_CHECKING:
    from ..api import Audience
    from ..profiles import Profile
    from ..reasons import Line

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    every user was found, selected or not
  1    the audience has errors, or there is no profile of such a user
  2    usage, or a file that cannot be read
  130  interrupted"""
# Ids near the one that was asked for, for a suggestion.
_NEAR_AT_MOST = 1_000
# A clause that is wider has its reason below it.
_COLUMN_AT_MOST = 44
_STEP = 1_000


@click.command("why", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@profiles_option
@click.option("--user", "users", required=True, multiple=True, metavar="ID", help="Whose; given again for more users.")
@click.option("--name", metavar="NAME", help="The audience to ask, of a file that defines several.")
@parameter_options
@project_options
@output_format_option(answers=True)
@now_option
@click.pass_obj
def command(
    console: Console,
    file: str,
    profiles: str,
    users: tuple[str, ...],
    name: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    output_format: str,
    now: datetime | None,
) -> int:
    """Say why the audience of FILE selects a user, or does not: each clause, what the profile holds, and why that
    decides.

    Profiles are JSON Lines, CSV or Parquet, or what Braze exports: a `.zip`, or a directory of such files. Days are
    counted from --now, which is this instant unless it is given.

    \b
    Examples:
      audience why winback.audience --profiles users.jsonl --user u7
      audience why winback.audience --profiles export.zip --user u7 --now 2026-11-01T09:00:00Z
    """
    given = read_given(pairs, params_file)
    instant = now or datetime.now(UTC).replace(microsecond=0)
    # Here, so that `--help` does not wait for the compiler.
    from .compiling import compile_one
    from .project import Projects

    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    called, audience, findings = compile_one(file, name, given, projects, instant)
    wanted = list(dict.fromkeys(users))
    sought = _Sought(wanted)
    sought.read(console, Path(profiles))
    answers = [
        _Answer(user, audience, profile, instant)
        for user, profile in ((user, sought.found[user]) for user in wanted)
        if profile is not None
    ]
    console.diagnostics(by_severity(findings, WARNING))
    if output_format == "json":
        console.data(_as_json(answers, called, instant))
    else:
        console.data("\n".join(_as_text(each, called, instant, color=console.data_color) for each in answers))
    missing = [sought.finding(user) for user in wanted if sought.found[user] is None]
    if missing:
        raise FindingsError(missing)
    return DONE


class _Sought:
    """The users that are asked for, looked up in a file."""

    def __init__(self, users: Sequence[str]) -> None:
        self.found: dict[str, Profile | None] = dict.fromkeys(users)
        self._near: dict[str, list[str]] = {user: [] for user in users}
        self._read = 0
        self._unreadable = 0
        self._first: str | None = None

    def read(self, console: Console, path: Path) -> None:
        """Read until all are found; of two profiles of one id, the first counts."""
        from ..profiles.files import ProfileFiles, Unreadable

        files = ProfileFiles(path)
        progress = Progress(console, "reading KB", files.total_bytes // 1000)
        missing = len(self.found)
        for count, each in enumerate(files, 1):
            if count % _STEP == 0:
                progress.step(files.bytes_read // 1000)
            if isinstance(each, Unreadable):
                self._unreadable += 1
                self._first = self._first or f"{each.place}: {each.message}"
                continue
            self._read += 1
            if each.id is not None:
                self._remember(each.id)
            if each.id in self.found and self.found[each.id] is None:
                self.found[each.id] = each
                missing -= 1
                if not missing:
                    break
        progress.done()

    def _remember(self, id: str) -> None:
        for user, near in self._near.items():
            # As many as are worth a comparison.
            if len(near) < _NEAR_AT_MOST and abs(len(id) - len(user)) <= 2 and id[:1].lower() == user[:1].lower():
                near.append(id)

    def finding(self, user: str) -> Diagnostic:
        close = nearest(user, self._near[user])
        profiles = f"{self._read:,} profile{'' if self._read == 1 else 's'}"
        way = f"did you mean {' or '.join(map(quoted, close))}? " if close else ""
        way += f"there {'is' if self._read == 1 else 'are'} {profiles}"
        if self._unreadable:
            way += f", and {self._unreadable:,} more cannot be read, the first at {self._first}"
        return Diagnostic(CODES["no-profile"], f"no profile has the id {quoted(user)}", help=way)


class _Answer:
    def __init__(self, user: str, audience: "Audience", profile: "Profile", now: datetime) -> None:
        from ..reasons import explain
        from ..regexes import RegexError, RegexTimeoutError

        try:
            verdict = audience.why(profile, now=now)
        except RegexError as error:
            raise FindingsError([Diagnostic(CODES["regex-unsupported"], error.message, help=error.help)]) from None
        except RegexTimeoutError as error:
            raise FindingsError([Diagnostic(CODES["regex-timeout"], error.message, help=error.help)]) from None
        self.user = user
        self.selected = verdict.selected
        self.lines = explain(verdict, settings=audience.settings, now=now, untyped=profile.untyped)


def _written(now: datetime) -> str:
    return now.isoformat().replace("+00:00", "Z")


# --- Text ---


def _as_text(answer: _Answer, called: str, now: datetime, *, color: bool) -> str:
    verb = "is selected" if answer.selected else "is not selected"
    head = f"{clean(answer.user)} {verb} by `{clean(called)}`, at {_written(now)}"
    lines = answer.lines
    widths = [2 * line.depth + width(shown(line.text)) for line in lines if line.words]
    column = max((each for each in widths if each <= _COLUMN_AT_MOST), default=0)
    rows = [_row(line, column, color) for line in lines]
    return "\n".join([f"\x1b[1m{head}\x1b[0m" if color else head, "", *rows]) + "\n"


def _row(line: "Line", column: int, color: bool) -> str:
    mark = "✓" if line.selected else "✗"
    if color:
        mark = f"\x1b[{32 if line.selected else 31}m{mark}\x1b[0m"
    start = f"  {'  ' * line.depth}{mark} {shown(line.text)}"
    if not line.words:
        return start
    used = 2 * line.depth + width(shown(line.text))
    # Behind the clause, or below it where that is too wide.
    gap = " " * (column - used + 3) if used <= column else "\n" + "  " * line.depth + " " * 8
    return f"{start}{gap}{visible(line.words)}"


# --- JSON ---


def _as_json(answers: Sequence[_Answer], called: str, now: datetime) -> str:
    value = {
        "audience": called,
        "now": _written(now),
        "users": [
            {"id": each.user, "selected": each.selected, "lines": [_object(line) for line in each.lines]}
            for each in answers
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _object(line: "Line") -> dict[str, Any]:
    own = {"joined": line.joined} if line.joined else {"reason": line.reason, "words": line.words}
    return {"depth": line.depth, "selected": line.selected, "text": line.text, **own}
