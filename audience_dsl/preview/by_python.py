"""A preview counted by the evaluator itself: every format, every regex, one profile after another."""

from collections.abc import Callable, Iterable
from datetime import datetime

from ..attribute_types import attribute_types
from ..evaluate import Evaluator
from ..profiles import Profile
from ..profiles.files import Unreadable
from ..settings import Settings
from .counts import NAMED_AT_MOST, Measures, Preview

__all__ = ["count_profiles"]

# Profiles between two reports of progress.
_REPORTED = 1_000


def count_profiles(
    read: Iterable[Profile | Unreadable],
    measures: Measures,
    preview: Preview,
    settings: Settings,
    *,
    now: datetime,
    sample: int,
    regex_timeout: float = 1.0,
    progress: Callable[[], None] | None = None,
) -> None:
    """Add these profiles to a preview. Raises RegexError and RegexTimeoutError."""
    types = attribute_types(measures.audience)

    def ready(filter: object) -> Callable[[Profile, datetime], bool]:
        return Evaluator(filter, settings, regex_timeout=regex_timeout, types=types).selects  # type: ignore[arg-type]

    whole = ready(measures.audience)
    steps = [(step, ready(step.filter)) for step in measures.steps]
    either = measures.either
    values = [(name, ready(filter)) for name, filter in measures.values.items()]
    for count, profile in enumerate(read, 1):
        if progress is not None and count % _REPORTED == 0:
            progress()
        if isinstance(profile, Unreadable):
            preview.unreadable += 1
            if len(preview.named) < NAMED_AT_MOST:
                preview.named.append(profile)
            continue
        preview.total += 1
        if whole(profile, now):
            preview.matched += 1
            if len(preview.sample) < sample:
                preview.sample.append(profile.id or "")
        together = not either
        for step, selects in steps:
            held = selects(profile, now)
            step.alone += held
            if step.depth == 0:
                together = together or held if either else together and held
                step.together = (step.together or 0) + together
        for name, has in values:
            preview.values[name] += has(profile, now)
