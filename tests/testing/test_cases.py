"""What is read from a test file, and what is said of one that is not right."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.testing import audience_of, read_cases, run_file

AUDIENCES = {
    "bare.audience": "age >= 18",
    "days.audience": "bought less than 2 days ago",
    "app.audience": "last_used_app less than 30 days ago",
    "city.audience": "param $city: string\naudience only = city == $city",
    "two.audience": "audience one = a == 1\naudience two = b == 1",
    "broken.audience": "a ==",
    "open.audience": "a == $x",
}
NOW = "now = 2026-11-01T09:00:00Z\n"
ONE = "[[case]]\nmatch = true\nprofile = { age = 18 }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # A directory of its own, since some cases read what is around it.
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in AUDIENCES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def found(folder: Path, name: str, text: str | bytes) -> list[str]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = run_file(path)
    if result.findings:
        return [
            f"{each.place.removeprefix(str(folder) + '/')}: {each.code.code} {each.message}" for each in result.findings
        ]
    return ["passed" if each.passed else "failed" for each in result.results]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("bare.test.toml", ONE, ["passed"]),
        ("bare.test.toml", "\ufeff" + ONE.replace("\n", "\r\n"), ["passed"]),
        ("bare.test.toml", ONE.replace("true", "false"), ["failed"]),
        ("bare.test.toml", "[[case]]\nmatch = false\nprofile.custom_attributes.age = 3\n", ["passed"]),
        ("days.test.toml", NOW + "[[case]]\nmatch = true\nprofile = { bought = 2026-10-31T00:00:00Z }", ["passed"]),
        ("days.test.toml", "[[case]]\n" + NOW + "match = true\nprofile = { bought = 2026-10-31 }", ["passed"]),
        ("app.test.toml", NOW + "[[case]]\nmatch = true\nprofile = { last_used_app = '2026-10-31' }", ["passed"]),
        ("city.test.toml", "params.city = 'H'\n[[case]]\nmatch = true\nprofile.city = 'H'", ["passed"]),
        (
            "city.test.toml",
            "[params]\ncity = 'x'\n[[case]]\nparams.city = 'H'\nmatch = true\nprofile.city = 'H'",
            ["passed"],
        ),
        (
            "two.test.toml",
            "audience = 'one'\n[[case]]\nmatch = true\nprofile.a=1\n[[case]]\naudience='two'\nmatch=false\nprofile.b=2",
            ["passed", "passed"],
        ),
        ("open.test.toml", "[params]\nx = 3\n[[case]]\nmatch = true\nprofile.a = 3", ["passed"]),
        ("bare.test.csv", "match,age\ntrue,18\nNo,17\n\nno,\n", ["passed"] * 3),
        ("bare.test.csv", "name,match,age,push\nx,yes,21,opted_in\n", ["passed"]),
        ("two.test.csv", "match,audience,a,b\nyes,one,1,\nno,two,1,\n", ["passed", "passed"]),
        ("city.test.csv", "match,param:city,city\nyes,H,H\nno,H,h\n", ["passed", "passed"]),
        ("days.test.csv", "match,now,bought\nyes,2026-11-01T09:00:00Z,2026-10-31\n", ["passed"]),
    ],
)
def test_files_that_are_right(folder: Path, name: str, text: str, expected: list[str]) -> None:
    assert found(folder, name, text) == expected


WRONG = tomllib.loads((Path(__file__).parent / "wrong_files.toml").read_text(encoding="utf-8"))["file"]


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{index}-{each['name']}" for index, each in enumerate(WRONG)])
def test_what_is_wrong_with_a_file(folder: Path, wrong: dict[str, Any]) -> None:
    assert found(folder, wrong["name"], wrong["text"]) == wrong["says"]


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    said = found(folder, "bare.test.toml", b"name = '\xff'")
    assert said == ["bare.test.toml:1:9: AUD906 the byte 0xff here is not UTF-8"]


def test_a_key_near_another_is_not_missed_as_well(folder: Path) -> None:
    said = found(folder, "bare.test.toml", "[[case]]\nmach = true\nprofil = {}")
    assert [line.split(": ", 1)[0] for line in said] == ["bare.test.toml:2:1", "bare.test.toml:3:1"]


def test_an_audience_is_chosen(folder: Path) -> None:
    said = found(
        folder,
        "two.test.toml",
        "[[case]]\nmatch = true\nprofile = {}\n[[case]]\naudience = 'tow'\nmatch = true\nprofile = {}",
    )
    assert [line.split(": ", 1)[0] for line in said] == ["two.test.toml:1:1", "two.test.toml:4:1"]
    assert "defines 2 audiences" in said[0]
    assert "no audience named `tow`" in said[1]


def test_every_finding_has_a_way_out_or_its_reason_says_it(folder: Path) -> None:
    file = read_cases(folder / "bare.audience")
    assert [each.message for each in file.findings] == ["this is no test file"]
    assert read_cases(folder / "gone.test.toml").findings[0].message == "there is no such file"
    assert read_cases(folder / "a\0b.test.toml").findings[0].message == "this is no path of a file"
    (folder / "dir.test.toml").mkdir()
    assert "cannot be read" in read_cases(folder / "dir.test.toml").findings[0].message


def test_the_audience_beside() -> None:
    assert audience_of(Path("x/a.b.test.toml")) == Path("x/a.b.audience")
    assert audience_of(Path("a.test.csv")) == Path("a.audience")


HOSTILE = [
    b"\x00",
    b"[[case]]\x00",
    b"match,a\x00,b\ntrue,\x00,c",
    b"\xff\xfe[",
    b"a = " + b"[" * 100_000,
    b"case = " + b"[" * 200 + b"]" * 200,
    b"[[case]]\nmatch = true\nprofile." + b"a." * 20_000 + b"a = 1",
    b"[[case]]\nmatch = true\nprofile = {}\nparams.x." + b"a." * 20_000 + b"a = 1",
    b"[[case]]\nmatch = true\nprofile = { age = " + b"9" * 10_000 + b" }",
    b"[[case]]\nmatch = true\nprofile = { age = inf, b = nan, c = 07:00:00 }",
    b"match," + b",".join(b"a%d" % n for n in range(5_000)) + b"\ntrue",
    b'match,a\ntrue,"' + b"x" * 200_000,
    b"match,match\n1,2,3\n\n,",
    b"\r\r\n\n,,\r",
    b"[[case]]\nmatch = true\nprofile = { age = 1 }\n" * 2_000,
    b"[[case]]\nprofiles = '\\u0000'\nmatch = ['x']",
    b'[[case]]\nprofiles = "\\u0000"\nmatch = ["x"]',
    b'[[case]]\nprofiles = ".."\nmatch = ["x"]',
]


@pytest.mark.parametrize("ending", [".test.toml", ".test.csv"])
@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_a_file_made_to_hurt(folder: Path, ending: str, content: bytes) -> None:
    for stem in ("bare", "open", "city"):
        path = folder / (stem + ending)
        path.write_bytes(content)
        result = run_file(path)
        assert result.findings or result.results
        assert result.summary


TYPED = """
param $days: days
param $least: number
param $vip: boolean
param $cities: list of string
param $numbers: list of number
audience x = t less than $days days ago and n >= $least and v is $vip and c in $cities and m in $numbers
"""
COLUMNS = "match,now,param:days,param:least,param:vip,param:cities,param:numbers,t,n,v,c,m\n"
ROW = 'yes,2026-11-01T09:00:00Z,2,1.5,TRUE,"[""H""]","[1, 2]",2026-10-31,1.5,true,H,2\n'


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ROW, ["passed"]),
        (ROW.replace('"[""H""]"', "H").replace('"[1, 2]"', "2"), ["passed"]),
        (ROW.replace(",2,1.5,T", ",two,1.5,T"), ["AUD403"]),
        (ROW.replace("TRUE", "yes"), ["AUD403"]),
        (ROW.replace('"[1, 2]"', "[1"), ["AUD403"]),
        (ROW.replace('"[1, 2]"', "x"), ["AUD403"]),
        (ROW.replace('"[1, 2]"', "[" * 5_000), ["AUD403"]),
    ],
)
def test_cells_are_read_as_the_types_of_their_parameters(folder: Path, row: str, expected: list[str]) -> None:
    (folder / "typed.audience").write_text(TYPED, encoding="utf-8")
    said = found(folder, "typed.test.csv", COLUMNS + row)
    assert [each.split(" ")[1] if "AUD" in each else each for each in said] == expected
