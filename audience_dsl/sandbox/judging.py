"""What a request is worth by itself: the checks from the outside in, which need no memory and no lock.

The order of the checks is a choice, as Braze's is unknown: path, method, key, content type, size, JSON, rules.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from ..braze_api import (
    ATTRIBUTES_PATH,
    ATTRIBUTES_PERMISSION,
    BODY_AT_MOST,
    ENDPOINTS_BY_PATH,
    Endpoint,
    rate_windows,
)
from ..diagnostics import CODES, ERROR, WARNING, Diagnostic, by_severity, listed, quoted
from .arrival import body_too_large, body_unreadable, wrong_key, wrong_path, wrong_type
from .bodies import UnreadableBodyError, read_json
from .campaigns import Campaigns
from .changes import Changes
from .exchange import SandboxRequest
from .given import Given, refused
from .journal import FINDINGS_AT_MOST
from .key_places import keys_in_body, keys_in_fields, keys_in_query
from .keys import KeyProblem, Keys
from .targets import integer_ids, is_broadcast, with_text_ids
from .wording import (
    BAD_REQUEST,
    INVALID_KEY,
    MISSING_PERMISSION,
    REAL_KEY,
    UNPARSABLE,
    invalid_id,
    notice,
    refusal_message,
    unknown_here,
)

__all__ = ["MODES", "Judge", "Mode", "Verdict", "is_sound"]

Mode: TypeAlias = Literal["braze", "strict"]
MODES: tuple[Mode, ...] = get_args(Mode)

_CAMPAIGN_WAY = "name one that this sandbox knows, or set its state"
_SOUND_AUDIENCE = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}


class Verdict:
    """A response before its headers, with what the log has to know.

    `endpoint` and `sound` are set where the request breaks no rule: `sound` is its body, and the workspace has the last
    word on it. `json` is the body of the answer, unless there is a `page`. `windows` are the rate limits that it counts
    in, and `audience` its key in the one for each audience. `notice` is set where nothing is sent all the same.
    """

    __slots__ = (
        *("audience", "endpoint", "findings", "headers", "json", "message", "notice", "page", "sound", "status"),
        *("windows",),
    )

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
        self.notice: str | None = None

    def refuse(self, message: str, errors: list[str], *, status: int = 400) -> "Verdict":
        """This verdict as a refusal with these errors."""
        self.status, self.message, self.sound, self.headers = status, message, None, ()
        self.json = {"message": message, "errors": errors} if errors else {"message": message}
        return self

    def refuse_for(self, finding: Diagnostic, message: str = BAD_REQUEST) -> "Verdict":
        """This verdict as a refusal for what the sandbox knows and Braze would not say in its own words."""
        self.findings = [finding, *self.findings]
        return self.refuse(message, [f"{finding.pointer}: {finding.message}"])


class Judge:
    """The checks under the settings of one sandbox; see `Sandbox`. `attributes` gives those of the workspace."""

    __slots__ = ("_attributes", "_audience_without_broadcast", "_campaigns", "_changes", "_keys", "_mode")

    members: Final = ("audience_without_broadcast", "mode")

    def __init__(
        self,
        *,
        keys: Keys,
        mode: Mode,
        audience_without_broadcast: bool,
        campaigns: Campaigns,
        canvases: Campaigns,
        attributes: Callable[[], list[dict[str, Any]]],
        changes: Changes,
    ) -> None:
        self._keys = keys
        self._mode = _mode(mode)
        self._audience_without_broadcast = audience_without_broadcast
        self._campaigns = {"campaign_id": campaigns, "canvas_id": canvases}
        self._attributes = attributes
        self._changes = changes

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, value: Mode) -> None:
        with self._changes:
            self._mode = _mode(value)

    @property
    def audience_without_broadcast(self) -> bool:
        return self._audience_without_broadcast

    @audience_without_broadcast.setter
    def audience_without_broadcast(self, value: bool) -> None:
        with self._changes:
            self._audience_without_broadcast = bool(value)

    def snapshot(self) -> Callable[[], dict[str, Any]]:
        told = {"mode": self._mode, "audience_without_broadcast": self._audience_without_broadcast}
        return lambda: told

    def restoring(self, given: Mapping[str, Given]) -> Callable[[], None]:
        mode = _MODES[given["mode"].choice(MODES)] if "mode" in given else None
        alone = given["audience_without_broadcast"].flag() if "audience_without_broadcast" in given else None

        def restore() -> None:
            self._mode = mode or self._mode
            self._audience_without_broadcast = self._audience_without_broadcast if alone is None else alone

        return restore

    def judge(self, request: SandboxRequest) -> Verdict:
        path = request.path.partition("?")[0]
        endpoint = ENDPOINTS_BY_PATH.get(path) if request.method == "POST" else None
        wants_attributes = path == ATTRIBUTES_PATH and request.method == "GET"
        if endpoint is None and not wants_attributes:
            found = [wrong_path(request.method, path)]
            if path != "/" and path.endswith("/"):
                return Verdict(403, "Access Denied", findings=found, windows=())
            return Verdict(404, "Invalid URL", findings=found, windows=())
        permission = ATTRIBUTES_PERMISSION if endpoint is None else endpoint.permission
        problem = self._keys.problem(_bearer(request.header("Authorization")), permission)
        if "?" in request.path and self._is_real(keys_in_query(request.path)):
            problem = "real"
        if problem is not None:
            return self._refuse_key(problem, request, permission)
        if endpoint is None:
            return self._attributes_page(request)
        windows = rate_windows(endpoint, is_broadcast=False)
        media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return Verdict(415, "Unsupported Media Type", findings=[wrong_type(request)], windows=windows)
        if len(request.body) > BODY_AT_MOST:
            return Verdict(413, "Request Entity Too Large", findings=[body_too_large(request)], windows=windows)
        try:
            body = read_json(request.body)
        except UnreadableBodyError as error:
            message = "message body does not match declared format"
            found = [body_unreadable(request, str(error))]
            return Verdict(400, message, body={"error": UNPARSABLE}, findings=found, windows=windows)
        if isinstance(body, dict) and self._is_real(keys_in_fields(body)):
            return self._refuse_key("real", request, permission)
        return self._judge_body(body, endpoint)

    def _is_real(self, keys: list[str]) -> bool:
        return any(map(self._keys.is_real, keys))

    def _refuse_key(self, problem: KeyProblem, request: SandboxRequest, permission: str) -> Verdict:
        if problem == "unknown" and self._is_real(keys_in_body(request.body)):
            problem = "real"
        findings = [wrong_key(problem, request, permission)]
        if problem == "permission":
            status = self._keys.missing_permission
            return Verdict(status, MISSING_PERMISSION[status], findings=findings, windows=())
        if problem == "real":
            return Verdict(401, f"{INVALID_KEY}: {REAL_KEY}", findings=findings, windows=())
        # The body repeats the key, as Braze's does; the message, which goes into the log, does not.
        body = {"message": f"{INVALID_KEY}: {_bearer(request.header('Authorization'))}"}
        return Verdict(401, INVALID_KEY, body=body, findings=findings, windows=())

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
        return self._in_its_state(verdict, body, endpoint)

    def _in_its_state(self, verdict: Verdict, body: dict[str, Any], endpoint: Endpoint) -> Verdict:
        """What the state of the campaign or Canvas makes of a body that breaks no rule."""
        field = endpoint.id_field or ""
        campaigns = self._campaigns.get(field)
        if campaigns is None or field not in body:
            return verdict
        state = campaigns.state_of(body[field])
        if state is None:
            found = unknown_here(f"/{field}", f"this sandbox knows no {quoted(body[field])}", _CAMPAIGN_WAY)
            return verdict.refuse_for(found, invalid_id(endpoint) or BAD_REQUEST)
        # Elsewhere the id is for the statistics, or changes what was scheduled before.
        if state == "active" or endpoint.kind not in ("send", "schedule") or endpoint.properties_field is None:
            return verdict
        if campaigns.paused == "refuse":
            return verdict.refuse_for(unknown_here(f"/{field}", f"{quoted(body[field])} is {state}", _CAMPAIGN_WAY))
        if campaigns.paused == "notice":
            verdict.notice = notice(endpoint, state)
        return verdict

    def _check(self, body: Any, endpoint: Endpoint) -> tuple[list[Diagnostic], list[Diagnostic]]:
        """The findings on the request, and those on its audience, which Braze makes when it sends."""
        # At the first request, because with them come pydantic and httpx: the command line asks this module for
        # its modes, and should not wait for those.
        from ..audience.wire import check_audience
        from ..sender.requests import check_request

        later: list[Diagnostic] = []
        numbers: list[Diagnostic] = []
        field = endpoint.audience_field
        if field is not None and isinstance(body, dict) and field in body:
            later = check_audience(body[field], pointer=f"/{field}")
            # Findings are listed up to a limit, so an audience full of them could hide the request's own.
            body = {**body, field: _SOUND_AUDIENCE}
        if self._mode == "braze" and isinstance(body, dict) and (pointers := integer_ids(endpoint, body)):
            numbers.append(_warning_of_numbers(pointers))
            body = with_text_ids(endpoint, body)
        at_once = check_request(body, endpoint=endpoint, audience_without_broadcast=self._audience_without_broadcast)
        return [*at_once, *numbers], later


_MODES: dict[str, Mode] = {mode: mode for mode in MODES}


def _mode(value: object) -> Mode:
    if isinstance(value, str) and value in _MODES:
        return _MODES[value]
    raise refused(f"the sandbox has no mode {quoted(str(value))}", f"the modes are {listed(MODES)}")


def is_sound(body: object, endpoint: Endpoint) -> bool:
    """Whether a sandbox can have accepted this body, whatever its audience."""
    from ..sender.requests import check_request

    if not isinstance(body, dict):
        return False
    field = endpoint.audience_field
    if field is not None and field in body:
        body = {**body, field: _SOUND_AUDIENCE}
    body = with_text_ids(endpoint, body)
    return not by_severity(check_request(body, endpoint=endpoint, audience_without_broadcast=True), ERROR)


def _warning_of_numbers(pointers: list[str]) -> Diagnostic:
    """That Braze was seen to accept them is recorded traffic; every page of it has a string."""
    count = len(pointers)
    are_numbers = "the id of a user is a number here" if count == 1 else f"the ids of {count:,} users are numbers here"
    return Diagnostic(
        CODES["request-field-type"],
        f"{are_numbers}: Braze was seen to take that, and documents a string",
        pointer=pointers[0],
        help="write it in quotes",
        severity=WARNING,
    )


def _audience_key(endpoint: Endpoint, body: dict[str, Any]) -> str:
    from ..sender.unique_audience import audience_key

    return audience_key(body.get(endpoint.id_field or ""), body)


def _bearer(authorization: str | None) -> str:
    """The key of an Authorization header; empty where it is absent or of another scheme."""
    scheme, _, key = (authorization or "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
