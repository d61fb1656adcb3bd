"""`audience rule`: what a code means, and what to do about it."""

import re
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import CODES, Code, nearest
from .console import Console
from .exits import UsageFault
from .options import answer_format_option

if TYPE_CHECKING:
    from ..report.explanations import Explanation

__all__ = ["command"]

_WIDTH = 100
_FIXES = {
    "safe": "`audience check --fix` mends it; the audience stays the same",
    "unsafe": "`audience check --fix --unsafe-fixes` mends it; look at the change, since it may select other users",
}
_EPILOG = """\b
Exit codes:
  0    done
  2    there is no such code"""


@click.command("rule", epilog=_EPILOG)
@click.argument("code", required=False, metavar="[CODE|NAME]")
@click.option("--all", "every", is_flag=True, help="Explain every code.")
@answer_format_option
@click.pass_obj
def command(console: Console, code: str | None, every: bool, output_format: str) -> None:
    """Say what a code of an error, a warning or a lint rule means: why it is reported, an example, the way out.

    Without a CODE, all of them are listed, a line each.

    \b
    Examples:
      audience rule AUD006
      audience rule single-equals
      audience rule --all --output-format json
    """
    if code is not None and every:
        raise UsageFault("a code stands beside `--all`", "leave one of them out")
    found = sorted(CODES.values(), key=lambda each: each.code) if code is None else [_code(code)]
    if output_format == "text" and code is None and not every:
        console.data("".join(f"{each.code}  {each.slug:<{_slug_width()}}  {each.summary}\n" for each in found))
        return
    # Here, so that a list does not wait for the rules.
    from ..report.as_json import as_json
    from ..report.explanations import explanation

    explained = [explanation(each) for each in found]
    if output_format == "json":
        objects = [_object(each) for each in explained]
        console.data(as_json({"version": 1, "rules": objects}) + "\n")
    else:
        console.data("\n".join(_text(each, color=console.data_color) for each in explained))


def _slug_width() -> int:
    return max(map(len, CODES))


def _code(words: str) -> Code:
    wanted = words.strip().strip("[]`").casefold()
    by_name = {name.casefold(): each for each in CODES.values() for name in (each.code, each.slug)}
    if wanted in by_name:
        return by_name[wanted]
    # Of codes the digits tell little, so any number near it would do: those that share its stage.
    number = re.fullmatch(r"aud\d+", wanted)
    close = nearest(wanted, CODES, most=1) if number is None else []
    way = f"did you mean `{close[0]}`?" if close else "`audience rule` lists them all"
    raise UsageFault(f"there is no code `{words}`", way)


def _text(explained: "Explanation", *, color: bool) -> str:
    from ..report.explanations import shortened

    code = explained.code
    head = f"{code.code} {code.slug} ({explained.severity})"
    parts = [f"\x1b[1m{head}\x1b[0m\n{_wrapped(_sentence(code.summary))}"]
    parts += [_wrapped(each) for each in explained.why.split("\n\n") if each]
    if explained.bad is not None:
        parts.append(f"For example:\n\n{_indented(shortened(explained.bad))}")
    if explained.good is not None:
        parts.append(f"Write instead:\n\n{_indented(shortened(explained.good))}")
    if explained.fix is not None:
        parts.append(_wrapped(f"Fix: {_FIXES[explained.fix]}."))
    text = "\n\n".join(parts) + "\n"
    return text if color else text.replace("\x1b[1m", "").replace("\x1b[0m", "")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _wrapped(text: str) -> str:
    import textwrap

    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip("\n").split("\n"))


def _object(explained: "Explanation") -> dict[str, Any]:
    return {
        "code": explained.code.code,
        "name": explained.code.slug,
        "summary": explained.code.summary,
        "severity": explained.severity,
        "why": explained.why,
        "bad": explained.bad,
        "good": explained.good,
        "language": None if explained.bad is None else explained.language,
        "fix": explained.fix,
    }
