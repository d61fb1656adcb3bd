"""A file of recipients as it lies on the disk: sizes, memory, changes, and what is no such file."""

import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND, ENDPOINTS
from audience_dsl.diagnostics import ConfigurationError, RequestError
from audience_dsl.recipients import RECORD_AT_MOST, RECORD_LINES_AT_MOST, RecipientsFile, identity_of, pair_of

from .support import recipients_file

ROW = {
    "p.csv": ("external_user_id,attributes.x\n", 'u{},"a ""b"" {}"\n'),
    "p.jsonl": ("", '{{"external_user_id": "u{}", "attributes": {{"x": {}}}}}\n'),
}


def peak(file: RecipientsFile) -> int:
    """The most memory, in bytes, that reading the file takes; once before, so that what is kept is there."""
    sum(1 for _ in file.entries())
    tracemalloc.start()
    sum(1 for _ in file.entries())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("name", ROW)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    header, row = ROW[name]
    small = recipients_file(tmp_path / f"small-{name}", header + "".join(row.format(n, n) for n in range(500)))
    large = recipients_file(tmp_path / f"large-{name}", header + "".join(row.format(n, n) for n in range(8_000)))
    assert large.size > 15 * small.size
    assert peak(large) < peak(small) + 300_000


@pytest.mark.parametrize("name", ROW)
def test_a_line_that_is_too_long_is_not_held(tmp_path: Path, name: str) -> None:
    header, row = ROW[name]
    long = row.format("x" * 10_000_000, 1)
    file = recipients_file(tmp_path / name, header + row.format(1, 1) + long + row.format(2, 2))
    first, second, third = file.entries()
    assert first.recipient is not None
    assert third.recipient is not None
    assert third.line == second.line + 1
    assert (second.recipient, second.raw, second.length) == (None, b"", len(long))
    assert second.findings[0].message == f"the record is {len(long):,} bytes long, and {RECORD_AT_MOST:,} are read"
    assert peak(file) < 5 * RECORD_AT_MOST
    with pytest.raises(ConfigurationError):
        file.at(second.offset, second.length)


@pytest.mark.parametrize("more", [0, 1])
def test_the_longest_record(tmp_path: Path, more: int) -> None:
    line = "u" * (RECORD_AT_MOST - 1 + more) + "\n"
    (entry,) = recipients_file(tmp_path / "p.csv", f"\ufeffexternal_user_id\n{line}").entries()
    assert (entry.recipient is None) == bool(more)


def test_a_quote_that_is_never_closed_takes_so_many_lines(tmp_path: Path) -> None:
    lines = ['"u\n', *(f"u{n}\n" for n in range(5_000))]
    first, *others = recipients_file(tmp_path / "p.csv", "external_user_id\n" + "".join(lines)).entries()
    assert first.raw == "".join(lines[:RECORD_LINES_AT_MOST]).encode()
    assert f"not closed within {RECORD_LINES_AT_MOST:,} lines" in first.findings[0].message
    assert [entry.raw.decode() for entry in others] == lines[RECORD_LINES_AT_MOST:]
    assert all(entry.recipient is not None for entry in others)


def test_a_quoted_cell_that_is_too_long_is_not_held(tmp_path: Path) -> None:
    cell = '"' + ("x" * 9_999 + "\n") * 900 + '"\n'
    first, second, *_ = recipients_file(tmp_path / "p.csv", f"external_user_id\n{cell}").entries()
    assert (first.line, first.raw) == (2, b"")
    assert RECORD_AT_MOST < first.length < RECORD_AT_MOST + 20_000
    assert second.offset == first.offset + first.length


