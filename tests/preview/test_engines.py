"""DuckDB and the evaluator count the same, over files of every format that both read, good lines and bad."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from audience_dsl import Settings
from audience_dsl.filters import CustomAttribute, Filter
from audience_dsl.preview import Preview, preview
from audience_dsl.profiles import instant_of
from tests.differential.comparing import filters
from tests.differential.judges import Question, Refused
from tests.differential.people import Edges
from tests.differential.texts import clauses_of

# Filters of each format. A file has a hundred profiles or so at the edges of its filter.
FILTERS = 40


def questions(seed: int) -> Iterator[tuple[Question, list[Any], Random]]:
    for tree, settings, now, rng in filters(seed):
        try:
            question = Question(tree, settings, now)
        except Refused:
            continue
        samples: dict[str, list[str]] = {}
        for clause in clauses_of(tree):
            for name, texts in clause.samples.items():
                samples.setdefault(name, []).extend(texts)
        yield question, Edges(question.json, samples, rng, now, native=False).people(100), rng


def numbers(found: Preview) -> dict[str, Any]:
    return {
        "matched": found.matched,
        "total": found.total,
        "unreadable": found.unreadable,
        "steps": [(step.text, step.alone, step.together) for step in found.steps],
        "values": found.values,
        "sample": found.sample,
        "named": [(each.line, each.message) for each in found.named],
    }


def compare(question: Question, path: Path) -> Preview | None:
    """Both engines on one file; None where DuckDB has no words for the filter."""
    counted = [_count(question.filter, path, question.settings, question.now, engine) for engine in ("auto", "python")]
    if "duckdb" not in counted[0].engines:
        assert counted[0].reason is not None
        return None
    assert numbers(counted[0]) == numbers(counted[1]), f"{question.text}\n{path.read_bytes()[:20_000]!r}"
    return counted[0]


def _count(filter: Filter, path: Path, settings: Settings, now: datetime, engine: Any) -> Preview:
    return preview(filter, path, settings=settings, now=now, sample=5, engine=engine)


_BROKEN = ["not json", '{"push":', '{"a": 1} {"b": 2}', "[]", '"x"', "null", '{"custom_attributes": []}', "7", "{}"]


def _line(person: Any) -> str | None:
    try:
        return json.dumps(person, ensure_ascii=False, allow_nan=False).encode().decode()
    except (TypeError, ValueError):
        return None


def test_json_lines(tmp_path: Path) -> None:
    seen = []
    for at, (question, people, rng) in enumerate(questions(11)):
        if at == FILTERS:
            break
        lines = [line for person in people if (line := _line(person)) is not None]
        if at % 3:
            lines = [line for line in lines if line.startswith("{")]
        if at % 3 == 2:
            lines += [*rng.choices(_BROKEN, k=5), "", "   "]
            rng.shuffle(lines)
        path = tmp_path / f"{at}.jsonl"
        path.write_text("\n".join(lines) + "\n" * (at % 2), encoding="utf-8")
        seen.append(compare(question, path))
    counted = [each for each in seen if each is not None]
    assert len(counted) > FILTERS * 3 // 4
    assert sum(each.unreadable for each in counted) > 50
    assert 0 < sum(each.matched for each in counted) < sum(each.total for each in counted)


def test_lines_of_which_nothing_is_asked(tmp_path: Path) -> None:
    """The quick way to read cannot tell them from lines that are no profiles, and the other one can."""
    path = tmp_path / "bare.jsonl"
    path.write_text('{}\n{"city": "Hue"}\nnot json\n[]\n{"external_id": "u1"}\n', encoding="utf-8")
    question = next(questions(1))[0]
    settings, now = question.settings, question.now
    filter = CustomAttribute("plan", "does_not_exist")
    for engine in ("duckdb", "python"):
        found = _count(filter, path, settings, now, engine)
        assert (found.matched, found.total, found.unreadable) == (3, 3, 2)
        assert found.sample == ["", "", "u1"]
        assert [each.line for each in found.named] == [3, 4]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def test_csv(tmp_path: Path) -> None:
    seen = []
    for at, (question, people, rng) in enumerate(questions(12)):
        if at == FILTERS:
            break
        rows = [{**person.get("custom_attributes", {}), **person} for person in people if _is_flat(person)]
        names = sorted({name for row in rows for name in row} - {"custom_attributes", "apps"})
        path = tmp_path / f"{at}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator=rng.choice(["\n", "\r\n"]))
            writer.writerow(names)
            for row in rows:
                cells = [_cell(row.get(name)) for name in names]
                if "\0" not in "".join(cells):
                    writer.writerow(cells if rng.random() > 0.03 else [*cells, "too", "many"])
        seen.append(compare(question, path))
    counted = [each for each in seen if each is not None]
    assert len(counted) > FILTERS * 3 // 4
    assert sum(each.unreadable for each in counted) > 50
    assert 0 < sum(each.matched for each in counted) < sum(each.total for each in counted)


def _is_flat(person: Any) -> bool:
    return isinstance(person, dict) and isinstance(person.get("custom_attributes", {}), dict)


# The type of a column by the first letter of its name, and what of a profile can stand in it.
_COLUMNS: dict[str, tuple[str, Any]] = {
    "s": ("VARCHAR", str),
    "n": ("DOUBLE", float),
    "b": ("BOOLEAN", bool),
    "t": ("TIMESTAMP", datetime),
    "a": ("VARCHAR[]", list),
    "e": ("VARCHAR[]", list),
    "x": ("VARCHAR", str),
}


def _held(name: str, value: Any) -> Any:
    wanted = _COLUMNS[name[0]][1]
    if wanted is list and isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    if wanted is datetime:
        at = instant_of(value) if isinstance(value, str) else None
        if at is None or abs(at) > 3 * 10**16:
            return None
        return datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(microseconds=at)
    if wanted is float:
        return float(value) if type(value) in (int, float) and abs(value) < 1e308 else None
    return value if type(value) is wanted else None


@pytest.mark.parametrize("shape", ["flat", "json", "struct"])
def test_parquet(shape: str, tmp_path: Path) -> None:
    seen = []
    for at, (question, people, _) in enumerate(questions(13)):
        if at == FILTERS // 2:
            break
        path = tmp_path / f"{at}.parquet"
        _write(path, shape, [person for person in people if _line(person) is not None and _is_flat(person)])
        seen.append(compare(question, path))
    counted = [each for each in seen if each is not None]
    assert len(counted) > FILTERS // 3
    assert 0 < sum(each.matched for each in counted) < sum(each.total for each in counted)


def _write(path: Path, shape: str, people: list[dict[str, Any]]) -> None:
    attributes = [
        person.get("custom_attributes", {name: held for name, held in person.items() if name[0] in _COLUMNS})
        for person in people
    ]
    names = sorted(
        {
            name
            for each in attributes
            for name in each
            if name[0] in _COLUMNS and name.lower() == name and name != "apps"
        }
    )
    users: list[tuple[Any, ...]] = [
        (str(at), _text_of(person, "push_subscribe", "push"), _text_of(person, "apps"))
        for at, person in enumerate(people)
    ]
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        columns = "".join(f", {_quoted(name)} {_COLUMNS[name[0]][0]}" for name in names)
        connection.execute(
            f"CREATE TABLE people (id VARCHAR, state VARCHAR, apps VARCHAR, attributes VARCHAR{columns})"
        )
        marks = ", ".join("?" * (4 + len(names)))
        for user, each in zip(users, attributes, strict=True):
            row = [*user, json.dumps(each), *(_held(name, each.get(name)) for name in names)]
            connection.execute(f"INSERT INTO people VALUES ({marks})", row)
        packed = ", ".join(f"{_quoted(name)} := {_quoted(name)}" for name in names)
        selected = {
            "flat": f"id AS external_id, state AS push{''.join(f', {_quoted(name)}' for name in names)}",
            "json": "id AS external_id, state AS push_subscribe, apps, attributes AS custom_attributes",
            "struct": f"id AS external_id, state AS push_subscribe, apps, struct_pack({packed}) AS custom_attributes",
        }[shape if names else "json"]
        connection.execute(f"COPY (SELECT {selected} FROM people) TO '{path}' (FORMAT parquet)")


def _text_of(person: dict[str, Any], *fields: str) -> str | None:
    value = next((person[field] for field in fields if field in person), None)
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
