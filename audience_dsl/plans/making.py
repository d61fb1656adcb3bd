"""Plans made: from checked requests, with what a reviewer reads about them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from .. import __version__
from ..braze_api import Endpoint
from ..diagnostics import CODES, ConfigurationError
from ..sender.address import resolve_endpoint
from ..sender.requests import Request
from ..settings import Settings, check_instant
from .describing import described
from .plan import Plan, PlannedPreview, PlannedRequest, PlannedRun

__all__ = ["make_plan"]


def make_plan(
    requests: Sequence[Request] = (),
    *,
    source: str,
    made_by: str,
    made_at: datetime,
    expires_at: datetime,
    run: PlannedRun | None = None,
    endpoint: Endpoint | None = None,
    environment: str | None = None,
    base_url: str | None = None,
    is_for_sandbox: bool = False,
    settings: Settings | None = None,
    settings_digest: str | None = None,
    parameters: Mapping[str, object] | None = None,
    audience_title: str | None = None,
    preview: PlannedPreview | None = None,
    notes: Iterable[str] = (),
) -> Plan:
    """The plan of requests that differ in the users that they name alone; or of a `run` to the `endpoint`.

    `made_at` and `expires_at` are aware, and count to the second. `settings_digest` stands for all that is settled
    here; without one, it is that of the `settings`. See `Plan` for the others. Raises ConfigurationError for what does
    not make one plan.
    """
    settings = settings or Settings()
    check_instant(made_at)
    check_instant(expires_at)
    made_at, expires_at = (each.astimezone(UTC).replace(microsecond=0) for each in (made_at, expires_at))
    if expires_at <= made_at:
        raise _refused("a plan cannot expire before it is made", "let it live for some time, such as a day")
    if is_for_sandbox and base_url is not None:
        raise _refused("a plan for the sandbox has no base URL", "leave out one of both")
    if environment is not None and base_url is None and not is_for_sandbox:
        raise _refused("a plan for an environment has its base URL", "hand it in as `base_url`")
    if base_url is not None:
        base_url = resolve_endpoint(base_url)
    if run is not None:
        run = _plain_run(run)
    endpoint = _endpoint_of(requests, run, endpoint)
    body = requests[0].to_dict() if run is None else run.template
    audience = body.get(endpoint.audience_field or "")
    plan = Plan(
        made_with=__version__,
        made_at=made_at,
        made_by=_text(made_by),
        expires_at=expires_at,
        environment=None if environment is None else _text(environment),
        base_url=base_url,
        is_for_sandbox=is_for_sandbox,
        settings=settings,
        settings_digest=settings.digest if settings_digest is None else settings_digest,
        source=_text(source),
        parameters={_text(name): _written(value) for name, value in (parameters or {}).items()},
        endpoint=endpoint,
        audience=None
        if audience is None
        else described(audience, settings, title=None if audience_title is None else _text(audience_title)),
        preview=preview,
        run=run,
        notes=tuple(map(_text, notes)),
        requests=tuple(map(PlannedRequest, requests)),
    )
    if not plan.is_of_one_kind:
        raise _refused("the requests of a plan differ in the users that they name alone", "make a plan for each")
    return plan


def _endpoint_of(requests: Sequence[Request], run: PlannedRun | None, endpoint: Endpoint | None) -> Endpoint:
    """The one that all go to. Raises ConfigurationError where there is not exactly one."""
    if run is not None:
        if requests or endpoint is None:
            raise _refused("a plan of a run has an endpoint, and no requests", "make a plan for each")
        return endpoint
    if not requests:
        raise _refused("a plan has a request", "hand in what `build_request` gives")
    first = requests[0].endpoint
    if endpoint not in (None, first) or any(each.endpoint is not first for each in requests):
        raise _refused("the requests of a plan go to one endpoint", "make a plan for each")
    return first


def _plain_run(run: PlannedRun) -> PlannedRun:
    return PlannedRun(
        template=run.template,
        recipients=_text(run.recipients),
        sha256=run.sha256,
        count=run.count,
        set_aside=run.set_aside,
        fields={_text(name): count for name, count in run.fields.items()},
        mapping={_text(column): _text(field) for column, field in run.mapping.items()},
    )


def _written(value: object) -> Any:
    """A parameter's value as JSON: what JSON has no word for is written as text."""
    if isinstance(value, Enum):
        return _written(value.value)
    if isinstance(value, (list, tuple)):
        return [_written(each) for each in value]
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return _text(str(value))


def _text(text: str) -> str:
    """Names of files may have what UTF-8 cannot carry."""
    return text.encode("utf-8", "backslashreplace").decode()


def _refused(message: str, help: str) -> ConfigurationError:
    return ConfigurationError(CODES["settings"], message, help=help)
