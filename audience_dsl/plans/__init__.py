"""What is to be sent, written down for review, so that what is approved is what is sent.

    plan = make_plan([build_request(body)], source="winback.toml", made_by="Ana", made_at=now, expires_at=tomorrow)
    Path("plan.json").write_text(plan.to_json(), encoding="utf-8", newline="")

    plan = read_plan(Path("plan.json").read_bytes(), "plan.json")
    plan.check_time(now)
    request = plan.requests[0].request

A plan has the exact bodies. Its digest finds every change, and is no signature: docs/plans.md says what to do with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .html import as_html
    from .making import make_plan
    from .markdown import as_markdown
    from .once import OnceLedger, key_of
    from .plan import Plan, PlannedAudience, PlannedPreview, PlannedRequest, PlannedRun
    from .reading import read_plan
    from .text import as_text

__all__ = [
    "OnceLedger",
    "Plan",
    "PlannedAudience",
    "PlannedPreview",
    "PlannedRequest",
    "PlannedRun",
    "as_html",
    "as_markdown",
    "as_text",
    "key_of",
    "make_plan",
    "read_plan",
]

_HOME = {
    "html": ("as_html",),
    "making": ("make_plan",),
    "markdown": ("as_markdown",),
    "once": ("OnceLedger", "key_of"),
    "plan": ("Plan", "PlannedAudience", "PlannedPreview", "PlannedRequest", "PlannedRun"),
    "reading": ("read_plan",),
    "text": ("as_text",),
}


def __getattr__(name: str) -> object:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
