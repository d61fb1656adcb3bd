"""The grammar as text, and as a parser run by Lark's own engine.

The parser that compiles use is `parser.py`: the same LALR(1) table, made by Lark from the same file, in a loop of
our own. `lark_parser` is for tools that want Lark's trees, and the oracle that the fast one is tested against.
"""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["grammar_text", "lark_parser"]

FILE = "audience.lark"


def grammar_text() -> str:
    """The text of `grammar/audience.lark`: from the installed package, or from the checkout it is run in.

    Raises FileNotFoundError naming both places.
    """
    installed = files("audience_dsl") / "grammar" / FILE
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    checkout = Path(__file__).resolve().parents[2]
    file = checkout / "grammar" / FILE
    if (checkout / "pyproject.toml").is_file() and file.is_file():
        return file.read_text(encoding="utf-8")
    raise FileNotFoundError(f"the grammar is neither at {installed} nor at {file}")


def lark_parser(**options: Any) -> "Lark":
    """Lark's LALR parser of the language. `options` are Lark's own, for example `transformer=`."""
    from lark import Lark

    return Lark(grammar_text(), parser="lalr", lexer="basic", keep_all_tokens=True, **options)
