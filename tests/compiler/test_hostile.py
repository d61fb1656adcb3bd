"""Texts made to hurt are compiled or refused with an error of ours: no traceback, no hang, no exhausted stack.

The guard on time is for hangs only; how long things take is measured elsewhere.
"""

import faulthandler
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import audience_dsl
from audience_dsl import AudienceError, BindError, CompileError, Limits, Settings

GUARD = 30.0


@pytest.fixture(autouse=True)
def watched() -> Iterator[None]:
    """The recursion limit stays as it is, and a test that hangs ends the run with a stack on the screen."""
    limit = sys.getrecursionlimit()
    faulthandler.dump_traceback_later(GUARD * 3, exit=True)
    started = time.monotonic()
    yield
    faulthandler.cancel_dump_traceback_later()
    assert time.monotonic() - started < GUARD
    assert sys.getrecursionlimit() == limit


def codes(text: str, **more: object) -> set[str]:
    """The codes of the errors; none when it compiles. Whatever else is raised fails the test."""
    try:
        audience_dsl.compile(text, **more)  # type: ignore[arg-type]
    except BindError as error:
        return {error.code}
    except CompileError as error:
        found, shown = error.diagnostics, str(error)
    else:
        return set()
    assert shown
    return {each.code.code for each in found if each.severity == "error"}


def chain(length: int, step: str) -> str:
    lets = "".join(step.format(before=f"l{n - 1}", n=n) for n in range(1, length))
    return f"let l0 = a == 1\n{lets}audience x = l{length - 1}"


