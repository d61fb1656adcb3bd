"""Random filters on a local Spark, against the evaluator: many filters in one query, since a query takes its time."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from audience_dsl import Audience
from audience_dsl.evaluate import Evaluator
from audience_dsl.profiles import ProfileError, profile_of
from audience_dsl.sql import SqlError
from tests.differential.comparing import filters
from tests.differential.judges import Question, Refused
from tests.differential.people import Edges
from tests.differential.texts import clauses_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["compare_on_spark", "local_session", "missing", "questions", "run"]

# Filters for one query, and profiles for each of these, all of which all filters are asked about.
FILTERS = 8
_PEOPLE = 40
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
}


def missing() -> str | None:
    """Why there is no local Spark, or None."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "needs the extra `spark`"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "needs Java, as Spark does"
    return None


def local_session(settings: Mapping[str, str] = _LOCAL) -> "SparkSession":
    """A small Spark in this process, which nobody else can reach."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[2]").appName("tests")  # type: ignore[attr-defined,unused-ignore]
    for name, value in settings.items():
        builder = builder.config(name, value)
    session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def run(at_least: int, seed: int) -> tuple[int, list[str]]:
    """Compare so many pairs or a few more, up to the first batch that differs: the number, and what differs."""
    session = local_session()
    pairs = 0
    with TemporaryDirectory() as directory:
        asked = questions(seed)
        while pairs < at_least:
            batch = list(islice(asked, FILTERS))
            more, _, differing = compare_on_spark(session, batch, Path(directory) / "profiles.jsonl")
            pairs += more
            if differing:
                return pairs, differing
    return pairs, []


def questions(seed: int) -> Iterator[tuple[Question, list[Any]]]:
    """Filters, each with profiles at its edges, without end."""
    for tree, settings, now, rng in filters(seed):
        try:
            question = Question(tree, settings, now)
        except Refused:
            continue
        samples: dict[str, list[str]] = {}
        for clause in clauses_of(tree):
            for name, texts in clause.samples.items():
                samples.setdefault(name, []).extend(texts)
        yield question, Edges(question.json, samples, rng, now, native=False).people(_PEOPLE)


def compare_on_spark(
    session: "SparkSession", questions: list[tuple[Question, list[Any]]], path: Path
) -> tuple[int, int, list[str]]:
    """How many pairs were compared, how many of these are selected, and what differs.

    All filters are asked about all profiles, which are written to the path: by `where`, and every other one by the
    text of `to_sql`.
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
    frame.createOrReplaceTempView("profiles")
    asked, frames = [], []
    for at, (question, _) in enumerate(questions):
        audience = Audience(question.filter, (), question.settings)
        try:
            if at % 2:
                query = audience.to_sql(dialect="spark", now=question.now)
                selected = session.sql(query.text, args=query.parameters or None)
            else:
                selected = where(audience, frame, now=question.now).select("external_id")
        except SqlError:
            continue
        asked.append((at, question))
        frames.append(selected.select(functions.lit(at).alias("filter"), "*"))
    found = {(row[0], row[1]) for row in reduce(lambda one, other: one.unionAll(other), frames).collect()}
    unreadable = {row[0] for row in read.unreadable.collect()}
    frame.unpersist()
    session.catalog.dropTempView("profiles")
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
