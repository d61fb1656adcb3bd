"""What a request is worth by itself: the checks from the outside in, which need no memory and no lock.

The order of the checks is a choice, as Braze's is unknown: path, method, key, content type, size, JSON, rules.
"""

from collections.abc import Callable, Collection
from typing import Any, Literal, TypeAlias, get_args

from ..braze_api import ATTRIBUTES_PATH, BODY_AT_MOST, ENDPOINTS_BY_PATH, Endpoint, rate_windows
from ..diagnostics import ERROR, Diagnostic, by_severity, quoted
from .bodies import UnreadableBodyError, read_json
from .exchange import SandboxRequest
from .journal import FINDINGS_AT_MOST
from .targets import is_broadcast
from .wording import BAD_REQUEST, UNPARSABLE, invalid_id, refusal_message

__all__ = ["MODES", "Judge", "Mode", "Verdict"]

Mode: TypeAlias = Literal["braze", "strict"]
MODES: tuple[Mode, ...] = get_args(Mode)

_SOUND_AUDIENCE = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}


class Verdict:
    """A response before its headers, with what the log has to know.

    `endpoint` and `sound` are set where the request breaks no rule: `sound` is its body, and the workspace has the last
    word on it. `json` is the body of the answer, unless there is a `page`. `windows` are the rate limits that it counts
    in, and `audience` its key in the one for each audience.
    """

    __slots__ = ("audience", "endpoint", "findings", "headers", "json", "message", "page", "sound", "status", "windows")

    def __init__(
        self,
        status: int,
        message: str,
        *,
        body: dict[str, Any] | None = None,
        findings: list[Diagnostic] | None = None,
        windows: tuple[str, ...] = ("requests",),
        audience: str = "",
        endpoint: Endpoint | None = None,
        sound: dict[str, Any] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.status = status
        self.message = message
        self.json: dict[str, Any] = {"message": message} if body is None else body
        self.page: bytes | None = None
        self.findings = findings or []
        self.windows = windows
        self.audience = audience
        self.endpoint = endpoint
        self.sound = sound
        self.headers = headers

    def refuse(self, message: str, errors: list[str], *, status: int = 400) -> "Verdict":
        """This verdict as a refusal with these errors."""
        self.status, self.message, self.sound, self.headers = status, message, None, ()
        self.json = {"message": message, "errors": errors} if errors else {"message": message}
        return self


class Judge:
    """The checks under the settings of one sandbox; see `Sandbox`. `attributes` gives those of the workspace."""

    __slots__ = ("_api_key", "_attributes", "_audience_without_broadcast", "_known", "_mode")

    def __init__(
        self,
        *,
        api_key: str,
        mode: Mode,
        audience_without_broadcast: bool,
        campaigns: Collection[str] | None,
        canvases: Collection[str] | None,
        attributes: Callable[[], list[dict[str, Any]]],
    ) -> None:
        self._api_key = api_key
        self._mode = mode
        self._audience_without_broadcast = audience_without_broadcast
        self._known = {
            field: frozenset(ids)
            for field, ids in (("campaign_id", campaigns), ("canvas_id", canvases))
            if ids is not None
        }
        self._attributes = attributes

    def judge(self, request: SandboxRequest) -> Verdict:
        path = request.path.partition("?")[0]
        if path != "/" and path.endswith("/"):
            return Verdict(403, "Access Denied", windows=())
        endpoint = ENDPOINTS_BY_PATH.get(path) if request.method == "POST" else None
        wants_attributes = path == ATTRIBUTES_PATH and request.method == "GET"
        if endpoint is None and not wants_attributes:
            return Verdict(404, "Invalid URL", windows=())
        key = _bearer(request.header("Authorization"))
        if key != self._api_key:
            # The body repeats the key, as Braze's does; the message, which goes into the log, does not.
            return Verdict(401, "Invalid API key", body={"message": f"Invalid API key: {key}"}, windows=())
        if endpoint is None:
            return self._attributes_page(request)
        windows = rate_windows(endpoint, is_broadcast=False)
        media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return Verdict(415, "Unsupported Media Type", windows=windows)
        if len(request.body) > BODY_AT_MOST:
            return Verdict(413, "Request Entity Too Large", windows=windows)
        try:
            body = read_json(request.body)
        except UnreadableBodyError:
            message = "message body does not match declared format"
            return Verdict(400, message, body={"error": UNPARSABLE}, windows=windows)
        return self._judge_body(body, endpoint)

    def _attributes_page(self, request: SandboxRequest) -> Verdict:
        from .attributes import page

        found = page(self._attributes(), request.path, request.header("Host"))
        if found is None:
            return Verdict(400, "Invalid cursor", windows=("exports",))
        items, link = found
        return Verdict(
            200,
            "success",
            body={"message": "success", "attributes": items},
            windows=("exports",),
            headers=() if link is None else (("Link", link),),
        )

    def _judge_body(self, body: Any, endpoint: Endpoint) -> Verdict:
        at_once, later = self._check(body, endpoint)
        findings = [*at_once, *later]
        windows = rate_windows(endpoint, is_broadcast=is_broadcast(endpoint, body))
        verdict = Verdict(
            201,
            "success",
            findings=findings,
            windows=windows,
            audience=_audience_key(endpoint, body) if "audience" in windows else "",
            endpoint=endpoint,
            sound=body,
        )
        fatal = by_severity(findings if self._mode == "strict" else at_once, ERROR)
        if fatal:
            told = [str(error) for error in fatal[:FINDINGS_AT_MOST]]
            return verdict.refuse(refusal_message(fatal, body, endpoint), told)
        field = endpoint.id_field or ""
        known = self._known.get(field)
        if known is not None and field in body and body[field] not in known:
            message = invalid_id(endpoint) or BAD_REQUEST
            return verdict.refuse(message, [f"/{field}: this sandbox knows no {quoted(body[field])}"])
        return verdict

    def _check(self, body: Any, endpoint: Endpoint) -> tuple[list[Diagnostic], list[Diagnostic]]:
        """The findings on the request, and those on its audience, which Braze makes when it sends."""
        # At the first request, because with them come pydantic and httpx: the command line asks this module for
        # its modes, and should not wait for those.
        from ..audience.wire import check_audience
        from ..sender.requests import check_request

        later: list[Diagnostic] = []
        field = endpoint.audience_field
        if field is not None and isinstance(body, dict) and field in body:
            later = check_audience(body[field], pointer=f"/{field}")
            # Findings are listed up to a limit, so an audience full of them could hide the request's own.
            body = {**body, field: _SOUND_AUDIENCE}
        at_once = check_request(body, endpoint=endpoint, audience_without_broadcast=self._audience_without_broadcast)
        return at_once, later


def _audience_key(endpoint: Endpoint, body: dict[str, Any]) -> str:
    from ..sender.unique_audience import audience_key

    return audience_key(body.get(endpoint.id_field or ""), body)


def _bearer(authorization: str | None) -> str:
    """The key of an Authorization header; empty where it is absent or of another scheme."""
    scheme, _, key = (authorization or "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
