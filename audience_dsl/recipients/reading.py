"""One record made into a recipient: a line of JSON, or a row of CSV, each with its findings at their places."""

from typing import Any, Protocol

from ..diagnostics import CODES, Diagnostic, counted
from ..json_text import JsonError, places, read_json
from ..json_values import kind_in_words
from ..source import Source, Span
from .cells import Cells, without_end
from .columns import CellError, Columns
from .fields import FieldError
from .lines import UTF_8_WAY
from .mapping import Mapped, way_to_map, way_to_prioritize
from .records import Record

__all__ = ["CsvReader", "JsonReader", "Reader", "RecordError", "decoded", "fault_of"]


class RecordError(Exception):
    """A record that is no recipient, as a finding."""

    def __init__(self, finding: Diagnostic) -> None:
        self.finding = finding
        super().__init__(finding.message)


class Reader(Protocol):
    """How the records of a format become recipients."""

    def recipient(self, record: Record) -> dict[str, Any] | None:
        """The recipient of a record; None where the record is blank. Raises RecordError."""

    def placed(self, record: Record, finding: Diagnostic) -> Diagnostic:
        """A finding about the recipient, at its place in the record."""


class JsonReader:
    """JSON Lines, read strictly: no key twice, no NaN."""

    def __init__(self, name: str, mapped: Mapped, *, in_request: bool) -> None:
        self._name = name
        self._mapped = mapped
        self._in_request = in_request

    def recipient(self, record: Record) -> dict[str, Any] | None:
        source = decoded(record, self._name)
        try:
            value = read_json(source)
        except JsonError as error:
            ends_early = error.span.start >= len(source.text.rstrip())
            way = (
                "the line ends too early: each recipient is an object on a line of its own"
                if ends_early
                else error.help
            )
            raise fault_of(source, error.message, error.span, way) from None
        if not isinstance(value, dict):
            message = f"a recipient must be an object, not {kind_in_words(value)}"
            raise fault_of(source, message, None, 'write `{"external_user_id": "…"}`', slug="request-field-type")
        if self._mapped.fields or self._mapped.fixed:
            return self._renamed(value, source)
        found: dict[str, Any] = value
        return found

    def _renamed(self, value: dict[str, Any], source: Source) -> dict[str, Any]:
        fields = self._mapped.fields
        found = {key: member for key, member in value.items() if key not in fields}
        at = None
        try:
            for key, member in value.items():
                field = fields.get(key)
                if field is not None:
                    at = f"/{_escaped(key)}"
                    field.put(found, field.read(member) if isinstance(member, str) else member)
            at = None
            self._mapped.complete(found)
        except FieldError as error:
            place = None if at is None else places(source.text, [at]).get(at)
            span = None if place is None else place.value
            raise fault_of(source, error.message, span, error.help) from None
        return found

    def placed(self, record: Record, finding: Diagnostic) -> Diagnostic:
        source = decoded(record, self._name)
        pointer = finding.pointer or ""
        at = self._key_of(pointer)
        place = places(source.text, [at]).get(at)
        help = _help(finding, self._in_request)
        span = _whole(source)
        if place is not None and pointer:
            unknown = finding.code is CODES["request-field-unknown"]
            span = place.key if unknown and place.key is not None else place.value
            if unknown and pointer.count("/") == 1:
                way = way_to_map(pointer[1:], None, in_request=self._in_request)
                help = f"{help} {way}" if help and help.endswith("?") else f"{help}; or {way}" if help else way
        return _at(finding, source, span, help)

    def _key_of(self, pointer: str) -> str:
        """The pointer as the line has it, before its keys were mapped."""
        for key, field in self._mapped.fields.items():
            if field is not None and pointer == f"/{'/'.join(map(_escaped, field.path))}":
                return f"/{_escaped(key)}"
        return pointer


class CsvReader:
    """Rows below a header."""

    def __init__(self, name: str, cells: Cells, columns: Columns, mapped: Mapped, *, in_request: bool) -> None:
        self._name = name
        self._cells = cells
        self._in_request = in_request
        self._columns = columns
        self._mapped = mapped

    def recipient(self, record: Record) -> dict[str, Any] | None:
        try:
            text = without_end(record.raw.decode())
        except UnicodeDecodeError:
            text = decoded(record, self._name).text
        cells = self._cells.of(text)
        if cells is None or "\0" in text:
            what = "a carriage return stands outside of quotes" if cells is None else "the row holds a NUL character"
            source = decoded(record, self._name)
            at = text.index("\r" if cells is None else "\0")
            raise fault_of(source, what, Span(at, at + 1), "look at what wrote the file; lines end in LF or CR LF")
        columns = self._columns
        if len(cells) != columns.width:
            if not any(cells) or not any(cell.strip() for cell in cells):
                return None
            message = f"the record has {counted(len(cells), 'cell')}, and the header has {columns.width}"
            raise fault_of(decoded(record, self._name), message, None, self._cells.way)
        try:
            found = columns.recipient(cells)
            if not found and not any(cell.strip() for cell in cells):
                return None
            if self._mapped.fixed:
                self._mapped.complete(found)
        except CellError as error:
            source = decoded(record, self._name)
            raise fault_of(source, error.error.message, self._span(source, error.column), error.error.help) from None
        except FieldError as error:
            raise fault_of(decoded(record, self._name), error.message, None, error.help) from None
        return found

    def placed(self, record: Record, finding: Diagnostic) -> Diagnostic:
        source = decoded(record, self._name)
        column = self._columns.column_at(finding.pointer or "")
        span = _whole(source) if column is None else self._span(source, column)
        return _at(finding, source, span, _help(finding, self._in_request))

    def _span(self, source: Source, column: int) -> Span:
        return Span(*self._cells.spans(source.text)[column])


def decoded(record: Record, name: str) -> Source:
    """The text of a record, without its line end. Raises RecordError where it is not UTF-8."""
    try:
        return Source(without_end(record.raw.decode()), name, first_line=record.line)
    except UnicodeDecodeError as error:
        source = Source(without_end(record.raw.decode(errors="replace")), name, first_line=record.line)
        at = len(record.raw[: error.start].decode())
        message = f"the byte {record.raw[error.start]:#04x} here is not UTF-8"
        raise fault_of(source, message, Span(at, at + 1), UTF_8_WAY) from None


def fault_of(
    source: Source, message: str, span: Span | None, help: str | None, *, slug: str = "recipients-file"
) -> RecordError:
    """What is wrong with a record; without a span, with all of it."""
    found = Diagnostic(CODES[slug], message, source=source, span=span or _whole(source), help=help)
    return RecordError(found)


def _whole(source: Source) -> Span:
    return Span(0, max(1, len(source.text)))


def _help(finding: Diagnostic, in_request: bool) -> str | None:
    """The way out, with the one for all recipients of a file where there is one."""
    if finding.code is CODES["request-prioritization"] and not finding.pointer:
        return way_to_prioritize(in_request=in_request)
    return finding.help


def _at(finding: Diagnostic, source: Source, span: Span, help: str | None) -> Diagnostic:
    return Diagnostic(
        finding.code,
        finding.message,
        source=source,
        span=span,
        pointer=finding.pointer,
        help=help,
        severity=finding.severity,
    )


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
