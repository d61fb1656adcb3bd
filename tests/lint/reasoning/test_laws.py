"""No false alarm: what a rule says of a group is so for every profile, under all settings that are open."""

import re
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import CompileError, Settings
from audience_dsl.attribute_types import attribute_types
from audience_dsl.braze import MISSING
from audience_dsl.evaluate import Evaluator
from audience_dsl.filters import CustomAttribute, Filter, leaves_of
from audience_dsl.profiles import Profile, profile_of
from audience_dsl.samples.values import ABSENT, choices_of, subject_of
from tests.laws.strategies import (
    APP_CLAUSES,
    ARRAY_CLAUSES,
    BOOLEAN_CLAUSES,
    NOW,
    NUMBER_CLAUSES,
    STATE_CLAUSES,
    STRING_CLAUSES,
    TIME_CLAUSES,
    assumptions,
    mutated,
    profiles,
)

from .finding import findings


def _of_one_name(text: str) -> str:
    """The clause of the first name of its letter, so that clauses meet."""
    return re.sub(r"`(\w) 3`|\b([snbta])2\b", lambda match: f"{match[1] or match[2]}1", text)


KINDS = {
    "s": STRING_CLAUSES,
    "n": NUMBER_CLAUSES,
    "b": BOOLEAN_CLAUSES,
    "t": TIME_CLAUSES,
    "a": ARRAY_CLAUSES,
    "state": STATE_CLAUSES,
    "app": APP_CLAUSES,
}


@st.composite
def groups(draw: st.DrawFn) -> tuple[str, str]:
    """A group of clauses on one attribute, some under `not` and some in groups of the other kind: its `and`, and it."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    existence = st.sampled_from([f"{kind}1 exists", f"{kind}1 does not exist"])
    clauses = KINDS[kind] if len(kind) > 1 else st.one_of(KINDS[kind], KINDS[kind], KINDS[kind], existence)
    clause = clauses.map(_of_one_name)
    joined = draw(st.sampled_from(["and", "or"]))
    other = "or" if joined == "and" else "and"
    inner = st.lists(clause, min_size=2, max_size=3).map(lambda each: f"({f' {other} '.join(each)})")
    negated = clause.map(lambda each: f"not ({each})")
    member = st.one_of(clause, clause, inner) if kind == "app" else st.one_of(clause, clause, negated, inner)
    return joined, f" {joined} ".join(draw(st.lists(member, min_size=2, max_size=4)))


def judge(filter: Filter, person: Profile, given: Settings, types: dict[str, frozenset[str]]) -> bool:
    return Evaluator(filter, given, types=types).selects(person, NOW)


def at_the_edges(filter: Filter) -> list[Profile]:
    """Users at all edges of the leaves of a filter on one attribute, and one without a value."""
    leaves = leaves_of(filter)
    _, name, _ = subject_of(leaves[0])
    choices = [choice.value for choice in choices_of(leaves, NOW)]
    return [profile_of({} if value is ABSENT else {name: value}) for value in choices]


def otherwise(given: Settings, data: st.DataObject) -> Settings:
    """Settings that agree with these where they are sure, and may not where they are open."""
    open_rows = [key for key in sorted(MISSING) if MISSING[key].open and not given.is_sure(key)]
    drawn = data.draw(st.fixed_dictionaries({}, optional={key: st.booleans() for key in open_rows}))
    return Settings(assume={**given.assume, **drawn})


def lacks(person: Profile, filter: Filter, types: dict[str, frozenset[str]]) -> bool:
    """Whether the user has no value of the filter's attribute, or for `last_used_app` never opened the app."""
    for leaf in leaves_of(filter):
        if isinstance(leaf, CustomAttribute):
            exists = CustomAttribute(leaf.name, "exists")
            return not Evaluator(exists, Settings(), types=types).selects(person, NOW)
    return person.last_used is None


