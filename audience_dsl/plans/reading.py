"""Plans read: byte for byte what was written, with every body checked, and every word held against its body.

Only git may change a plan, which writes line ends as the machine has them. What reads as JSON is looked at field by
field first, so that the message can say what is wrong; in the end the whole text must be what the plan would write.
"""

from typing import Final, NoReturn

from .. import __version__
from ..braze_api import ENDPOINTS, Endpoint
from ..diagnostics import CODES, ConfigurationError, PlanError, RequestError, cut, visible
from ..json_text import JsonError, read_json
from ..sender.address import resolve_endpoint
from ..sender.requests import Request, build_request
from ..settings import Settings
from ..source import Source
from .describing import described
from .fields import Fields, UnsoundError
from .plan import FORMAT, Plan, PlannedAudience, PlannedPreview, PlannedRequest, PlannedRun

__all__ = ["read_plan"]

# Many times what a request can have, written with indents.
_BYTES_AT_MOST: Final = 256 * 1024 * 1024
_NAME_AT_MOST: Final = 100
_WHY_AT_MOST: Final = 200
_ANYBODY: Final = [{"external_user_id": "anybody"}]
_AGAIN: Final = "make it again with `audience plan`, and have that approved"


def read_plan(text: str | bytes, name: str) -> Plan:
    """The plan of a file, which `name` is the name of.

    Raises PlanError unless the text is exactly what `Plan.to_json` gives: one byte more, less or other is refused,
    blanks too, and so is a file whose digests are right while its words are not those of its bodies.
    """
    return _Reader(name).read(text)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = f"`{visible(cut(name, _NAME_AT_MOST))}`"

    def read(self, given: str | bytes) -> Plan:
        text = self._text(given)
        try:
            plan, digest = self._plan(self._document(text))
        except UnsoundError as error:
            self._changed(visible(str(error)))
        except UnicodeEncodeError:
            self._changed("it has half a character")
        if digest != plan.digest:
            self._changed("its digest is not that of what it says")
        if plan.to_json() != text:
            self._changed("it is written otherwise than a plan is")
        return plan

    def _text(self, given: str | bytes) -> str:
        if len(given) > _BYTES_AT_MOST:
            self._no_plan("it is larger than any plan")
        if isinstance(given, bytes):
            try:
                given = given.decode()
            except UnicodeDecodeError:
                self._no_plan("it is no UTF-8")
        # All line ends, or none: a single one was not changed by git.
        lines = given.count("\n")
        if lines and given.count("\r\n") == lines:
            given = given.replace("\r\n", "\n")
        return given

    def _document(self, text: str) -> Fields:
        try:
            value = read_json(Source(text, self._name))
        except JsonError as error:
            self._no_plan(error.message)
        if not isinstance(value, dict) or "format" not in value or "requests" not in value:
            self._no_plan("it has neither the format of a plan nor requests")
        if value["format"] != FORMAT and type(value["format"]) is int:
            made_with = value.get("made_with")
            way = "read it with the version that made it"
            if isinstance(made_with, str):
                way += f", {visible(cut(made_with, 20))}"
            its = cut(str(value["format"]), 20)
            message = f"{self._name} is a plan of the format {its}, and this version reads {FORMAT}"
            raise PlanError(CODES["plan-file"], message, help=way)
        return Fields(value)

    def _plan(self, fields: Fields) -> tuple[Plan, str]:
        """The plan that the fields say, and the digest that stands among them. Raises UnsoundError."""
        if type(fields.take("format")) is not int:
            raise fields.unsound("format", "is no number of a format")
        digest = fields.digest("digest")
        endpoint = _endpoint(fields)
        settings, settings_digest = _settings(fields.inside("settings"))
        run = _run(fields.inside_or_none("run"), endpoint)
        requests = [_request(each, place, endpoint) for place, each in enumerate(fields.items("requests"))]
        if bool(requests) == (run is not None):
            raise fields.unsound("requests", "are none, or stand beside a run")
        plan = Plan(
            made_with=fields.text("made_with"),
            made_at=fields.instant("made_at"),
            made_by=fields.text("made_by"),
            expires_at=fields.instant("expires_at"),
            environment=fields.text_or_none("environment"),
            base_url=_base_url(fields),
            is_for_sandbox=fields.boolean("is_for_sandbox"),
            settings=settings,
            settings_digest=settings_digest,
            source=fields.text("source"),
            parameters=fields.values("parameters"),
            endpoint=endpoint,
            audience=_audience(fields.inside_or_none("audience")),
            preview=_preview(fields.inside_or_none("preview")),
            run=run,
            notes=fields.texts("notes"),
            requests=tuple(map(PlannedRequest, requests)),
        )
        fields.end()
        _check_whole(plan)
        return plan, digest

    def _no_plan(self, why: str) -> NoReturn:
        message = f"{self._name} is no plan: {visible(cut(why, _WHY_AT_MOST))}"
        raise PlanError(CODES["plan-file"], message, help="name a file that `audience plan` wrote")

    def _changed(self, why: str) -> NoReturn:
        message = f"{self._name} is not as it was written: {why}"
        raise PlanError(CODES["plan-file"], message, help=_AGAIN)


