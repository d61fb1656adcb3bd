"""Ten mistakes that people make: the place is right, and the message says what was expected and how to mend it."""

import pytest

from .shell import audience

MISTAKES = {
    # the text, the code and place, what is expected, how to mend it
    "a missing quote": ('eye_color == "blue\nand x == 1\n', "AUD002", "1:14", ["not closed"], ['close it with "']),
    "= for ==": ('a == 1\nand eye_color = "blue"\n', "AUD006", "2:15", ["no comparison"], ["write `==`"]),
    "a forgotten and": ('a == "x" b == "y"\n', "AUD005", "1:10", ["expected `and` or `or` before `b`"], ["`and`"]),
    "an unclosed parenthesis": ('x == 1 and\n  (a == "x" or b == "y"\n', "AUD004", "", ["expected `)`"], ["close it"]),
    "null": ("a == 1 and b == null\n", "AUD205", "1:17", ["`null`"], ["`b does not exist`"]),
    "less than on days": (
        "t < 2 days ago\n",
        "AUD012",
        "1:3",
        ["two readings"],
        ["`less than 2 days ago`", "`more than"],
    ),
    "a bad date": ("t after 2026-02-30\n", "AUD009", "1:9", ["`2026-02-30`"], ["28 days"]),
    "any without of": (
        'foods includes any ["x"]\n',
        "AUD001",
        "1:20",
        ["expected `of` after `any`"],
        ["includes any of"],
    ),
    "an unknown status": ("push is on\n", "AUD207", "1:9", ["`push` has no state `on`"], ["`opted_in`"]),
    "an expression beside definitions": (
        'let b = c == "y"\na == "x"\naudience d = b\n',
        "AUD011",
        "2:1",
        ["beside definitions"],
        ["`and`", "`audience NAME = "],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name: str) -> None:
    text, code, place, expected, help = MISTAKES[name]
    done = audience("compile", "-", stdin=text)
    assert (done.code, done.out) == (1, "")
    assert f"error[{code}]: " in done.err
    assert f"--> <stdin>:{place}" in done.err
    block = next(block for block in done.err.split("\n\n") if f"error[{code}]" in block)
    message, _, rest = block.partition("\n")
    for words in expected:
        assert words in message
    assert "^" in rest
    ways = [line for line in rest.splitlines() if line.strip().startswith(("= help: ", "= fix: "))]
    assert ways
    for words in help:
        assert words in " ".join(ways)


@pytest.mark.parametrize("text", ['country == "VN"', 'segment == "x"'])
def test_what_braze_cannot_filter_on(text: str) -> None:
    done = audience("compile", "-", stdin=text)
    assert done.code == 1
    assert "--> <stdin>:1:1\n" in done.err
    assert "segment" in done.err
    assert "= help: " in done.err


def test_backticks_mean_the_attribute_of_that_name() -> None:
    done = audience("compile", "-", stdin='`country` == "VN"')
    assert (done.code, done.err) == (0, "")
    assert '"custom_attribute_name": "country"' in done.out


def test_last_used_app_has_no_opposite() -> None:
    done = audience("compile", "-", stdin="not last_used_app after 2026-01-01T00:00:00Z")
    assert done.code == 1
    assert "error[AUD301]" in done.err
    assert "`last_used_app before 2026-01-01T00:00:00Z`" in done.err


def test_all_in_one_run() -> None:
    done = audience("compile", "-", stdin="a == null\nand country == 'VN'\nand push is on\n")
    assert [line.strip() for line in done.err.splitlines() if "-->" in line] == [
        "--> <stdin>:1:6",
        "--> <stdin>:2:5",
        "--> <stdin>:3:13",
    ]
    assert done.err.endswith("\n3 errors\n")
