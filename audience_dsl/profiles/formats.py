"""Profiles in JSON and CSV: from bytes to profiles, in constant memory, every fault at its line."""

import csv
import json
from collections.abc import Iterator
from json.scanner import make_scanner
from typing import Any, NoReturn, Protocol, TypeAlias

from ..diagnostics import counted, quoted
from .profile import Profile, ProfileError, profile_of

__all__ = ["Fault", "Readable", "decode_json", "read_csv", "read_json_document", "read_json_lines"]

_BLOCK = 1 << 20
# The longest line, and the longest document that is not one of lines, in bytes.
_LINE_AT_MOST = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_BLANKS = " \t\r\n"


class Readable(Protocol):
    """An open file of bytes. As many are read as are asked for, unless the file ends."""

    def read(self, size: int, /) -> bytes: ...


class Fault:
    """What is wrong with a profile, and the line on which it starts."""

    __slots__ = ("help", "line", "message")

    def __init__(self, line: int, message: str, help: str | None = None) -> None:
        self.line = line
        self.message = message
        self.help = help


Found: TypeAlias = Profile | Fault
# A text, or why it is none.
_Line: TypeAlias = "str | _NoText"


class _NoText:
    __slots__ = ("help", "message")

    def __init__(self, message: str, help: str | None = None) -> None:
        self.message = message
        self.help = help


# --- JSON ---


def read_json_lines(file: Readable) -> Iterator[Found]:
    """One object on each line; lines that are blank are left out."""
    return _objects(_batches(file))


def _objects(batches: Iterator[tuple[int, list[_Line]]]) -> Iterator[Found]:
    for number, lines in batches:
        for at, line in enumerate(lines, number):
            if not line:
                continue
            if isinstance(line, _NoText):
                yield Fault(at, line.message, line.help)
            elif not line.isspace():
                yield _profile_in(line, at)


def _profile_in(line: str, number: int) -> Found:
    try:
        return profile_of(decode_json(line))
    except ProfileError as error:
        return Fault(number, error.message, error.help)


def read_json_document(file: Readable) -> Iterator[Found]:
    """One object on each line; or one array of them, or an answer of `/users/export/ids`."""
    batches = _batches(file)
    head: list[tuple[int, list[_Line]]] = []
    first = ""
    for batch in batches:
        head.append(batch)
        first = next((str(line).strip(_BLANKS) for line in batch[1] if isinstance(line, str) and line.strip()), "")
        if first or any(isinstance(line, _NoText) for line in batch[1]):
            break
    rest = _chained(head, batches)
    # A printer that breaks an object into lines leaves its brace alone on the first of them.
    if first[:1] == "[" or first == "{" or _is_answer(first):
        yield from _document(rest)
    else:
        yield from _objects(rest)


def _is_answer(line: str) -> bool:
    if not line.startswith("{") or '"users"' not in line:
        return False
    try:
        return _users(decode_json(line)) is not None
    except ProfileError:
        return False


def _users(value: object) -> list[Any] | None:
    """The users in an answer of Braze's."""
    if isinstance(value, dict) and value.keys() <= {"message", "users", "invalid_user_ids"}:
        users = value.get("users")
        if isinstance(users, list) and ("message" in value or all(isinstance(user, dict) for user in users)):
            return users
    return None


def _chained(
    head: list[tuple[int, list[_Line]]], rest: Iterator[tuple[int, list[_Line]]]
) -> Iterator[tuple[int, list[_Line]]]:
    yield from head
    yield from rest


def _document(batches: Iterator[tuple[int, list[_Line]]]) -> Iterator[Found]:
    lines: list[str] = []
    size = 0
    for number, batch in batches:
        for at, line in enumerate(batch, number):
            if isinstance(line, _NoText):
                yield Fault(at, line.message, line.help)
                return
            lines.append(line)
            size += len(line) + 1
        if size > _LINE_AT_MOST:
            message = f"a document of more than {_LINE_AT_MOST // 1024**2} MiB is not read as a whole"
            yield Fault(1, message, "write one object on each line, as `jq --compact-output '.[]'` does")
            return
    text = "\n".join(lines)
    try:
        value = decode_json(text)
    except ProfileError as error:
        yield Fault(error.line or 1, error.message, error.help)
        return
    users = value if isinstance(value, list) else _users(value)
    if users is None:
        yield _profile_from(value, 1)
        return
    # The places are those of the objects in the text: each is decoded once more, to know where it ends.
    starts = _starts(text, len(users))
    for user, start in zip(users, starts, strict=True):
        yield _profile_from(user, start)


def _profile_from(value: object, line: int) -> Found:
    try:
        return profile_of(value)
    except ProfileError as error:
        return Fault(line, error.message, error.help)


def _starts(text: str, count: int) -> list[int]:
    """The lines on which the members of the document's list start; the text is known to be right."""
    plain = json.JSONDecoder()
    at = _blanks(text, 0)
    if text[at] == "{":
        at = _blanks(text, at + 1)
        while True:
            key, at = plain.raw_decode(text, at)
            at = _blanks(text, _blanks(text, at) + 1)
            if key == "users":
                break
            at = plain.raw_decode(text, at)[1]
            at = _blanks(text, _blanks(text, at) + 1)
    starts: list[int] = []
    line, counted = 1, 0
    for _ in range(count):
        # Past `[`, or past the comma.
        at = _blanks(text, at + 1)
        line += text.count("\n", counted, at)
        counted = at
        starts.append(line)
        at = _blanks(text, plain.raw_decode(text, at)[1])
    return starts


def _blanks(text: str, at: int) -> int:
    while text[at : at + 1] in ("\n", " ", "\t", "\r"):
        at += 1
    return at


