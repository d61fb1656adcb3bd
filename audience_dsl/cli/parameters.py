"""Values for parameters from the shell: `--param NAME=VALUE`, and `--params FILE` for values with types.

A value from the shell is text, and is read as the type that its parameter is declared or inferred to have. Where
nothing tells that type, a value that could be a text or something else is refused rather than guessed.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import CODES, BindError, Diagnostic
from .exits import FindingsError, UsageFault

if TYPE_CHECKING:
    from ..api import Analysis

__all__ = ["Given", "as_finding", "read_given"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
_BOOLEANS = {"true": True, "false": False}


class _UntoldTypeError(BindError):
    """A text from the shell that could be a value of more than one type."""


class Given:
    """Values for parameters, as they were given: `texts` from the shell, `typed` from a file."""

    def __init__(self, texts: Mapping[str, list[str]], typed: Mapping[str, Any], typed_from: str | None = None) -> None:
        self.texts = dict(texts)
        self.typed = {name: value for name, value in typed.items() if name not in texts}
        self._typed_from = typed_from

    @property
    def names(self) -> list[str]:
        return [*self.texts, *self.typed]

    def over(self, typed: Mapping[str, Any], typed_from: str) -> "Given":
        """These values, and below them others."""
        return Given(self.texts, {**typed, **self.typed}, self._typed_from or typed_from)

    def values_for(self, analysis: "Analysis") -> dict[str, Any]:
        """The values that the parameters of this text take, as the library wants them. Raises BindError.

        A name that the text does not know keeps its value, for the library to refuse.
        """
        checked = analysis.checked
        return {
            **{
                name: _read(name, texts, checked.kinds.get(name), checked.open.get(name, frozenset()))
                for name, texts in self.texts.items()
            },
            **self.typed,
        }

    def where(self, name: str) -> str | None:
        """Where a value comes from, in words."""
        if name in self.texts:
            return "the value comes from `--param`"
        return f"the value comes from `{self._typed_from}`" if name in self.typed else None


def read_given(pairs: tuple[str, ...], params_file: str | None) -> Given:
    """What the two options say. Raises UsageFault and FindingsError."""
    texts: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not _NAME.match(name):
            raise UsageFault(
                f"`--param {pair}` is not of the form NAME=VALUE",
                "write `--param city=Hanoi` for the parameter `$city`",
            )
        texts.setdefault(name, []).append(value)
    return Given(texts, _read_file(params_file) if params_file is not None else {}, params_file)


def _read_file(argument: str) -> dict[str, Any]:
    from .documents import read_object
    from .files import ReadError, open_argument

    suffix = Path(argument).suffix.lower()
    if suffix not in (".json", ".toml"):
        raise UsageFault(f"`{argument}` is neither a .json nor a .toml file", "name a file with one of these endings")
    source = open_argument(argument)
    try:
        return read_object(source, slug="unreadable", toml=suffix == ".toml")
    except ReadError as error:
        raise FindingsError([error.finding]) from None


def as_finding(error: BindError, analysis: "Analysis", given: Given) -> Diagnostic:
    """A value that does not fit, as a finding about the text that it is for."""
    name = error.parameter
    way = given.where(name) or f"give it with `--param {name}=…`, or in a file with `--params`"
    if isinstance(error, _UntoldTypeError):
        way = f"give it in a JSON or TOML file with `--params`, or declare it in a module: `param ${name}: string`"
    parsed = analysis.program.main.parsed
    span = None
    if analysis.checked is not None and name in analysis.checked.declared:
        unit, declaration = analysis.checked.declared[name]
        parsed, span = unit.parsed, unit.parsed.span(declaration)
    return Diagnostic(error.kind, error.message, source=parsed.source, span=span, help=way)


def _read(name: str, texts: list[str], kind: str | None, left: frozenset[str]) -> Any:
    if kind is None:
        return _read_untyped(name, texts, left)
    if kind.startswith("list of "):
        return [_read_as(name, text, kind.removeprefix("list of ")) for text in texts]
    # Given twice where one value is taken: the library says so of a list.
    return _read_as(name, texts[0], kind) if len(texts) == 1 else texts


def _read_untyped(name: str, texts: list[str], left: frozenset[str]) -> Any:
    for text in texts:
        looks = "number" if _NUMBER.match(text) else "boolean" if text in _BOOLEANS else None
        if looks in left or f"list of {looks}" in left:
            raise _UntoldTypeError(
                CODES["parameter-type"],
                name,
                f"nothing tells whether `{text}` for `${name}` is text or {_WORDS[looks or '']}",
                expected="a value whose type is known",
            )
    is_list = len(texts) > 1 or (bool(left) and all(kind.startswith("list of ") for kind in left))
    return texts if is_list else texts[0]


_WORDS = {"number": "a number", "boolean": "true or false"}


def _read_as(name: str, text: str, kind: str) -> Any:
    """A text as a value of this kind. Text for a list or an instant stays what it is, for the library to judge."""
    if kind in ("number", "days"):
        if _NUMBER.match(text):
            # Exact, however many digits there are.
            from decimal import Decimal

            return Decimal(text)
        wanted = "a whole number of days" if kind == "days" else "a number"
        raise BindError(
            CODES["parameter-type"], name, f"`${name}` takes {wanted}, and got the text `{text}`", expected=wanted
        )
    if kind == "boolean":
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        message = f"`${name}` takes `true` or `false`, and got the text `{text}`"
        raise BindError(CODES["parameter-type"], name, message, expected="true or false")
    return text
