"""Recipients from CSV and JSONL."""

import json
from pathlib import Path

import pytest

from .support import files, run


def recipients_of(here: Path, name: str, text: str | bytes) -> object:
    files(here, {"r.json": json.dumps({"campaign_id": "c", "recipients": {"file": name}}), name: text})
    done = run("request", "r.json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)["recipients"]


READ = {
    "plain": ("external_user_id\nu1\nu2\n", [{"external_user_id": "u1"}, {"external_user_id": "u2"}]),
    "no line break at the end": ("external_user_id\nu1", [{"external_user_id": "u1"}]),
    "as a spreadsheet writes it": ("\ufeffexternal_user_id\r\nu1\r\n", [{"external_user_id": "u1"}]),
    "spaces in the header": (" external_user_id \nu1\n", [{"external_user_id": "u1"}]),
    "blank lines": ("external_user_id,braze_id\n\nu1,\n,\n\n,b1\n", [{"external_user_id": "u1"}, {"braze_id": "b1"}]),
    "an alias": (
        "user_alias.alias_name,user_alias.alias_label\nn,l\n",
        [{"user_alias": {"alias_name": "n", "alias_label": "l"}}],
    ),
    "by email": (
        "email,prioritization\na@example.com,identified; most_recently_updated\n",
        [{"email": "a@example.com", "prioritization": ["identified", "most_recently_updated"]}],
    ),
    "values stay text": (
        "external_user_id,trigger_properties.n,trigger_properties.b,attributes.z\nu1,3,true,007\n",
        [{"external_user_id": "u1", "trigger_properties": {"n": "3", "b": "true"}, "attributes": {"z": "007"}}],
    ),
    "an empty cell is absent": (
        "external_user_id,trigger_properties.a,trigger_properties.b\nu1,,x\nu2,, \n",
        [{"external_user_id": "u1", "trigger_properties": {"b": "x"}}, {"external_user_id": "u2"}],
    ),
    "deeper": (
        "external_user_id,trigger_properties.order.id,trigger_properties.order.city\nu1,7,Hue\n",
        [{"external_user_id": "u1", "trigger_properties": {"order": {"id": "7", "city": "Hue"}}}],
    ),
    "creating users": (
        "external_user_id,send_to_existing_only,attributes.email\nu1,FALSE,a@example.com\nu2,true,\n",
        [
            {"external_user_id": "u1", "send_to_existing_only": False, "attributes": {"email": "a@example.com"}},
            {"external_user_id": "u2", "send_to_existing_only": True},
        ],
    ),
    "quotes": (
        'external_user_id,attributes.x\n"u,1","a ""b""\nc"\n',
        [{"external_user_id": "u,1", "attributes": {"x": 'a "b"\nc'}}],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_csv(here: Path, name: str) -> None:
    text, expected = READ[name]
    assert recipients_of(here, "p.csv", text) == expected


def test_jsonl(here: Path) -> None:
    text = '\ufeff{"external_user_id": "u1", "trigger_properties": {"n": 3}}\r\n\n  \n{"braze_id": "b"}'
    assert recipients_of(here, "p.JSONL", text) == [
        {"external_user_id": "u1", "trigger_properties": {"n": 3}},
        {"braze_id": "b"},
    ]


FAULTS = [
    # the file, its text, and for each finding its line with a part of its message
    ("p.csv", "", [(1, "the file is empty")]),
    ("p.csv", "\n\n", [(1, "the file is empty")]),
    ("p.csv", "PK\x03\x04\x14", [(0, "save it as CSV")]),
    ("p.jsonl", '{\n"external_user_id": "u"}', [(1, "on a line of its own"), (2, "no JSON")]),
    ("p.csv", "external_user_id\n", [(0, "the file names no recipients")]),
    ("p.csv", "external_userid\nu\n", [(1, "did you mean `external_user_id`?")]),
    ("p.csv", "external_user_id,attribute.x\nu,1\n", [(1, "did you mean `attributes.x`?")]),
    ("p.csv", "external_user_id,zzz\nu,1\n", [(1, '`map = { "zzz" = "attributes.zzz" }`')]),
    ("p.csv", "external_user_id,attributes\nu,1\n", [(1, "no column `attributes`")]),
    ("p.csv", "external_user_id,attributes.a..b\nu,1\n", [(1, "no column `attributes.a..b`")]),
    ("p.csv", "external_user_id,\nu,1\n", [(1, "the column 2 has no name")]),
    ("p.csv", "email,email\nu,1\n", [(1, "the column `email` stands twice")]),
    ("p.csv", "attributes.a,attributes.a.b\nu,1\n", [(1, "`attributes.a.b` stands inside it")]),
    (
        "p.csv",
        "external_user_id,email\nu1,\nu2\nu3,,\n",
        [(3, "has 1 cell, and the header has 2"), (4, "has 3 cells")],
    ),
    ("p.csv", 'external_user_id\n"u1\n', [(2, "a quote is opened here and never closed")]),
    ("p.csv", 'external_user_id\n"u"1\n', [(2, "a cell goes on after its closing quote")]),
    ("p.csv", 'external_user_id\n"a\nb"\n"c"d\n', [(4, "a cell goes on after its closing quote")]),
    ("p.csv", f"external_user_id\n{'x' * 2_000_000}\n", [(2, "the record is 2,000,001 bytes long")]),
    (
        "p.csv",
        "external_user_id,send_to_existing_only\nu1,no\nu2,\nu3,1\n",
        [(2, "`no` in `send_to_existing_only`"), (4, "`1` in")],
    ),
    ("p.csv", 'external_user_id,braze_id\n"u\n1",\nu2,b2\n', [(4, "exactly one identifier")]),
    ("p.csv", "email,prioritization\nx@example.com,newest\n", [(2, "`prioritization`")]),
    ("p.csv", "external_user_id\n" + "u\n" * 51, [(0, "`audience send r.json --recipients p.csv --ledger run.db`")]),
    ("p.jsonl", "", [(0, "the file names no recipients")]),
    (
        "p.jsonl",
        '{"external_user_id": "u"}\n\n{"external_user_id": }\n{"a"\n',
        [(3, "this is no JSON"), (4, "this is no JSON")],
    ),
    ("p.jsonl", '{"external_user_id": "u"}\n{"external_user_id": "u", "emial": "x"}\n', [(2, "did you mean `email`?")]),
    ("p.jsonl", "3\n", [(1, "must be an object, not a number")]),
    (
        "p.jsonl",
        '{"external_user_id": "u", "external_user_id": "v"}\n',
        [(1, "the key `external_user_id` stands twice")],
    ),
    ("p.jsonl", '{"external_user_id": "u"} {}\n', [(1, "this is no JSON: extra data")]),
]


@pytest.mark.parametrize(("name", "text", "expected"), FAULTS, ids=range(len(FAULTS)))
def test_faults(here: Path, name: str, text: str, expected: list[tuple[int, str]]) -> None:
    files(here, {"r.json": json.dumps({"campaign_id": "c", "recipients": {"file": name}}), name: text})
    done = run("request", "r.json")
    assert (done.code, done.out) == (1, "")
    blocks = done.err.split("\n\n")[:-1]
    assert len(blocks) == len(expected), done.err
    for block, (line, message) in zip(blocks, expected, strict=True):
        assert message in block
        assert (f"--> {name}:{line}:" if line else f"--> {name}\n") in block + "\n"


def test_columns_of_other_names(here: Path) -> None:
    request = {"file": "p.csv", "map": {"Customer Id": "external_user_id", "Age": "attributes.age:number", "Note": ""}}
    files(
        here,
        {
            "r.json": json.dumps({"campaign_id": "c", "recipients": request}),
            "p.csv": "Customer Id,Age,Note\nu1,30,new\n",
        },
    )
    expected = [{"external_user_id": "u1", "attributes": {"age": 30}}]
    assert json.loads(run("request", "r.json").out)["recipients"] == expected


@pytest.mark.parametrize(
    ("recipients", "message"),
    [
        ({"map": {}}, "`recipients` names no file"),
        ({"file": "p.csv", "map": []}, "`map` must be an object"),
        ({"file": "p.csv", "map": {"a": 1}}, "`map` must be an object"),
        ({"file": "p.csv", "maps": {}}, "there is no key `maps` here"),
        ({"file": "q.csv"}, "did you mean `p.csv`?"),
        ({"file": "d.csv"}, "`d.csv` is a directory"),
        ({"file": "p.txt"}, "`p.txt` is neither a .csv nor a .jsonl file"),
    ],
)
def test_faults_of_the_request(here: Path, recipients: object, message: str) -> None:
    files(
        here,
        {
            "r.json": json.dumps({"campaign_id": "c", "recipients": recipients}),
            "p.csv": "external_user_id\nu\n",
            "d.csv/x": "",
        },
    )
    done = run("request", "r.json")
    assert (done.code, done.out) == (1, "")
    assert message in done.err


def test_the_path_is_relative_to_the_request(here: Path) -> None:
    files(
        here,
        {
            "deep/r.toml": 'campaign_id = "c"\nrecipients = { file = "../p.csv" }\n',
            "p.csv": "external_user_id\nu1\n",
        },
    )
    assert json.loads(run("request", "deep/r.toml").out)["recipients"] == [{"external_user_id": "u1"}]
