"""What is concluded of clauses, in words: the message, the way out, and the fix where there is one."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from ...absorption import AND, OR
from ...clauses import leaf_text
from ...diagnostics import QUOTED_AT_MOST, Fix, Related, quoted
from ...filters import CustomAttribute
from ...source import Span
from ...syntax import tree
from ..file import File
from .judging import Clash, Needless
from .members import Member, Place, RemovedMember
from .operands import Operands

__all__ = ["Conclusion", "Said", "Wording"]

Conclusion: TypeAlias = Clash | Needless | RemovedMember

# As many values a fix gathers into one list.
_LISTED_AT_MOST = 100


class Said:
    """A finding before it is one: the slug of its rule, the node that it is about, and what it says."""

    __slots__ = ("fix", "help", "message", "node", "related", "slug")

    def __init__(
        self,
        slug: str,
        message: str,
        node: tree.Expression,
        *,
        help: str,
        fix: Fix | None,
        related: tuple[Related, ...],
    ) -> None:
        self.slug = slug
        self.message = message
        self.node = node
        self.help = help
        self.fix = fix
        self.related = related


class Wording:
    """Conclusions of one file, put into words."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._operands = Operands(file.unit.parsed)

    def of(self, conclusion: Conclusion) -> Said:
        if isinstance(conclusion, Clash):
            return self._clash(conclusion)
        return self._needless(conclusion, absorbed=isinstance(conclusion, Needless) or conclusion.absorbed)

    def _needless(self, needless: Needless | RemovedMember, *, absorbed: bool) -> Said:
        """A member that goes without loss, since another says the same, or more where it is `absorbed`."""
        member, by, joined = needless.member, needless.by, needless.joined
        text, other = self._quoted(member), self._quoted(by)
        if absorbed:
            adds = "excludes nobody" if joined == AND else "adds nobody"
            narrow, wide = (other, text) if joined == AND else (text, other)
            message = f"{text} {adds} in {_group_words(member)}: whoever fits {narrow} fits {wide} too"
        elif text == other:
            message = f"{text} stands twice in {_group_words(member)}"
        else:
            message = f"{text} says the same as {other} in {_group_words(member)}"
        assert member.place is not None
        span = self._removal(member.place)
        written = quoted(self._text(member))
        # A parameter that nothing else takes is one that callers can no longer hand in.
        lost = _parameters(member) - _parameters(by)
        # And a value of another type does not exist, as long as a comparison tells the type.
        lost |= (_typed(member) - _typed(by)) & self.file.once(_asked_for)
        fix = None if span is None else Fix(f"remove {written}", [(span, "")], safe=not lost)
        help = f"remove {written}, or write what it was to be"
        return self._said("redundant" if absorbed else "duplicate", message, needless, help, fix)

    def _clash(self, clash: Clash) -> Said:
        kind, name = clash.subject
        what = {"attribute": "value", "app": "time"}.get(kind, "state")
        subject = quoted({"attribute": name, "app": "last_used_app"}.get(kind, kind))
        if clash.by is None:
            fits = "all of these" if clash.joined == AND else "one of these"
        else:
            both = [self._quoted(clash.by), self._quoted(clash.member)]
            fits = f"both {' and '.join(both)}" if clash.joined == AND else " or ".join(both)
        group = _group_words(clash.member)
        if clash.around:
            own = self._quoted(clash.member)
            outer = "these" if clash.by is None else self._quoted(clash.by)
            message = f"no {what} of {subject} fits {own} and {outer} around it, so it selects nobody here"
            way = f"remove {quoted(self._text(clash.member))}, or write what it was to be"
            return self._said("contradiction", message, clash, way)
        if clash.joined == AND:
            whom = "only users without one" if clash.missing else "nobody"
            message = f"no {what} of {subject} fits {fits}, so {group} selects {whom}"
            other = AND if clash.member.place is not None and clash.member.place.negated else OR
            return self._said("contradiction", message, clash, f"join them with `{other}` if either is meant")
        whom = "everyone"
        if not clash.missing and kind in ("attribute", "app"):
            whom = "everyone who has one" if kind == "attribute" else "everyone who ever opened the app"
        message = f"every {what} of {subject} fits {fits}, so {group} selects {whom}"
        if clash.negations:
            fix = self._as_list(clash.negations)
            other = OR if clash.member.place is not None and clash.member.place.negated else AND
            way = f"{fix.title if fix else f'join them with `{other}`'} to exclude each of them"
            return self._said("or-of-negations", message, clash, way, fix)
        way = "remove these clauses if that is meant"
        if whom == "everyone who has one":
            way = f"write {quoted(leaf_text(CustomAttribute(name, 'exists')))} if that is meant"
        return self._said("tautology", message, clash, way)

    def _as_list(self, members: list[Member]) -> Fix | None:
        """The same exclusions as one list in the place of the first, where a list can say them."""
        first = members[0].place
        if first is None or len(members) > _LISTED_AT_MOST or any(_other_group(each.place, first) for each in members):
            return None
        values: dict[str, None] = {}
        for member in members:
            for value in _values(member.clause):
                values[self.file.text(value)] = None
        channel = isinstance(members[0].clause, tree.ChannelStatus)
        if not values or len(values) > (2 if channel else _LISTED_AT_MOST):
            return None
        clause = members[0].clause
        subject = clause.channel if channel else self.file.text(clause.subject)
        text = f"{subject} {'in' if first.negated else 'not in'} [{', '.join(values)}]"
        edits = [(self._operands.whole(first.group, first.index), text)]
        for member in members[1:]:
            assert member.place is not None
            span = self._removal(member.place)
            if span is None:
                return None
            edits.append((span, ""))
        return Fix(f"write {quoted(text)}", edits, safe=False)

    def _removal(self, place: Place) -> Span | None:
        """What to delete so that an operand is gone; None where a comment would go with it."""
        span = self._operands.with_connective(place.group, place.index, before=place.index > 0)
        return None if self.file.has_comment_in(span) else span

    def _text(self, member: Member) -> str:
        return self.file.unit.parsed.on_one_line(member.node, tokens_at_most=QUOTED_AT_MOST + 1)

    def _quoted(self, member: Member) -> str:
        """A member as it counts in its group: with the `not` around that."""
        text = self._text(member)
        return quoted(f"not ({text})" if member.place is not None and member.place.negated else text)

    def _said(self, slug: str, message: str, about: Conclusion, help: str, fix: Fix | None = None) -> Said:
        related = () if about.by is None else (self.file.unit.related(about.by.node, "beside this"),)
        return Said(slug, message, about.member.node, help=help, fix=fix, related=related)


