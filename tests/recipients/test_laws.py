"""What holds for every file of recipients, whatever is in it."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.recipients import Entry, lines
from audience_dsl.recipients.cells import Cells, without_end
from audience_dsl.recipients.lines import opened, read_lines
from audience_dsl.recipients.records import csv_records

from .support import recipients_file

# What makes CSV difficult stands out among the rest.
TEXTS = st.text(
    st.sampled_from('",\r\n ab;é😀\t\\') | st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)
RECIPIENTS = st.fixed_dictionaries(
    {"external_user_id": TEXTS.filter(lambda text: text.strip() != "")},
    optional={
        "attributes": st.dictionaries(st.sampled_from(["a", "b c"]), TEXTS.filter(lambda text: text.strip() != ""))
    },
)
ENDS = st.sampled_from(["\n", "\r\n"])
SEPARATORS = st.sampled_from([",", ";", "\t"])
COLUMNS = ("external_user_id", "attributes.a", "attributes.b c")


def cells(recipient: dict[str, Any]) -> list[str]:
    attributes = recipient.get("attributes", {})
    return [recipient["external_user_id"], attributes.get("a", ""), attributes.get("b c", "")]


def written(rows: list[list[str]], end: str, separator: str, bom: str = "") -> bytes:
    text = io.StringIO()
    # Python leaves a lone CR without quotes, where lines end in LF.
    carriage_return = "\r" in "".join(map("".join, rows))
    dialect = csv.unix_dialect if carriage_return else csv.excel
    csv.writer(text, dialect, lineterminator=end, delimiter=separator).writerows(rows)
    return (bom + text.getvalue()).encode()


def without_empty(recipient: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in recipient.items() if value}


@given(st.lists(RECIPIENTS), ENDS, SEPARATORS, st.sampled_from(["", "\ufeff"]), st.booleans())
def test_rows_are_read_as_they_were_written(
    tmp_path_factory: Any, recipients: list[dict[str, Any]], end: str, separator: str, bom: str, excel: bool
) -> None:
    first = f"{bom}sep={separator}{end}" if excel else bom
    content = written([list(COLUMNS), *map(cells, recipients)], end, separator, first)
    check(tmp_path_factory.getbasetemp() / "p.csv", content, [without_empty(each) for each in recipients])


@given(st.lists(RECIPIENTS), ENDS, st.booleans(), st.sampled_from(["", "\ufeff"]))
def test_lines_of_json_are_read_as_they_were_written(
    tmp_path_factory: Any, recipients: list[dict[str, Any]], end: str, escaped: bool, bom: str
) -> None:
    content = bom + "".join(json.dumps(each, ensure_ascii=escaped) + end for each in recipients)
    check(tmp_path_factory.getbasetemp() / "p.jsonl", content.encode(), recipients)


def check(path: Path, content: bytes, recipients: list[dict[str, Any]]) -> None:
    file = recipients_file(path, content)
    digest = hashlib.sha256()
    entries = list(file.entries(digest))
    assert [entry.recipient for entry in entries] == recipients
    assert digest.hexdigest() == hashlib.sha256(content).hexdigest()
    assert file.size == len(content)
    for entry in entries:
        assert content[entry.offset : entry.offset + entry.length] == entry.raw
        assert content.count(b"\n", 0, entry.offset) + 1 == entry.line
        assert file.at(entry.offset, entry.length) == entry.recipient
    again = recipients_file(path, file.header + b"".join(entry.raw for entry in entries))
    assert [entry.recipient for entry in again.entries()] == recipients


# Bytes that the formats are made of, more often than others.
PIECES = st.sampled_from(
    [b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"ab", b"\xff", b"\0", b"\xc3\xa9", b"{", b"}", b":"]
)
CONTENTS = st.lists(PIECES | st.binary(max_size=3), max_size=60).map(b"".join)


# What keeps the rest from looking like UTF-16.
HEADERS = {"p.csv": b"external_user_id,attributes.x\n", "p.jsonl": b"\n\n\n\n"}


@given(CONTENTS, st.sampled_from(["p.csv", "p.jsonl"]))
def test_every_byte_is_in_one_entry_or_in_a_blank_line(tmp_path_factory: Any, content: bytes, name: str) -> None:
    header = HEADERS[name]
    file = recipients_file(tmp_path_factory.getbasetemp() / name, header + content)
    at = len(header)
    for entry in file.entries():
        assert is_blank((header + content)[at : entry.offset])
        assert entry.length == len(entry.raw)
        assert (entry.recipient is None) == any(each.severity == "error" for each in entry.findings)
        at = entry.offset + entry.length
    assert is_blank((header + content)[at:])


def is_blank(content: bytes) -> bool:
    return not content.decode(errors="replace").replace('"', "").replace(",", "").strip()


@given(CONTENTS, st.integers(1, 40), st.sampled_from(["p.csv", "p.jsonl"]))
def test_where_a_block_ends_changes_nothing(tmp_path_factory: Any, content: bytes, block: int, name: str) -> None:
    def seen(entries: list[Entry]) -> list[object]:
        return [(each.line, each.offset, each.raw, each.recipient, list(map(str, each.findings))) for each in entries]

    header = HEADERS[name]
    file = recipients_file(tmp_path_factory.getbasetemp() / name, header + content)
    whole = seen(list(file.entries()))
    with mock.patch.object(lines, "_BLOCK", block):
        digest = hashlib.sha256()
        assert seen(list(file.entries(digest))) == whole
    assert digest.digest() == hashlib.sha256(header + content).digest()


def read_by_us(content: bytes, path: Path, separator: str) -> list[list[str]] | None:
    path.write_bytes(content)
    cells = Cells(separator)
    rows = []
    with io.FileIO(path) as raw:
        file = opened(raw, None)
        for record in csv_records(read_lines(file), cells):
            if record.fault is not None:
                return None
            found = cells.of(without_end(record.raw.decode()))
            if found is None:
                return None
            rows.append(found)
    return rows


@given(st.lists(st.sampled_from(['"', *",;\t\n", "\r\n", "a", " b", '""']), max_size=25).map("".join), SEPARATORS)
def test_what_is_well_formed_is_read_as_python_reads_it(tmp_path_factory: Any, text: str, separator: str) -> None:
    ours = read_by_us(text.encode(), tmp_path_factory.getbasetemp() / "d.csv", separator)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
        theirs = [row for row in rows if "".join(row).strip()]
    except csv.Error:
        # Where it refuses, we do.
        assert ours is None
        return
    if ours is not None:
        assert [row for row in ours if "".join(row).strip()] == theirs
    else:
        # It takes quotes within a cell that has none around it, which RFC 4180 does not.
        assert any('"' in cell for row in theirs for cell in row)
