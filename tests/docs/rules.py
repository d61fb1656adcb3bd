"""The page of lint rules, rendered from the rules themselves."""

import re

from audience_dsl.diagnostics import WARNING
from audience_dsl.lint import RULES, Rule
from audience_dsl.report.explanations import shortened

__all__ = ["HOME", "is_lint_only", "overview", "sections"]

HOME = "rules.md"
_FIXES = {
    "safe": "`--fix` mends it; whom the audience selects stays the same.",
    "unsafe": "`--fix --unsafe-fixes` mends it; look at what is selected then.",
    None: "Nothing mends it by itself.",
}


def is_lint_only(code: str) -> bool:
    """Whether this is the code of a lint rule, which has its section on this page and none on that of errors."""
    return re.fullmatch("AUD3[1-9][0-9]", code) is not None


def anchor(rule: Rule) -> str:
    return f"{rule.code.code.lower()}-{rule.code.slug}"


def overview() -> list[list[str]]:
    """The rows of the table of all rules."""
    return [
        [f"[{rule.code.code}](#{anchor(rule)})", f"`{rule.code.slug}`", rule.code.summary, rule.fix or ""]
        for rule in RULES.values()
    ]


def sections() -> str:
    return "\n\n".join(map(_section, RULES.values()))


def _section(rule: Rule) -> str:
    parts = [f"### {rule.code.code} {rule.code.slug}", _wrapped(rule.why)]
    parts.append(f"{'A warning' if rule.severity == WARNING else 'An error'}. {_FIXES[rule.fix]}")
    if rule.catalog:
        parts += ["With this catalogue", f"```toml\n{_catalog(rule)}```"]
    parts += [_block(rule, rule.bad, rule.code.code), "is found, and this is not:", _block(rule, rule.good, "")]
    return "\n\n".join(parts)


def _block(rule: Rule, text: str, found: str) -> str:
    shown = shortened(text)
    # A block has no place for a catalogue with values.
    language = "text" if rule.catalog or shown != text else f"audience lint={found}"
    return f"```{language}\n{shown}```"


def _catalog(rule: Rule) -> str:
    written = []
    for each in rule.catalog:
        written.append(f'[attributes.{each.name}]\ntype = "{each.type}"\n')
        if each.values is not None:
            written.append(f"values = [{', '.join(f'{value!r}' for value in each.values)}]\n".replace("'", '"'))
        if each.always_present:
            written.append("always_present = true\n")
    return "".join(written)


def _wrapped(text: str) -> str:
    return "\n\n".join(map(_paragraph, text.split("\n\n")))


def _paragraph(text: str) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > 120:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])
