"""Profiles in JSON and CSV: what is read, and what is named as unreadable."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.profiles import instant_of
from audience_dsl.profiles.files import Unreadable, read_profiles
from audience_dsl.profiles.formats import read_csv, read_json_document, read_json_lines
from tests.profiles.reading import EXPORTED, lines, of, write


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- JSON Lines ---


def test_an_exported_profile(here: Path) -> None:
    (profile,) = read_profiles(write("a.jsonl", lines(EXPORTED)))
    assert not isinstance(profile, Unreadable)
    assert (profile.id, profile.attributes, profile.push, profile.email) == (
        "u1",
        {"age": 30},
        "opted_in",
        "subscribed",
    )
    assert profile.last_used == instant_of("2026-10-31T08:00:00.000Z")
    assert not profile.untyped


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "A.JSONL"])
def test_lines_of_every_kind(here: Path, name: str) -> None:
    assert of(name, b'\xef\xbb\xbf\n{"id":"1"}\r\n\r\n   \n{"id":"2"}') == ["1", "2"]
    assert of(name, b"") == []
    assert of(name, b"\xef\xbb\xbf") == []
    assert of(name, b"\n\n") == []


FAULTS = [
    (b'{"id":', "this is no JSON: expecting value (column 7)"),
    (b'{"id":"1"} x', "this is no JSON: extra data (column 12)"),
    (b'{"id" "1"}', "this is no JSON: expecting ':' delimiter (column 7)"),
    (b"[1]", "a profile is an object, and this is none"),
    (b'"x"', "a profile is an object, and this is none"),
    (b"null", "a profile is an object, and this is none"),
    (b'{"a":"\xff"}', "the byte 0xff in it is not UTF-8"),
    (b'{"a":"\xed\xa0\x80"}', "the byte 0xed in it is not UTF-8"),
    (b'{"a":1,"b":{"x":1,"x":2}}', "the key `x` stands twice in one object"),
    (b'{"a":NaN}', "`NaN` is not JSON"),
    (b'{"a":-Infinity}', "`-Infinity` is not JSON"),
    (b'{"a":' + b"[" * 100_000, "the JSON is nested too deep to be read"),
    (b'{"a":' + b"9" * 5_000 + b"}", "a number in it has more digits than can be read"),
    (b'{"push":"foo"}', "`push` is `foo`, which is no state of a subscription"),
    (b'{"push":true}', "`push` is `True`, which is no state of a subscription"),
    (b'{"custom_attributes":[]}', "`custom_attributes` is no object"),
    (b'{"apps":{}}', "`apps` is no list of objects"),
    (b'{"apps":[{"last_used":"x"}]}', "`last_used` is `x`, which is no time"),
    (b'{"push":"\\u001b[31m\\ud800"}', "`push` is `\\x1b[31m\\ud800`, which is no state of a subscription"),
    (b'{"a":1}\x00', "this is no JSON: extra data (column 8)"),
]


@pytest.mark.parametrize(("line", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_one_line_is_at_fault_and_the_rest_goes_on(here: Path, line: bytes, message: str) -> None:
    assert of("a.jsonl", b'{"id":"1"}\n\n' + line + b'\n{"id":"2"}\n') == ["1", f"a.jsonl:3: {message}", "2"]
    assert of("b.json", b'{"id":"1"}\n' + line) == ["1", f"b.json:2: {message}"]


def test_a_finding_is_a_diagnostic() -> None:
    finding = Unreadable("a\x1b.jsonl", 7, "it is \x1b[31m", "mend it").diagnostic()
    assert finding.code.code == "AUD901"
    assert str(finding) == "a\\x1b.jsonl:7: error[AUD901]: it is \\x1b[31m (help: mend it)"


def test_values_that_are_odd_and_right(here: Path) -> None:
    text = '{"id":"\\ud800","big":' + "9" * 4_000 + ',"huge":1e999,"deep":' + "[" * 500 + "]" * 500 + "}"
    assert of("a.jsonl", text) == ["\ud800"]
    assert of("a.jsonl", '{"id":7}\n{"id":""}\n{"external_id":null,"id":"x"}') == ["7", "None", "x"]


def test_long_lines(here: Path) -> None:
    long = '{"id":"long","a":"' + "x" * 10_000_000 + '"}'
    assert of("a.jsonl", f'{{"id":"1"}}\n{long}\n{{"id":"2"}}\n') == ["1", "long", "2"]
    assert of("b.jsonl", "x" * 10_000_000 + '\n{"id":"2"}') == [
        "b.jsonl:1: this is no JSON: expecting value (column 1)",
        "2",
    ]


def test_lines_beyond_the_limit(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from audience_dsl.profiles import formats

    monkeypatch.setattr(formats, "_BLOCK", 16)
    monkeypatch.setattr(formats, "_LINE_AT_MOST", 40)
    long = '{"id":"' + "x" * 90 + '"}'
    said = "the line is longer than 0 MiB"
    assert of("a.jsonl", f'{{"id":"1"}}\n{long}\n{{"id":"2"}}\n{long}') == [
        "1",
        f"a.jsonl:2: {said}",
        "2",
        f"a.jsonl:4: {said}",
    ]
    assert of("a.csv", f"id,a\n1,2\n2,{'x' * 90}\n3,4\n") == ["1", f"a.csv:3: {said}", "3"]


@given(
    st.lists(
        st.sampled_from(['{"id":"é"}', "", "  ", "{", '{"id":"' + "x" * 30 + '"}', "\r", '{"id":"\u2028"}']), max_size=8
    )
)
def test_blocks_do_not_matter(rows: list[str]) -> None:
    from unittest import mock

    class Bytes:
        def __init__(self, content: bytes) -> None:
            self._rest = content

        def read(self, size: int, /) -> bytes:
            found, self._rest = self._rest[:size], self._rest[size:]
            return found

    def read(size: int) -> list[object]:
        with mock.patch("audience_dsl.profiles.formats._BLOCK", size):
            found = read_json_lines(Bytes("\n".join(rows).encode()))
            return [getattr(each, "id", None) or getattr(each, "line", None) for each in found]

    whole = read(1 << 20)
    assert whole == [
        number if row == "{" else json.loads(row)["id"] for number, row in enumerate(rows, 1) if row.strip("\r ")
    ]
    assert all(read(size) == whole for size in (3, 4, 7, 16, 33))


@given(st.binary(max_size=60), st.sampled_from([read_json_lines, read_json_document, read_csv]))
def test_no_bytes_are_too_much(content: bytes, reader: Any) -> None:
    import io

    for head in (b"", b"[\n", b"{\n", b'{"users":[', b"a,b\n"):
        list(reader(io.BytesIO(head + content)))


# --- JSON documents ---


def test_an_array(here: Path) -> None:
    text = '[\n  {"id": "1"},\n  {"id": "2",\n   "push": "no"},\n  3, {"id": "4"}\n]\n'
    assert of("a.json", text) == [
        "1",
        "a.json:3: `push` is `no`, which is no state of a subscription",
        "a.json:5: a profile is an object, and this is none",
        "4",
    ]
    assert of("a.json", "[]") == []
    assert of("a.json", ' \n[{"id":"1"},{"id":"2"}] ') == ["1", "2"]
    assert of("a.json", '[{"id":"1"},\n{"id":}]') == ["a.json:2: this is no JSON: expecting value (column 7)"]
    assert of("a.json", '[{"id":"1"}]\n{"id":"2"}') == ["a.json:2: this is no JSON: extra data (column 1)"]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_answer_of_braze(here: Path, indent: int | None) -> None:
    answer = {"message": "success", "invalid_user_ids": ["x"], "users": [EXPORTED, {"push_subscribe": "no"}]}
    found = of("a.json", json.dumps(answer, indent=indent))
    assert found[0] == "u1"
    assert found[1].endswith("`push_subscribe` is `no`, which is no state of a subscription")
    assert found[1].startswith("a.json:1:" if indent is None else "a.json:23:")
    assert of("a.json", json.dumps({"message": "success", "users": []}, indent=indent)) == []


def test_one_object_over_several_lines(here: Path) -> None:
    assert of("a.json", json.dumps(EXPORTED, indent=2)) == ["u1"]
    # An attribute of that name is no answer.
    assert of("a.json", '{"id":"1","users":[{}]}') == ["1"]
    assert of("a.json", '{"id":"1","users":[{}]}\n{"id":"2"}') == ["1", "2"]


def test_a_document_beyond_the_limit(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from audience_dsl.profiles import formats

    monkeypatch.setattr(formats, "_LINE_AT_MOST", 40)
    (found,) = read_profiles(write("a.json", "[\n" + '{"id":"1"},\n' * 10 + "{}]"))
    assert isinstance(found, Unreadable)
    assert found.help == "write one object on each line, as `jq --compact-output '.[]'` does"


# --- CSV ---


def test_csv(here: Path) -> None:
    first, second = read_profiles(
        write("a.csv", '\ufeffexternal_id, age ,note,push\r\nu1,30,"a ""b"",\n c",opted_in\r\n\r\n,,,\r\nu2,,,\r\n')
    )
    assert not isinstance(first, Unreadable)
    assert not isinstance(second, Unreadable)
    assert (first.id, first.attributes, first.push, first.untyped) == (
        "u1",
        {"age": "30", "note": 'a "b",\n c'},
        "opted_in",
        True,
    )
    assert (second.id, second.push) == ("u2", "subscribed")


def test_rows_at_fault(here: Path) -> None:
    text = b'id,age\n1,2\n2\n3,"a\nb"\n4,\xff\n5,"a"b\n6,2,3\n7,' + b"9" * 200_000 + b'\n8,3\n9,2\n"10\n'
    assert of("a.csv", text) == [
        "1",
        "a.csv:3: the row has 1 cell, and the header has 2",
        "3",
        "a.csv:6: the byte 0xff in it is not UTF-8",
        "a.csv:7: this is no CSV: a cell goes on after its closing quote",
        "a.csv:8: the row has 3 cells, and the header has 2",
        "a.csv:9: this is no CSV: a cell is longer than can be read",
        "8",
        "9",
        "a.csv:12: this is no CSV: a quote is opened and never closed",
    ]


@pytest.mark.parametrize(
    ("header", "messages"),
    [
        ("id,a,a", ["the column `a` stands twice"]),
        ("id,,a", ["the column 2 has no name"]),
        ("id,a,a ,", ["the column `a` stands twice", "the column 4 has no name"]),
        ("id;a;b", ["the header has no comma in it"]),
        ("id\ta", ["the header has no comma in it"]),
    ],
)
def test_headers_at_fault(here: Path, header: str, messages: list[str]) -> None:
    found = of("a.csv", f"\n{header}\n1,2,3\n")
    assert found == [f"a.csv:2: {message}, so no row is read" for message in messages]


def test_csv_without_rows(here: Path) -> None:
    assert of("a.csv", "") == of("a.csv", "id,a\n") == of("a.csv", "\n\n") == []
    assert of("a.csv", "id") == []
    assert of("a.csv", b"id,\xff\n1,2") == ["a.csv:1: the byte 0xff in it is not UTF-8"]
    assert of("a.csv", '"id\n') == ["a.csv:1: this is no CSV: a quote is opened and never closed"]
