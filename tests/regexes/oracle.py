"""PCRE2 itself, set as Braze's regexes are read: UTF, letter case ignored, no UCP."""

import pcre2  # type: ignore[import-untyped]
from hypothesis import strategies as st

__all__ = ["SUBJECTS", "found", "patterns"]

# Letters whose cases are more than two, or one, or longer in UTF-8; half of the subjects' characters are in patterns.
LETTERS = ["k", "s", "K", "ſ", "\u212a", "é", "É", "ß", "ẞ", "i", "I", "İ", "ı", "µ", "a", "b", "😀"]
OTHERS = ["\n", "\r", "1", "_", "-", " "]
SUBJECTS = st.text(st.sampled_from(LETTERS + OTHERS), max_size=6)

_LITERALS = st.sampled_from([*LETTERS, *OTHERS, r"\.", r"\n", r"\x6b", r"\Qk.\E", "{", "}", "]"])
_SETS_INSIDE = [r"\d", r"\w", r"\s", r"\W", r"\S", "[:alpha:]", "[:^punct:]", "[:upper:]", r"\h", r"\V"]
_RANGES = ["a-z", "A-K", "à-ÿ", "k-s", "\u0100-\uffff"]
_MEMBERS = st.sampled_from([*LETTERS, "\n", "1", "_", r"\-", r"\b", *_RANGES, *_SETS_INSIDE])
_CLASSES = st.tuples(st.sampled_from(["[", "[^"]), st.lists(_MEMBERS, min_size=1, max_size=3)).map(
    lambda parts: parts[0] + "".join(parts[1]) + "]"
)
_SETS = st.sampled_from([".", r"\d", r"\w", r"\s", r"\W", r"\S", r"\D", r"\N", r"\h", r"\R"])
_ANCHORS = st.sampled_from(["^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z", "(?i)", "(?#k)"])
_QUANTIFIERS = st.tuples(
    st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}"]), st.sampled_from(["", "", "?", "+"])
).map("".join)


def _pieces(alternatives: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    openings = st.sampled_from(["(", "(?:", "(?i:", "(?<n>", "(?=", "(?!", "(?<=", "(?<!", "(?>"])
    groups = st.tuples(openings, alternatives).map(lambda parts: f"{parts[0]}{parts[1]})")
    repeated = st.tuples(st.one_of(_LITERALS, _CLASSES, _SETS, groups), _QUANTIFIERS).map("".join)
    return st.one_of(_LITERALS, _CLASSES, _SETS, _ANCHORS, groups, repeated, st.sampled_from([r"\1", r"\k<n>"]))


def patterns() -> st.SearchStrategy[str]:
    """Regexes, most of which PCRE takes."""

    def joined(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        branches = st.lists(pieces, max_size=4).map("".join)
        return st.lists(branches, min_size=1, max_size=3).map("|".join)

    return joined(_pieces(st.recursive(st.one_of(_LITERALS, _CLASSES), lambda inner: joined(_pieces(inner)))))


def found(pattern: str, values: list[str]) -> list[bool] | None:
    """Whether PCRE finds the regex in each value; None where it does not take the regex."""
    try:
        compiled = pcre2.compile(pattern, pcre2.IGNORECASE | pcre2.ASCII)
    except pcre2.PatternError:
        return None
    return [compiled.search(value) is not None for value in values]