class _Refused(ValueError):  # noqa: N818
    """JSON as Python reads it, and we do not."""


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"the key {quoted(again)} stands twice in one object")
    return members


def _no_constant(constant: str) -> NoReturn:
    raise _Refused(f"`{constant}` is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_constant)
_scan = make_scanner(_DECODER)  # type: ignore[arg-type]


def decode_json(text: str) -> Any:
    """The value of a text, no key twice in one object, and no NaN. Raises ProfileError, with a line of the text."""
    try:
        if text[:1] == "{":
            # The quick way, which leaves out what looks for blanks.
            value, end = _scan(text, 0)
            if end == len(text) or not text[end:].strip(_BLANKS):
                return value
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _no_json(text, error.pos, error.msg) from None
    except StopIteration as error:
        raise _no_json(text, error.value, "Expecting value") from None
    except _Refused as error:
        raise ProfileError(str(error)) from None
    except RecursionError:
        raise ProfileError("the JSON is nested too deep to be read") from None
    except ValueError:
        raise ProfileError("a number in it has more digits than can be read") from None


def _no_json(text: str, at: int, message: str) -> ProfileError:
    column = at - text.rfind("\n", 0, at)
    said = f"{message[:1].lower()}{message[1:]}"
    return ProfileError(f"this is no JSON: {said} (column {column:,})", line=text.count("\n", 0, at) + 1)


# --- CSV ---


class _Rows:
    """The lines for the reader of CSV, which takes texts alone: what is none is noted under its number."""

    def __init__(self, file: Readable) -> None:
        self.wrong: dict[int, _NoText] = {}
        self._file = file

    def __iter__(self) -> Iterator[str]:
        for number, lines in _batches(self._file):
            for at, line in enumerate(lines, number):
                if isinstance(line, _NoText):
                    self.wrong[at] = line
                    yield "?\n"
                else:
                    yield line + "\n"


def read_csv(file: Readable) -> Iterator[Found]:
    """Rows below a line that names the columns. The cells have no types; see `profile_of`."""
    rows = _Rows(file)
    reader = csv.reader(rows, strict=True)
    header: list[str] | None = None
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Fault(before + 1, f"this is no CSV: {_CSV_FAULTS.get(str(error), str(error))}", _CSV_WAY)
            if header is None:
                return
            rows.wrong.clear()
            before = reader.line_num
            continue
        line, before = before + 1, reader.line_num
        if rows.wrong:
            wrong = next(iter(rows.wrong.values()))
            rows.wrong.clear()
            yield Fault(line, wrong.message, wrong.help)
            if header is None or cells is None:
                return
            continue
        if cells is None:
            return
        if header is None:
            header = [name.strip() for name in cells]
            if not any(header):
                header = None
                continue
            wrongs = list(_wrong_header(header))
            if wrongs:
                for message, way in wrongs:
                    yield Fault(line, f"{message}, so no row is read", way)
                return
        elif len(cells) == len(header):
            if any(cells):
                yield _profile_of_row(dict(zip(header, cells, strict=True)), line)
        elif any(cell.strip() for cell in cells):
            message = f"the row has {counted(len(cells), 'cell')}, and the header has {len(header)}"
            yield Fault(line, message, _CSV_WAY)


_CSV_FAULTS = {
    "unexpected end of data": "a quote is opened and never closed",
    "',' expected after '\"'": "a cell goes on after its closing quote",
    f"field larger than field limit ({csv.field_size_limit()})": "a cell is longer than can be read",
}
_CSV_WAY = 'a cell with a comma or a line break in it stands in quotes: "…", and a quote in it is doubled'


def _wrong_header(header: list[str]) -> Iterator[tuple[str, str | None]]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        yield "the header has no comma in it", "separate the cells by commas"
    seen: set[str] = set()
    for index, name in enumerate(header, 1):
        if not name:
            yield f"the column {index} has no name", "name it, or take it out"
        elif name in seen:
            yield f"the column {quoted(name)} stands twice", "rename one of them, or take it out"
        seen.add(name)


def _profile_of_row(row: dict[str, str], line: int) -> Found:
    try:
        return profile_of(row, untyped=True)
    except ProfileError as error:
        return Fault(line, error.message, error.help)


# --- Lines ---


def _batches(file: Readable) -> Iterator[tuple[int, list[_Line]]]:
    """The lines of a file, without their ends, in batches: each with the number of its first line, from 1.

    A line ends at LF; a CR before it stays, and is blank to both formats.
    """
    number = 1
    block = file.read(_BLOCK).removeprefix(_BOM)
    # What has been read of a line that is not over yet; of one that is too long, its length alone.
    held: list[bytes] = []
    size = 0
    while True:
        cut = block.rfind(b"\n")
        if block and cut < 0:
            size += len(block)
            if size > _LINE_AT_MOST:
                held.clear()
            else:
                held.append(block)
        else:
            if size > _LINE_AT_MOST:
                lines: list[_Line] = [_NoText(f"the line is longer than {_LINE_AT_MOST // 1024**2} MiB")]
                end = block.find(b"\n")
                if end < cut:
                    lines += _decoded(block[end + 1 : cut])
            else:
                lines = _decoded(b"".join([*held, block[: max(cut, 0)]]))
            yield number, lines
            if not block:
                return
            number += len(lines)
            held = [block[cut + 1 :]]
            size = len(held[0])
        block = file.read(_BLOCK)


def _decoded(block: bytes) -> list[_Line]:
    try:
        return list(block.decode("utf-8").split("\n"))
    except UnicodeDecodeError:
        return [_decoded_line(line) for line in block.split(b"\n")]


def _decoded_line(line: bytes) -> _Line:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        return _NoText(f"the byte {line[error.start]:#04x} in it is not UTF-8", "save the file as UTF-8")
