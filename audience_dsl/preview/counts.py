"""What a preview counts: the whole audience, its clauses one after another, and who has a value at all."""

from ..attribute_types import attribute_types
from ..clauses import Clause, ClauseGroup, ClauseTree, clause_tree
from ..filters import And, CustomAttribute, Filter, Or, group
from ..profiles.files import Unreadable

__all__ = ["NAMED_AT_MOST", "Measures", "Preview", "Step", "measures_of"]

# Unreadable profiles that are named, of all that are counted; and clauses that are counted by themselves.
NAMED_AT_MOST = 20
STEPS_AT_MOST = 200


class Step:
    """A clause, or a group of them, of the funnel.

    `alone` is how many profiles it selects by itself; `together`, for the members of the outermost group, how many
    are selected by all up to this one (of an `or`: by one of them). `depth` is 0 for these and more inside groups.
    """

    __slots__ = ("alone", "depth", "filter", "joined", "text", "together", "together_filter")

    def __init__(self, text: str, depth: int, joined: str | None, filter: Filter, together: Filter | None) -> None:
        self.text = text
        self.depth = depth
        # `and` or `or`: how it is joined to the member before it.
        self.joined = joined
        self.filter = filter
        self.together_filter = together
        self.alone = 0
        self.together: int | None = None


class Measures:
    """The filters that are to be counted: of the audience, of the steps, and of having a value, by attribute.

    `either` says that the outermost group is an `or`.
    """

    __slots__ = ("audience", "either", "steps", "values")

    def __init__(self, audience: Filter, steps: list[Step], values: dict[str, Filter], *, either: bool) -> None:
        self.audience = audience
        self.either = either
        self.steps = steps
        self.values = values


def measures_of(filter: Filter) -> Measures:
    tree = clause_tree(filter)
    members = tree.members if isinstance(tree, ClauseGroup) else (tree,)
    joined = tree.joined if isinstance(tree, ClauseGroup) else "and"
    kind = And if joined == "and" else Or
    steps: list[Step] = []
    before: list[Filter] = []
    for member in members:
        before.append(_filter(member))
        steps.append(Step(_text(member), 0, joined if len(before) > 1 else None, before[-1], group(kind, before)))
        steps.extend(_inside(member))
        if len(steps) > STEPS_AT_MOST:
            del steps[STEPS_AT_MOST:]
            break
    values: dict[str, Filter] = {name: CustomAttribute(name, "exists") for name in attribute_types(filter)}
    return Measures(filter, steps, values, either=kind is Or)


def _inside(member: ClauseTree) -> list[Step]:
    steps: list[Step] = []
    pending: list[tuple[ClauseTree, int, str | None]] = []
    if isinstance(member, ClauseGroup):
        pending = [(each, 1, member.joined if at else None) for at, each in enumerate(member.members)][::-1]
    while pending and len(steps) <= STEPS_AT_MOST:
        node, depth, joined = pending.pop()
        steps.append(Step(_text(node), depth, joined, _filter(node), None))
        if isinstance(node, ClauseGroup):
            inner = [(each, depth + 1, node.joined if at else None) for at, each in enumerate(node.members)]
            pending.extend(reversed(inner))
    return steps


def _text(member: ClauseTree) -> str:
    """A clause as it was written; a group in one word, since its members follow."""
    if isinstance(member, Clause):
        return member.text
    return "all of these" if member.joined == "and" else "any of these"


def _filter(member: ClauseTree) -> Filter:
    """The part of the filter that a clause or a group is."""
    results: list[Filter] = []
    pending: list[tuple[ClauseTree, bool]] = [(member, False)]
    while pending:
        node, ready = pending.pop()
        if isinstance(node, Clause):
            results.append(node.filter)
        elif ready:
            size = len(node.members)
            operands = results[-size:]
            del results[-size:]
            results.append(group(And if node.joined == "and" else Or, operands))
        else:
            pending.append((node, True))
            pending.extend((each, False) for each in reversed(node.members))
    return results[0]


class Preview:
    """How many profiles an audience selects: an estimate, of profiles as they were when the file was written.

    `matched` of `total` profiles that could be read; `unreadable` could not, of which `named` are the first.
    `steps` is the funnel. `values` is, for each attribute, how many have a value of the type that the audience
    compares it with. `sample` are the first ids of those who match. `engines` have counted; `reason` says why not
    DuckDB, where it is there and cannot say the filter.
    """

    __slots__ = ("engines", "matched", "named", "reason", "sample", "steps", "total", "unreadable", "values")

    def __init__(self, measures: Measures) -> None:
        self.engines: set[str] = set()
        self.reason: str | None = None
        self.matched = 0
        self.total = 0
        self.unreadable = 0
        self.named: list[Unreadable] = []
        self.steps = measures.steps
        self.values = dict.fromkeys(measures.values, 0)
        self.sample: list[str] = []

    @property
    def share(self) -> float:
        """Of 1; 0 where there are no profiles."""
        return self.matched / self.total if self.total else 0.0
