"""A regex in words: what it comes to, where it is no more than a text at one place."""

from .wording import Words, code, shown_value

__all__ = ["pattern_words", "read_literal"]

_SPECIAL = frozenset(".^$*+?()[]{}|\\")


def pattern_words(pattern: str, *, negative: bool) -> Words:
    """What is said of a text that matches the regex, or does not; `in any letter case` where that can matter."""
    literal = read_literal(pattern)
    if literal is None:
        return f"{'does not match' if negative else 'matches'} the regular expression " + code(pattern) + _ANY_CASE
    at_start, text, at_end = literal
    if at_start and at_end:
        verb = "is not" if negative else "is"
    else:
        does, plain = ("starts with", "start with") if at_start else ("ends with", "end with")
        if not at_start and not at_end:
            does, plain = "contains the text", "contain the text"
        verb = f"does not {plain}" if negative else does
    return f"{verb} " + shown_value(text) + (_ANY_CASE if text.lower() != text.upper() else "")


_ANY_CASE = " (in any letter case)"


def read_literal(pattern: str) -> tuple[bool, str, bool] | None:
    """Whether it stands at the start, the text, and whether at the end; None for what says more than that."""
    at_start = pattern.startswith("^")
    text: list[str] = []
    at = int(at_start)
    while at < len(pattern):
        each = pattern[at]
        if each == "$" and at == len(pattern) - 1:
            return (at_start, "".join(text), True) if text else None
        if each == "\\":
            at += 1
            each = pattern[at : at + 1]
            # A letter or digit behind it would be a class, a reference or an escape.
            if not each or each.isalnum() or each == "_":
                return None
        elif each in _SPECIAL:
            return None
        text.append(each)
        at += 1
    return (at_start, "".join(text), False) if text else None
