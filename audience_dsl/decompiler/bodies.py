"""Which part of what is handed in is the audience: all of it, or a field of a request's body."""

from collections.abc import Mapping
from itertools import islice

from ..audience.shape import KINDS
from ..braze_api import AUDIENCE_FIELDS, BODY_FIELDS
from ..diagnostics import COMPARED_AT_MOST, listed, nearest, quoted
from ..json_values import Findings, Path

__all__ = ["audience_in"]


def audience_in(value: object, findings: Findings) -> tuple[object, Path]:
    """The audience, and where it stands. What has none is reported, and what is neither is taken for an audience."""
    if not isinstance(value, Mapping) or any(kind in value for kind in KINDS):
        return value, None
    fields = [field for field in AUDIENCE_FIELDS if field in value]
    if len(fields) == 1:
        return value[fields[0]], (None, fields[0])
    if fields:
        message = f"the body has {listed(fields)}, and no endpoint takes both"
        findings.add("audience-missing", None, message, "keep the one that is meant")
    elif not BODY_FIELDS.isdisjoint(value):
        close = _meant(value)
        message = "the body has no `audience`" + ("" if close is None else f", but {quoted(close[0])}")
        way = "a request without one has no filter to read" if close is None else f"did you mean `{close[1]}`?"
        findings.add("audience-missing", None if close is None else (None, close[0]), message, way)
    elif (close := _meant(value)) is not None:
        message = f"{quoted(close[0])} is no field of a body, and no kind of filter"
        findings.add("audience-missing", (None, close[0]), message, f"did you mean `{close[1]}`?")
    return value, None


def _meant(body: Mapping[object, object]) -> tuple[str, str] | None:
    """The field that is spelled nearly as one that holds an audience, and that one."""
    for key in islice(body, COMPARED_AT_MOST):
        close = nearest(key, AUDIENCE_FIELDS, most=1) if isinstance(key, str) and key not in BODY_FIELDS else []
        if close and isinstance(key, str):
            return key, close[0]
    return None