def _check_whole(plan: Plan) -> None:
    """What no field by itself can be wrong about. Raises UnsoundError."""
    if plan.expires_at <= plan.made_at:
        raise UnsoundError("it expires before it is made")
    if plan.is_for_sandbox and plan.base_url is not None:
        raise UnsoundError("it is for the sandbox, and has a base URL")
    if plan.environment is not None and plan.base_url is None and not plan.is_for_sandbox:
        raise UnsoundError("it is for an environment, and has no base URL")
    if not plan.is_of_one_kind:
        raise UnsoundError("its requests differ in more than the users that they name")
    audience, shown = plan.audience_json, plan.audience
    # Another version may have other words for the same; whoever is shown a plan is shown what this one says.
    is_ours = plan.made_with == __version__
    if audience is None or shown is None:
        is_right = audience is None and shown is None
    else:
        is_right = not is_ours or described(audience, plan.settings, title=shown.title) == shown
    if not is_right:
        raise UnsoundError("`/audience` does not say what its bodies say")


def _endpoint(fields: Fields) -> Endpoint:
    endpoint = ENDPOINTS.get(fields.text("endpoint"))
    if endpoint is None:
        raise fields.unsound("endpoint", "is none that there is")
    return endpoint


def _base_url(fields: Fields) -> str | None:
    url = fields.text_or_none("base_url")
    if url is None:
        return None
    try:
        if resolve_endpoint(url) == url:
            return url
    except ConfigurationError:
        pass
    raise fields.unsound("base_url", "is no base URL")


def _settings(fields: Fields) -> tuple[Settings, str]:
    digest, time_zone, assume = fields.digest("digest"), fields.text("time_zone"), fields.take("assume")
    fields.end()
    if not isinstance(assume, dict):
        raise fields.unsound("assume", "is no object")
    try:
        return Settings(time_zone=time_zone, assume=assume), digest
    except ConfigurationError as error:
        raise UnsoundError(f"`/settings` cannot be: {error.message}") from None


def _request(value: object, place: int, endpoint: Endpoint) -> Request:
    pointer = f"/requests/{place}"
    fields = Fields(value, pointer)
    digest, body = fields.digest("digest"), fields.take("body")
    fields.end()
    request = _built(body, endpoint, f"{pointer}/body")
    if request.digest != digest:
        raise UnsoundError(f"`{pointer}/body` is not the body of its digest")
    return request


def _built(body: object, endpoint: Endpoint, pointer: str) -> Request:
    if not isinstance(body, dict):
        raise UnsoundError(f"`{pointer}` is no object")
    try:
        # Whoever made the plan has asked whether that form is meant.
        return build_request(body, endpoint=endpoint, audience_without_broadcast=True)
    except RequestError as error:
        raise UnsoundError(f"`{pointer}` breaks a rule of Braze: {error.diagnostics[0].message}") from None


def _run(fields: Fields | None, endpoint: Endpoint) -> PlannedRun | None:
    if fields is None:
        return None
    digest, template = fields.digest("digest"), fields.take("template")
    if "recipients" not in endpoint.users_fields or not isinstance(template, dict) or "recipients" in template:
        raise fields.unsound("template", "is no body that a file of recipients can be sent with")
    body = _built({**template, "recipients": _ANYBODY}, endpoint, "/run/template").to_dict()
    del body["recipients"]
    run = PlannedRun(
        template=body,
        recipients=fields.text("recipients"),
        sha256=fields.digest("sha256"),
        count=fields.count("count"),
        set_aside=fields.count("set_aside"),
        fields=fields.counts("fields"),
        mapping=fields.texts_by_name("mapping"),
    )
    fields.end()
    if run.digest != digest:
        raise fields.unsound("template", "is not the one of its digest")
    return run


def _preview(fields: Fields | None) -> PlannedPreview | None:
    if fields is None:
        return None
    preview = PlannedPreview(
        selected_least=fields.count("selected_least"),
        selected_most=fields.count("selected_most"),
        total=fields.count("total"),
        counted=fields.text("counted"),
        profiles=fields.text("profiles"),
        profiles_age=fields.count("profiles_age"),
        unreadable=fields.count("unreadable"),
    )
    fields.end()
    if preview.counted not in ("profiles", "recipients"):
        raise fields.unsound("counted", "is neither profiles nor recipients")
    return preview


def _audience(fields: Fields | None) -> PlannedAudience | None:
    if fields is None:
        return None
    audience = PlannedAudience(
        title=fields.text_or_none("title"),
        text=fields.text_or_none("text"),
        reason=fields.text_or_none("reason"),
        explanation=fields.text_or_none("explanation"),
    )
    fields.end()
    return audience
