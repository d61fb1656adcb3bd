"""`audience compile`: what goes where, and what stops it."""

import json
import os
import re
from pathlib import Path

import pytest

from .support import files, run

BLUE = 'eye_color == "blue"'
BLUE_JSON = {"custom_attribute": {"custom_attribute_name": "eye_color", "comparison": "equals", "value": "blue"}}
MODULE = 'audience one = a == 1\naudience two = b == "x"\n'


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"


def clause(name: str, comparison: str, value: object) -> dict[str, object]:
    return {"custom_attribute": {"custom_attribute_name": name, "comparison": comparison, "value": value}}


# --- One audience ---


def test_stdin_to_stdout() -> None:
    pretty = json.dumps(BLUE_JSON, indent=2) + "\n"
    assert run("compile", "-", stdin=BLUE) == (0, pretty, "")
    assert run("compile", "-", "-o", "-", stdin=BLUE) == (0, pretty, "")
    assert run("compile", "-", "--compact", stdin=BLUE) == (0, compact(BLUE_JSON), "")


def test_text_beyond_ascii_is_utf8(here: Path) -> None:
    files(here, {"naïve.audience": 'city == "Đà Nẵng"'})
    done = run("compile", "naïve.audience", "--compact")
    assert done == (0, compact(clause("city", "equals", "Đà Nẵng")), "")


def test_a_file_to_a_file(here: Path) -> None:
    files(here, {"a.audience": BLUE})
    assert run("compile", "a.audience", "-o", "out/a.json") == (0, "", "")
    assert json.loads((here / "out/a.json").read_bytes()) == BLUE_JSON


def test_warnings_do_not_stop_it(here: Path) -> None:
    files(here, {"a.audience": 'a == "x" or b == "y" and c == "z"'})
    done = run("compile", "a.audience")
    assert done.code == 0
    assert json.loads(done.out)["OR"]
    assert "warning[AUD016]" in done.err
    assert done.err.endswith("\n1 warning (1 fixable with `audience check --fix`)\n")


def test_names(here: Path) -> None:
    files(here, {"m.audience": MODULE})
    assert run("compile", "m.audience", "--name", "two", "--compact") == (0, compact(clause("b", "equals", "x")), "")
    done = run("compile", "m.audience", "--name", "tow")
    assert (done.code, done.out) == (1, "")
    assert "AUD109" in done.err
    assert "did you mean `two`?" in done.err
    done = run("compile", "m.audience")
    assert (done.code, done.out) == (1, "")
    assert "choose one of `one`, `two`" in done.err
    assert run("compile", "-", "--name", "x", stdin=BLUE).code == 1


def test_several_inputs_and_one_output(here: Path) -> None:
    files(here, {"m.audience": MODULE, "a.audience": BLUE, "lets.audience": "let x = a == 1"})
    done = run("compile", "m.audience", "a.audience")
    assert (done.code, done.out) == (2, "")
    assert "there are 3 audiences (`m.audience:one`, `m.audience:two`, `a.audience`) for one output" in done.err
    assert run("compile", ".").code == 2
    assert run("compile", "a.audience", "lets.audience", "--compact") == (0, compact(BLUE_JSON), "")
    done = run("compile", "m.audience", "a.audience", "--name", "one")
    assert done.code == 2
    assert "`--name one` chooses from one file, and there are 2" in done.err


def test_a_file_of_lets_alone(here: Path) -> None:
    files(here, {"lets.audience": "let x = a == 1"})
    done = run("compile", "lets.audience")
    assert (done.code, done.out) == (1, "")
    assert "the file defines no audience" in done.err
    assert run("compile", "lets.audience", "--out-dir", "out") == (0, "", "")
    assert not (here / "out").exists()


def test_now() -> None:
    text = "last_used_app less than 30 days ago"
    done = run("compile", "-", stdin=text)
    assert done.code == 1
    assert "AUD302" in done.err
    assert "give the instant of the send with `--now`" in done.err
    done = run("compile", "-", "--now", "2026-01-31T09:00:00Z", "--compact", stdin=text)
    expected = {"last_used_app": {"comparison": "after", "value": "2026-01-01T09:00:00+0000"}}
    assert done == (0, compact(expected), "")


# --- Findings ---


