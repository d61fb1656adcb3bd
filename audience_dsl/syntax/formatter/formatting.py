"""The formatter as a whole: parse, make pieces, place the comments, lay out, and prove."""

from collections.abc import Sequence
from typing import Any

from ...diagnostics import CODES, ERROR, Diagnostic, by_severity, quoted
from ...source import LINE_BREAK, Source, Span
from .. import tree
from ..driver import tokenize
from ..parsed import Parsed
from ..parser import SOURCE_AT_MOST, parse
from .directives import Directives
from .layout import Layout
from .pieces import Builder, Unit, first_of
from .placing import Placed, place
from .sameness import says_the_same

__all__ = ["FormatRefused", "format_source", "format_tree", "simplify_source"]


class FormatRefused(Exception):  # noqa: N818 - it is the text that is refused
    """A text that is not formatted, with what is wrong with it as `diagnostics`."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(f"{len(self.diagnostics)} findings")


def format_source(source: Source) -> str:
    """The canonical text of a source, with its comments, and with the line ends of its first line.

    Raises FormatRefused for a text with syntax errors, and where the outcome would not say the same.
    """
    parsed = _parsed(source)
    return _proven(parsed, parsed.tree)


def simplify_source(source: Source) -> tuple[str, list[Diagnostic]]:
    """The same, without what says nothing of its own, and notes on what that was. Comments stay, all of them."""
    from ..simplifying import simplified

    parsed = _parsed(source)
    tree, notes = simplified(parsed.tree, parsed)
    return _proven(parsed, tree), notes


def format_tree(root: tree.Expression | tree.Module) -> str:
    """The canonical text of a tree that was made by program, and stands in no text."""
    return _written(root, None)[0]


def _parsed(source: Source) -> Any:
    """A text with a tree, and no errors."""
    parsed = parse(source)
    errors = by_severity(parsed.diagnostics, ERROR)
    if errors or parsed.tree is None:
        raise FormatRefused(errors)
    return parsed


def _proven(parsed: Parsed, root: Any) -> str:
    """The text of a tree, which has been read again, with the same result and the same comments."""
    source = parsed.source
    text, directives = _written(root, parsed)
    if len(text) > SOURCE_AT_MOST:
        message = f"the formatted text would have {len(text):,} characters, and the limit is {SOURCE_AT_MOST:,}"
        raise FormatRefused([_refusal(source, message, "split it into files")])
    again = parse(Source(text, source.name))
    if says_the_same(root, again.tree) and _comments(parsed) == _comments(again):
        misled = directives.misled(again) if directives is not None else None
        if misled is None:
            return _with_line_ends_of(source.text, text)
        ignore = source.text[misled.start : misled.end].rstrip()
        message = f"in the formatted text {quoted(ignore)} would speak of something else than it does here"
        way = "put each clause of its line on one line, and the comment above it or at its end"
        raise FormatRefused([_refusal(source, message, way, misled)])
    message = "the formatted text would not say the same, or would lose a comment"
    way = "nothing was written; this is a fault of the formatter, please report it with the text"
    raise FormatRefused([_refusal(source, message, way)])


def _refusal(source: Source, message: str, way: str, span: Span | None = None) -> Diagnostic:
    return Diagnostic(CODES["format-refused"], message, source=source, span=span or Span(0, 0), help=way)


def _written(root: tree.Expression | tree.Module, parsed: Parsed | None) -> tuple[str, Directives | None]:
    tokens = [] if parsed is None else tokenize(parsed.source.text)
    builder = Builder(tokens)
    nodes = root.definitions if isinstance(root, tree.Module) else [root]
    pieces = (
        [builder.definition(each) for each in root.definitions]
        if isinstance(root, tree.Module)
        else [builder.expression(root)]
    )
    ends = [node.last for node in nodes]
    directives = None if parsed is None else Directives(parsed, tokens, pieces)
    placed = Placed()
    if parsed is not None and directives is not None:
        placed = place(pieces, ends, builder.blocks, parsed, tokens, directives)
    layout = Layout(placed.pinned, placed.whole, directives)
    tall = [not layout.fits(piece) for piece in pieces]
    for index, piece in enumerate(pieces):
        if index:
            # Definitions of one kind may stand close together, if each is one line.
            apart = type(nodes[index]) is not type(nodes[index - 1]) or tall[index] or tall[index - 1]
            _set_apart(first_of(piece), apart)
        layout.write(piece)
    layout.comments(placed.end)
    return "\n".join([*layout.lines, ""]), directives


def _set_apart(unit: Unit, apart: bool) -> None:
    """A blank line above a definition and its comments, unless there is one among them.

    Comments that stood in the definition before stay close to it, and apart from this one.
    """
    if unit.tail:
        unit.lead[0] = unit.lead[0][0], False
    elif not apart:
        return
    if unit.blank or any(blank for _, blank in unit.lead[unit.tail :]):
        return
    if len(unit.lead) > unit.tail:
        unit.lead[unit.tail] = unit.lead[unit.tail][0], True
    else:
        unit.blank = True


def _comments(parsed: Parsed) -> list[str]:
    text = parsed.source.text
    return [text[span.start : span.end].rstrip(" \t") for span in parsed.comments] if "#" in text else []


def _with_line_ends_of(original: str, text: str) -> str:
    first = LINE_BREAK.search(original)
    return text.replace("\n", "\r\n") if first is not None and first[0] == "\r\n" else text