TEXTS: dict[str, tuple[Callable[[], str], set[str]]] = {
    "50,000 parentheses": (lambda: "(" * 50_000 + "a == 1" + ")" * 50_000, set()),
    "50,000 parentheses, one missing": (lambda: "(" * 50_000 + "a == 1" + ")" * 49_999, {"AUD004"}),
    "50,000 parentheses, one too many": (lambda: "(" * 50_000 + "a == 1" + ")" * 50_001, {"AUD004"}),
    "50,000 nots": (lambda: "not " * 50_000 + "a == 1", set()),
    "50,001 bangs": (lambda: "!" * 50_001 + "a == 1", set()),
    "50,000 nots of groups": (lambda: "not (" * 50_000 + "a == 1" + ")" * 50_000, set()),
    "50,000 groups, mixed": (lambda: "(a == 1 and (b == 1 or " * 25_000 + "c == 1" + ")" * 50_000, {"AUD503"}),
    "20,000 groups, all and": (lambda: "(a == 1 and " * 20_000 + "c == 1" + ")" * 20_000, set()),
    "5,000 groups, each guarded": (
        lambda: "".join(f"g{n} exists and (b exists or (" for n in range(5_000)) + "c exists" + "))" * 5_000,
        {"AUD503"},
    ),
    "forty doubling lets": (lambda: chain(41, "let l{n} = {before} and {before}\n"), {"AUD502"}),
    "forty doubling lets under not": (lambda: chain(41, "let l{n} = not ({before} or {before})\n"), {"AUD502"}),
    "forty doubling lets, mixed": (
        lambda: chain(41, "let l{n} = ({before} and b{n} == 1) or ({before} and c{n} == 1)\n"),
        {"AUD502", "AUD503"},
    ),
    "10,000 lets in a chain": (lambda: chain(10_000, "let l{n} = {before} and b == {n}\n"), set()),
    "10,000 lets of not in a chain": (lambda: chain(10_000, "let l{n} = not {before}\n"), set()),
    "10,000 lets by name alone": (lambda: chain(10_000, "let l{n} = {before}\n"), set()),
    "20,000 definitions of one name": (lambda: "let a = b == 1\n" * 20_000, {"AUD102"}),
    "3,000 names that are nearly right": (
        lambda: (
            "".join(f"let abc{n} = a == 1\n" for n in range(3_000))
            + "audience x = "
            + " and ".join(f"abd{n}" for n in range(3_000))
        ),
        {"AUD101"},
    ),
    "two names of a million characters": (
        lambda: f"let {'ab' * 500_000} = a == 1\naudience x = {'ba' * 500_000}",
        {"AUD101"},
    ),
    "half a MB of quotes and backslashes": (lambda: '"\\"' * 170_000, {"AUD001"}),
    "half a MB of backslashes": (lambda: "\\" * 500_000, {"AUD001"}),
    "10 MB of blanks": (lambda: " " * 10_000_000, {"AUD013"}),
    "2 MB of words": (lambda: "a " * 1_000_000, {"AUD005"}),
    "half a MB of parentheses": (lambda: "(" * 500_000, {"AUD001"}),
    "10 MB of one quote": (lambda: 'a == "' + "x" * 10_000_000, {"AUD002"}),
    "10 MB of slashes": (lambda: "a matches " + "/" * 10_000_000, {"AUD001"}),
    "half a MB of backticks": (lambda: "`" * 500_000, {"AUD015"}),
    "half a MB of dollars": (lambda: "$" * 500_000, {"AUD015"}),
    "2 MB of comments": (lambda: "#\n" * 1_000_000, {"AUD013"}),
    "5 MB of a dotted name": (lambda: "a." * 2_500_000 + "a == 1", {"AUD202"}),
    "half a MB of another alphabet": (lambda: "é" * 500_000 + " == 1", {"AUD015"}),
    "1 MB after a curly quote": (lambda: "a == “" + "x" * 1_000_000, {"AUD003"}),
    "one text of 5 MB": (lambda: 'a == "' + "x" * 5_000_000 + '"', set()),
    "one text of 1 MB of escapes": (lambda: 'a == "' + "\\n" * 500_000 + '"', set()),
    "one regex of 2 MB": (lambda: "a matches /" + "x" * 2_000_000 + "/", {"AUD214"}),
    "one name of 5 MB": (lambda: "x" * 5_000_000 + " exists", set()),
    "17 MB": (lambda: "a" * 17_000_000, {"AUD501"}),
    "100,000 items": (lambda: "a in [" + ",".join(f'"{n}"' for n in range(100_000)) + "]", set()),
    "100,000 numbers": (lambda: "a in [" + ",".join(map(str, range(100_000))) + "]", set()),
    "100,001 items": (lambda: "a in [" + ",".join(['"x"'] * 100_001) + "]", {"AUD504"}),
    "101,000 clauses of 1,000": (
        lambda: f"let l = {' and '.join(['a exists'] * 1_000)}\naudience x = {' and '.join(['l'] * 101)}",
        {"AUD502"},
    ),
    "20,000 nulls": (lambda: " and ".join(["a == null"] * 20_000), {"AUD205"}),
    "20,000 bad escapes far to the right": (
        lambda: " " * 3_000_000 + " and ".join(['a == "\\q"'] * 20_000),
        {"AUD010"},
    ),
    "an integer of a million digits": (lambda: "a == " + "1" * 1_000_000, {"AUD210"}),
    "a decimal of a million digits": (lambda: "a == 0." + "1" * 1_000_000, {"AUD210"}),
    "a million zeros": (lambda: "a == " + "0" * 1_000_000, {"AUD008"}),
    "an exponent of a million digits": (lambda: "a == 1e" + "9" * 1_000_000, {"AUD210"}),
    "a negative exponent of a million digits": (lambda: "a == 1e-" + "9" * 1_000_000, {"AUD210"}),
    "a million digits of days": (lambda: f"a less than {'1' * 1_000_000} days ago", {"AUD210"}),
    "a datetime of a million digits": (lambda: "a after 2026-01-01T00:00:00." + "1" * 1_000_000, {"AUD009"}),
    "a million digits and a hyphen": (lambda: "a == " + "1-" * 500_000, {"AUD008"}),
    "a regex bomb as a value": (lambda: "a matches /(((a+)+)+)+$/", set()),
    "lone surrogates": (lambda: "\ud800" * 1_000, {"AUD003"}),
    "a lone surrogate in a text": (lambda: 'a == "\ud800"', {"AUD010"}),
    "a lone surrogate in a regex": (lambda: "a matches /\udfff/", {"AUD010"}),
    "a lone surrogate in a name": (lambda: "`\ud800` exists", {"AUD213"}),
    "a lone surrogate in a comment": (lambda: "a exists # \ud800", set()),
    "NULs": (lambda: "\0" * 1_000, {"AUD003"}),
    "a NUL in a text": (lambda: 'a == "\0"', {"AUD010"}),
    "a NUL in a name": (lambda: "`\0` exists", {"AUD213"}),
    "a NUL in a path": (lambda: 'use l from "\\u0000"\naudience x = l', {"AUD105"}),
    "a long path": (lambda: f'use l from "{"x/" * 10_000}"\naudience x = l', {"AUD105"}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(name: str, tmp_path: Path) -> None:
    make, expected = TEXTS[name]
    found = codes(make(), base_path=tmp_path)
    if expected == {"AUD502", "AUD503"}:
        assert len(found) == 1
        assert found < expected
    else:
        assert found == expected


def test_100_000_clauses_in_one_group() -> None:
    audience = audience_dsl.compile(" and ".join(f"a{n} == {n}" for n in range(100_000)))
    members = audience.to_dict()["AND"]
    assert len(members) == 100_000
    assert members[-1] == {
        "custom_attribute": {"custom_attribute_name": "a99999", "comparison": "equals", "value": 99_999}
    }
    assert audience.to_json().count("custom_attribute_name") == 100_000


def test_a_filter_deeper_than_python_can_recurse_is_emitted_compared_and_shown() -> None:
    text = "(a == 1 and (b == 1 or " * 2_500 + "c == 1" + ")" * 5_000
    roomy = Settings(limits=Limits(depth=10_000))
    one, two = (audience_dsl.compile(text, settings=roomy) for _ in range(2))
    assert one == two
    assert hash(one.filter) == hash(two.filter)
    assert one.to_json().count('"AND"') == 2_500
    assert one.to_dict()["AND"][1]["OR"][1]["AND"]
    assert repr(one.filter)
    assert len(repr(one)) < 1_000


def test_deep_trees_are_compared_without_recursion() -> None:
    text = "not (a == 1 or " * 5_000 + "c == 1" + ")" * 5_000
    one, two = audience_dsl.parse(text), audience_dsl.parse(text)
    assert one.tree == two.tree
    assert one.tree is not two.tree
    assert one.tree != audience_dsl.parse(text.replace("c == 1", "c == 2")).tree


# --- Parameters -----------------------------------------------------------------------------------------------------


def deep(levels: int) -> list[object]:
    outer: list[object] = []
    for _ in range(levels):
        outer = [outer]
    return outer


def circular() -> list[object]:
    found: list[object] = []
    found.append(found)
    return found


VALUES: dict[str, tuple[str, Callable[[], object], set[str]]] = {
    "a list that holds itself": ("a in $x", circular, {"AUD403"}),
    "lists 100,000 deep for a list": ("a in $x", lambda: deep(100_000), {"AUD403"}),
    "lists 100,000 deep for a value": ("a == $x", lambda: deep(100_000), {"AUD403"}),
    "100,001 items": ("a in $x", lambda: ["x"] * 100_001, {"AUD504"}),
    "100,000 items": ("a in $x", lambda: ["x"] * 100_000, set()),
    "20,000 numbers": ("a in $x", lambda: range(20_000), set()),
    "a text of 5 MB": ("a == $x", lambda: "x" * 5_000_000, set()),
    "a number of 5,000 digits": ("a == $x", lambda: 10**5_000, {"AUD403"}),
    "a negative number of 5,000 digits": ("a > $x", lambda: -(10**5_000), {"AUD403"}),
    "days of 5,000 digits": ("a less than $x days ago", lambda: 10**5_000, {"AUD403"}),
    "an item of 5,000 digits": ("a in $x", lambda: [10**5_000], {"AUD403"}),
    "a datetime of 5 MB": ("a after $x", lambda: "2" * 5_000_000, {"AUD403"}),
    "a mapping": ("a == $x", lambda: {"a": 1}, {"AUD403"}),
    "a mapping for a list": ("a in $x", lambda: {"a": 1}, {"AUD403"}),
    "an object": ("a == $x", object, {"AUD403"}),
}


@pytest.mark.parametrize("name", VALUES)
def test_parameter(name: str) -> None:
    text, make, expected = VALUES[name]
    assert codes(text, params={"x": make()}) == expected


# --- Files ----------------------------------------------------------------------------------------------------------

MAIN = 'use l from "f.audience"\naudience x = l'


def test_a_chain_of_900_files(tmp_path: Path) -> None:
    for n in range(900):
        text = f'use l{n + 1} from "f{n + 1}.audience"\nlet l{n} = l{n + 1} or b == {n}'
        (tmp_path / f"f{n}.audience").write_text(text)
    (tmp_path / "f900.audience").write_text("let l900 = a exists")
    audience = audience_dsl.compile('use l0 from "f0.audience"\naudience x = l0', base_path=tmp_path)
    assert len(audience.to_dict()["OR"]) == 901


def test_a_chain_of_more_files_than_the_limit(tmp_path: Path) -> None:
    for n in range(1_100):
        (tmp_path / f"f{n}.audience").write_text(f'use l{n + 1} from "f{n + 1}.audience"\nlet l{n} = l{n + 1}')
    assert codes('use l0 from "f0.audience"\naudience x = l0', base_path=tmp_path) == {"AUD505"}


@pytest.mark.parametrize("length", [1, 2, 50])
def test_a_cycle_of_files(tmp_path: Path, length: int) -> None:
    for n in range(length):
        after = (n + 1) % length
        (tmp_path / f"f{n}.audience").write_text(f'use l{after} from "f{after}.audience"\nlet l{n} = l{after}')
    assert codes('use l0 from "f0.audience"\naudience x = l0', base_path=tmp_path) >= {"AUD107"}


def test_a_file_that_uses_itself_by_its_name(tmp_path: Path) -> None:
    text = 'use l from "f.audience"\nlet l2 = l\naudience x = l2'
    (tmp_path / "f.audience").write_text(text)
    assert codes(text, base_path=tmp_path, filename="f.audience") == {"AUD107"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'let l = a == "\xff"', {"AUD105"}),
        (b"\xff\xfel\x00e\x00t\x00", {"AUD105"}),
        (b"\xef\xbb\xbflet l = a exists", {"AUD003"}),
        (b"", {"AUD013"}),
        (b"let l = (a exists", {"AUD004"}),
        (b"let l = a == null", {"AUD205"}),
        ('let l = a == "é"'.encode(), set()),
        (b"let l = a exists\r\n", set()),
    ],
)
def test_a_used_file(tmp_path: Path, content: bytes, expected: set[str]) -> None:
    (tmp_path / "f.audience").write_bytes(content)
    assert codes(MAIN, base_path=tmp_path) == expected


