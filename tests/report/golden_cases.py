"""What the rendered diagnostics are compared with: findings made by hand, and the text of each in `golden/`.

    python -m tests.report.golden_cases

writes the texts anew. Look at the difference before you commit it.
"""

from collections.abc import Sequence
from pathlib import Path

from audience_dsl.diagnostics import CODES, NOTE, WARNING, Diagnostic, Fix, Related
from audience_dsl.report import FORMATS, Format, render, render_findings
from audience_dsl.source import Source, Span

__all__ = ["CASES", "FORMS", "GOLDEN", "every_kind", "finding", "rendered", "rendered_as", "write"]

GOLDEN = Path(__file__).parent / "golden"


def finding(
    text: str, marked: str, slug: str = "syntax", message: str = "something is wrong", **more: object
) -> Diagnostic:
    """A finding on the first place of `marked` in the text."""
    source = Source(text, str(more.pop("name", "weather.audience")))
    start = text.index(marked)
    return Diagnostic(CODES[slug], message, source=source, span=Span(start, start + len(marked)), **more)  # type: ignore[arg-type]


def _plain() -> list[Diagnostic]:
    text = 'eye_color = "blue"\n'
    fix = Fix("write `==`", [(Span(10, 11), "==")])
    message = "`=` names a definition, and is no comparison"
    return [finding(text, "=", "single-equals", message, help="write `==` to compare", fix=fix)]


def _fix_repeats_help() -> list[Diagnostic]:
    fix = Fix("write `a does not exist`", [(Span(0, 9), "a does not exist")])
    return [finding("a == null", "null", "null", "`null` is no value", help="write `a does not exist`", fix=fix)]


def _warning() -> list[Diagnostic]:
    return [finding("age < 18", "age < 18", severity=WARNING, message="it selects users without an age as well")]


def _several_lines() -> list[Diagnostic]:
    text = 'a == "x"\nor b == "y"\n  and c == "z"\n'
    return [finding(text, text[12:-1], "mixed-connectives", "`and` and `or` are mixed")]


def _several_lines_with_crlf() -> list[Diagnostic]:
    text = 'a == "x"\r\nor b == "y"\r\n  and c == "z"\r\n'
    return [finding(text, text[13:-2], "mixed-connectives", "`and` and `or` are mixed")]


def _tabs() -> list[Diagnostic]:
    return [finding('\ta\t=\t"x"', "="), finding('\ta\t=\t"x"', "\t=\t")]


def _wide() -> list[Diagnostic]:
    text = 'name == "日本語" and ville = "Lyon"'
    return [finding(text, "日本語"), finding(text, "ville")]


def _combining() -> list[Diagnostic]:
    text = 'city == "Hue\u0301 e\u0301" and x = 1'
    return [finding(text, "e\u0301 e\u0301"), finding(text, "x")]


def _controls() -> list[Diagnostic]:
    text = 'a == "\x1b[31m\x07\u202e\u200bx\ud800" and b = 1'
    message = "the text `\x1b]0;owned\x07` holds\na control character"
    return [finding(text, "b", message=message, help="take out `\x9b`", name="we\x1bird\n.audience")]


def _related() -> list[Diagnostic]:
    text = "let a = x == 1\nlet b = y == 2\nlet a = z == 3\n"
    source = Source(text, "weather.audience")
    other = Source("\n" * 1233 + "let a = q == 1\n", "shared/consent.audience")
    related = [Related(source, Span(4, 5), "first defined here"), Related(other, Span(1237, 1238), "and here")]
    return [
        Diagnostic(
            CODES["defined-twice"],
            "`a` is defined twice",
            source=source,
            span=Span(34, 35),
            help="give one of them another name",
            related=related,
        )
    ]


def _pointer() -> list[Diagnostic]:
    source = Source("{}", "request.json")
    return [
        Diagnostic(
            CODES["request-identifiers"],
            "a recipient has exactly one identifier",
            source=source,
            pointer=f"/recipients/{n}",
        )
        for n in (10, 2)
    ] + [
        Diagnostic(
            CODES["request-no-target"],
            "the request reaches nobody",
            source=source,
            pointer="",
            help="name `recipients`",
        ),
        Diagnostic(CODES["request-field-type"], "without a file", pointer="/broadcast"),
    ]


def _pointer_with_line() -> list[Diagnostic]:
    text = "external_user_id,email\nu1,\nu2,a@example.com\n"
    found = finding(
        text, "u2,a@example.com", "request-identifiers", "a recipient has exactly one identifier", name="people.csv"
    )
    found.pointer = "/recipients/1"
    return [found]


def _no_place() -> list[Diagnostic]:
    source = Source("", "weather.audience")
    return [
        Diagnostic(CODES["not-confirmed"], "nobody can be asked", help="answer in advance with `--yes`"),
        Diagnostic(CODES["unreadable"], "the file cannot be read: Permission denied", source=source),
    ]


