"""Which rules report: chosen and left out by code, by name, or by the beginning of a code."""

from collections.abc import Iterable

from ..diagnostics import CODES, ConfigurationError, Diagnostic, code_named, nearest
from .rules import RULES

__all__ = ["EVERYTHING", "Selection"]

EVERYTHING = "AUD"


class Selection:
    """What is reported of what the rules find. `select` and `ignore` have codes, slugs, or beginnings such as `AUD3`.

    Nothing selected is everything selected. Of two that speak of one rule the longer one decides, and of two that are
    equal, `ignore`. Errors of the compiler are always reported. Raises ConfigurationError for a name that no rule has.
    """

    __slots__ = ("_on",)

    def __init__(self, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> None:
        chosen = [_prefix(name) for name in select] or [EVERYTHING]
        left_out = [_prefix(name) for name in ignore]
        self._on = {
            rule.code.code: _longest(rule.code.code, chosen) > _longest(rule.code.code, left_out)
            for rule in RULES.values()
        }

    def __contains__(self, code: str) -> bool:
        """Whether findings of this code are reported."""
        return self._on.get(code, True)

    def apply(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that are reported."""
        return [finding for finding in findings if finding.code.code in self]


def _longest(code: str, prefixes: list[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)


def _prefix(name: str) -> str:
    """The code, or the beginning of codes, that a name stands for."""
    if name.upper() == "ALL":
        return EVERYTHING
    rule = RULES.get(name.lower())
    if rule is not None:
        return rule.code.code
    prefix = name.upper()
    codes = [rule.code.code for rule in RULES.values()]
    if len(prefix) >= len(EVERYTHING) and any(code.startswith(prefix) for code in codes):
        return prefix
    if code_named(name) is not None:
        message = f"`{name}` is an error, which is always reported"
        raise ConfigurationError(
            CODES["settings"], message, help="select and ignore speak of the rules in docs/rules.md"
        )
    close = nearest(name, [*RULES, *codes])
    raise ConfigurationError(
        CODES["settings"],
        f"there is no rule `{name}`",
        help=f"did you mean `{close[0]}`?" if close else "rules are named by code or name, as in docs/rules.md",
    )
