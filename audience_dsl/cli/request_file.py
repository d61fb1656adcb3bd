"""A request file: a trigger request as people write it, with audiences and recipients from files of their own.

    campaign_id = "a2f5…"
    broadcast = true
    audience = { file = "winback.audience", params = { days = 60 } }

Whatever the request says beside `audience` and `recipients` is Braze's own body, key for key. Nothing is filled in.
"""

import contextlib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import CODES, ERROR, Diagnostic, RequestError, by_severity, listed, nearest, quoted
from ..json_values import Path as PointerPath
from ..json_values import pointer_of
from ..source import Source
from .compiling import compile_source, unknown_parameters
from .documents import read_object
from .exits import FindingsError, UsageFault
from .files import STDIN, ReadError, open_argument, read_source, without_bom
from .parameters import Given
from .project import Projects
from .recipients_file import FORMATS, Recipients, read_recipients

if TYPE_CHECKING:
    from ..sender.requests import Request

__all__ = ["PreparedRequest", "read_request"]

# Keys of an `audience` that is written in the language; all other objects are Braze's own.
_LANGUAGE_KEYS = ("file", "text", "name", "params")
# These stand in for what has findings of its own, so that the rest of the request is still checked.
_SOUND_AUDIENCE = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}
_SOUND_RECIPIENTS = [{"external_user_id": "…"}]
# Deeper than any request that passes the sender's checks, and no danger to Python's stack.
_DEPTH = 200


class PreparedRequest:
    """A request that breaks no rule, and what a person wants to see of it before it is sent."""

    __slots__ = ("audience_text", "audience_title", "request", "values", "warnings")

    def __init__(
        self,
        request: "Request",
        warnings: list[Diagnostic],
        audience_title: str | None,
        audience_text: str | None,
        values: Mapping[str, Any],
    ) -> None:
        self.request = request
        self.warnings = warnings
        # None where the request has no audience; the text is None where that is a JSON object.
        self.audience_title = audience_title
        self.audience_text = audience_text
        self.values = values


def read_request(
    argument: str,
    *,
    given: Given,
    projects: Projects,
    now: datetime | None,
    audience_without_broadcast: bool = False,
) -> PreparedRequest:
    """Read and check a request file, `-` for JSON on stdin.

    Raises UsageFault where there is no such file, and FindingsError with everything that is wrong, in one run.
    """
    suffix = ".json" if argument == STDIN else Path(argument).suffix.lower()
    if suffix not in (".json", ".toml"):
        raise UsageFault(f"`{argument}` is neither a .json nor a .toml file", "name a file with one of these endings")
    source = open_argument(argument)
    try:
        document = read_object(source, slug="request-file", toml=suffix == ".toml")
    except ReadError as error:
        raise FindingsError([error.finding]) from None
    reader = _Reader(without_bom(source), Path("stdin" if argument == STDIN else argument), given, projects, now)
    return reader.prepare(document, audience_without_broadcast)


