"""The sentences of a preview, with what users wrote kept apart from them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ...diagnostics import counted
from ..display import clean
from .facts import Funnel

__all__ = [
    "ESTIMATE",
    "Sentence",
    "basis",
    "caveats",
    "hidden",
    "instant",
    "legend",
    "percent",
    "ticked",
    "verdict",
    "warnings",
]

# Above the caveats.
ESTIMATE = "This is an estimate. It leaves out:"
# Attributes that a sentence names; it counts the others.
_NAMED_AT_MOST = 4
_NAME_AT_MOST = 200


class _Message(str):
    """Words of a diagnostic, which quote what they have to."""

    __slots__ = ()


def ticked(text: str) -> str:
    """A user's own words in text: in backticks, and safe to show."""
    return f"`{clean(text, at_most=_NAME_AT_MOST)}`"


class Sentence:
    """A sentence with `{}` in the places of `names`, which each form quotes in its own way."""

    __slots__ = ("names", "template")

    def __init__(self, template: str, *names: str) -> None:
        self.template = template
        self.names = names

    def said(self, quote: Callable[[str], str] = ticked, plain: Callable[[str], str] = clean) -> str:
        return self.template.format(
            *(plain(name) if isinstance(name, _Message) else quote(name) for name in self.names)
        )


def verdict(funnel: Funnel) -> str:
    """The answer, without the audience that it is about."""
    matched, total = funnel.preview.matched, funnel.preview.total
    if not total:
        return "there are no profiles to count"
    if total == 1:
        return f"the one profile {'matches' if matched else 'does not match'}"
    if not matched:
        return f"none of {total:,} profiles matches"
    if matched == total:
        return f"all {total:,} profiles match"
    verb = "matches" if matched == 1 else "match"
    return f"about {matched:,} of {total:,} profiles {verb}, {percent(matched, total)}"


def basis(funnel: Funnel) -> Sentence:
    """At which instant, and by which files."""
    if funnel.files == [funnel.path] or not funnel.files:
        return Sentence(f"at {instant(funnel.now)}, by {{}}", funnel.path)
    files = counted(len(funnel.files), "file")
    return Sentence(f"at {instant(funnel.now)}, by {files} below {{}}", funnel.path)


def warnings(funnel: Funnel) -> list[Sentence]:
    """What a person should look at before they believe the number."""
    preview = funnel.preview
    found: list[Sentence] = []
    if preview.unreadable:
        profiles = counted(preview.unreadable, "profile")
        verb = "is" if preview.unreadable == 1 else "are"
        template = f"{profiles} cannot be read and {verb} not counted"
        names: list[str] = []
        if preview.named:
            first = preview.named[0]
            template += ": {} ({})" if preview.unreadable == 1 else "; the first is {} ({})"
            names = [first.place, _Message(first.message)]
        found.append(Sentence(template, *names))
    if not preview.total:
        return found
    without = [name for name, count in preview.values.items() if not count]
    for name in without[:_NAMED_AT_MOST]:
        way = "is it spelled as in Braze, and are its values of the type that it is compared with?"
        found.append(Sentence(f"no profile has a value for {{}}: {way}", name))
    if len(without) > _NAMED_AT_MOST:
        found.append(Sentence(f"nor for {counted(len(without) - _NAMED_AT_MOST, 'more attribute')}"))
    if preview.matched == preview.total:
        found.append(Sentence("everybody matches: the audience leaves nobody out"))
    elif not preview.matched:
        found.append(_nobody(funnel))
    return found


def _nobody(funnel: Funnel) -> Sentence:
    """Where the last ones are lost, if a row says it."""
    last = next((row for row in funnel.rows if row.left == 0), None)
    if last is None or funnel.either or funnel.single or last.group:
        return Sentence("nobody matches")
    if last.alone == 0:
        return Sentence("nobody matches: {} lets nobody through, even by itself", last.text)
    return Sentence("nobody matches: nobody is left after {}", last.text)


def caveats(funnel: Funnel, *, age: bool = True) -> list[Sentence]:
    """What the number leaves out. The age is for what is read at once: what is kept has the date alone."""
    found = [
        Sentence("the campaign's own target in the dashboard, which narrows the audience"),
        Sentence("which users its channels reach, frequency caps and quiet hours"),
    ]
    if funnel.modified is not None:
        file = "the newest file" if len(funnel.files) > 1 else "the file"
        ago = "" if funnel.age is None or not age else _ago(funnel.age)
        written = funnel.modified.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        found.append(Sentence(f"all that has changed since {file} was written: {written}{ago}"))
    preview = funnel.preview
    lacking = [(name, preview.total - count) for name, count in preview.values.items() if count < preview.total]
    lacking.sort(key=lambda each: (-each[1], each[0]))
    if lacking:
        (first, *others), rest = lacking[:_NAMED_AT_MOST], len(lacking) - _NAMED_AT_MOST
        without = f"{first[1]:,} {'has' if first[1] == 1 else 'have'} none for {{}}"
        without += "".join(f", {count:,} for {{}}" for _, count in others)
        without += f", and some for {counted(rest, 'other attribute')}" if rest > 0 else ""
        template = "what Braze does with users without a value, where its pages do not say: that is assumed"
        names = (name for name, _ in lacking[:_NAMED_AT_MOST])
        found.append(Sentence(f"{template} (docs/evaluation.md); {without}", *names))
    return found


def hidden(funnel: Funnel) -> str:
    """A line for the clauses that have no row; nothing where all have."""
    return f"and {counted(funnel.hidden, 'more clause')}, not counted one by one" if funnel.hidden else ""


def legend(funnel: Funnel) -> tuple[str, str]:
    """What the full bars and the faint ones are."""
    if funnel.either:
        return "selected by this clause or one above it", "this clause alone"
    return "left after this clause and all above it", "this clause alone"


def instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def percent(count: int, total: int) -> str:
    """With one decimal, and never rounded to nobody or to everybody."""
    if count in (0, total) or not total:
        return "100 %" if count and total else "0 %"
    per_mille = round(1000 * count / total)
    if per_mille == 0:
        return "< 0.1 %"
    return "> 99.9 %" if per_mille >= 1000 else f"{per_mille / 10:.1f} %"


def _ago(age: timedelta) -> str:
    minutes = age // timedelta(minutes=1)
    if minutes < 0:
        # The clocks of two machines differ.
        return ""
    hours, days = minutes // 60, minutes // 1440
    if minutes < 1:
        return ", just now"
    if hours < 1:
        return f", {counted(minutes, 'minute')} ago"
    if hours < 48:
        return f", {counted(hours, 'hour')} ago"
    if days < 60:
        return f", {counted(days, 'day')} ago"
    return f", {counted(days // 30, 'month')} ago" if days < 730 else f", {counted(days // 365, 'year')} ago"
