"""Recipients from a file of their own: CSV from a spreadsheet, or JSONL from a program.

Each record keeps the line on which it starts, so that whatever is found out about it later can be shown there.
"""

from typing import Any

from ..braze_api import CAMPAIGN_TRIGGER_SEND, IDENTIFIERS
from ..csv_text import lines_of, read_rows
from ..diagnostics import CODES, Diagnostic, nearest
from ..source import Source, Span
from .documents import read_json
from .files import ReadError, without_bom

__all__ = ["FORMATS", "Recipients", "read_recipients"]

FORMATS = (".csv", ".jsonl")
_PROPERTIES = CAMPAIGN_TRIGGER_SEND.properties_field
# Objects of whose keys there is a column each, `attributes.first_name`.
_OPEN = (_PROPERTIES, "attributes")
_COLUMNS = (
    "external_user_id",
    "user_alias.alias_name",
    "user_alias.alias_label",
    *(name for name in IDENTIFIERS if name not in ("external_user_id", "user_alias")),
    "prioritization",
    "send_to_existing_only",
)
_BOOLEANS = {"true": True, "false": False}


class Recipients:
    """The records that could be read, each with its place in `source`, and what was found wrong with the others."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.records: list[Any] = []
        self.places: list[Span] = []
        self.findings: list[Diagnostic] = []

    def add(self, record: Any, place: Span) -> None:
        self.records.append(record)
        self.places.append(place)

    def fault(self, message: str, place: Span, help: str | None = None) -> None:
        self.findings.append(Diagnostic(CODES["recipients-file"], message, source=self.source, span=place, help=help))


def read_recipients(source: Source, suffix: str) -> Recipients:
    """The recipients of a file in one of FORMATS. Raises nothing over what it says: see `.findings`."""
    read = Recipients(without_bom(source))
    if suffix == ".csv":
        _read_csv(read)
    else:
        _read_jsonl(read)
    return read


def _read_jsonl(read: Recipients) -> None:
    for place in lines_of(read.source.text):
        if not read.source.text[place.start : place.end].strip():
            continue
        try:
            record = read_json(read.source, slug="recipients-file", start=place.start, end=place.end)
        except ReadError as error:
            read.findings.append(error.finding)
        else:
            read.add(record, place)


def _read_csv(read: Recipients) -> None:
    rows = read_rows(read.source, read.fault)
    first = next(rows, None)
    if first is None:
        if not read.findings:
            read.fault("the file is empty, and a CSV file has a header", Span(0, 0), _columns_in_words())
        return
    header, place = first
    header = [name.strip() for name in header]
    _check_header(read, header, place)
    if read.findings:
        return
    for cells, place in rows:
        if len(cells) != len(header):
            read.fault(
                f"the record has {len(cells)} cells, and the header has {len(header)}",
                place,
                'a comma inside a cell needs quotes around the cell: "…"',
            )
            continue
        record = _record(read, header, cells, place)
        if record is not None:
            read.add(record, place)


def _check_header(read: Recipients, header: list[str], place: Span) -> None:
    for index, name in enumerate(header):
        holder, dot, key = name.partition(".")
        if not name:
            read.fault(f"the column {index + 1} has no name", place, _columns_in_words())
        elif name in header[:index]:
            read.fault(f"the column `{name}` stands twice", place)
        elif name not in _COLUMNS and not (holder in _OPEN and dot and all(key.split("."))):
            close = nearest(name, [*_COLUMNS, *(f"{each}.{key or 'NAME'}" for each in _OPEN)], most=1)
            way = f"did you mean `{close[0]}`?" if close else _columns_in_words()
            read.fault(f"recipients have no column `{name}`", place, way)
        else:
            inside = next((other for other in header if other.startswith(f"{name}.")), None)
            if inside is not None:
                read.fault(f"the column `{name}` would be a text, and `{inside}` stands inside it", place)


def _columns_in_words() -> str:
    listed = ", ".join(f"`{name}`" for name in _COLUMNS)
    return f"the columns are {listed}, {' and '.join(f'`{each}.NAME`' for each in _OPEN)}"


def _record(read: Recipients, header: list[str], cells: list[str], place: Span) -> dict[str, Any] | None:
    record: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        if not cell.strip():
            continue
        value: Any = cell
        if name == "send_to_existing_only":
            value = _BOOLEANS.get(cell.strip().lower())
            if value is None:
                read.fault(f"`{cell}` in `{name}` is neither `true` nor `false`", place)
                return None
        elif name == "prioritization":
            value = [part.strip() for part in cell.split(";") if part.strip()]
        _put(record, name.split("."), value)
    return record


def _put(record: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        record = record.setdefault(key, {})
    record[path[-1]] = value