class _Reader:
    def __init__(self, source: Source, path: Path, given: Given, projects: Projects, now: datetime | None) -> None:
        self.source = source
        self.path = path
        self.given = given
        self.projects = projects
        self.now = now
        self.findings: list[Diagnostic] = []
        self.recipients: Recipients | None = None
        self.audience_title: str | None = None
        self.audience_text: str | None = None
        self.values: Mapping[str, Any] = {}

    def prepare(self, document: dict[str, Any], audience_without_broadcast: bool) -> PreparedRequest:
        from ..sender.requests import build_request

        body = {key: self._field(key, value) for key, value in document.items()}
        if self.given.names and not self._takes_values(document):
            self.findings += unknown_parameters(self.given, ())
        try:
            request = build_request(body, audience_without_broadcast=audience_without_broadcast)
        except RequestError as error:
            found = [self._placed(finding) for finding in error.diagnostics]
            raise FindingsError([*self.findings, *found]) from None
        if by_severity(self.findings, ERROR):
            raise FindingsError(self.findings)
        return PreparedRequest(request, self.findings, self.audience_title, self.audience_text, self.values)

    def _field(self, key: str, value: Any) -> Any:
        if key == "audience":
            return self._audience(value)
        if key == "recipients" and isinstance(value, dict):
            return self._recipients(value)
        return _json_value(value)

    # --- The audience ---

    def _audience(self, value: Any) -> Any:
        if isinstance(value, str):
            self._fault("request-field-type", "/audience", "`audience` is a text", "write `audience = { text = … }`")
            return _SOUND_AUDIENCE
        if not isinstance(value, dict) or not self._is_in_language(value):
            self.audience_title = "a JSON object in the request"
            return self._json_audience(_json_value(value))
        unknown = [key for key in value if key not in _LANGUAGE_KEYS]
        for key in unknown:
            close = nearest(key, _LANGUAGE_KEYS, most=1)
            way = f"did you mean `{close[0]}`?" if close else f"the keys here are {listed(_LANGUAGE_KEYS)}"
            self._fault("request-field-unknown", _pointer("audience", key), f"there is no key `{key}` here", way)
        if ("file" in value) == ("text" in value):
            if not unknown or "file" in value:
                message = "`audience` has both `file` and `text`" if "file" in value else "`audience` names no text"
                self._fault("request-field-missing", "/audience", message, "give one of `file` and `text`")
            return _SOUND_AUDIENCE
        params, name = value.get("params", {}), value.get("name")
        if not isinstance(params, dict):
            self._fault("request-field-type", "/audience/params", "`params` must be an object of values by name")
        if name is not None and not (isinstance(name, str) and name):
            self._fault("request-field-type", "/audience/name", "`name` must be the name of an audience")
        read = self._audience_source(value)
        if read is None or not isinstance(params, dict) or not (name is None or (isinstance(name, str) and name)):
            return _SOUND_AUDIENCE
        source, path = read
        given = self.given.over(params, f"{self.source.name}: /audience/params")
        compiled = compile_source(
            source, path=path, projects=self.projects, given=given, name=name, every=False, now=self.now
        )
        self.findings += compiled.diagnostics
        self.audience_title = source.name if name is None else f"{source.name} ({name})"
        self.audience_text = source.text
        self.values = {**given.texts, **given.typed}
        audience = next(iter(compiled.audiences.values()), None)
        return _SOUND_AUDIENCE if audience is None else audience

    def _json_audience(self, value: Any) -> Any:
        """An audience without a text, which stands where the request file does for the filters that are required."""
        project = self.projects.of(self.path)
        required = project.required_of(self.path)
        if required and isinstance(value, dict):
            from ..api import Audience
            from ..checking import lacking

            try:
                audience = Audience.from_dict(value, settings=project.settings)
            except RequestError:
                # The request as a whole is checked by what it says.
                return value
            for each in lacking(audience.filter, required):
                message = f"the audience does not require {quoted(each.text)}, as {each.whose} must"
                self._fault("required-filter", "/audience", message, "write the audience as `{ text = … }`, and add it")
                self.findings[-1].related = tuple(each.related)
        return value

    def _audience_source(self, value: dict[str, Any]) -> tuple[Source, Path] | None:
        key = "file" if "file" in value else "text"
        if not isinstance(value[key], str):
            self._fault("request-field-type", f"/audience/{key}", f"`{key}` must be a string")
            return None
        if key == "text":
            return Source(value[key], f"{self.source.name}#/audience/text"), self.path
        path = self.path.parent / value[key]
        source = self._open(path, "/audience/file", "request-file")
        return None if source is None else (source, path)

    def _is_in_language(self, value: dict[str, Any]) -> bool:
        return any(key in _LANGUAGE_KEYS for key in value) or any(
            nearest(key, _LANGUAGE_KEYS) for key in value if isinstance(key, str)
        )

    def _takes_values(self, document: dict[str, Any]) -> bool:
        value = document.get("audience")
        return isinstance(value, dict) and self._is_in_language(value)

    # --- The recipients ---

    def _recipients(self, value: dict[str, Any]) -> Any:
        for key in value:
            if key != "file":
                self._fault(
                    "request-field-unknown",
                    _pointer("recipients", key),
                    f"there is no key `{key}` here",
                    "write a list of recipients, or `{ file = … }`",
                )
        name = value.get("file")
        if not isinstance(name, str):
            if "file" in value or not value:
                self._fault("request-field-type", "/recipients", "`recipients` names no file", "write `{ file = … }`")
            return _SOUND_RECIPIENTS
        path = self.path.parent / name
        if path.suffix.lower() not in FORMATS:
            self._fault("recipients-file", "/recipients/file", f"`{name}` is neither a .csv nor a .jsonl file")
            return _SOUND_RECIPIENTS
        source = self._open(path, "/recipients/file", "recipients-file")
        if source is None:
            return _SOUND_RECIPIENTS
        self.recipients = read_recipients(source, path.suffix.lower())
        self.findings += self.recipients.findings
        if self.recipients.findings and not self.recipients.records:
            return _SOUND_RECIPIENTS
        return self.recipients.records

    # --- Places ---

    def _open(self, path: Path, pointer: str, slug: str) -> Source | None:
        try:
            return read_source(path)
        except ReadError as error:
            if error.missing:
                self._fault(slug, pointer, error.finding.message, error.finding.help)
            else:
                self.findings.append(error.finding)
        return None

    def _fault(self, slug: str, pointer: str, message: str, help: str | None = None) -> None:
        self.findings.append(Diagnostic(CODES[slug], message, source=self.source, pointer=pointer, help=help))

    def _placed(self, finding: Diagnostic) -> Diagnostic:
        """A finding of the sender's, with the file that it is about: the line, for a recipient from a file."""
        source, span = self.source, None
        parts = (finding.pointer or "").split("/")
        if self.recipients is not None and parts[1:2] == ["recipients"]:
            source = self.recipients.source
            with contextlib.suppress(IndexError, ValueError):
                span = self.recipients.places[int(parts[2])]
        return Diagnostic(
            finding.code,
            finding.message,
            source=source,
            span=span,
            pointer=finding.pointer,
            help=finding.help,
            severity=finding.severity,
        )


def _json_value(value: Any, depth: int = 0) -> Any:
    """TOML's instants as ISO 8601 text, which is how Braze takes them; all else as it is."""
    if depth > _DEPTH:
        return value
    if isinstance(value, dict):
        return {key: _json_value(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [_json_value(member, depth + 1) for member in value]
    return value.isoformat() if isinstance(value, (datetime, date, time)) else value


def _pointer(*parts: str) -> str:
    path: PointerPath = None
    for part in parts:
        path = (path, part)
    return pointer_of(path)