@pytest.mark.parametrize("name", ROW)
def test_a_million_blank_lines(tmp_path: Path, name: str) -> None:
    header, row = ROW[name]
    (entry,) = recipients_file(tmp_path / name, header + "\n" * 1_000_000 + row.format(1, 1)).entries()
    assert entry.line == 1_000_001 + bool(header)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.csv", "external_user_id\nu\n".encode("utf-16"), "looks like UTF-16"),
        ("p.csv", "external_user_id\nu\n".encode("utf-16-le"), "looks like UTF-16"),
        ("p.jsonl", '{"external_user_id": "u"}'.encode("utf-16"), "looks like UTF-16"),
        ("p.csv", b"external_user_id,attributes.\xe9\nu,1\n", "the byte 0xe9 here is not UTF-8"),
        ("p.csv", "a," * 5_000 + "\nu\n", "the header has 5,001 columns, and 1,000 are read"),
        ("p.csv", "external_user_id," + "attributes" + ".a" * 200_000 + "\n", "recipients have no column"),
        ("p.csv", "x" * 3_000_000, "the record is 3,000,000 bytes long"),
    ],
)
def test_what_is_wrong_with_the_file(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        recipients_file(tmp_path / name, content)
    assert message in caught.value.diagnostics[0].message


def test_a_mapping_without_end(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        recipients_file(tmp_path / "p.jsonl", "", mapping={f"c{n}": "" for n in range(100_000)})
    assert [each.message for each in caught.value.diagnostics] == [
        "the mapping has 100,000 pairs, and 1,000 are read",
    ]


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("external_user_id\n", encoding="utf-8")
    (tmp_path / "d.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, message in (
        ("peple.csv", "there is no file"),
        ("d.csv", "is a directory"),
        ("pipe.csv", "is no regular file"),
        ("people.txt", "neither a .csv nor a .jsonl file"),
        ("\0.csv", "no path of a file"),
        ("x" * 1_000 + ".csv", "cannot be read"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            RecipientsFile(tmp_path / name, endpoint=CAMPAIGN_TRIGGER_SEND, name=name)
        assert message in caught.value.message
    with pytest.raises(ConfigurationError) as caught:
        RecipientsFile(tmp_path / "peple.csv", endpoint=CAMPAIGN_TRIGGER_SEND)
    assert "people.csv" in str(caught.value.help)


@pytest.mark.parametrize("name", ["messages-send", "send-id-create", "campaign-trigger-schedule-delete"])
def test_an_endpoint_without_recipients(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="takes no `recipients`"):
        recipients_file(tmp_path / "p.jsonl", "", endpoint=ENDPOINTS[name])


def test_a_file_that_changes_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    content = "external_user_id\nu1\nu2\n"
    file = recipients_file(path, content)
    entries = file.entries()
    entry = next(entries)
    path.write_text(content + "u3\n", encoding="utf-8")
    for use in (lambda: list(entries), lambda: list(file.entries()), lambda: file.at(entry.offset, entry.length)):
        with pytest.raises(ConfigurationError, match="was changed while it was in use"):
            use()


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("p.jsonl", '{"external_user_id": "u"}\n\n', [(3, 9), (0, 4), (26, 1), (500, 10)]),
        ("p.csv", 'external_user_id\n"u ""1"""\nu2\nu3\n\n', [(20, 3), (17, 5), (17, 12), (27, 6), (33, 1), (500, 9)]),
    ],
)
def test_a_place_where_no_record_stands(tmp_path: Path, name: str, content: str, places: list[tuple[int, int]]) -> None:
    file = recipients_file(tmp_path / name, content)
    for offset, length in places:
        with pytest.raises(ConfigurationError):
            file.at(offset, length)


def test_identities() -> None:
    def alias(label: str, name: str) -> dict[str, Any]:
        return {"user_alias": {"alias_label": label, "alias_name": name}}

    same: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"external_user_id": "u", "attributes": {"x": 1}}, {"external_user_id": "u"}),
        ({"email": "Lan@Example.com", "prioritization": ["identified"]}, {"email": "lan@example.com"}),
        (alias("l", "n"), alias("l", "n")),
    ]
    others: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"external_user_id": "u"}, {"external_user_id": "U"}),
        ({"external_user_id": "u"}, {"braze_id": "u"}),
        (alias("a:b", "c"), alias("a", "b:c")),
        (alias('a","b', "c"), alias("a", 'b","c')),
    ]
    assert all(identity_of(one) == identity_of(other) for one, other in same)
    assert all(identity_of(one) != identity_of(other) for one, other in others)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Customer Id=external_user_id", ("Customer Id", "external_user_id")),
        ("a=b=email", ("a=b", "email")),
        ("Note=", ("Note", "")),
        ("prioritization:=identified", ("prioritization:", "identified")),
        ("attributes.x:=a=b:=c", ("attributes.x:", "a=b:=c")),
        ("x", None),
        ("=x", None),
        (":=x", None),
    ],
)
def test_pairs_of_an_option(text: str, pair: tuple[str, str] | None) -> None:
    assert pair_of(text) == pair


def test_nobody_is_named_in_a_repr(tmp_path: Path) -> None:
    file = recipients_file(tmp_path / "p.csv", "external_user_id\nsecret\n")
    (entry,) = file.entries()
    assert "secret" not in repr(entry) + repr(file)
    assert file.header == b"external_user_id\n"
