"""Hypothesis strategies: texts of the language, expressions, filters, settings and profiles.

Values are few and near each other, so that filters and profiles meet at their edges: equal, just below, just above,
missing, blank, and of another type.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from audience_dsl import Settings, filters
from audience_dsl.braze import COMPARISONS, MISSING

__all__ = [
    "NOW",
    "PLAIN_TEXT",
    "SOFT_WORDS",
    "assumptions",
    "clauses",
    "expressions",
    "filters_of_any_kind",
    "literal",
    "modules",
    "mutated",
    "profiles",
    "texts",
    "token_lists",
    "written",
]

NOW = datetime(2026, 3, 15, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

# Any text that can be a value: no halves of surrogate pairs.
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = st.sampled_from(["x", "y", "X", "xy", "yx", " x", "é", "a.b", "$x", "x|y", "0", "true"])
NUMBERS: st.SearchStrategy[int | float] = st.sampled_from([-1, 0, 1, 2, 5, 0.5, -0.5, 0.0, 1.0])
DAYS = st.integers(1, 4)
INSTANTS = st.builds(
    lambda days, seconds: NOW + timedelta(days=days, seconds=seconds),
    st.integers(-5, 5),
    st.sampled_from([-1, 0, 1]),
)
STATES = st.sampled_from(["opted_in", "subscribed", "unsubscribed"])
SOFT_WORDS = re.findall(
    r"\w+",
    "use param let audience attribute list of any all none than ago from now the last next starts ends contains "
    "start end contain with match include exist day days week weeks month months year hours minute seconds",
)


def literal(value: str) -> str:
    """A text as the language writes it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S+0000")


# --- Clauses that are right, as texts. The first letter of a name says its type, so that no name is used as two. -----