def test_all_errors_of_all_files_and_nothing_written(here: Path) -> None:
    files(
        here,
        {
            "t/good.audience": BLUE,
            "t/bad.audience": "a = 1 and b = 2",
            "t/worse.audience": 'a == "x',
            "t/latin.audience": b'\n a == "caf\xe9"',
        },
    )
    done = run("compile", "t", "--out-dir", "out")
    assert (done.code, done.out) == (1, "")
    places = [line.strip().removeprefix("--> ") for line in done.err.splitlines() if "-->" in line]
    bad, latin, worse = (os.path.join("t", f"{name}.audience") for name in ("bad", "latin", "worse"))  # noqa: PTH118
    assert places[0] == f"{bad}:1:3"
    assert places[-2:] == [f"{latin}:2:11", f"{worse}:1:6"]
    assert "error[AUD805]: the byte 0xe9 here is not UTF-8" in done.err
    assert not (here / "out").exists()


def test_an_error_in_a_shared_file_is_told_once(here: Path) -> None:
    users = {f"{name}.audience": 'use x from "shared.audience"\naudience y = x\n' for name in "abc"}
    files(here, {**users, "shared.audience": "let x = a = 1\n"})
    done = run("compile", ".", "--out-dir", "out")
    assert done.code == 1
    assert done.err.count("shared.audience:1:11") == 1


def test_the_project_is_the_root_of_use(here: Path) -> None:
    use = 'use x from "../shared/x.audience"\naudience y = x\n'
    files(here, {"p/shared/x.audience": "let x = a == 1\n", "p/deep/y.audience": use})
    done = run("compile", "p/deep/y.audience")
    assert done.code == 1
    assert "AUD106" in done.err
    files(here, {"p/audience.toml": ""})
    assert run("compile", "p/deep/y.audience", "--compact") == (0, compact(clause("a", "equals", 1)), "")
    assert run("compile", "-", "--stdin-filename", "p/deep/z.audience", stdin=use).code == 0
    assert run("compile", "p/deep/y.audience", "--base-path", "p/deep").code == 1
    (here / "p/audience.toml").unlink()
    assert run("compile", "p/deep/y.audience", "--base-path", "p").code == 0


def test_stdin_has_the_name_that_it_is_given() -> None:
    assert "--> <stdin>:1:3" in run("compile", "-", stdin="a = 1").err
    assert "--> x/y.audience:1:3" in run("compile", "-", "--stdin-filename", "x/y.audience", stdin="a = 1").err


def test_what_is_too_large_is_not_read() -> None:
    done = run("compile", "/dev/zero")
    assert (done.code, done.out) == (1, "")
    assert "it is larger than 64 MiB" in done.err


