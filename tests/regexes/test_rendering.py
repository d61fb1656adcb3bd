"""The texts for each engine, and what is refused, by name and place."""

import pickle

import pytest

from audience_dsl.regexes import ENGINES, RegexError, render

DIFFERENT = {
    "^k$": (
        "^[Kk\\u212A]$",
        "^[Kk\\x{212A}]\\n?$",
        "^[Kk\\x{212A}](?=\\n?\\z)",
        "^[Kk\\u212A](?=\\n?$)",
        "^[Kk\u212a]\\n?$",
    ),
    "(?:a|1)*?": ("(?:[Aa]|1)*?", "(?:[Aa]|1)*", "(?:[Aa]|1)*?", "(?:[Aa]|1)*", "([Aa]|1)*"),
    r"[\s\S]": (r"[\x00-\U0010FFFF]", r"[\x00-\x{10FFFF}]", r"[\x00-\x{10FFFF}]", ".", r"(\n|[^\n])"),
    r"\t.": (r"\u0009[^\n]", r"\x{9}[^\n]", r"\x{9}[^\n]", r"\u0009[^\n]", "\t[^\\n]"),
    r"1\z": (r"1\Z", "1$", r"1\z", "1$", "1$"),
    "(1)": ("(1)", "(?:1)", "(?:1)", "(?:1)", "(1)"),
}


@pytest.mark.parametrize("pattern", DIFFERENT)
def test_each_engine_has_its_text(pattern: str) -> None:
    texts = tuple(render(pattern, engine) for engine in ("python", "re2", "java", "postgres", "snowflake"))
    assert texts == DIFFERENT[pattern]


@pytest.mark.parametrize(
    ("pattern", "rendered"),
    [
        ("", ""),
        ("gold", "[Gg][Oo][Ll][Dd]"),
        ("é", "[Éé]"),
        ("e\u0301", "[Ee]\\x{301}"),
        (r"\d+", "[0-9]+"),
        (r"[^\d.-]", r"[^\-.0-9]".replace(".", "\\.")),
        ("1{2,}3{4}5{6,7}8{0}", "1{2,}3{4}5{6,7}8{0}"),
        ("(?i)1(?#no)2", "12"),
        (r"(1$|2\Z)?", r"(?:1\n?$|2\n?$)?"),
        (r"\b1", r"\b1"),
        ("1|", "1|"),
        ("a{,", r"[Aa]\{,"),
    ],
)
def test_re2(pattern: str, rendered: str) -> None:
    assert render(pattern, "re2") == rendered