@given(groups(), assumptions(), st.lists(profiles(), min_size=2, max_size=6), st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_said_of_a_group_is_so(
    group: tuple[str, str], given: Settings, people: list[dict[str, Any]], data: st.DataObject
) -> None:
    joined, text = group
    filter = audience_dsl.compile(text, settings=given, now=NOW).filter
    types = attribute_types(filter)
    crowd = [*map(profile_of, people), *at_the_edges(filter)]
    for finding in findings(text, given):
        event(finding.code.slug)
        message = finding.message
        for person in crowd:
            selected = judge(filter, person, given, types)
            if f"this `{joined}`" in message and finding.code.slug not in ("duplicate", "redundant"):
                expected = {
                    "nobody": not selected,
                    "only users without one": not selected or lacks(person, filter, types),
                    "everyone": selected,
                    "everyone who has one": selected or lacks(person, filter, types),
                    "everyone who ever opened the app": selected or lacks(person, filter, types),
                }
                assert expected[message.partition("selects ")[2]], (text, message)
        if finding.fix is not None and finding.fix.safe:
            fixed = audience_dsl.compile(finding.fix.apply(text), settings=given, now=NOW).filter
            really = otherwise(given, data)
            for person in crowd:
                assert judge(fixed, person, really, types) is judge(filter, person, really, types), (text, message)


@st.composite
def nested(draw: st.DrawFn) -> str:
    """Groups in groups of clauses on two attributes, so that clauses meet through what stands around them."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=2))
    existence = st.sampled_from(kinds).map(lambda kind: f"{kind}1 exists" if len(kind) == 1 else "b1 exists")
    clause = st.one_of(*(KINDS[kind].map(_of_one_name) for kind in kinds), existence)
    text: Any = clause
    for joined in draw(st.sampled_from([("or", "and"), ("and", "or", "and"), ("or", "and", "or", "and")])):
        text = st.lists(st.one_of(clause, text), min_size=2, max_size=3).map(f" {joined} ".join).map("({})".format)
    return str(draw(text))


NOBODY = "(nobody1 exists and nobody1 does not exist)"


@given(nested(), assumptions(), st.lists(profiles(), min_size=2, max_size=6))
@settings(max_examples=300, deadline=None)
def test_what_selects_nobody_within_an_and_can_be_nobody(
    text: str, given: Settings, people: list[dict[str, Any]]
) -> None:
    filter = audience_dsl.compile(text, settings=given, now=NOW).filter
    types = attribute_types(filter)
    crowd = [*map(profile_of, people), *(person for leaf in leaves_of(filter) for person in at_the_edges(leaf))]
    for finding in findings(text, given):
        if not finding.message.endswith("selects nobody here"):
            continue
        event("within")
        assert finding.span is not None
        without = f"{text[: finding.span.start]}{NOBODY}{text[finding.span.end :]}"
        other = audience_dsl.compile(without, settings=given, now=NOW).filter
        for person in crowd:
            assert judge(other, person, given, types) is judge(filter, person, given, types), (text, finding)


@given(groups(), assumptions(), st.lists(profiles(), min_size=2, max_size=6), st.data())
@settings(max_examples=200, deadline=None)
def test_all_safe_fixes_one_after_another_keep_the_meaning(
    group: tuple[str, str], given: Settings, people: list[dict[str, Any]], data: st.DataObject
) -> None:
    _, text = group
    filter = audience_dsl.compile(text, settings=given, now=NOW).filter
    types = attribute_types(filter)
    fixed = text
    while fixes := [each.fix for each in findings(fixed, given) if each.fix is not None and each.fix.safe]:
        shorter = fixes[-1].apply(fixed)
        assert len(shorter) < len(fixed)
        fixed = shorter
    after = audience_dsl.compile(fixed, settings=given, now=NOW).filter
    really = otherwise(given, data)
    for person in [*map(profile_of, people), *at_the_edges(filter)]:
        assert judge(after, person, really, types) is judge(filter, person, really, types), (text, fixed)


@given(groups(), assumptions())
@settings(max_examples=200, deadline=None)
def test_a_list_in_the_place_of_negations_compiles_and_is_no_finding(group: tuple[str, str], given: Settings) -> None:
    _, text = group
    found = findings(text, given)
    # Of a group that stands twice, the second is a finding of its own once the first is another.
    doubled = any(finding.code.slug == "duplicate" for finding in found)
    for finding in found:
        if finding.code.slug == "or-of-negations" and finding.fix is not None:
            assert not finding.fix.safe
            try:
                fixed = finding.fix.apply(text)
                audience_dsl.compile(fixed, settings=given, now=NOW)
            except CompileError as error:
                raise AssertionError((text, fixed)) from error
            assert doubled or "or-of-negations" not in {each.code.slug for each in findings(fixed, given)}


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_whatever_a_text_says_nothing_escapes(text: str) -> None:
    for finding in findings(text):
        assert finding.span is not None
        assert 0 <= finding.span.start < finding.span.end <= len(text)
