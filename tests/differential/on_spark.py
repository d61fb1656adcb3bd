"""Random filters on a local Spark, against the evaluator: many filters in one query, since a query takes its time."""

import json
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audience_dsl import Audience
from audience_dsl.evaluate import Evaluator
from audience_dsl.profiles import ProfileError, profile_of
from audience_dsl.sql import SqlError
from tests.differential.judges import Question

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["compare_on_spark"]


def compare_on_spark(
    session: "SparkSession", questions: list[tuple[Question, list[Any]]], path: Path
) -> tuple[int, int, list[str]]:
    """How many pairs were compared, how many of these are selected, and what differs.

    All filters are asked about all profiles, which are written to the path.
    """
    from pyspark.sql import functions

    from audience_dsl.spark import read_profiles, where

    lines = [line for _, people in questions for person in people if (line := _line(person)) is not None]
    numbered = [
        f'{{"external_id": "{at}", {line[1:]}' if line != "{}" else f'{{"external_id": "{at}"}}'
        for at, line in enumerate(lines)
    ]
    path.write_text("\n".join(numbered) + "\n", encoding="utf-8")
    read = read_profiles(session, str(path))
    frame = read.frame.cache()
    asked, frames = [], []
    for at, (question, _) in enumerate(questions):
        audience = Audience(question.filter, (), question.settings)
        try:
            selected = where(audience, frame, now=question.now)
        except SqlError:
            continue
        asked.append((at, question))
        frames.append(selected.select(functions.lit(at).alias("filter"), "external_id"))
    found = {(row[0], row[1]) for row in reduce(lambda one, other: one.unionAll(other), frames).collect()}
    unreadable = {row[0] for row in read.unreadable.collect()}
    frame.unpersist()
    profiles = {str(at): _read(line) for at, line in enumerate(numbered)}
    differing = [
        f"unreadable: {line}"
        for at, line in enumerate(numbered)
        if (profiles[str(at)] is None) is not (line in unreadable)
    ]
    pairs = selected_pairs = 0
    for at, question in asked:
        evaluator = Evaluator(question.filter, question.settings)
        for id, profile in profiles.items():
            if profile is not None:
                pairs += 1
                selects = evaluator.selects(profile, question.now)
                selected_pairs += selects
                if selects is not ((at, id) in found):
                    differing.append(f"{question.text}, {question.params}, {selects}: {numbered[int(id)]}")
    return pairs, selected_pairs, differing


def _line(person: Any) -> str | None:
    if not isinstance(person, dict):
        return None
    person = {key: held for key, held in person.items() if key != "external_id"}
    try:
        text = json.dumps(person, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError):
        return None
    return text


def _read(line: str) -> Any:
    try:
        return profile_of(json.loads(line))
    except ProfileError:
        return None