SAID_NOWHERE = [
    ("(?R)", 0, "a recursion"),
    ("a(?1)(b)", 1, "a recursion"),
    ("(a)(?(1)b)", 3, "a conditional group"),
    ("(?C1)a", 0, "a callout"),
    ("a(*FAIL)", 1, "a verb or `(*`"),
    ("(?|a)", 0, "a branch reset"),
    ("(?s).", 0, "a flag other than `i`"),
    ("(?-i)a", 0, "a flag other than `i`"),
    ("(?^:a)", 0, "a flag other than `i`"),
    (r"a\p{L}", 1, r"`\p`, whose meaning changes with the version of Unicode,"),
    (r"a\Kb", 1, r"`\K`"),
    (r"\Ga", 0, r"`\G`"),
    (r"\X", 0, r"`\X`"),
    ("a{,3}", 1, "a quantifier that versions of PCRE read differently"),
    ("a{ 1, 2 }", 1, "a quantifier that versions of PCRE read differently"),
    (r"[^\s\S]", 0, "a class that no character is in"),
    (r"[\1]", 1, "an octal number in a class"),
    ("(?<=a)*", 6, "a quantifier behind a lookaround"),
]
WRONG = [
    ("(a", 0, "a parenthesis is never closed"),
    ("a)", 1, "a closing parenthesis has no opening one"),
    ("*a", 0, "a quantifier has nothing to repeat"),
    ("a|+", 2, "a quantifier has nothing to repeat"),
    ("(?i)*", 4, "a quantifier has nothing to repeat"),
    ("^*", 1, "a quantifier stands behind `^`, which cannot be repeated"),
    (r"\b+", 2, r"a quantifier stands behind `\b`, which cannot be repeated"),
    ("a**", 2, "a quantifier stands behind a quantifier"),
    ("a{3,2}", 1, "a quantifier has its numbers in the wrong order"),
    ("a{65536}", 1, "a repeat is of more than 65,535 times"),
    ("[b-a]", 1, "a range is in the wrong order"),
    (r"[a-\d]", 1, "a range has no character at its end"),
    (r"[\d-z]", 1, "a range has no character at its beginning"),
    ("[]", 0, "a class is never closed"),
    ("1[^a", 1, "a class is never closed"),
    ("[[:foo:]]", 1, "there is no POSIX class of this name"),
    ("[[.a.]]", 1, "there is no POSIX class of this name"),
    ("[:alpha:]", 0, "a POSIX class stands outside of brackets"),
    ("a\\", 1, "a backslash ends it"),
    (r"\y", 0, r"`\y` means nothing"),
    (r"\x{D800}", 0, "there is no character of this number"),
    (r"\x{110000}", 0, "there is no character of this number"),
    ("(?#a", 0, "a comment is never closed"),
    ("(?", 0, "what stands behind `(?` is no kind of group"),
    ("(?<n>a)(?<n>b)", 7, "two groups have the name `n`"),
    ("(" * 251 + ")" * 251, 250, "groups are nested deeper than 250"),
]
UNSAID = [
    ("python", "(?<=a+)b", 0, "a lookbehind without a fixed length cannot be run here exactly"),
    ("python", "(?<!(?:a|bb))c", 0, "a lookbehind without a fixed length cannot be run here exactly"),
    ("python", r"\N{U+41}", 0, "a character by its name cannot be run here exactly"),
    ("python", r"\1(a)", 0, "a reference to a group that is not closed before it cannot be run here exactly"),
    ("python", r"(.)\1", 3, "a backreference to a group that may hold an `i` cannot be run here exactly"),
    ("python", r"\10", 0, "a number that is a backreference or a character in octal cannot be run here exactly"),
    ("re2", "a(?=b)", 1, "a lookahead cannot be said in RE2"),
    ("re2", "(?<!a)b", 0, "a lookbehind cannot be said in RE2"),
    ("re2", "(?>a)", 0, "an atomic group cannot be said in RE2"),
    ("postgres", "a++", 1, "a possessive quantifier cannot be said in Postgres"),
    ("snowflake", r"(\d)\1", 4, "a backreference cannot be said in Snowflake"),
    ("java", r"(\d)\1", 4, "a backreference cannot be said in Java"),
    ("re2", "a$b", 1, "a `$` with something behind it cannot be said in RE2"),
    ("snowflake", "(a$|b)c", 2, "a `$` with something behind it cannot be said in Snowflake"),
    ("re2", "(a$)*", 2, "a repeated `$` cannot be said in RE2"),
    ("re2", r"\B", 0, r"`\B` cannot be said in RE2"),
    ("re2", r"\R", 0, r"`\R` cannot be said in RE2"),
    ("re2", "a{1001}", 1, "a repeat of more than 1,000 times cannot be said in RE2"),
    ("re2", "(a{100}){11}", 8, "repeats of repeats for more than 1,000 times cannot be said in RE2"),
    ("postgres", "a{256}", 1, "a repeat of more than 255 times cannot be said in Postgres"),
    ("postgres", r"\x00", 0, "the character U+0000 cannot be said in Postgres"),
    ("java", "(?<=.)a", 0, "a lookbehind for a character beyond U+FFFF cannot be said in Java"),
    ("java", "(?<=(?:ab){2})a", 0, "a lookbehind for a repeated group cannot be said in Java"),
]


def refusal(pattern: str, engine: str) -> RegexError:
    with pytest.raises(RegexError) as raised:
        render(pattern, engine)
    return raised.value


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("pattern", "offset", "what"), SAID_NOWHERE)
def test_what_is_said_nowhere(pattern: str, offset: int, what: str, engine: str) -> None:
    if "(?<=" in pattern and not ENGINES[engine].looks:
        return
    error = refusal(pattern, engine)
    assert error.message.startswith(
        f"{what} cannot be run here exactly as PCRE would run it, at character {offset + 1} of `"
    )
    assert (error.offset, error.code) == (offset, "AUD902")


@pytest.mark.parametrize(("pattern", "offset", "reason"), WRONG)
def test_what_pcre_does_not_take(pattern: str, offset: int, reason: str) -> None:
    error = refusal(pattern, "python")
    assert error.message.startswith(f"PCRE does not take this regex: {reason}, at character {offset + 1} of `")
    assert error.offset == offset


@pytest.mark.parametrize(("engine", "pattern", "offset", "sentence"), UNSAID)
def test_what_an_engine_cannot_say(engine: str, pattern: str, offset: int, sentence: str) -> None:
    error = refusal(pattern, engine)
    assert error.message.startswith(sentence)
    assert error.offset == offset
    assert f"at character {offset + 1} of `{pattern}`" in error.message


def test_an_error_can_be_copied() -> None:
    error = refusal("a(?=b)", "re2")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.offset, copy.help, str(copy)) == (error.message, error.offset, error.help, str(error))
