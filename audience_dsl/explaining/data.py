"""Explanations as plain data. Their keys are stable, and docs/explain.md has them."""

from collections.abc import Sequence
from typing import Any

from ..report.funnel import as_data as data_of_count
from .document import CAMPAIGN, CHOICE, Explanation
from .missing import Outcome
from .tree import Group, Statement
from .wording import sentence

__all__ = ["VERSION", "as_data"]

# Counted up when a key changes what it means, or goes.
VERSION = 1


def as_data(explanations: Sequence[Explanation]) -> dict[str, Any]:
    return {"version": VERSION, "audiences": [_audience(each) for each in explanations]}


def _audience(explanation: Explanation) -> dict[str, Any]:
    return {
        "audience": explanation.title,
        "digest": explanation.digest,
        "settings": explanation.settings_digest,
        "in": str(sentence(explanation.who, "." if isinstance(explanation.root, Statement) else ":")),
        "statement": _tree(explanation),
        "out": str(sentence(explanation.others)),
        "without_value": [
            {**_outcome(outcome), "sentence": str(sentence(words))}
            for outcome, words in zip(explanation.outcomes, explanation.without, strict=False)
        ],
        "campaign": CAMPAIGN,
        "notes": list(map(str, explanation.notes)),
        "assumptions": [
            {"key": each.key, "statements": each.numbers, "sentence": str(each.words)}
            for each in explanation.assumptions
        ],
        "count": None if explanation.count is None else data_of_count(explanation.count),
    }


def _tree(explanation: Explanation) -> dict[str, Any]:
    roots: list[dict[str, Any]] = []
    pending = [(explanation.root, roots)]
    while pending:
        member, into = pending.pop()
        if isinstance(member, Group):
            members: list[dict[str, Any]] = []
            into.append(
                {
                    "number": member.number or None,
                    "joined": member.joined,
                    "words": CHOICE[member.joined],
                    "members": members,
                }
            )
            pending.extend((each, members) for each in reversed(member.members))
        else:
            into.append(
                {
                    "number": member.number,
                    "text": member.text,
                    "words": str(member.reading.listed),
                    "without_value": member.reading.missing,
                    "rests_on": list(member.reading.rests_on),
                }
            )
    return roots[0]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    condition = outcome.condition
    kind = {True: "in", False: "out"}[outcome.left] if isinstance(outcome.left, bool) else "depends"
    return {
        "attributes": [each if isinstance(each, str) else None for each in outcome.subjects],
        "outcome": kind,
        "if": condition,
    }