def test_a_fault_in_a_used_file_stands_in_that_file(tmp_path: Path) -> None:
    (tmp_path / "f.audience").write_text("let l = a exists and\n  b == null")
    with pytest.raises(CompileError) as raised:
        audience_dsl.compile(MAIN, base_path=tmp_path, filename="main.audience")
    (found,) = raised.value.diagnostics
    assert found.source is not None
    assert found.source.name.endswith("f.audience")
    assert found.place.endswith("f.audience:2:8")


def test_files_outside_the_root(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "f.audience").write_text("let l = a exists")
    (root / "link.audience").symlink_to(outside / "f.audience")
    (root / "links").symlink_to(outside)
    (root / "loop.audience").symlink_to(root / "loop.audience")
    (root / "rootlike").mkdir()
    (tmp_path / "root-2").mkdir()
    (tmp_path / "root-2" / "f.audience").write_text("let l = a exists")
    for path, expected in [
        ("link.audience", {"AUD106"}),
        ("links/f.audience", {"AUD106"}),
        ("../outside/f.audience", {"AUD106"}),
        ("../root-2/f.audience", {"AUD106"}),
        (str(outside / "f.audience"), {"AUD106"}),
        ("rootlike", {"AUD105"}),
        (".", {"AUD105"}),
        ("loop.audience", {"AUD105"}),
        ("x" * 5_000, {"AUD105"}),
    ]:
        assert codes(f'use l from "{path}"\naudience x = l', base_path=root) == expected, path


