"""A file of recipients: what is wrong with it as a whole, its entries one after another, and one of them again."""

import io
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ..braze_api import Endpoint
from ..diagnostics import CODES, ERROR, ConfigurationError, Diagnostic, RequestError, nearest_file, quoted, visible
from ..sender.requests import check_recipient
from ..source import Source, Span
from .cells import Cells, separator_of
from .columns import Columns, read_columns
from .entry import Entry
from .identity import identity_of
from .lines import RECORD_AT_MOST, UTF_8_WAY, Digest, Line, opened, read_lines
from .mapping import Mapped, clashes, read_mapping
from .reading import CsvReader, JsonReader, Reader, RecordError, decoded
from .records import Record, csv_records, json_records

__all__ = ["SUFFIXES", "RecipientsFile"]

SUFFIXES: Final = (".csv", ".jsonl")
_WAY_OF_SUFFIX: Final = {
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "save it as CSV, which Excel calls `CSV UTF-8`"),
    **dict.fromkeys((".tsv", ".txt"), "name it .csv: its cells may have tabs between them"),
    **dict.fromkeys((".json", ".ndjson"), "name it .jsonl, with one object on each line"),
}
# How a workbook of Excel begins.
_ZIP: Final = b"PK\x03\x04"
# Bytes that are read at once where records are read again.
_AGAIN: Final = 1 << 15


