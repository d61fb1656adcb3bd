"""A funnel as plain data. Its keys are stable, and docs/preview.md has them."""

from datetime import UTC
from typing import Any

from .facts import Funnel
from .words import caveats, instant, warnings

__all__ = ["as_data"]


def as_data(funnel: Funnel) -> dict[str, Any]:
    preview = funnel.preview
    return {
        "audience": funnel.title,
        "now": instant(funnel.now),
        "files": funnel.files,
        "modified": None if funnel.modified is None else instant(funnel.modified.astimezone(UTC)),
        "profiles": preview.total,
        "matched": preview.matched,
        "share": preview.share,
        "unreadable": {
            "count": preview.unreadable,
            "named": [{"place": each.place, "message": each.message, "help": each.help} for each in preview.named],
        },
        "steps": [
            {
                "text": step.text,
                "depth": step.depth,
                "joined": step.joined,
                "alone": step.alone,
                "together": step.together,
            }
            for step in preview.steps
        ],
        "values": preview.values,
        "sample": preview.sample,
        "engines": sorted(preview.engines),
        "assumptions": funnel.assumptions,
        "warnings": [sentence.said() for sentence in warnings(funnel)],
        "leaves_out": [sentence.said() for sentence in caveats(funnel, age=False)],
    }
