"""JSON Lines: exported profiles and flat ones, line by line."""

from collections.abc import Sequence
from pathlib import Path

from ...braze import STATUSES
from ...profiles import EXPORTED_FIELDS, FLAT_FIELDS
from ...sql.building import column
from ...sql.tables import Column
from .source import NO_LIMIT, NO_TIME, Source, app_times, instant_of_json, name, named, path_text, pointer
from .source import text as text_of

__all__ = ["json_source"]

# What Python takes for false, so that the other id is taken.
_EMPTY = ("null", '""', "false", "0", "[]", "{}")


def json_source(path: Path, names: Sequence[str], *, quick: bool = True) -> Source:
    """The quick way reads only the keys that are asked for, and has doubts about a line without any of them."""
    flat = [each for each in names if each not in (*FLAT_FIELDS, *EXPORTED_FIELDS)]
    keys = [*dict.fromkeys((*EXPORTED_FIELDS, *FLAT_FIELDS, *flat))]
    # Its columns are told apart without regard to letter case.
    quick = quick and len({key.lower() for key in keys}) == len(keys)
    found = {key: f"k{at}" for at, key in enumerate(keys)}
    values = [
        (_by_shape(f"inside[{at}]", found[each] if each in flat else "NULL"), f"a{at}")
        for at, each in enumerate(names, 1)
    ]
    attributes = {each: Column(column(f"a{at}"), "json") for at, each in enumerate(names, 1)}
    query = f"""
        SELECT
            is_object AND {_by_shape(_sound_export(found), _sound_flat(found))} AS readable,
            {_by_shape(_first(found, "external_id", "braze_id"), _first(found, "external_id", "id"))} AS id,
            json_extract_string({_by_shape(found["push_subscribe"], found["push"])}, '$') AS push,
            json_extract_string({_by_shape(found["email_subscribe"], found["email"])}, '$') AS email,
            {_by_shape("list_max(app_times)", "flat_time")} AS last_used
            {named(values)}
        FROM ({_worked_out(path, names, found, quick=quick)})"""
    doubtful = None
    if quick:
        doubtful = " AND ".join(f"{each} IS NULL" for each in ("id", "push", "email", "last_used", *_aliases(values)))
    return Source(query, attributes, doubtful=doubtful)


def _aliases(values: Sequence[tuple[str, str]]) -> list[str]:
    return [alias for _, alias in values]


def _by_shape(exported: str, flat: str) -> str:
    return f"CASE WHEN exported THEN {exported} ELSE {flat} END"


def _worked_out(path: Path, names: Sequence[str], found: dict[str, str], *, quick: bool) -> str:
    """The keys of each line, and what is asked of them more than once."""
    used = found["last_used_app"]
    inside = f"json_extract({found['custom_attributes']}, [{', '.join(map(pointer, names))}])" if names else "NULL"
    return f"""
        SELECT *,
            {" OR ".join(f"{found[field]} IS NOT NULL" for field in EXPORTED_FIELDS)} AS exported,
            {inside} AS inside,
            {app_times(found["apps"])} AS app_times,
            CASE WHEN {used} IS NOT NULL AND {used}::VARCHAR NOT IN ('null', '""')
                THEN coalesce({instant_of_json(used)}, {NO_TIME}) END AS flat_time
        FROM ({_read_quickly(path, found) if quick else _read(path, found)})
        LIMIT {NO_LIMIT}"""


def _read_quickly(path: Path, found: dict[str, str]) -> str:
    columns = ", ".join(f"{text_of(key)}: 'JSON'" for key in found)
    return f"""
        SELECT TRUE AS is_object{named((name(key), alias) for key, alias in found.items())}
        FROM read_json({path_text(path)}, format = 'newline_delimited', ignore_errors = true,
            columns = {{{columns}}})"""


def _read(path: Path, found: dict[str, str]) -> str:
    return f"""
        SELECT coalesce(json_type(line) = 'OBJECT', FALSE) AS is_object
            {named((f"keys[{at}]", alias) for at, alias in enumerate(found.values(), 1))}
        FROM (
            SELECT json AS line, json_extract(json, [{", ".join(map(pointer, found))}]) AS keys
            FROM read_ndjson_objects({path_text(path)}, ignore_errors = true)
        )"""


def _sound_export(found: dict[str, str]) -> str:
    return (
        f"coalesce(json_type({found['custom_attributes']}) IN ('OBJECT', 'NULL'), TRUE) "
        f"AND {_is_state(found['push_subscribe'])} AND {_is_state(found['email_subscribe'])} "
        f"AND coalesce(list_min(app_times) > {NO_TIME}, TRUE)"
    )


def _sound_flat(found: dict[str, str]) -> str:
    states = f"{_is_state(found['push'])} AND {_is_state(found['email'])}"
    return f"{states} AND coalesce(flat_time > {NO_TIME}, TRUE)"


def _is_state(value: str) -> str:
    # Not by IN, of which the optimizer makes a join.
    allowed = ", ".join(map(text_of, (*(f'"{state}"' for state in STATUSES), '""', "null")))
    return f"coalesce(list_contains([{allowed}], {value}::VARCHAR), TRUE)"


def _first(found: dict[str, str], *keys: str) -> str:
    """The first of two values that is not empty, as text."""
    first, second = (found[key] for key in keys)
    empty = f"list_contains([{', '.join(map(text_of, _EMPTY))}], {first}::VARCHAR)"
    return f"json_extract_string(CASE WHEN NOT {empty} THEN {first} ELSE {second} END, '$')"
