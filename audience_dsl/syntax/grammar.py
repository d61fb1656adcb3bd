"""The grammar as text, and as a parser run by Lark's own engine.

The parser that compiles use is `parser.py`: the same LALR(1) table, made by Lark from the same file, in a loop of
our own. `lark_parser` is for tools that want Lark's trees, and the oracle that the fast one is tested against.
"""

from typing import TYPE_CHECKING, Any

from ..resources import resource_text

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["grammar_text", "lark_parser"]

FILE = "audience.lark"


def grammar_text() -> str:
    """The text of `grammar/audience.lark`."""
    return resource_text("grammar", FILE)


def lark_parser(**options: Any) -> "Lark":
    """Lark's LALR parser of the language. `options` are Lark's own, for example `transformer=`."""
    from lark import Lark

    return Lark(grammar_text(), parser="lalr", lexer="basic", keep_all_tokens=True, **options)
