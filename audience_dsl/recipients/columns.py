"""The header of a CSV file: which field each column is, and a recipient from the cells of a row."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ..braze_api import IDENTIFIERS, Endpoint
from ..diagnostics import listed, quoted
from ..json_values import Path, pointer_of
from .fields import Field, FieldError, field_named
from .mapping import COLUMNS_AT_MOST, Mapped, clashes, spelled, unknown_columns, way_to_map, way_to_prioritize

__all__ = ["CellError", "Columns", "read_columns"]

# Told of what is wrong, the column (from 0; None for the header as a whole), and the way out.
ColumnFault: TypeAlias = Callable[[str, int | None, str | None], None]


class CellError(Exception):
    """A cell that is not of its column's type."""

    def __init__(self, error: FieldError, column: int) -> None:
        self.error = error
        self.column = column
        super().__init__(error.message)


class Columns:
    """The columns of a file, in order, each with its field; None for those that are left out."""

    __slots__ = ("fields", "width")

    def __init__(self, fields: Sequence[Field | None]) -> None:
        self.fields = fields
        self.width = len(fields)

    def recipient(self, cells: Sequence[str]) -> dict[str, Any]:
        """The recipient of a row, without what its empty cells would say. Raises CellError."""
        record: dict[str, Any] = {}
        for index, field in enumerate(self.fields):
            cell = cells[index]
            if field is None or not cell or cell.isspace():
                continue
            value: Any = cell
            if field.convert is not None:
                try:
                    value = field.read(cell)
                except FieldError as error:
                    raise CellError(error, index) from None
            holder = record
            for key in field.path[:-1]:
                holder = holder.setdefault(key, {})
            holder[field.path[-1]] = value
        return record

    def column_at(self, pointer: str) -> int | None:
        """The column of which a finding speaks; None where it is about the recipient."""
        for index, field in enumerate(self.fields):
            if field is not None:
                own = _pointer(field)
                if pointer == own or pointer.startswith(f"{own}/"):
                    return index
        return None


def _pointer(field: Field) -> str:
    path: Path = None
    for key in field.path:
        path = (path, key)
    return pointer_of(path)


def read_columns(
    header: Sequence[str], mapped: Mapped, endpoint: Endpoint, tell: ColumnFault, *, in_request: bool
) -> Columns:
    """What the columns are; `tell` is told which of them cannot be read."""
    told: list[str] = []

    def fault(message: str, column: int | None, help: str | None) -> None:
        told.append(message)
        tell(message, column, help)

    names = [name.strip() for name in header]
    if len(names) > COLUMNS_AT_MOST:
        fault(f"the header has {len(names):,} columns, and {COLUMNS_AT_MOST:,} are read", None, "leave some out")
        return Columns([])
    for message, way in unknown_columns(mapped, names):
        fault(message, None, way)
    fields = [_field(name, index, mapped, endpoint, fault, in_request) for index, name in enumerate(names)]
    for index, name in enumerate(names):
        if name and name in names[:index]:
            fault(f"the column {quoted(name)} stands twice", index, "rename one of them, or take it out")
    named = [(name, field) for name, field in zip(names, fields, strict=True) if field is not None]
    for name, message in clashes(list(dict(named).items())):
        fault(f"the column {message}", names.index(name), "keep one of them, and leave the other out")
    if not told:
        _check_identifiers(fields, [*named, *(("", each) for each, _ in mapped.fixed)], fault, in_request)
    return Columns(fields)


def _check_identifiers(
    fields: Sequence[Field | None], named: Sequence[tuple[str, Field]], fault: ColumnFault, in_request: bool
) -> None:
    """What would be wrong with every row is said once."""
    known = {field.path[0] for _, field in named}
    identifiers = known & {*IDENTIFIERS}
    if not identifiers:
        pair = spelled("ID", "external_user_id", in_request=in_request)
        way = f"the identifiers are {listed(IDENTIFIERS)}; a column of another name is mapped: {pair}"
        fault("no column says who the recipients are", None, way)
    elif identifiers == {"email"} and "prioritization" not in known:
        column = next((index for index, field in enumerate(fields) if field and field.name == "email"), None)
        message = "recipients by `email` need `prioritization`, since several users may share an address"
        fault(message, column, way_to_prioritize(in_request=in_request))


def _field(
    name: str, index: int, mapped: Mapped, endpoint: Endpoint, fault: ColumnFault, in_request: bool
) -> Field | None:
    if name in mapped.fields:
        return mapped.fields[name]
    if not name:
        fault(f"the column {index + 1} has no name", index, "name it, or take it out")
        return None
    try:
        return field_named(name, endpoint, typed=False)
    except FieldError as error:
        way = _way_of_unknown(name, error.meant, in_request=in_request)
        fault(f"recipients have no column {quoted(name)}", index, way)
    return None


def _way_of_unknown(name: str, meant: str | None, *, in_request: bool) -> str:
    if ";" in name or "\t" in name:
        # Another sign that the header has was taken to separate the cells.
        return "the first of comma, semicolon and tab in the header separates the cells: put a name with one in quotes"
    way = way_to_map(name, meant, in_request=in_request)
    return way if meant is None else f"did you mean `{meant}`? {way}"
