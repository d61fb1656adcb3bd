"""What a reader is shown of the audience in a body: its text, and whom it selects.

The same words for the same body and settings, so that whoever reads a plan can hold its words against its body. The
limits of the settings do not count: a plan knows nothing of them.
"""

from typing import Any, Final

from ..audience.read import read
from ..decompiler import decompile
from ..diagnostics import RequestError
from ..explaining import Explanation, as_text
from ..settings import Settings
from .plan import PlannedAudience

__all__ = ["described", "explanation_of", "text_of"]

_COLUMNS: Final = 100


def described(audience: dict[str, Any], settings: Settings, *, title: str | None) -> PlannedAudience:
    text, reason = text_of(audience, settings)
    explanation = explanation_of(audience, settings)
    return PlannedAudience(
        title=title,
        text=text,
        reason=reason,
        explanation=None if explanation is None else as_text(explanation, columns=_COLUMNS),
    )


def text_of(audience: dict[str, Any], settings: Settings) -> tuple[str | None, str | None]:
    """The audience in its canonical form; or None, and why the language has no text for it."""
    try:
        return decompile(audience, name=None, catalog=None, settings=_without_limits(settings)).text, None
    except RequestError as error:
        return None, error.diagnostics[0].message


def explanation_of(audience: dict[str, Any], settings: Settings) -> Explanation | None:
    """Whom the audience selects; None where it has more clauses than can be explained."""
    settings = _without_limits(settings)
    try:
        return Explanation(read(audience, limits=settings.limits), settings)
    except RequestError:
        return None


def _without_limits(settings: Settings) -> Settings:
    return Settings(time_zone=settings.time_zone, assume=settings.assume)
