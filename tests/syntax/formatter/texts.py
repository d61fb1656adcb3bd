"""Texts that follow the grammar, spelled in every way, with comments and blanks between any two of their tokens."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from audience_dsl.syntax.driver import find_tokens
from audience_dsl.syntax.parser import parse
from tests.laws.strategies import PLAIN_TEXT, clauses, expressions, literal, texts

__all__ = ["commented", "spelled_expressions", "spelled_texts"]

_NAMES = st.one_of(
    st.sampled_from(
        ["a", "plan", "`plan`", "`email`", "`country`", 'attribute "x y"', "attribute 'starts'", "let", "use"]
    ),
    st.sampled_from(
        ["`a\\b`", "`é`", 'attribute "a`b"', 'attribute "\\u00e9"', 'attribute "a\\tb"', "`a.b`", "contains"]
    ),
    PLAIN_TEXT.filter(bool).map(lambda name: f"attribute {literal(name)}"),
)
_VALUES = st.one_of(
    PLAIN_TEXT.map(literal),
    st.sampled_from(
        ["'it\\'s'", "'say \"x\"'", '"\\u00E9\\ud83d\\ude00\\u0041\\/"', "'\\u200b\"'", "1.50", "1e3", "-0", "2.0"]
    ),
    st.sampled_from(["true", "FALSE", "null", "$p", "2026-01-01", "2026-01-01T00:00+07", '""']),
)
_LISTS = st.lists(_VALUES, max_size=30).map(lambda items: f"[{', '.join(items)}{',' * bool(items)}]")
_ODD_CLAUSES = st.one_of(
    st.builds("{} {} {}".format, _NAMES, st.sampled_from(["==", "!=", "is", "IS NOT", ">", "Includes"]), _VALUES),
    st.builds("{} {} {}".format, _NAMES, st.sampled_from(["in", "NOT in", "includes any of"]), _LISTS),
    st.builds(
        "{} matches {}".format, _NAMES, st.sampled_from(["/^a\\/b\\\\/", '"^x/"', '"\\u200b"', '"\\n"', "$p", '""'])
    ),
    st.builds(
        "{} {} {} {}".format, _NAMES, st.just("less than"), st.sampled_from(["1", "$d", "7"]), st.just("DAYS ago")
    ),
    st.builds("{} {}".format, _NAMES, st.sampled_from(["exists", "Does Not Exist", "between 1 and 2 week from now"])),
    st.sampled_from(["push in [Opted_In, subscribed,]", "EMAIL is not Subscribed", "push in [opted_in]", "reachable"]),
)
_AND, _OR = st.sampled_from([" and ", " AND ", "&&", "\nand "]), st.sampled_from([" or ", "||", " or\n"])


@st.composite
def _spelled(draw: st.DrawFn, node: Any, odd: st.SearchStrategy[str] = _ODD_CLAUSES) -> str:
    """A tree of `expressions` as text, with parentheses that it needs and others."""
    if isinstance(node, str):
        text = node if draw(st.integers(0, 3)) else draw(odd)
        return _wrapped(draw, text)
    if node[0] == "not":
        inner = draw(_spelled(node[1], odd))
        mark = draw(st.sampled_from(["not ", "!", "NOT\n"]))
        return _wrapped(draw, f"{mark}({inner})" if isinstance(node[1], tuple) else f"{mark}{inner}")
    joined = draw(_AND if node[0] == "and" else _OR)
    parts = []
    for each in node[1]:
        inner = draw(_spelled(each, odd))
        needs = isinstance(each, tuple) and each[0] in ("and", "or") and (node[0] == "and" or draw(st.booleans()))
        parts.append(f"({inner})" if needs and not inner.startswith("((") else inner)
    return _wrapped(draw, joined.join(parts))


def _wrapped(draw: st.DrawFn, text: str) -> str:
    return f"({text})" if draw(st.integers(0, 4)) == 0 else text


_DEFINITIONS = st.one_of(
    expressions(leaves=4).flatmap(_spelled).map(lambda text: f"let l = {text}"),
    expressions(leaves=4).flatmap(_spelled).map(lambda text: f"AUDIENCE a = {text}"),
    st.sampled_from(["param $p", "param $p: String = 'x'", "param $p: LIST of number = [1,2,]", "param $p = []"]),
    st.lists(st.sampled_from(["reachable", "let", "internal-users"]), min_size=1, max_size=12).map(
        lambda names: f"USE {', '.join(names)} from 'shared/consent.audience'"
    ),
)


def spelled_expressions(
    holds: Callable[[str], bool], leaves: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[str]:
    """Groups, in any spelling and with idle parentheses, of clauses for which this holds."""
    trees = st.recursive(
        (clauses() if leaves is None else leaves).filter(holds),
        lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        max_leaves=6,
    )
    return trees.flatmap(lambda tree: _spelled(tree, _ODD_CLAUSES.filter(holds)))


def spelled_texts() -> st.SearchStrategy[str]:
    """Texts without comments, in any spelling."""
    modules = st.lists(_DEFINITIONS, min_size=1, max_size=5).map("\n".join)
    found = st.one_of(expressions(leaves=8).flatmap(_spelled), modules, texts())
    return found.filter(lambda text: not parse(text).diagnostics)


_GAPS = st.sampled_from(
    ["", "", "", " ", "\n", "\n\n", "\r\n", "\t", "#", "\n#", "#\n#", "\n\n#\n\n#", "\n#\r\n\r\n", " # \n"]
)
_COMMENTS = st.one_of(
    st.sampled_from(["#", "# é  ", "#\t(", '# "', "# and", "# \x0b"]),
    st.integers(0, 99).map(lambda number: f"# {number}"),
)


@st.composite
def commented(
    draw: st.DrawFn, texts: st.SearchStrategy[str] | None = None, comments: st.SearchStrategy[str] = _COMMENTS
) -> str:
    """Texts with blanks and comments between any two tokens, before the first and after the last."""
    text = draw(spelled_texts() if texts is None else texts)
    parts: list[str] = []
    end = 0
    # Few places have something, or all look alike.
    busy = draw(st.sampled_from([0, 1, 3, 6]))
    for match in find_tokens(text):
        parts.append(text[end : match.start(1)])
        if draw(st.integers(0, 9)) < busy:
            parts += [f"{draw(comments)}\n" if mark == "#" else mark for mark in draw(_GAPS)]
        parts.append(match[1])
        end = match.end(1)
    return "".join(parts)
