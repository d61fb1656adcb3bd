"""What could stand somewhere, in words: from names of terminals to a phrase that people read."""

from ._tables import TERMINALS

__all__ = ["RESERVED", "SOFT", "describe"]

# Keywords that are no words anywhere else, and those that are keywords only in their place, as terminals.
RESERVED = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "IN",
        "IS",
        "TRUE",
        "FALSE",
        "NULL",
        "DOES",
        "INCLUDES",
        "EXISTS",
        "MATCHES",
        "BEFORE",
        "AFTER",
        "LESS",
        "MORE",
        "BETWEEN",
        "PUSH",
        "EMAIL",
        "LAST_USED_APP",
    ]
)
SOFT = frozenset(name for text, name in TERMINALS.items() if text[0].isalpha() and name not in RESERVED)

# Sets of terminals that one phrase stands for, tried in order.
_PHRASES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"NAME", "QUOTED", "LPAR", "NOT"}), 'a filter, such as `eye_color == "blue"`'),
    (
        frozenset({"STRING", "NUMERAL", "TRUE"}),
        "a value: text in quotes, a number, a datetime, `true` or `$name`",
    ),
    (frozenset({"STRING", "REGEX"}), "a regex between slashes, or text in quotes"),
    (frozenset({"EQ", "IN", "EXISTS"}), "a comparison, such as `==`, `in`, `includes` or `exists`"),
    (frozenset({"NUMERAL", "PARAMETER"}), "a number or a parameter"),
    (frozenset({"NAME"}), "a name"),
    (frozenset({"AND", "OR"}), "`and`, `or`"),
    (frozenset({"USE", "LET", "AUDIENCE"}), "a definition (`use`, `param`, `let` or `audience`)"),
)
_COVERED: dict[str, frozenset[str]] = {
    "EQ": frozenset(
        [
            "EQ",
            "NE",
            "GT",
            "GE",
            "LT",
            "LE",
            "IS",
            "IN",
            "NOT",
            "MATCHES",
            "DOES",
            "INCLUDES",
            "EXISTS",
            "BEFORE",
            "AFTER",
            "LESS",
            "MORE",
            "BETWEEN",
            "STARTS",
            "ENDS",
            "CONTAINS",
        ]
    ),
    "NAME": SOFT | {"NAME"},
    "QUOTED": SOFT | {"NAME", "QUOTED", "LPAR", "NOT", "BANG", "PUSH", "EMAIL", "LAST_USED_APP"},
    "TRUE": frozenset({"STRING", "NUMERAL", "TRUE", "FALSE", "NULL", "PARAMETER", "LSQB"}),
    "AND": frozenset({"AND", "OR", "AMPERSANDS", "PIPES"}),
    "USE": frozenset({"USE", "PARAM", "LET", "AUDIENCE"}),
}
_SPELLED = {name: text for text, name in TERMINALS.items()} | {"UNIT": "days", "PARAMETER": "$name"}
_NAMED = {
    "STRING": "text in quotes",
    "$END": "the end of the text",
    "NUMERAL": "a number",
    "REGEX": "a regex",
}


def describe(expected: set[str]) -> str:
    """A set of terminals in words: ``a comparison, such as `==`, or the end of the text``."""
    rest = set(expected)
    phrases: list[str] = []
    for needed, phrase in _PHRASES:
        if needed <= rest:
            phrases.append(phrase)
            rest -= needed
            for terminal in needed:
                rest -= _COVERED.get(terminal, frozenset())
    phrases.extend(f"`{_SPELLED[name]}`" for name in sorted(rest) if name in _SPELLED)
    phrases.extend(_NAMED[name] for name in sorted(rest) if name in _NAMED)
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} or {phrases[-1]}"