def _list(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(items, min_size=1, max_size=3).map(lambda found: f"[{', '.join(found)}]")


def _clause(template: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda found: template.format(**found))


def _name(letter: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{letter}1", f"{letter}2", f"`{letter} 3`"])


_S, _N, _B, _T, _A = (_name(letter) for letter in "snbta")
_TEXT, _NUMBER, _INSTANT = WORDS.map(literal), NUMBERS.map(repr), INSTANTS.map(written)
_UNIT = st.sampled_from(["days", "day", "weeks"])
_STATE_LIST = _list(STATES)
_RANGE = st.tuples(NUMBERS, NUMBERS).map(sorted)
_DAY_RANGE = st.tuples(DAYS, DAYS).filter(lambda pair: pair[0] != pair[1]).map(sorted)

STRING_CLAUSES = st.one_of(
    _clause("{a} {o} {v}", a=_S, o=st.sampled_from(["==", "!=", "is", "is not"]), v=_TEXT),
    _clause("{a} {o} {v}", a=_S, o=st.sampled_from(["in", "not in"]), v=_list(_TEXT)),
    _clause("{a} {o} {v}", a=_S, o=st.sampled_from(["matches", "does not match"]), v=st.sampled_from(["/^x/", "/y$/"])),
    _clause(
        "{a} {o} {v}",
        a=_S,
        o=st.sampled_from(
            ["starts with", "ends with", "contains", "does not start with", "does not end with", "does not contain"]
        ),
        v=_TEXT,
    ),
)
NUMBER_CLAUSES = st.one_of(
    _clause("{a} {o} {v}", a=_N, o=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), v=_NUMBER),
    _clause("{a} {o} {v}", a=_N, o=st.sampled_from(["in", "not in"]), v=_list(_NUMBER)),
    _clause("{a} between {v[0]!r} and {v[1]!r}", a=_N, v=_RANGE),
)
BOOLEAN_CLAUSES = _clause(
    "{a} {o} {v}", a=_B, o=st.sampled_from(["is", "is not", "==", "!="]), v=st.sampled_from(["true", "false"])
)
TIME_CLAUSES = st.one_of(
    _clause("{a} {o} {v}", a=_T, o=st.sampled_from(["before", "after"]), v=_INSTANT),
    _clause(
        "{a} {o} than {v} {u} {d}",
        a=_T,
        o=st.sampled_from(["less", "more"]),
        v=DAYS,
        u=_UNIT,
        d=st.sampled_from(["ago", "from now"]),
    ),
    _clause("{a} in the {o} {v} {u}", a=_T, o=st.sampled_from(["last", "next"]), v=DAYS, u=_UNIT),
    _clause("{a} between {v[0]} and {v[1]} days {d}", a=_T, v=_DAY_RANGE, d=st.sampled_from(["ago", "from now"])),
)
ARRAY_CLAUSES = st.one_of(
    _clause("{a} {o} {v}", a=_A, o=st.sampled_from(["includes", "does not include"]), v=_TEXT),
    _clause("{a} includes {o} of {v}", a=_A, o=st.sampled_from(["any", "all", "none"]), v=_list(_TEXT)),
    _clause("{a} {o} {v}", a=_A, o=st.sampled_from(["in", "not in"]), v=_list(_TEXT)),
)
EXISTENCE_CLAUSES = _clause("{a} {o}", a=st.one_of(_S, _N, _B, _T, _A), o=st.sampled_from(["exists", "does not exist"]))
STATE_CLAUSES = st.one_of(
    _clause("{c} {o} {v}", c=st.sampled_from(["push", "email"]), o=st.sampled_from(["is", "is not"]), v=STATES),
    _clause("{c} {o} {v}", c=st.sampled_from(["push", "email"]), o=st.sampled_from(["in", "not in"]), v=_STATE_LIST),
)
APP_CLAUSES = st.one_of(
    _clause("last_used_app {o} {v}", o=st.sampled_from(["before", "after"]), v=_INSTANT),
    _clause("last_used_app {o} than {v} days ago", o=st.sampled_from(["less", "more"]), v=DAYS),
    _clause("last_used_app in the last {v} weeks", v=DAYS),
    _clause("last_used_app between {v[0]} and {v[1]} days ago", v=_DAY_RANGE),
)


def clauses(*, app: bool = True) -> st.SearchStrategy[str]:
    kinds = [STRING_CLAUSES, NUMBER_CLAUSES, BOOLEAN_CLAUSES, TIME_CLAUSES, ARRAY_CLAUSES, EXISTENCE_CLAUSES]
    kinds.append(STATE_CLAUSES)
    return st.one_of(*kinds, APP_CLAUSES) if app else st.one_of(*kinds)


def expressions(*, app: bool = True, leaves: int = 8) -> st.SearchStrategy[Any]:
    """Trees: a clause's text, ("not", tree), ("and", [trees]) or ("or", [trees])."""
    return st.recursive(
        clauses(app=app),
        lambda inner: st.one_of(
            st.tuples(st.just("not"), inner),
            st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=leaves,
    )


# --- Texts, right and wrong -----------------------------------------------------------------------------------------

_SIGNS = ["==", "!=", ">=", "<=", ">", "<", "=", "(", ")", "[", "]", ",", ":", "&&", "||", "!"]
_RESERVED = re.findall(
    r"\w+",
    "and or not in is true false null does includes exists matches before after less more between push email "
    "last_used_app",
)
_ODD = [
    *("ſ", "\u212a", "İ", "é", "\u00a0", "\ufeff", "“", "”", "\x00", "\x1b", "\x7f", "\x0b", "\u2028", "😀", "\ud800"),
    *('"', "'", "`", "/", "\\", "$", "&", "|", "-", "+", ".", "#", "@", ";", "//", "'x", '"\\"', "`a", "/x", "`a\nb`"),
    *("iſ", "\u212aey", "liſt", "1.5.2", "-", "+1", "2days", "1and", "2026-02-30", "2026-01-01T00:00:00Z"),
    *("1e5", "007", "a.b", "push.x", "and-x", "a.", ".a", "`and`", "$x", "$", "/a\\/b/", "/a\\\\/", "//x/", '"\\u12"'),
    *('"a\\/b"', "# x"),
]
_TOKENS = st.one_of(
    st.sampled_from(_RESERVED),
    st.sampled_from([word.upper() for word in _RESERVED] + [word.title() for word in SOFT_WORDS]),
    st.sampled_from(SOFT_WORDS),
    st.sampled_from(_SIGNS),
    st.sampled_from(["a", "b", "x1", '"x"', "'y'", "/r/", "1", "-2.5", "2026-01-01", "$p", "`q r`", "opted_in"]),
    st.sampled_from(_ODD),
)
_BLANKS = st.sampled_from([" ", " ", " ", "\n", "\t", "\r\n", "\r", " # c\n", "  "])


def token_lists() -> st.SearchStrategy[list[str]]:
    return st.lists(_TOKENS, max_size=12)


def _spelled(node: Any) -> str:
    if isinstance(node, str):
        return node
    if node[0] == "not":
        return f"not ({_spelled(node[1])})" if isinstance(node[1], tuple) else f"!{_spelled(node[1])}"
    inner = [f"({_spelled(each)})" if isinstance(each, tuple) else each for each in node[1]]
    return f" {node[0]} ".join(inner)


_DEFINED = st.sampled_from(["l", "m", "let", "of", "from", "k-1"])
_TYPES = st.sampled_from(["", ": string", ": days", ": list of number", ": list"])
_DEFAULTS = st.sampled_from(["", " = 1", ' = ["x", 2]', " = []", ' = "x"', " = 2026-02-30"])
_DEFINITIONS = st.one_of(
    st.tuples(_DEFINED, expressions(leaves=3)).map(lambda d: f"let {d[0]} = {_spelled(d[1])}"),
    st.tuples(_DEFINED, expressions(leaves=3)).map(lambda d: f"audience {d[0]} = {_spelled(d[1])}"),
    st.tuples(_DEFINED, _DEFINED).map(lambda d: f"let {d[0]} = {d[1]}"),
    st.tuples(_TYPES, _DEFAULTS).map(lambda d: f"param $p{d[0]}{d[1]}"),
    st.lists(_DEFINED, min_size=1, max_size=3).map(lambda d: f'use {", ".join(d)} from "x.audience"'),
)


def modules() -> st.SearchStrategy[str]:
    return st.lists(_DEFINITIONS, min_size=1, max_size=4).map("\n".join)


def texts() -> st.SearchStrategy[str]:
    """Texts that follow the grammar."""
    return st.one_of(expressions(leaves=6).map(_spelled), modules())


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Texts near the grammar: right ones with something deleted, inserted, swapped, replaced or written otherwise."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.text(max_size=30))
    if kind <= 2:
        return "".join(token + draw(st.one_of(_BLANKS, st.just(""))) for token in draw(token_lists()))
    text = draw(texts())
    if kind <= 5:
        parts = text.split(" ")
        for _ in range(draw(st.integers(1, 2))):
            at = draw(st.integers(0, len(parts) - 1))
            change = draw(st.sampled_from(["delete", "insert", "swap", "replace", "double", "case"]))
            if change == "delete" and len(parts) > 1:
                del parts[at]
            elif change == "insert":
                parts.insert(at, draw(_TOKENS))
            elif change == "swap" and at + 1 < len(parts):
                parts[at], parts[at + 1] = parts[at + 1], parts[at]
            elif change == "double":
                parts.insert(at, parts[at])
            elif change == "case":
                parts[at] = parts[at].swapcase()
            else:
                parts[at] = draw(_TOKENS)
        return draw(st.sampled_from([" ", " ", "\n", ""])).join(parts)
    at = draw(st.integers(0, len(text)))
    odd = draw(st.one_of(st.sampled_from(_ODD), st.sampled_from(_SIGNS), st.characters(), st.just("")))
    cut = draw(st.integers(0, 2))
    return text[:at] + odd + text[at + cut :]


# --- Filters, settings and profiles ---------------------------------------------------------------------------------

_ANY_NAME = st.one_of(st.sampled_from(["a", "b", "a b", "é", '"', "\\"]), PLAIN_TEXT)
_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    PLAIN_TEXT,
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(PLAIN_TEXT, min_size=1, max_size=3).map(tuple),
)
_COMPARISONS = sorted({each for row in COMPARISONS.values() for each in row})


def filters_of_any_kind() -> st.SearchStrategy[filters.Filter]:
    """Filters of every shape, whether they make sense or not, with any text in names and values."""
    leaves: st.SearchStrategy[Any] = st.one_of(
        st.builds(filters.CustomAttribute, _ANY_NAME, st.sampled_from(_COMPARISONS), _VALUES),
        st.builds(filters.PushSubscription, st.sampled_from(["is", "is_not"]), STATES),
        st.builds(filters.EmailSubscription, st.sampled_from(["is", "is_not"]), STATES),
        st.builds(filters.LastUsedApp, st.sampled_from(["before", "after"]), INSTANTS.map(written)),
    )
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            lambda joined, members: joined(tuple(members)),
            st.sampled_from([filters.And, filters.Or]),
            st.lists(inner, min_size=2, max_size=4),
        ),
        max_leaves=12,
    )


OPEN_ROWS = sorted(key for key, row in MISSING.items() if row.open)


def assumptions() -> st.SearchStrategy[Settings]:
    """Settings with some of the open rows set at random."""
    return st.dictionaries(st.sampled_from(OPEN_ROWS), st.booleans()).map(lambda assume: Settings(assume=assume))


_PROFILE_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "s": st.one_of(WORDS, st.just("xyx"), st.just("a.b.c")),
    "n": NUMBERS,
    "b": st.booleans(),
    "t": INSTANTS,
    "a": st.lists(WORDS, min_size=1, max_size=3),
}
_STRANGE = st.one_of(st.none(), st.just(""), st.just([]), st.just("x"), st.just(0), st.booleans(), st.just(NOW))


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, Any]:
    """What Braze may hold of a user. A value may be missing, blank, or of another type than the filters think."""
    found: dict[str, Any] = {}
    for letter, values in _PROFILE_VALUES.items():
        for name in (f"{letter}1", f"{letter}2", f"{letter} 3"):
            found[name] = draw(st.one_of(values, values, _STRANGE))
    found["push"], found["email"] = draw(STATES), draw(STATES)
    found["last_used_app"] = draw(st.one_of(st.none(), INSTANTS))
    return found
