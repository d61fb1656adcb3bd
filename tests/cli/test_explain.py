"""`audience explain`: the forms, where they are written, what is read, and what keeps it from being explained."""

import json
from pathlib import Path

import pytest

from .support import files, run

YOUNG = "not (age > 21)"
SENTENCE = "Users whose `age` is 21 or less, and users who have no `age`."
MODULE = "let young = age <= 21\naudience a = young\naudience b = young and push is opted_in\n"
JSON = '{"custom_attribute": {"custom_attribute_name": "age", "comparison": "less_than_or_equal_to", "value": 21}}'


def test_a_text_on_stdin() -> None:
    done = run("explain", "-", stdin=YOUNG)
    assert done.code == 0
    assert done.out.startswith(f"Audience `stdin`\n\nWho is in\n  {SENTENCE}\n\nWho is out\n")
    # What the `not` rests on is a warning, as when it is compiled.
    assert "warning[AUD303]" in done.err


def test_a_terminal_gets_bold_headings() -> None:
    assert "\x1b[1mWho is in\x1b[0m" in run("explain", "-", stdin=YOUNG, env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in run("explain", "-", stdin=YOUNG).out


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        (".txt", "Audience `young.audience`\n"),
        (".md", "## Audience `young.audience`\n"),
        (".svg", "<svg "),
        (".html", "<!doctype html>\n"),
        (".json", '{\n  "version": 1,\n'),
        (".out", "Audience `young.audience`\n"),
    ],
)
def test_the_ending_says_the_form(here: Path, ending: str, start: str) -> None:
    files(here, {"young.audience": YOUNG})
    done = run("explain", "young.audience", "-o", f"sheet{ending}")
    assert (done.code, done.out) == (0, "")
    assert (here / f"sheet{ending}").read_text(encoding="utf-8").startswith(start)


def test_format_wins_over_the_ending(here: Path) -> None:
    files(here, {"young.audience": YOUNG})
    assert run("explain", "young.audience", "-o", "x.md", "--format", "text").code == 0
    assert SENTENCE in (here / "x.md").read_text(encoding="utf-8")
    assert json.loads(run("explain", "young.audience", "--output-format", "json").out)["version"] == 1


def test_a_directory_becomes_a_file_for_each_audience(here: Path) -> None:
    files(here, {"in/young.audience": YOUNG, "in/sub/module.audience": MODULE, "in/lets.audience": "let l = a exists"})
    done = run("explain", "in", "--format", "html", "--out-dir", "out")
    assert (done.code, done.out) == (0, "")
    assert sorted(path.relative_to(here / "out").as_posix() for path in (here / "out").rglob("*.*")) == [
        "sub/module.a.explain.html",
        "sub/module.b.explain.html",
        "young.explain.html",
    ]


def test_several_audiences_on_one_output() -> None:
    out = run("explain", "-", stdin=MODULE).out
    assert out.count("Who is in") == 2
    assert out.index("Audience `a`") < out.index("Audience `b`")
    assert run("explain", "-", "--name", "b", stdin=MODULE).out.startswith("Audience `b`")
    value = json.loads(run("explain", "-", "--format", "json", stdin=MODULE).out)
    assert [each["audience"] for each in value["audiences"]] == ["a", "b"]
    for form in ("svg", "html"):
        done = run("explain", "-", "--format", form, stdin=MODULE)
        assert (done.code, done.out) == (2, "")
        assert "there are 2 audiences for one output" in done.err


@pytest.mark.parametrize("wrapped", ["{}", '{{"campaign_id": "c", "broadcast": true, "audience": {}}}'])
def test_json_is_read_by_itself_or_in_a_body(here: Path, wrapped: str) -> None:
    text = wrapped.format(JSON)
    files(here, {"body.json": "\ufeff" + text})
    for done in (run("explain", "body.json"), run("explain", "-", stdin=text)):
        assert (done.code, done.err) == (0, "")
        assert "Users whose `age` is 21 or less." in done.out