def test_unreadable(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(here, {"a.audience": BLUE})

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    done = run("compile", "a.audience")
    assert done.code == 1
    assert "error[AUD805]: the file cannot be read: Permission denied\n  --> a.audience\n" in done.err


def test_a_directory_that_cannot_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    done = run("compile", ".")
    assert done.code == 1
    assert "the directory cannot be read: Permission denied" in done.err


def test_a_missing_file_has_its_nearest(here: Path) -> None:
    files(here, {"audiences/weather.audience": BLUE})
    assert "did you mean `audiences/weather.audience`?" in run("compile", "audiences/wether.audience").err


# --- The output directory ---


def test_out_dir_mirrors_the_tree(here: Path) -> None:
    files(
        here,
        {
            "t/a.audience": BLUE,
            "t/sub/m.audience": MODULE,
            "t/sub/deep/x.y.audience": BLUE,
            "t/lets.audience": "let x = a == 1",
            "t/.hidden/h.audience": "a = 1",
            "t/readme.md": "a = 1",
            "one.audience": BLUE,
        },
    )
    assert run("compile", "t", "one.audience", "t/a.audience", "--out-dir", "out") == (0, "", "")
    written = sorted(path.relative_to(here / "out").as_posix() for path in (here / "out").rglob("*") if path.is_file())
    assert written == ["a.json", "one.json", "sub/deep/x.y.json", "sub/m.one.json", "sub/m.two.json"]
    assert (here / "out/a.json").read_text() == json.dumps(BLUE_JSON, indent=2) + "\n"
    assert run("compile", "t/sub/m.audience", "--name", "one", "--out-dir", "only", "--compact") == (0, "", "")
    assert [path.name for path in (here / "only").iterdir()] == ["m.one.json"]
    assert run("compile", "-", "--stdin-filename", "x/s.audience", "--out-dir", "std", stdin=BLUE).code == 0
    assert [path.name for path in (here / "std").iterdir()] == ["s.json"]


def test_only_what_changed_is_written(here: Path) -> None:
    files(here, {"t/a.audience": BLUE, "t/b.audience": BLUE})
    run("compile", "t", "--out-dir", "out")
    before = {name: (here / "out" / name).stat() for name in ("a.json", "b.json")}
    files(here, {"t/b.audience": 'eye_color == "brown"'})
    assert run("compile", "t", "--out-dir", "out").code == 0
    after = {name: (here / "out" / name).stat() for name in ("a.json", "b.json")}
    assert after["a.json"] == before["a.json"] or after["a.json"].st_mtime_ns == before["a.json"].st_mtime_ns
    assert after["a.json"].st_ino == before["a.json"].st_ino
    assert after["b.json"].st_ino != before["b.json"].st_ino
    assert [path.name for path in (here / "out").iterdir() if path.name.startswith(".")] == []


def test_modes_and_links_are_kept(here: Path) -> None:
    files(here, {"a.audience": BLUE, "real/kept.json": "old"})
    (here / "real/kept.json").chmod(0o640)
    (here / "link.json").symlink_to("real/kept.json")
    assert run("compile", "a.audience", "-o", "link.json").code == 0
    assert (here / "link.json").is_symlink()
    assert json.loads((here / "real/kept.json").read_bytes()) == BLUE_JSON
    assert (here / "real/kept.json").stat().st_mode & 0o777 == 0o640
    previous = os.umask(0o027)
    try:
        run("compile", "a.audience", "-o", "new.json")
    finally:
        os.umask(previous)
    assert (here / "new.json").stat().st_mode & 0o777 == 0o640


COLLISIONS = [
    ({"x/a.audience": BLUE, "y/a.audience": BLUE}, ["x/a.audience", "y/a.audience"], "a.json"),
    ({"t/a.b.audience": BLUE, "t/a.audience": "audience b = x == 1"}, ["t"], "a.b.json"),
    ({"t/a.audience": BLUE, "t/A.audience": BLUE}, ["t"], "a.json"),
    ({"t/a.audience": BLUE, "t/a.json/b.audience": BLUE}, ["t"], "a.json"),
]


@pytest.mark.parametrize(("texts", "paths", "name"), COLLISIONS, ids=["flat", "module", "case", "directory"])
def test_a_collision_stops_all(here: Path, texts: dict[str, str], paths: list[str], name: str) -> None:
    files(here, {**texts, "fine.audience": BLUE})
    done = run("compile", *paths, "fine.audience", "--out-dir", "out")
    assert (done.code, done.out) == (1, "")
    assert "error[AUD807]" in done.err
    assert f"out/{name}" in done.err
    assert not (here / "out").exists()


def test_an_output_is_never_an_input(here: Path) -> None:
    files(here, {"a.audience": BLUE})
    done = run("compile", "a.audience", "-o", "./a.audience")
    assert done.code == 1
    assert "AUD807" in done.err
    assert (here / "a.audience").read_text() == BLUE


def test_a_disk_that_is_full_leaves_all_as_it_was(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(here, {"t/a.audience": BLUE, "t/b.audience": BLUE, "out/a.json": "old"})
    from audience_dsl.cli import outputs

    fill = outputs._fill

    def fail(temporary: Path, target: Path, content: bytes) -> None:
        fill(temporary, target, content)
        if target.name == "b.json":
            raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(outputs, "_fill", fail)
    done = run("compile", "t", "--out-dir", "out")
    assert (done.code, done.out) == (2, "")
    assert "b.json` cannot be written: No space left on device" in done.err
    assert {path.name: path.read_text() for path in (here / "out").iterdir()} == {"a.json": "old"}
    monkeypatch.setattr(outputs, "_fill", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert run("compile", "t", "--out-dir", "out").code == 130
    assert [path.name for path in (here / "out").iterdir()] == ["a.json"]


def test_places_that_cannot_be_written(here: Path) -> None:
    files(here, {"a.audience": BLUE, "taken": "x"})
    (here / "dir").mkdir()
    for output in ("dir", "taken/a.json"):
        done = run("compile", "a.audience", "-o", output)
        assert (done.code, done.out) == (2, "")
        assert "cannot be written" in done.err
    assert run("compile", "a.audience", "-o", "/dev/null") == (0, "", "")


# --- Parameters ---

CASES = [
    # the text, the options, the value that comes out
    ("a == $x and a != 'q'", ["x=3"], "3"),
    ("a == $x", ["x=hello"], "hello"),
    ("a == $x", ["x="], ""),
    ("a == $x", ["x=a=b"], "a=b"),
    ("a == $x", ['x=x" or push is opted_in'], 'x" or push is opted_in'),
    ("a > $x", ["x=3"], 3),
    ("a > $x", ["x=-0.10"], -0.1),
    ("a > $x", ["x=+2"], 2),
    ("a > $x", ["x=1e3"], 1000),
    ("a less than $x days ago", ["x=30"], 30),
    ("a before $x", ["x=2026-01-31"], "2026-01-31T00:00:00+0000"),
    ("a before $x", ["x=2026-01-31T09:00:00+02:00"], "2026-01-31T09:00:00+02:00"),
    ("a is $x and a is not true", ["x=false"], False),
    ("a in $x", ["x=Hue", "x=Hanoi"], ["Hue", "Hanoi"]),
    ("a in $x", ["x=Hue"], ["Hue"]),
    ("a matches $x", ["x=^a"], "^a"),
]


@pytest.mark.parametrize(("text", "pairs", "expected"), CASES)
def test_values_from_the_shell(text: str, pairs: list[str], expected: object) -> None:
    done = run("compile", "-", "--compact", *(word for pair in pairs for word in ("--param", pair)), stdin=text)
    assert done.code == 0, done.err
    value = json.loads(done.out)
    leaf = value["AND"][0] if "AND" in value else value
    assert leaf["custom_attribute"]["value"] == expected
    assert type(leaf["custom_attribute"]["value"]) is type(expected)


REFUSED = [
    # the text, the options, the code, a part of the message
    ("a == $x", ["x=3"], "AUD403", "nothing tells whether `3` for `$x` is text or a number"),
    ("a == $x", ["x=true"], "AUD403", "is text or true or false"),
    ("a in $x", ["x=Hue", "x=3"], "AUD403", "nothing tells whether `3`"),
    ("a == $x", ["x=a", "x=b"], "AUD403", "`$x`"),
    ("a > $x", ["x=many"], "AUD403", "`$x` takes a number, and got the text `many`"),
    ("a > $x", ["x=1", "x=2"], "AUD403", "and got a list"),
    ("a > $x", ["x=9007199254740993"], "AUD403", "beyond"),
    ("a > $x", ["x=1e999999999"], "AUD403", "`$x`"),
    ("a > $x", ["x=" + "9" * 5_000], "AUD403", "`$x`"),
    ("a > $x", ["x=0.12345678901234567891"], "AUD403", "not held exactly"),
    ("a less than $x days ago", ["x=1.5"], "AUD403", "whole number of days"),
    ("a less than $x days ago", ["x=soon"], "AUD403", "takes a whole number of days, and got the text `soon`"),
    ("a before $x", ["x=tomorrow"], "AUD403", "`$x` takes a datetime"),
    ("a before $x", ["x=2026-02-30"], "AUD403", "no datetime"),
    ("a is $x and a is not true", ["x=yes"], "AUD403", "`$x` takes `true` or `false`, and got the text `yes`"),
    ("a == $x", [], "AUD401", "the parameter `$x` has no value"),
    ("a == $city", ["ciyt=x"], "AUD402", "did you mean `$city`?"),
    ("a == 1", ["x=1"], "AUD402", "there is no parameter `$x`"),
]


@pytest.mark.parametrize(("text", "pairs", "code", "message"), REFUSED)
def test_values_that_are_refused(text: str, pairs: list[str], code: str, message: str) -> None:
    done = run("compile", "-", *(word for pair in pairs for word in ("--param", pair)), stdin=text)
    assert (done.code, done.out) == (1, "")
    assert f"error[{code}]" in done.err
    assert message in done.err
    assert "--> <stdin>" in done.err
    assert "= help: " in done.err


def test_values_from_a_file(here: Path) -> None:
    files(
        here,
        {
            "p.toml": 'x = 3\ny = ["a", "b"]\nt = 2026-01-31T09:00:00+01:00\nd = 2026-01-31\n',
            "p.json": '\ufeff{"x": 3, "y": ["a"], "t": "2026-01-31", "d": "2026-01-31"}',
            "a.audience": "a == $x and b in $y and t before $t and t after $d",
        },
    )
    done = run("compile", "a.audience", "--params", "p.toml", "--compact")
    values = [leaf["custom_attribute"]["value"] for leaf in json.loads(done.out)["AND"]]
    assert values == [3, ["a", "b"], "2026-01-31T09:00:00+0100", "2026-01-31T00:00:00+0000"]
    done = run("compile", "a.audience", "--params", "p.json", "--param", "y=z", "--param", "y=w", "--compact")
    values = [leaf["custom_attribute"]["value"] for leaf in json.loads(done.out)["AND"]]
    assert values == [3, ["z", "w"], "2026-01-31T00:00:00+0000", "2026-01-31T00:00:00+0000"]


PARAMS_FILES = [
    ("p.toml", "x = \n", "p.toml:1:5", "this is no TOML: "),
    ("p.toml", "a = 1\r\nx = @\r\n", "p.toml:2:5", "this is no TOML: "),
    ("p.toml", "x = [1,", "p.toml", "this is no TOML: "),
    ("p.json", '{"x": }', "p.json:1:7", "this is no JSON: expecting value"),
    ("p.json", '{"x": 1, "x": 2}', "p.json:1:10", "the key `x` stands twice in one object"),
    ("p.json", '{"x": NaN}', "p.json:1:7", "`NaN` is not JSON"),
    ("p.json", "[" * 100_000, "p.json:1:1", "nested too deep"),
    ("p.toml", "x = " + "[" * 100_000, "p.toml:1:1", "nested too deep"),
    ("p.json", '{"x": ' + "9" * 5_000 + "}", "p.json:1:7", "more digits than can be read"),
    ("p.toml", "x = " + "9" * 5_000, "p.toml:1:1", "the TOML cannot be read"),
    ("p.json", "[1]", "p.json", "no JSON object"),
    ("p.json", b'{"x": "\xff"}', "p.json:1:8", "not UTF-8"),
    ("p.toml", "x = 2026-01-31T09:00:00\n", "<stdin>", "no offset"),
    ("p.toml", "x = 09:00:00\n", "<stdin>", "`$x`"),
    ("p.json", '{"x": null}', "<stdin>", "`$x` takes"),
]


@pytest.mark.parametrize(("name", "text", "place", "message"), PARAMS_FILES)
def test_parameter_files_that_are_refused(here: Path, name: str, text: str, place: str, message: str) -> None:
    files(here, {name: text})
    done = run("compile", "-", "--params", name, stdin="a before $x")
    assert (done.code, done.out) == (1, "")
    assert f"--> {place}\n" in done.err or f"--> {place}:" in done.err
    assert message in done.err
    if place == "<stdin>":
        assert f"the value comes from `{name}`" in done.err


def test_the_declaration_is_shown(here: Path) -> None:
    files(here, {"m.audience": "param $x: number\naudience y = a > $x\n"})
    done = run("compile", "m.audience")
    assert "--> m.audience:1:" in done.err
    assert "give it with `--param x=…`" in done.err


def test_each_file_gets_the_values_that_it_knows(here: Path) -> None:
    files(here, {"t/a.audience": "a > $x", "t/b.audience": "b before $y"})
    pairs = ["--param", "x=1", "--param", "y=2026-01-31"]
    assert run("compile", "t", *pairs, "--out-dir", "out") == (0, "", "")
    done = run("compile", "t", *pairs, "--param", "yy=1", "--out-dir", "out")
    assert done.code == 1
    assert "error[AUD402]: no file has a parameter `$yy`" in done.err
    done = run("compile", "t/a.audience", *pairs, "--out-dir", "out")
    assert done.code == 1
    assert "no file has a parameter `$y`" in done.err
    files(here, {"t/c.audience": "c ="})
    assert "AUD402" not in run("compile", "t", *pairs, "--param", "yy=1", "--out-dir", "out").err


def test_simplify_says_what_it_leaves_out(tmp_path: Path) -> None:
    text = "let x = a == 1 and a == 1\naudience one = x and b == 2\naudience two = x or (x and c == 3)\n"
    files(tmp_path, {"in/m.audience": text})
    plain = run("compile", tmp_path / "in", "--out-dir", tmp_path / "plain", "--compact")
    assert (plain.code, plain.err) == (0, "")
    done = run("compile", tmp_path / "in", "--out-dir", tmp_path / "out", "--compact", "--simplify")
    assert done.code == 0
    # The part that both audiences have of one `let` is told once.
    assert re.findall(r"note\[AUD305\]: (.+)\n.*audience:(.+)\n", done.err) == [
        ("`a == 1` stands twice in this `and`, and was left out once", "1:20"),
        ("`a == 1 and c == 3` was left out of this `or`: `a == 1` absorbs it", "3:28"),
    ]
    a, b = (
        {"custom_attribute": {"custom_attribute_name": name, "comparison": "equals", "value": value}}
        for name, value in (("a", 1), ("b", 2))
    )
    assert json.loads((tmp_path / "out" / "m.one.json").read_text()) == {"AND": [a, b]}
    assert json.loads((tmp_path / "out" / "m.two.json").read_text()) == a
    assert run("compile", tmp_path / "in", "--out-dir", tmp_path / "out", "--compact", "--check").code == 1
    assert (
        run("compile", tmp_path / "in", "--out-dir", tmp_path / "out", "--compact", "--check", "--simplify").code == 0
    )