class RecipientsFile:
    """Recipients for one endpoint, from a `.csv` or `.jsonl` file that stays as it is while it is used.

    `mapping` says which column, or key of JSON, is which field; see `mapping`. `name` is the file as findings call it.
    With `in_request`, the ways out are those of a request file and not of the command line. `header` is what a file of
    set-aside records begins with; `size` is in bytes.

    Raises ConfigurationError where there is no such file, and RequestError with what is wrong with it as a whole.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        mapping: Mapping[str, str] | None = None,
        endpoint: Endpoint,
        name: str | None = None,
        in_request: bool = False,
    ) -> None:
        self.path = Path(path)
        self.mapping: dict[str, str] = dict(mapping or {})
        self.endpoint = endpoint
        self.name = str(path) if name is None else name
        self.header = b""
        self._header_ends = 0
        self._cells: Cells | None = None
        self._is_csv = self.path.suffix.lower() == ".csv"
        if self.path.suffix.lower() not in SUFFIXES:
            way = _WAY_OF_SUFFIX.get(self.path.suffix.lower())
            raise _fault("recipients-file", f"{quoted(self.name)} is neither a .csv nor a .jsonl file", way)
        if "recipients" not in endpoint.users_fields:
            message = f"POST {endpoint.path} takes no `recipients`, so no file of them can be sent to it"
            raise _fault("settings", message, "use a campaign's or a Canvas's trigger endpoint")
        self._stamp = self._now()
        self.size = self._stamp[1]
        self._findings: list[Diagnostic] = []
        self._reader = self._read(in_request)
        if self._findings:
            raise RequestError(self._findings)

    def __repr__(self) -> str:
        return f"<RecipientsFile {visible(self.name)}, {self.size:,} bytes>"

    def entries(self, digest: Digest | None = None) -> Iterator[Entry]:
        """Every record that is not blank, in one pass and constant memory; every byte of the file is fed to `digest`.

        Raises ConfigurationError where the file was changed since this object was made, at the end at the latest.
        """
        with self._open() as file:
            # Held here, since it closes the file when it goes.
            buffered = opened(file, digest)
            try:
                for record in self._records(read_lines(buffered)):
                    if record.offset >= self._header_ends:
                        entry = self._entry(record)
                        if entry is not None:
                            yield entry
            except OSError as error:
                raise self._unreadable(error) from None
            self._unchanged(file)

    def at(self, offset: int, length: int) -> dict[str, Any]:
        """The recipient of one record again; see `all_at`."""
        return self.all_at([(offset, length)])[0]

    def all_at(self, spans: Iterable[tuple[int, int]]) -> list[dict[str, Any]]:
        """The recipients of these records again, each by its offset and length, which are not checked again.

        Raises ConfigurationError where the file was changed since this object was made.
        """
        # One buffer, so that those that stand together are read at once.
        with io.BufferedReader(self._open(), _AGAIN) as file:
            return [self._again(file, offset, length) for offset, length in spans]

    def _again(self, file: io.BufferedIOBase, offset: int, length: int) -> dict[str, Any]:
        try:
            file.seek(offset)
            raw = file.read(min(length, RECORD_AT_MOST))
        except OSError as error:
            raise self._unreadable(error) from None
        found = list(self._records((0, len(line), line) for line in io.BytesIO(raw)))
        try:
            recipient = self._reader.recipient(found[0]) if len(found) == 1 and found[0].fault is None else None
        except RecordError:
            recipient = None
        if recipient is None:
            raise self._changed()
        return recipient

    # --- Records ---

    def _records(self, lines: Iterable[Line]) -> Iterator[Record]:
        return json_records(lines) if self._cells is None else csv_records(lines, self._cells)

    def _entry(self, record: Record) -> Entry | None:
        findings: list[Diagnostic] = []
        recipient: dict[str, Any] | None = None
        try:
            if record.fault is not None:
                raise RecordError(self._broken(record))
            recipient = self._reader.recipient(record)
            if recipient is None:
                return None
            findings = check_recipient(recipient, self.endpoint)
            if findings:
                findings = [self._reader.placed(record, finding) for finding in findings]
                if any(finding.severity == ERROR for finding in findings):
                    recipient = None
        except RecordError as error:
            recipient = None
            findings = [error.finding]
        identity = None if recipient is None else identity_of(recipient)
        return Entry(record.line, record.offset, record.length, recipient, identity, findings, record.raw)

    def _broken(self, record: Record) -> Diagnostic:
        line = record.raw.partition(b"\n")[0]
        first = line.decode(errors="replace").rstrip("\r")
        start = len(line[: record.at].decode(errors="replace"))
        return Diagnostic(
            CODES["recipients-file"],
            record.fault or "",
            source=Source(first, self.name, first_line=record.line),
            span=Span(start, max(start + 1, len(first))),
            help=record.help,
        )

    # --- The file as a whole ---

    def _read(self, in_request: bool) -> Reader:
        mapped = read_mapping(self.mapping, self.endpoint, lambda message, help: self._add(message, None, None, help))
        with self._open() as raw:
            file = opened(raw, None)
            if file.peek(4).startswith(_ZIP):
                self._add("the file is a workbook or an archive, and no text", None, None, _WAY_OF_SUFFIX[".xlsx"])
            elif _is_utf16(file.peek(4)[:4]):
                self._add("the file is not UTF-8, and looks like UTF-16", None, None, UTF_8_WAY)
            elif self._is_csv:
                self._cells = cells = Cells(self._separator())
                columns = self._columns(file, cells, mapped, in_request)
                return CsvReader(self.name, cells, columns, mapped, in_request=in_request)
        fields = [(name, field) for name, field in mapped.fields.items() if field is not None]
        for _, message in clashes(fields):
            self._add(f"in the mapping, {message}", None, None, "keep one of them")
        return JsonReader(self.name, mapped, in_request=in_request)

    def _separator(self) -> str:
        """What separates the cells, by the first line that is not blank."""
        with opened(self._open(), None) as file:
            return separator_of(next((line for _, _, line in read_lines(file) if not line.isspace()), b""))

    def _columns(self, file: io.BufferedReader, cells: Cells, mapped: Mapped, in_request: bool) -> Columns:
        before = b""
        for record in self._records(read_lines(file)):
            if record.fault is not None:
                self._findings.append(self._broken(record))
                return Columns([])
            try:
                source = decoded(record, self.name)
            except RecordError as error:
                self._findings.append(error.finding)
                return Columns([])
            header = cells.of(source.text)
            if header is None or "\0" in source.text:
                what = "a NUL character" if header is not None else "a carriage return"
                self._add(
                    f"the header has {what} in it", source, None, f"{UTF_8_WAY}, with lines that end in LF or CR LF"
                )
                return Columns([])
            if not before and _is_for_excel(header):
                before = record.raw
                continue
            if not any(name.strip() for name in header):
                continue
            self.header = before + (record.raw if record.raw.endswith(b"\n") else record.raw + b"\n")
            self._header_ends = record.offset + record.length
            return self._read_header(header, cells, source, mapped, in_request)
        self._add("the file is empty, and a CSV file has a header", Source("", self.name), None, "name its columns")
        return Columns([])

    def _read_header(
        self, header: list[str], cells: Cells, source: Source, mapped: Mapped, in_request: bool
    ) -> Columns:
        places = cells.spans(source.text)

        def fault(message: str, column: int | None, help: str | None) -> None:
            self._add(message, source, None if column is None else Span(*places[column]), help)

        return read_columns(header, mapped, self.endpoint, fault, in_request=in_request)

    def _add(self, message: str, source: Source | None, span: Span | None, help: str | None) -> None:
        if source is None:
            source = Source("", self.name)
        elif span is None:
            span = Span(0, max(1, len(source.text)))
        self._findings.append(Diagnostic(CODES["recipients-file"], message, source=source, span=span, help=help))

    # --- The file on the disk ---

    def _open(self) -> io.FileIO:
        try:
            file = io.FileIO(self.path)
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from None
        try:
            self._unchanged(file)
        except ConfigurationError:
            file.close()
            raise
        return file

    def _now(self) -> tuple[int, int, int]:
        """What changes with the file. It must be a regular one: it is read more than once."""
        try:
            found = self.path.stat()
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from None
        if not stat.S_ISREG(found.st_mode):
            what = "a directory" if stat.S_ISDIR(found.st_mode) else "no regular file, and it is read more than once"
            raise _fault("unreadable", f"{quoted(self.name)} is {what}", "name a file")
        return _stamp(found)

    def _unchanged(self, file: io.FileIO) -> None:
        if _stamp(os.fstat(file.fileno())) != self._stamp:
            raise self._changed()

    def _changed(self) -> ConfigurationError:
        return _fault(
            "recipients-file",
            f"{quoted(self.name)} was changed while it was in use",
            "let nothing write to it until all is sent; write a new file beside it",
        )

    def _unreadable(self, error: OSError | ValueError) -> ConfigurationError:
        if isinstance(error, FileNotFoundError):
            return _fault("unreadable", f"there is no file {quoted(self.name)}", _similar(self.path))
        if isinstance(error, OSError):
            return _fault("unreadable", f"{quoted(self.name)} cannot be read: {error.strerror or error}", None)
        return _fault("unreadable", f"{quoted(self.name)} is no path of a file", None)


def _is_for_excel(header: list[str]) -> bool:
    """Whether it is the line `sep=;`, by which a file tells Excel what separates its cells."""
    return len(header) == 2 and header[0].strip().lower() == "sep=" and not header[1]


def _is_utf16(head: bytes) -> bool:
    """By its mark, or by two letters of ASCII."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or {head[:4:2], head[1:4:2]} > {b"\0\0"}


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _similar(path: Path) -> str | None:
    close = nearest_file(path)
    return f"did you mean `{close}`?" if close else None


def _fault(slug: str, message: str, help: str | None) -> ConfigurationError:
    return ConfigurationError(CODES[slug], visible(message), help=None if help is None else visible(help))
