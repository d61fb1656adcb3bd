"""What a code means, at length: from its lint rule, or else from its section on the page of errors."""

import re
from typing import Literal

from ..diagnostics import ERROR, WARNING, Code
from ..resources import resource_text

__all__ = ["Explanation", "explanation", "shortened"]

_SECTION = re.compile(r"^### (AUD\d{3})[^\n]*\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# How a section begins that is not about an error.
_WARNING = re.compile(r"A warning[.:] (.)")
# The session of the page is Python, and explains nothing to who writes audiences.
_SHOWN = ("audience", "json", "toml", "console")
# The longest line of an example that people are shown, and how much of a longer one is left at both ends.
_LINE_AT_MOST, _BEGINNING, _END = 200, 57, 8


class Explanation:
    """Why a code is reported, with a text that has it and one that says what was meant, where there are such.

    `why` is paragraphs. `bad` may be a text of the language, JSON or a session at the shell: `language` says which.
    """

    __slots__ = ("bad", "code", "fix", "good", "language", "severity", "why")

    def __init__(
        self,
        code: Code,
        why: str,
        *,
        severity: str = ERROR,
        bad: str | None = None,
        language: str = "audience",
        good: str | None = None,
        fix: Literal["safe", "unsafe"] | None = None,
    ) -> None:
        self.code = code
        self.why = why
        self.severity = severity
        self.bad = bad
        self.language = language
        self.good = good
        self.fix = fix


def shortened(text: str) -> str:
    """An example as people are shown it, with `…` in the middle of lines that are long."""
    lines = text.split("\n")
    return "\n".join(line if len(line) <= _LINE_AT_MOST else f"{line[:_BEGINNING]}…{line[-_END:]}" for line in lines)


def explanation(code: Code) -> Explanation:
    from ..lint import RULES

    rule = RULES.get(code.slug)
    if rule is not None:
        return Explanation(code, rule.why, severity=rule.severity, bad=rule.bad, good=rule.good, fix=rule.fix)
    return _from_page(code)


def _from_page(code: Code) -> Explanation:
    page = resource_text("docs", "errors.md")
    section = next((match[2] for match in _SECTION.finditer(page) if match[1] == code.code), "")
    block = next((match for match in _BLOCK.finditer(section) if match[1] in _SHOWN), None)
    words = _LINK.sub(r"\1", _BLOCK.sub("", section))
    why = "\n\n".join(" ".join(each.split()) for each in words.split("\n\n") if each.strip())
    warning = _WARNING.match(why)
    if warning is not None:
        why = f"{warning[1].upper()}{why[warning.end() :]}"
    severity = ERROR if warning is None else WARNING
    if block is None:
        return Explanation(code, why, severity=severity)
    return Explanation(code, why, severity=severity, bad=block[3], language=block[1])
