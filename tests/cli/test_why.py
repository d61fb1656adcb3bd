"""`audience why`: the answer for a user, in words, and what keeps it from being given."""

import json
from pathlib import Path

import pytest

from .support import files, run

NOW = ("--now", "2026-11-01T09:00:00Z")
USERS = (
    '{"external_id":"u7","push":"opted_in"}\n'
    '{"external_id":"u8","age":30}\n'
    "{\n"
    '{"external_id":"u9","age":"22","push":"opted_in","seen":"2026-10-31T09:00:00Z"}\n'
)
LEFT_OUT = "leaves out users without a value (inferred, for strong reasons)"


@pytest.fixture(autouse=True)
def users(here: Path) -> None:
    files(here, {"users.jsonl": USERS, "adult.audience": "age exists and age > 21"})


def ask(text: str, *arguments: str, users: tuple[str, ...] = ("u7",)) -> str:
    asked = [word for user in users for word in ("--user", user)]
    done = run("why", "-", "--profiles", "users.jsonl", *asked, *NOW, *arguments, stdin=text)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_why_a_user_without_the_attribute_is_selected() -> None:
    done = run(
        "why",
        "-",
        "--profiles",
        "users.jsonl",
        "--user",
        "u7",
        *NOW,
        stdin="audience young = not (age > 21) and push is opted_in",
    )
    assert done.code == 0
    assert done.out == (
        "u7 is selected by `young`, at 2026-11-01T09:00:00Z\n"
        "\n"
        "  ✓ all of these hold\n"
        "    ✓ not (age > 21)     the user has no `age`: so `age > 21` does not hold of them, and its opposite does"
        " (assumed, since no source says)\n"
        "    ✓ push is opted_in   push is opted_in\n"
    )
    # That it rests on an assumption is a warning, as when it is compiled.
    assert "warning[AUD303]" in done.err


def test_a_single_clause_and_several_users() -> None:
    assert ask("n == 0", users=("u8", "u7", "u8")) == (
        "u8 is selected by `stdin`, at 2026-11-01T09:00:00Z\n"
        "\n"
        "  ✓ n == 0   the user has no `n`, and `==` selects users without a value (documented by Braze for segments)\n"
        "\n"
        "u7 is selected by `stdin`, at 2026-11-01T09:00:00Z\n"
        "\n"
        "  ✓ n == 0   the user has no `n`, and `==` selects users without a value (documented by Braze for segments)\n"
    )


def test_a_file_is_named_by_its_audience_or_its_path() -> None:
    done = run("why", "adult.audience", "--profiles", "users.jsonl", "--user", "u8", *NOW)
    assert done.out.startswith("u8 is selected by `adult.audience`, at 2026-11-01T09:00:00Z\n")
    module = "audience a = age exists\naudience b = not a_\nlet a_ = age exists\n"
    assert run("why", "-", "--name", "a", "--profiles", "users.jsonl", "--user", "u8", stdin=module).code == 1
    module = "let a_ = age exists\naudience a = a_\naudience b = not a_\n"
    assert ask(module, "--name", "b", users=("u8",)).startswith("u8 is not selected by `b`")


def test_a_wide_clause_has_its_reason_below() -> None:
    text = 'foods includes any of ["pizza", "pho", "bún chả", "spring rolls"] and age exists'
    assert ask(text, users=("u8",)).splitlines()[3:] == [
        '    ✗ foods includes any of ["pizza", "pho", "bún chả", "spring rolls"]',
        f"          the user has no `foods`, and this clause {LEFT_OUT}",
        "    ✓ age exists   `age` is `30`",
    ]


def test_days_count_from_now(here: Path) -> None:
    assert "`2026-10-31T09:00:00Z`, 1 day ago, and less than 2 days ago is asked" in ask(
        "seen less than 2 days ago", users=("u9",)
    )
    # Without it, from this instant, which is said.
    done = run("why", "-", "--profiles", "users.jsonl", "--user", "u9", stdin="seen more than 9 days from now")
    assert done.code == 0
    assert ", at 20" in done.out
    assert run("why", "-", "--profiles", "users.jsonl", "--user", "u9", "--now", "soon", stdin="a exists").code == 2
    # And so do spans of the last use of an app, which need it when they are compiled.
    assert "names no use of an app" in ask("last_used_app less than 30 days ago")


def test_parameters() -> None:
    assert "`age` is `30`, which is more than `21`" in ask("age > $n", "--param", "n=21", users=("u8",))
    done = run("why", "-", "--profiles", "users.jsonl", "--user", "u8", stdin="age > $n")
    assert (done.code, done.out) == (1, "")
    assert "AUD401" in done.err


