"""A request file: a request as people write it, with audiences, recipients and names from elsewhere.

    endpoint = "campaign-trigger-send"
    campaign_id = "a2f5…"
    broadcast = true
    audience = { file = "winback.audience", params = { days = 60 } }

`endpoint` may be left out, where the fields say it, and `campaign` or `canvas` is a name that an environment turns
into an identifier. All else is Braze's own body, key for key. Nothing is filled in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..braze_api import ENDPOINTS, Endpoint
from ..config import without_keys
from ..diagnostics import ERROR, ConfigurationError, Diagnostic, by_severity, listed, nearest, quoted
from .compiling import unknown_parameters
from .documents import read_object
from .exits import FindingsError, UsageFault
from .files import STDIN, ReadError, open_argument, without_bom
from .parameters import Given
from .project import Projects
from .recipients_file import read_recipients
from .request_audience import AudienceReader, is_in_language, json_value
from .request_faults import Faults, pointer_to
from .request_tables import taken_in

if TYPE_CHECKING:
    from ..sender.requests import Request

__all__ = ["Ids", "PreparedRequest", "read_request"]

# The identifier of a `campaign` or `canvas` (the first argument) of a name. Raises ConfigurationError.
Ids: TypeAlias = Callable[[str, str], str]

# Stands in for recipients that have findings of their own, or come from elsewhere.
_SOUND_RECIPIENTS = [{"external_user_id": "…"}]
# Keys of a request file that are not Braze's: names, and the fields that they become.
_NAMED = {"campaign": "campaign_id", "canvas": "canvas_id"}
_RECIPIENTS = "recipients"


class PreparedRequest:
    """A request that breaks no rule, and what a person wants to see of it before it is sent."""

    __slots__ = ("_request", "audience_text", "audience_title", "endpoint", "template", "values", "warnings")

    def __init__(
        self,
        endpoint: Endpoint,
        request: "Request | None",
        template: dict[str, Any],
        warnings: list[Diagnostic],
        *,
        title: str | None,
        text: str | None,
        values: Mapping[str, Any],
    ) -> None:
        self.endpoint = endpoint
        self._request = request
        # The body without its recipients, where those come from elsewhere; else empty.
        self.template = template
        self.warnings = warnings
        # None where the request has no audience; the text is None where that is a JSON object.
        self.audience_title = title
        self.audience_text = text
        self.values = values

    @property
    def request(self) -> "Request":
        """The request as a whole. There is none where the recipients come from elsewhere: see `template`."""
        if self._request is None:
            raise TypeError("a request without its recipients cannot be sent")
        return self._request


def read_request(
    argument: str,
    *,
    given: Given,
    projects: Projects,
    now: datetime | None,
    audience_without_broadcast: bool = False,
    ids: Ids | None = None,
    recipients_apart: bool = False,
) -> PreparedRequest:
    """Read and check a request file, `-` for JSON on stdin.

    With `recipients_apart` the file names no recipients, since they come from elsewhere: the body is in `template`,
    checked as if one sound recipient stood in it. Raises UsageFault where there is no such file, and FindingsError
    with everything that is wrong, in one run.
    """
    suffix = ".json" if argument == STDIN else Path(argument).suffix.lower()
    if suffix not in (".json", ".toml"):
        raise UsageFault(
            f"`{without_keys(argument)}` is neither a .json nor a .toml file", "name a file with one of these endings"
        )
    source = open_argument(argument)
    try:
        document = read_object(source, slug="request-file", toml=suffix == ".toml")
    except ReadError as error:
        raise FindingsError([error.finding]) from None
    path = Path("stdin" if argument == STDIN else argument)
    faults = Faults(without_bom(source), document, toml=suffix == ".toml")
    endpoint = _endpoint(document, faults, recipients_apart=recipients_apart)
    audience = AudienceReader(faults, path, endpoint.audience_field or "audience", given, projects, now)
    reader = _Reader(faults, path, endpoint, audience, ids, now)
    if suffix == ".toml":
        _check_tables(document, faults)
    if given.names and not is_in_language(document.get(endpoint.audience_field or "")):
        faults.found += unknown_parameters(given, ())
    if recipients_apart:
        return reader.prepare_apart(document, audience_without_broadcast)
    return reader.prepare(document, audience_without_broadcast)


def _endpoint(document: dict[str, Any], faults: Faults, *, recipients_apart: bool) -> Endpoint:
    """What `endpoint` says, or the other fields imply. Raises FindingsError over an endpoint that there is not."""
    from ..sender.bodies.fields import endpoint_for, endpoint_named

    if "endpoint" not in document:
        fields = {_NAMED.get(key, key) for key in document}
        return endpoint_for(fields | {_RECIPIENTS} if recipients_apart else fields)
    name = document["endpoint"]
    endpoint = endpoint_named(name) if isinstance(name, str) else None
    if endpoint is None:
        close = nearest(name, ENDPOINTS, most=1) if isinstance(name, str) else []
        what = f"there is no endpoint {quoted(name)}" if isinstance(name, str) else "`endpoint` is no string"
        way = f"did you mean `{close[0]}`?" if close else f"write one of {listed(ENDPOINTS)}, or leave it out"
        if isinstance(name, str) and "://" in name:
            way = "`endpoint` says what is called, such as `campaign-trigger-send`; `--instance` or `--env` says where"
        faults.add("request-endpoint", "/endpoint", what, way)
        raise FindingsError(faults.placed())
    return endpoint


def _check_tables(document: dict[str, Any], faults: Faults) -> None:
    for path, table in taken_in(faults.source, document):
        faults.add(
            "request-inside-table",
            pointer_to(*path),
            f"`{path[-1]}` stands in the table {quoted(table)}, and the request has none",
            f"write it above `[{table}]`, which has all that stands below it",
        )


class _Reader:
    def __init__(
        self,
        faults: Faults,
        path: Path,
        endpoint: Endpoint,
        audience: AudienceReader,
        ids: Ids | None,
        now: datetime | None,
    ) -> None:
        self.faults = faults
        self.now = now
        self.path = path
        self.endpoint = endpoint
        self.audience = audience
        self.ids = ids
        # Whether the recipients come from a file, where each has been checked at its own line.
        self.from_file = False
        # Pointers into the body that stand elsewhere in the document.
        self.moved: dict[str | None, str] = {}

    def prepare(self, document: dict[str, Any], audience_without_broadcast: bool) -> PreparedRequest:
        request = self._examine(self._body(document), audience_without_broadcast)
        return self._prepared(request, {})

    def prepare_apart(self, document: dict[str, Any], audience_without_broadcast: bool) -> PreparedRequest:
        slug = "request-recipients-apart"
        if _RECIPIENTS not in self.endpoint.users_fields:
            self.faults.add(
                slug,
                "",
                f"POST {self.endpoint.path} takes no recipients one by one",
                "write a request for an endpoint of triggered campaigns or Canvases",
            )
            raise FindingsError(self.faults.placed())
        body = self._body({key: value for key, value in document.items() if key != _RECIPIENTS})
        if _RECIPIENTS in document:
            self.faults.add(
                slug,
                f"/{_RECIPIENTS}",
                "the request names recipients, and they come from elsewhere too",
                "leave them out of the request file",
            )
        if body.get("broadcast") is True:
            self.faults.add(
                slug,
                "/broadcast",
                "`broadcast: true` sends to everyone targeted, and not to recipients from elsewhere",
                "leave it out to reach the recipients, or do not name a file of them",
            )
            del body["broadcast"]
        request = self._examine({**body, _RECIPIENTS: _SOUND_RECIPIENTS}, audience_without_broadcast)
        template = request.to_dict()
        del template[_RECIPIENTS]
        return self._prepared(None, template)

    def _prepared(self, request: "Request | None", template: dict[str, Any]) -> PreparedRequest:
        shown = self.audience
        return PreparedRequest(
            self.endpoint,
            request,
            template,
            self.faults.placed(),
            title=shown.title,
            text=shown.text,
            values=shown.values,
        )

    def _examine(self, body: dict[str, Any], audience_without_broadcast: bool) -> "Request":
        from ..sender.requests import examine_request

        found, request = examine_request(
            body, endpoint=self.endpoint, audience_without_broadcast=audience_without_broadcast, now=self.now
        )
        self.faults.found += [self._of_document(each) for each in found if not self._is_told_by_line(each)]
        if request is None or by_severity(self.faults.found, ERROR):
            raise FindingsError(self.faults.placed())
        return request

    def _body(self, document: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for key, value in document.items():
            if key in _NAMED:
                self.moved[f"/{_NAMED[key]}"] = f"/{key}"
                body[_NAMED[key]] = self._identifier(key, value, beside=_NAMED[key] in document)
            elif key == self.endpoint.audience_field:
                body[key] = self.audience.read(value)
            elif key == _RECIPIENTS and isinstance(value, dict):
                found = read_recipients(value, request=self.path, endpoint=self.endpoint, faults=self.faults)
                body[key] = found or _SOUND_RECIPIENTS
                self.from_file = True
            elif key == _RECIPIENTS and isinstance(value, str) and _RECIPIENTS in self.endpoint.users_fields:
                way = 'write a list of recipients, or `recipients = { file = "people.csv" }`'
                self.faults.add("request-field-type", f"/{_RECIPIENTS}", "`recipients` is a text", way)
                body[key] = _SOUND_RECIPIENTS
            elif key != "endpoint":
                body[key] = json_value(value)
        return body

    def _identifier(self, key: str, name: Any, *, beside: bool) -> str:
        """The identifier that a name stands for; any other text where it stands for none, or `beside` an identifier."""
        pointer, field = f"/{key}", _NAMED[key]
        if beside:
            self.faults.add("request-name", pointer, f"`{key}` and `{field}` say the same", "keep one of them")
        elif not isinstance(name, str) or not name:
            self.faults.add("request-name", pointer, f"`{key}` must be a name", f"or give the identifier as `{field}`")
        elif self.ids is None:
            self.faults.add(
                "request-name",
                pointer,
                f"`{key}` is a name, and no environment says which identifier it stands for",
                f"name an environment with `--env NAME`, or give the identifier as `{field}`",
            )
        else:
            try:
                return self.ids(key, name)
            except ConfigurationError as error:
                self.faults.add("request-name", pointer, error.message, error.help)
        return "…"

    def _is_told_by_line(self, finding: Diagnostic) -> bool:
        return self.from_file and (finding.pointer or "").startswith(f"/{_RECIPIENTS}/")

    def _of_document(self, finding: Diagnostic) -> Diagnostic:
        """A finding of the sender's, about the document instead of the body."""
        return Diagnostic(
            finding.code,
            finding.message,
            source=self.faults.source,
            pointer=self.moved.get(finding.pointer, finding.pointer),
            help=finding.help,
            severity=finding.severity,
        )