def test_a_link_inside_the_root_is_its_file(tmp_path: Path) -> None:
    (tmp_path / "f.audience").write_text("let l = a exists")
    (tmp_path / "g.audience").symlink_to(tmp_path / "f.audience")
    text = 'use l from "f.audience"\nuse l from "g.audience"\naudience x = l'
    assert codes(text, base_path=tmp_path) == {"AUD102"}
    assert codes('use l from "g.audience"\naudience x = l', base_path=tmp_path) == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "f.audience").write_text("let l = a exists")
    (tmp_path / "f.audience").chmod(0)
    assert codes(MAIN, base_path=tmp_path) == {"AUD105"}


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.audience")
    program = "import sys, audience_dsl; audience_dsl.compile(sys.argv[1], base_path=sys.argv[2])"
    ran = subprocess.run(
        [sys.executable, "-c", program, MAIN, tmp_path],
        cwd=Path(audience_dsl.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert "AUD105" in ran.stderr


def test_a_file_larger_than_the_limit(tmp_path: Path) -> None:
    (tmp_path / "f.audience").write_text("let l = a exists" + " " * 1_000)
    small = Settings(limits=Limits(source=100))
    with pytest.raises(AudienceError) as raised:
        audience_dsl.compile(MAIN, base_path=tmp_path, settings=small)
    assert isinstance(raised.value, CompileError)
    assert {each.code.code for each in raised.value.diagnostics} <= {"AUD105", "AUD501"}