def test_json() -> None:
    value = json.loads(ask("age exists and age > 21", "--output-format", "json", users=("u8", "u9")))
    assert (value["audience"], value["now"]) == ("stdin", "2026-11-01T09:00:00Z")
    assert [(user["id"], user["selected"]) for user in value["users"]] == [("u8", True), ("u9", False)]
    assert value["users"][0]["lines"][:2] == [
        {"depth": 0, "selected": True, "text": "all of these hold", "joined": "and"},
        {"depth": 1, "selected": True, "text": "age exists", "reason": "held", "words": "`age` is `30`"},
    ]


def test_csv_and_directories(here: Path) -> None:
    files(here, {"d/a.csv": "external_id,age\nc1,30\n", "d/b.jsonl": '{"id":"c2","age":30}'})
    done = run("why", "adult.audience", "--profiles", "d", "--user", "c1", "--user", "c2", *NOW)
    assert done.code == 0
    assert done.out.count("`age` is `30`, which is more than `21`") == 2


# --- What cannot be answered ---


def test_no_such_user() -> None:
    done = run("why", "adult.audience", "--profiles", "users.jsonl", "--user", "u8", "--user", "u77", *NOW)
    assert done.code == 1
    assert done.out.startswith("u8 is selected")
    assert "error[AUD905]: no profile has the id `u77`\n" in done.err
    assert (
        "help: did you mean `u7`? there are 3 profiles, and 1 more cannot be read, the first at users.jsonl:3: "
        "this is no JSON: expecting property name enclosed in double quotes (column 2)\n"
    ) in done.err
    done = run("why", "adult.audience", "--profiles", "users.jsonl", "--user", "nobody", "--output-format", "json")
    assert done.code == 1
    assert json.loads(done.out)["users"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["adult.audience", "--profiles", "users.jsonl"], "`--user` is missing"),
        (["adult.audience", "--user", "u7"], "`--profiles` is missing"),
        (["none.audience", "--profiles", "users.jsonl", "--user", "u7"], "there is no file `none.audience`"),
        (["adult.audience", "--profiles", "user.jsonl", "--user", "u7"], "did you mean `users.jsonl`?"),
        (["adult.audience", "--profiles", "adult.audience", "--user", "u7"], "names no format of profiles"),
        (["adult.audience", "--profiles", "users.jsonl", "--user", "u7", "--name", ""], "`--name` is empty"),
        (["adult.audience", "--profiles", "users.jsonl", "--user", "u7", "--base-path", "x"], "is no directory"),
    ],
)
def test_usage(arguments: list[str], said: str) -> None:
    done = run("why", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_an_audience_with_errors() -> None:
    done = run("why", "-", "--profiles", "users.jsonl", "--user", "u7", stdin="age = 3")
    assert (done.code, done.out) == (1, "")
    assert "AUD006" in done.err


def test_a_regex_that_cannot_be_run(here: Path) -> None:
    done = run("why", "-", "--profiles", "users.jsonl", "--user", "u7", stdin=r"plan matches /\p{Lu}/")
    assert (done.code, done.out) == (1, "")
    assert "error[AUD902]" in done.err
    files(here, {"slow.jsonl": json.dumps({"id": "s", "plan": "a" * 4_000 + "b"})})
    done = run("why", "-", "--profiles", "slow.jsonl", "--user", "s", stdin=r"plan matches /^(a|a)*(a|a)*(a|a)*c$/")
    assert (done.code, done.out) == (1, "")
    assert "error[AUD903]" in done.err


def test_hostile_profiles_reach_no_terminal_raw(here: Path) -> None:
    odd = "\x1b[2J\u202e\ud800\x07"
    users = [
        {"id": f"u{odd}", "age": odd, odd: 1},
        {"id": "deep", "age": [[[1]]]},
        {"id": "long", "age": "x" * 10_000_000},
    ]
    files(here, {"odd.jsonl": "\n".join(map(json.dumps, users))})
    for form in ("text", "json"):
        for user in ("deep", "long"):
            done = run(
                "why", "adult.audience", "--profiles", "odd.jsonl", "--user", user, "--output-format", form, *NOW
            )
            assert done.code == 0
            assert len(done.out) < 5_000
    for user in (f"u{odd}", "\x1b[2Ju", "u\n"):
        done = run("why", "adult.audience", "--profiles", "odd.jsonl", "--user", user, *NOW)
        assert done.code in (0, 1)
        for text in (done.out, done.err):
            assert all(each.isprintable() or each == "\n" for each in text)
    assert run("why", "adult.audience", "--profiles", "odd.jsonl", "--user", f"u{odd}").code == 0


def test_colours_are_for_terminals() -> None:
    arguments = ("why", "adult.audience", "--profiles", "users.jsonl", "--user", "u8", *NOW)
    assert "\x1b" not in run(*arguments).out
    # The terminal is stderr here, and stdout a pipe.
    assert "\x1b" not in run(*arguments, terminal=True).out
    assert "\x1b[32m✓\x1b[0m age exists" in run(*arguments, env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in run(*arguments, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out