def _ends() -> list[Diagnostic]:
    text = "(a == 1\n"
    source = Source(text, "weather.audience")
    empty = Source("", "empty.audience")
    return [
        Diagnostic(CODES["unclosed-group"], "at the end of a text", source=source, span=Span(8, 8)),
        Diagnostic(CODES["syntax"], "at the end of a line", source=source, span=Span(7, 7)),
        Diagnostic(CODES["syntax"], "on the line break itself", source=source, span=Span(7, 8)),
        Diagnostic(CODES["empty"], "in an empty text", source=empty, span=Span(0, 0)),
    ]


def _long_line() -> list[Diagnostic]:
    text = "a == 1 and " * 5_000 + "b = 1" + " and c == 2" * 5_000
    wide = "日" * 1_000 + "=" + "本" * 1_000
    return [
        finding(text, "= 1 and c"),
        finding(text, "a == 1"),
        finding(text, text[40:]),
        finding(text, "c == 2", name="x"),
        finding(wide, "=", name="y"),
        finding("é" * 130 + "=", "=", name="z"),
    ]


def _order() -> list[Diagnostic]:
    text = "one two three"
    return [
        finding(text, "three", name="b"),
        finding(text, "two", name="b", severity=WARNING),
        finding(text, "one", name="b"),
        finding(text, "three", name="a"),
    ]


def _severities() -> list[Diagnostic]:
    text = "age < 18 and age < 21"
    safe = Fix("drop it", [(Span(8, 21), "")])
    unsafe = Fix("add `and age exists`", [(Span(8, 8), " and age exists")], safe=False)
    return [
        finding(text, "age < 18", severity=WARNING, message="it selects users without an age as well", fix=unsafe),
        finding(text, "age < 21", severity=NOTE, message="it says no more than `age < 18`", fix=safe),
        finding(text, "and", message="only one of them counts"),
    ]


def every_kind() -> list[Diagnostic]:
    """What a form for machines has to get right, in one set."""
    # Behind a tab, an emoji, a combining character and a CR LF.
    text = '\tfoods includes "🍕e\u0301" and b = 1\r\nor c == "[x](1)" # 100 %\r\n'
    name = "audiences/été 100%/a,b:c#1.audience"
    fix = Fix("write `==` and drop the rest", [(Span(31, 32), "=="), (Span(34, 57), "")], safe=True)
    other = Source("let b = x == 1\n", "/srv/project/shared/consent.audience")
    related = [Related(other, Span(4, 5), "`b` is defined here, not [there](1)")]
    several = finding(text, '1\r\nor c == "[x](1)"', "bad-list", "it goes on", severity=WARNING, name=name)
    return [
        finding(
            text,
            "=",
            "single-equals",
            "`=` names a definition",
            help="write `==`, 100% of the time",
            fix=fix,
            related=related,
            name=name,
        ),
        finding(text, "e\u0301", "syntax", "a combining character", severity=NOTE, name=name),
        several,
        finding(text, "# 100 %", "bad-range", "a comment\x1b[31m and\na line", severity=WARNING, name=name),
        Diagnostic(CODES["syntax"], "at the end", source=several.source, span=Span(len(text), len(text))),
        *_pointer(),
        *_pointer_with_line(),
        *_no_place(),
        finding("a = 1 and b = 1", "=", "single-equals", "outside", name="/srv/elsewhere/x.audience"),
        finding("a = 1 and a = 1", "= 1", "single-equals", "twice", name="twice.audience"),
        finding("a = 1 and a = 1", "= 1", "single-equals", "twice", name="twice.audience"),
    ]


def rendered_as(form: Format) -> str:
    return render_findings(form, every_kind(), root="/srv/project", files=["clean.audience", "twice.audience"])


CASES = {
    "plain": _plain,
    "fix-repeats-help": _fix_repeats_help,
    "warning": _warning,
    "several-lines": _several_lines,
    "several-lines-crlf": _several_lines_with_crlf,
    "tabs": _tabs,
    "wide": _wide,
    "combining": _combining,
    "controls": _controls,
    "related": _related,
    "pointer": _pointer,
    "pointer-with-line": _pointer_with_line,
    "no-place": _no_place,
    "ends": _ends,
    "long-line": _long_line,
    "order": _order,
    "severities": _severities,
    "every-kind": every_kind,
}
# The forms that `CASES` are not rendered in already, each with its file.
FORMS: dict[Format, str] = {form: f"every-kind.{form}" for form in FORMATS if form != "text"}


def rendered(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    return render(diagnostics, color=color)


def write() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, case in CASES.items():
        (GOLDEN / f"{name}.txt").write_text(rendered(case()), encoding="utf-8", newline="\n")
    (GOLDEN / "color.ansi").write_text(rendered(_related() + _warning(), color=True), encoding="utf-8", newline="\n")
    for form, name in FORMS.items():
        (GOLDEN / name).write_text(rendered_as(form), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
