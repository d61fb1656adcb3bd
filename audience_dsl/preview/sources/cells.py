"""CSV: flat profiles, whose cells are texts."""

from collections.abc import Sequence
from pathlib import Path

from ...profiles import FLAT_FIELDS
from ...sql.building import column
from ...sql.tables import Column
from .source import LINE_AT_MOST, NOTHING, Source, instant_of_text, is_known, name, named, path_text, text

__all__ = ["csv_source"]


def csv_source(path: Path, names: Sequence[str], header: Sequence[str]) -> Source:
    """A file whose header is known."""

    def cell(field: str) -> str:
        return f"nullif({name(field)}, '')" if field in header else "NULL::VARCHAR"

    asked = [each for each in names if each in header and each not in FLAT_FIELDS]
    values = [(name(each), f"a{at}") for at, each in enumerate(asked)]
    columns = ", ".join(f"{text(each)}: 'VARCHAR'" for each in header)
    # A row without any cell is no profile.
    query = f"""
        SELECT *, {is_known("push")} AND {is_known("email")} AND (used IS NULL OR last_used IS NOT NULL) AS readable
        FROM (
            SELECT *, {instant_of_text("used")} AS last_used
            FROM (
                SELECT coalesce({cell("external_id")}, {cell("id")}) AS id, {cell("push")} AS push,
                    {cell("email")} AS email, {cell("last_used_app")} AS used {named(values)}
                FROM read_csv({path_text(path)}, auto_detect = false, header = true, delim = ',', quote = '"',
                    escape = '"', null_padding = false, strict_mode = true, ignore_errors = true,
                    store_rejects = true, rejects_limit = 0, max_line_size = {LINE_AT_MOST}, columns = {{{columns}}})
                WHERE coalesce({", ".join(map(cell, header))}) IS NOT NULL
            )
        )"""
    attributes = dict.fromkeys(names, NOTHING)
    attributes |= {each: Column(column(alias), "cell") for each, (_, alias) in zip(asked, values, strict=True)}
    return Source(query, attributes, rejects=True)