def _parameters(member: Member) -> set[str]:
    return {name for node in tree.walk(member.node) for name in tree.parameters(node)}


def _asked_for(file: File) -> set[str]:
    """The attributes that `exists` asks for."""
    nodes = (place.node for place in file.places)
    return {
        node.subject.name
        for node in nodes
        if isinstance(node, tree.Exists) and isinstance(node.subject, tree.Attribute)
    }


def _typed(member: Member) -> set[str]:
    """The attributes whose type a member tells."""
    subjects = (
        node.subject
        for node in tree.walk(member.node)
        if not isinstance(
            node, (tree.And, tree.Or, tree.Not, tree.Exists, tree.ChannelStatus, tree.Reference, tree.Invalid)
        )
    )
    return {subject.name for subject in subjects if isinstance(subject, tree.Attribute)}


def _group_words(member: Member) -> str:
    """The group of a member as it is written."""
    assert member.place is not None
    word = AND if isinstance(member.place.group, tree.And) else OR
    return f"this `{word}` under `not`" if member.place.negated else f"this `{word}`"


def _other_group(place: Place | None, first: Place) -> bool:
    return place is None or place.group is not first.group


def _values(clause: Any) -> Iterator[Any]:
    """The values that a list can take over from a negation; none of a Boolean, which is in no list."""
    if isinstance(clause, tree.Compare) and isinstance(clause.value, (tree.Text, tree.Number)):
        yield clause.value
    elif isinstance(clause, tree.In) and isinstance(clause.values, tree.ListValue):
        yield from clause.values.items
    elif isinstance(clause, tree.ChannelStatus):
        yield from clause.statuses
