"""Those who decide whom a filter selects, each in its own way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import audience_dsl
from audience_dsl import AudienceError, CompileError, Settings
from audience_dsl.attribute_types import ALL_TYPES, attribute_types
from audience_dsl.evaluate import Evaluator
from audience_dsl.filters import And, CustomAttribute, Filter, Or
from audience_dsl.profiles import Profile, ProfileError, profile_of
from audience_dsl.regexes import RegexTimeoutError
from tests.differential.texts import Clause, Not, Tree, clauses_of, written
from tests.laws.interpreter import Undecided, Unreadable, interpreter

__all__ = ["JUDGES", "UNREADABLE", "Judge", "People", "Question", "Refused", "Verdict", "by_evaluator", "codes"]

# Selected or not, or what happened instead.
Verdict = bool | str
UNREADABLE = "unreadable"


class Refused(Exception):  # noqa: N818
    """The text, or a judge, refuses the filter: there is nothing to compare. The argument is the code."""


class Question:
    """One filter with all that its meaning depends on."""

    def __init__(self, tree: Tree, settings: Settings, now: datetime) -> None:
        self.tree = tree
        self.settings = settings
        self.now = now
        self.text = written(tree)
        self.params = _params(tree)
        try:
            audience = audience_dsl.compile(self.text, params=self.params, now=now, settings=settings)
        except CompileError as error:
            raise Refused(codes(error)) from error
        self.filter = audience.filter
        self.json = audience.to_dict()

    def part(self, clause: Clause) -> Filter:
        """A clause by itself."""
        return audience_dsl.compile(clause.text, params=clause.params, now=self.now, settings=self.settings).filter

    @cached_property
    def opposite(self) -> "Question | None":
        """The question with `not` before it, or None where Braze has no words for that."""
        try:
            return Question(Not(self.tree), self.settings, self.now)
        except Refused as refused:
            if refused.args != ("AUD301",):
                raise
            return None


def _params(tree: Tree) -> dict[str, Any]:
    return {name: value for clause in clauses_of(tree) for name, value in clause.params.items()}


class People:
    """Profiles as they were handed in, and as the package reads them (None: it cannot)."""

    def __init__(self, raw: Sequence[Any]) -> None:
        self.raw = raw

    @cached_property
    def read(self) -> list[Profile | None]:
        return [_read(each) for each in self.raw]


def _read(raw: Any) -> Profile | None:
    try:
        return profile_of(raw)
    except ProfileError:
        return None


class Judge(Protocol):
    """Verdicts on all people, in their order; None where it cannot be asked, or comes to none in time.

    Raises Refused where it does not take the filter.
    """

    def __call__(self, question: Question, people: People, /) -> "list[Verdict | None]": ...


def codes(error: CompileError) -> str:
    return " ".join(sorted({each.code.code for each in error.diagnostics if each.severity == "error"}))


def by_evaluator(question: Question, people: People) -> list[Verdict | None]:
    """`audience_dsl.evaluate` on the compiled filter."""
    return _each(_asked(question.filter, question), people.read)


def by_interpreter(question: Question, people: People) -> list[Verdict | None]:
    """The second interpreter on the emitted JSON."""
    return _each(interpreter(question.json, question.settings.assume, question.now), people.raw)


def by_tree(question: Question, people: People) -> list[Verdict | None]:
    """Plain logic over what each clause of the text selects by itself."""
    types = attribute_types(question.filter)
    return _each(_logic(question.tree, question, types), people.read)


JUDGES: dict[str, Judge] = {"evaluator": by_evaluator, "interpreter": by_interpreter, "tree": by_tree}


def _asked(filter: Filter, question: Question) -> Callable[[Profile], bool]:
    try:
        evaluator = Evaluator(filter, question.settings)
    except AudienceError as error:
        raise Refused(getattr(error, "code", "error")) from error
    now = question.now
    selects = evaluator.selects
    return lambda profile: selects(profile, now)


def _each(selects: Callable[[Any], bool], people: Sequence[Any]) -> list[Verdict | None]:
    try:
        # Without a look at every profile: few cannot be read, and that is where the time goes.
        return [UNREADABLE if each is None else selects(each) for each in people]
    except Exception:
        return [_one(selects, each) for each in people]


def _one(selects: Callable[[Any], bool], each: Any) -> Verdict | None:
    if each is None:
        return UNREADABLE
    try:
        return selects(each)
    except Unreadable:
        return UNREADABLE
    except (Undecided, RegexTimeoutError):
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# --- Logic over clauses ----------------------------------------------------------------------------------------------

_PINS: dict[frozenset[str], tuple[str, Any]] = {
    frozenset({"string"}): ("equals", "x"),
    frozenset({"number"}): ("equals", 1),
    frozenset({"boolean"}): ("equals", True),
    frozenset({"time"}): ("before", "2026-01-01T00:00:00Z"),
    frozenset({"array"}): ("includes_value", "x"),
    frozenset({"string", "array"}): ("is_any_of", ("x",)),
}


def _logic(tree: Tree, question: Question, types: Mapping[str, frozenset[str]]) -> Callable[[Profile], bool]:
    if isinstance(tree, Clause):
        alone = question.part(tree)
        return _asked(_pinned(alone, types), question)
    if isinstance(tree, Not):
        inner = _logic(tree.inner, question, types)
        return lambda profile: not inner(profile)
    members = [_logic(each, question, types) for each in tree.members]
    joined = all if tree.joined == "and" else any
    return lambda profile: joined([member(profile) for member in members])


def _pinned(clause: Filter, types: Mapping[str, frozenset[str]]) -> Filter:
    """The clause, and beside it what always holds and tells the types that its attribute has in the whole filter."""
    pins: list[Filter] = []
    for name, own in attribute_types(clause).items():
        if types[name] not in (own, ALL_TYPES):
            always = CustomAttribute(name, "exists"), CustomAttribute(name, "does_not_exist")
            pins.append(Or((*always, CustomAttribute(name, *_PINS[types[name]]))))
    return And((clause, *pins)) if pins else clause