def test_text_and_json_are_explained_alike(here: Path) -> None:
    files(here, {"young.audience": "not (age > 21) and not (seen less than 9 days ago)"})
    run("compile", "young.audience", "-o", "young.json")
    texts = [run("explain", f"young.{ending}").out.splitlines()[1:] for ending in ("audience", "json")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (JSON.replace("less_than_or_equal_to", "lesser"), "AUD603", "body.json:1:69"),
        (f'{{"audience": {JSON.replace("less_than_or_equal_to", "lesser")}}}', "AUD603", "body.json:1:82"),
        ("{", "AUD611", "body.json:1:2"),
        ('{"campaign_id": "c"}', "AUD610", "body.json:1:1"),
        ("[]", "AUD601", "body.json:1:1"),
    ],
)
def test_json_that_is_no_audience(here: Path, text: str, code: str, place: str) -> None:
    files(here, {"body.json": text})
    done = run("explain", "body.json")
    assert (done.code, done.out) == (1, "")
    assert f"error[{code}]" in done.err
    assert f"--> {place}" in done.err


def test_every_error_of_every_file_is_shown(here: Path) -> None:
    files(here, {"a.audience": "a = 1", "b.audience": 'country == "VN"', "c.json": "{", "d.audience": YOUNG})
    done = run("explain", "a.audience", "b.audience", "c.json", "d.audience", "--out-dir", "out", "--format", "text")
    assert (done.code, done.out) == (1, "")
    assert all(f"error[{code}]" in done.err for code in ("AUD006", "AUD201", "AUD611"))
    assert not (here / "out").exists()


def test_parameters_and_the_instant_of_the_send() -> None:
    text = "age > $n and last_used_app less than 30 days ago"
    assert "AUD401" in run("explain", "-", stdin=text).err
    assert "give the instant of the send with `--now`" in run("explain", "-", "--param", "n=3", stdin=text).err
    done = run("explain", "-", "--param", "n=3", "--now", "2026-03-01T12:00:00Z", stdin=text)
    assert "their `age` is more than 3\n" in done.out
    assert "they last used the app at or after 30 January 2026, 12:00 UTC\n" in done.out
    assert "AUD402" in run("explain", "-", "--param", "m=3", stdin=YOUNG).err


def test_profiles_are_counted(here: Path) -> None:
    files(here, {"users.jsonl": '{"id":"1","age":30}\n{"id":"2","age":3}\n{"id":"3"}\n', "young.audience": YOUNG})
    arguments = ("explain", "young.audience", "--profiles", "users.jsonl", "--now", "2026-03-01T12:00:00Z")
    assert "How many that is\n  About 2 of 3 profiles match, 66.7 %, at 2026-03-01T12:00:00Z, by" in run(*arguments).out
    assert "About 2 of 3 profiles match, 66.7 %." in run(*arguments, "--format", "markdown").out
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="funnel"' in run(*arguments, "--format", "html").out
    assert json.loads(run(*arguments, "--format", "json").out)["audiences"][0]["count"]["matched"] == 2
    assert run(*arguments, "--format", "svg").code == 2
    assert run("explain", "young.audience", "--profiles", "nowhere.jsonl").code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there is nothing to explain"),
        (("-", "x"), "`-` stands beside other paths"),
        (("-", "--name", ""), "`--name` is empty"),
        (("-", "-o", "x", "--out-dir", "y"), "`-o` and `--out-dir` are both given"),
        (("-", "--out-dir", "y"), "stdin has no name to write to below `--out-dir`"),
        (("nowhere.audience",), "there is no file `nowhere.audience`"),
    ],
)
def test_usage(arguments: tuple[str, ...], message: str) -> None:
    done = run("explain", *arguments, stdin=YOUNG)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_nothing_to_explain() -> None:
    done = run("explain", "-", stdin="let l = a exists")
    assert done.code == 1
    assert "there is no audience to explain" in done.err
    assert "`--name x` chooses from a text" in run("explain", "-", "--name", "x", stdin=JSON).err


def test_an_output_never_falls_on_an_input(here: Path) -> None:
    files(here, {"young.audience": YOUNG, "b.json": JSON})
    done = run("explain", "young.audience", "-o", "young.audience")
    assert done.code == 1
    assert (here / "young.audience").read_text(encoding="utf-8") == YOUNG
    assert run("explain", "b.json", "-o", "b.json").code == 1
