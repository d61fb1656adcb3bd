"""Streams, encodings and imports of a process, and texts made to hurt."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .shell import COMMAND, audience, environment, started

EXAMPLE = """\
eye_color == "blue"
and favorite_foods includes "pizza"
and (last_purchase_time less than 2 days ago or push is opted_in)
and email is not subscribed
and last_used_app after 2019-07-22T13:17:55+0000
"""
AUDIENCE = """\
{"AND":[\
{"custom_attribute":{"custom_attribute_name":"eye_color","comparison":"equals","value":"blue"}},\
{"custom_attribute":{"custom_attribute_name":"favorite_foods","comparison":"includes_value","value":"pizza"}},\
{"OR":[\
{"custom_attribute":{"custom_attribute_name":"last_purchase_time","comparison":"less_than_x_days_ago","value":2}},\
{"push_subscription_status":{"comparison":"is","value":"opted_in"}}]},\
{"email_subscription_status":{"comparison":"is_not","value":"subscribed"}},\
{"last_used_app":{"comparison":"after","value":"2019-07-22T13:17:55+0000"}}]}
"""


def test_the_example_of_the_endpoints_page() -> None:
    assert audience("compile", "-", "--compact", stdin=EXAMPLE) == (0, AUDIENCE, "")


# --- Encodings ---


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX"},
    ],
)
def test_output_is_utf8_everywhere(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "phở.audience").write_text('city == "Đà Nẵng 🌧"', encoding="utf-8")
    done = audience("compile", "phở.audience", env=env, cwd=tmp_path)
    assert done.code == 0
    assert json.loads(done.out)["custom_attribute"]["value"] == "Đà Nẵng 🌧"
    done = audience("compile", "-", stdin='city = "Đà Nẵng 🌧"', env=env)
    assert 'city = "Đà Nẵng 🌧"' in done.err


def test_file_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.audience")
    try:
        (tmp_path / name).write_text("a = 1")
    except OSError:
        pytest.skip("this file system takes text only")
    done = audience("compile", ".", "--out-dir", "out", cwd=tmp_path)
    assert done.code == 1
    assert "--> caf\\udce9.audience:1:3" in done.err
    (tmp_path / name).write_text("a == 1")
    assert audience("compile", ".", "--out-dir", "out", cwd=tmp_path).code == 0
    assert os.listdir(os.fsencode(tmp_path / "out")) == [b"caf\xe9.json"]  # noqa: PTH208


# --- Pipes ---


def sh(script: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = " ".join(f"'{word}'" for word in COMMAND)
    return subprocess.run(
        ["bash", "-c", f'audience() {{ {command} "$@"; }}\n{script}'],
        capture_output=True,
        env=environment(),
        cwd=cwd,
        timeout=60,
        check=False,
    )


def test_a_pipe_whose_reader_is_gone(tmp_path: Path) -> None:
    (tmp_path / "l.audience").write_text(" and ".join(f"a{n} == 1" for n in range(20_000)))
    done = sh("audience compile l.audience | head -1; echo ${PIPESTATUS[0]}", tmp_path)
    assert (done.stdout, done.stderr) == (b"{\n0\n", b"")
    done = sh("audience compile l.audience > >(exec sleep 0); echo $?", tmp_path)
    assert (done.stdout, done.stderr) == (b"0\n", b"")
    done = sh("audience --help | true; echo ${PIPESTATUS[0]}")
    assert (done.stdout, done.stderr) == (b"0\n", b"")
    done = sh("exec 4>&1; { audience compile nope; echo $? >&4; } 2>&1 | true")
    assert (done.stdout, done.stderr) == (b"2\n", b"")


def test_streams_that_are_closed(tmp_path: Path) -> None:
    (tmp_path / "a.audience").write_text("a == 1")
    done = sh("audience compile a.audience >&-; echo $?", tmp_path)
    assert done.stdout == b"2\n"
    assert b"stdout cannot be written: it is closed" in done.stderr
    done = sh("audience compile - <&-; echo $?", tmp_path)
    assert done.stdout == b"2\n"
    assert b"error: stdin is closed" in done.stderr
    done = sh("audience compile nope 2>&-; echo $?", tmp_path)
    assert (done.stdout, done.stderr) == (b"2\n", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "a.audience").write_text("a == 1")
    done = sh("audience compile a.audience > /dev/full; echo $?", tmp_path)
    assert done.stdout == b"2\n"
    assert done.stderr == b"error: stdout cannot be written: No space left on device\n"


def test_a_pipe_as_a_file(tmp_path: Path) -> None:
    done = sh("audience compile <(echo 'a == 1') --compact -o >(cat); sleep 0.1", tmp_path)
    assert (done.stderr, done.returncode) == (b"", 0)
    assert json.loads(done.stdout)["custom_attribute"]["value"] == 1


def test_color_is_for_terminals_only() -> None:
    assert "\x1b[1;31m" in audience("compile", "-", stdin="a = 1", env={"FORCE_COLOR": "1"}).err
    assert "\x1b" not in audience("compile", "-", stdin="a = 1", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).err


# --- Imports ---

HEAVY = {
    "lark",
    "pydantic",
    "pydantic_core",
    "httpx",
    "httpcore",
    "starlette",
    "uvicorn",
    "dataclasses",
    "asyncio",
    "csv",
}
LIGHT = {
    "--version": HEAVY | {"audience_dsl.api"},
    "--help": HEAVY | {"audience_dsl.api"},
    "compile --help": HEAVY | {"audience_dsl.api"},
    "request --help": HEAVY | {"audience_dsl.api"},
    "send --help": HEAVY | {"audience_dsl.api"},
    "sandbox --help": HEAVY,
    "compile a.audience": HEAVY | {"tomllib", "decimal", "difflib", "audience_dsl.sender"},
}


@pytest.mark.parametrize("arguments", LIGHT)
def test_what_is_not_imported(tmp_path: Path, arguments: str) -> None:
    (tmp_path / "a.audience").write_text(EXAMPLE)
    script = (
        "import sys\nfrom audience_dsl.cli import main\n"
        f"code = main({arguments.split()!r})\nprint('\\n' + '\\n'.join(sys.modules))\nsys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, env=environment(), check=True
    )
    assert set(done.stdout.split("\n")) & LIGHT[arguments] == set()


# --- Texts made to hurt ---

HURTFUL = {
    "100,000 clauses": (" and ".join(f"a{n} == {n}" for n in range(100_000)), (0,)),
    "50,000 parentheses": ("(" * 50_000 + "a == 1" + ")" * 50_000, (0, 1)),
    "50,000 opened": ("(" * 50_000, (1,)),
    "50,000 nots": ("not " * 50_000 + "a == 1", (0, 1)),
    "forty doubling lets": (
        "let a0 = x == 1 or y == 2\n"
        + "".join(f"let a{n} = a{n - 1} and not a{n - 1}\n" for n in range(1, 41))
        + "audience z = a40\n",
        (1,),
    ),
    "a line of errors": (" and ".join(f"a{n} == null" for n in range(20_000)), (1,)),
    "controls": ('a == "\x1b]0;x\x07" and \x00\x1b[31m\x9b', (1,)),
    "nothing": ("", (1,)),
}


@pytest.mark.parametrize("name", HURTFUL)
def test_hurtful(name: str) -> None:
    text, codes = HURTFUL[name]
    start = time.perf_counter()
    done = audience("compile", "-", "--compact", stdin=text)
    assert time.perf_counter() - start < 30
    assert done.code in codes
    assert all(character.isprintable() or character == "\n" for character in done.err)
    assert len(done.err) < 200_000
    assert (done.out == "") is (done.code == 1)


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    for n in range(300):
        (tmp_path / f"t/f{n}.audience").write_text(" and ".join(f"a{m} == {n}" for m in range(2_000)))
    os.mkfifo(tmp_path / "first.audience")
    with started("compile", "first.audience", "t", "--out-dir", "out", cwd=tmp_path) as process:
        # Opens once the other end does, and then the command is under way.
        (tmp_path / "first.audience").write_text("a == 1")
        time.sleep(0.2)
        process.send_signal(2)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b""), err
    assert err.endswith(b"interrupted\n")
    left = list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else []
    assert not [path for path in left if path.suffix != ".json"]
    assert all(json.loads(path.read_bytes()) for path in left)
