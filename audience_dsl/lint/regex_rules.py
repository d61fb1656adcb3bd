"""The rules of regexes: those that Braze does not take, and those that say something else than they look like."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..diagnostics import ERROR, Diagnostic, Fix, quoted
from ..regexes import InvalidRegexError, RegexError, render
from ..syntax import tree
from ..syntax.formatter import spelled_regex, spelled_text
from .file import File
from .regex_reading import Texts, half_anchors, in_lower_case, minds_case, texts_of
from .rule import Rule

__all__ = ["REGEX_RULES"]


class _Reading:
    """A clause with a regex that is written out, and what is to be said of the regex.

    `error` says why Braze does not take it. `rule` is the rule of those that know something simpler, with the `texts`
    that the regex finds.
    """

    __slots__ = ("error", "node", "pattern", "rule", "texts")

    def __init__(self, file: File, node: tree.Matches, pattern: str, error: InvalidRegexError | None) -> None:
        self.node = node
        self.pattern = pattern
        self.error = error
        self.rule, self.texts = (None, None) if error is not None else _simpler(file, node, pattern)


def _readings(file: File) -> list[_Reading]:
    errors: dict[str, InvalidRegexError | None] = {}
    found: list[_Reading] = []
    for place in file.places:
        node = place.node
        if isinstance(node, tree.Matches) and isinstance(node.pattern, (tree.Regex, tree.Text)) and node.pattern.value:
            pattern = node.pattern.value
            if pattern not in errors:
                errors[pattern] = _error_of(pattern)
            found.append(_Reading(file, node, pattern, errors[pattern]))
    return found


def _under(file: File, rule: Rule) -> Iterator[_Reading]:
    """The regexes of which this rule tells."""
    return (reading for reading in file.once(_readings) if reading.rule is rule)


def _written(pattern: tree.Regex | tree.Text, value: str) -> str:
    """A regex in the spelling of the one that it replaces."""
    return (spelled_regex(value) if isinstance(pattern, tree.Regex) else None) or spelled_text(value)


# --- Not taken ---


def _invalid(file: File) -> Iterator[Diagnostic]:
    for reading in file.once(_readings):
        if reading.error is not None:
            way = 'mend it, or write text as text: `contains "…"`, or `\\` before a sign that stands for itself'
            yield INVALID_REGEX.finding(file, reading.error.message, reading.node.pattern, help=way)


def _error_of(pattern: str) -> InvalidRegexError | None:
    try:
        render(pattern, "python")
    except InvalidRegexError as error:
        return error
    except RegexError:
        # One that we cannot run, and Braze can.
        return None
    return None


INVALID_REGEX = Rule(
    "invalid-regex",
    why="Braze takes any text as a regex with the request, and finds out when the message goes out. Its engine is "
    "PCRE, so this is what PCRE does not take. It is an error, because the audience reaches nobody, or fails.",
    bad=r"app_version matches /^(4\.[0-9]+/" + "\n",
    good=r"app_version matches /^(4\.[0-9]+)/" + "\n",
    check=_invalid,
    severity=ERROR,
)


# --- Letter case ---


def _capitals(file: File) -> Iterator[Diagnostic]:
    for reading in file.once(_readings):
        # One that is only text is told of by another rule, whose way out keeps the capitals.
        if reading.error is not None or reading.rule is not None or minds_case(reading.pattern):
            continue
        lowered = in_lower_case(reading.pattern)
        if lowered == reading.pattern:
            continue
        node: Any = reading.node.pattern
        written = _written(node, lowered)
        yield REGEX_CAPITALS.finding(
            file,
            f"letter case is ignored in regexes, so {quoted(file.text(node))} finds small letters too",
            node,
            help=f"write {quoted(written)}, or `==` and `in [...]` for a value whose letter case counts",
            fix=Fix("write it in small letters", [(file.unit.parsed.span(node), written)]),
        )


REGEX_CAPITALS = Rule(
    "regex-capitals",
    why="Braze ignores letter case in every regex of a segment, so `[A-Z]` finds small letters as well. Whoever writes "
    "a capital may count on it. The fix writes small letters, which select the same users.",
    bad="voucher_code matches /^[A-Z]{3}-[0-9]+$/\n",
    good="voucher_code matches /^[a-z]{3}-[0-9]+$/\n",
    check=_capitals,
    fix="safe",
)


# --- What a regex could be instead ---


def _simpler(file: File, node: tree.Matches, pattern: str) -> tuple[Rule | None, Texts | None]:
    """The rule that a regex falls under when it could be something simpler, and its texts."""
    anchors = half_anchors(pattern)
    if anchors is not None:
        texts = texts_of(_grouped(pattern, anchors))
        return REGEX_UNANCHORED, texts if texts is not None and texts.start and texts.end else None
    texts = texts_of(pattern)
    if texts is None:
        return None, None
    if texts.start and texts.end:
        # Without a value, `does not match` leaves users out and `not in` does not: a list would be something else.
        return (None, None) if node.negated else (REGEX_IS_LIST, texts)
    if not texts.start and not texts.end and (_look_whole(node, texts.texts) or _are_values(file, node, texts.texts)):
        return REGEX_UNANCHORED, texts
    return (REGEX_IS_PIECE, texts) if len(texts.texts) == 1 else (None, None)


def _grouped(pattern: str, anchors: tuple[bool, bool]) -> str:
    """A choice whose anchors belong to all of its texts."""
    start, end = anchors
    choices = pattern[start : len(pattern) - end]
    return f"{'^' if start else ''}(?:{choices}){'$' if end else ''}"


# The last word of names whose values are one of a few.
_ONE_OF_A_FEW = re.compile(
    r"(?:.*[_\W])?(?:channel|country|currency|gender|lang|language|locale|plan|platform|role|state|status|tier|type)",
    re.IGNORECASE,
)
# Of texts that are shorter, every value has one in it by chance.
_PIECE_AT_LEAST = 3


def _look_whole(node: tree.Matches, texts: list[str]) -> bool:
    """Whether a choice of texts looks like a list of values: by the attribute's name, or since they are so short."""
    if len(texts) < 2 or not isinstance(node.subject, tree.Attribute):
        return False
    return _ONE_OF_A_FEW.fullmatch(node.subject.name) is not None or max(map(len, texts)) < _PIECE_AT_LEAST


def _are_values(file: File, node: tree.Matches, texts: list[str]) -> bool:
    """Whether each of these is a whole value of the attribute, as the catalogue or another clause of the file says."""
    name = node.subject.name if isinstance(node.subject, tree.Attribute) else ""
    known = {each.lower() for each in _known_values(file).get(name, ())}
    entry = None if file.catalog is None else file.catalog.get(name)
    if entry is not None and entry.values:
        known |= {each.lower() for each in entry.values}
    return bool(known) and all(text.lower() in known for text in texts)


def _known_values(file: File) -> dict[str, set[str]]:
    return file.once(_gather_values)


def _gather_values(file: File) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for place in file.places:
        node = place.node
        if isinstance(node, (tree.Compare, tree.In)) and isinstance(node.subject, tree.Attribute):
            items = [node.value] if isinstance(node, tree.Compare) else getattr(node.values, "items", [])
            values = {item.value for item in items if isinstance(item, tree.Text)}
            found.setdefault(node.subject.name, set()).update(values)
    return found


def _as_list(file: File, node: tree.Matches, texts: Iterable[str]) -> str:
    written = [spelled_text(text) for text in dict.fromkeys(texts)]
    subject = file.text(node.subject)
    if len(written) == 1:
        return f"{subject} {'!=' if node.negated else '=='} {written[0]}"
    return f"{subject} {'not in' if node.negated else 'in'} [{', '.join(written)}]"


# The longest way out that is told beside another one, in characters.
_PIECES_AT_MOST = 40


def _as_contains(file: File, node: tree.Matches, texts: list[str]) -> str:
    subject = file.text(node.subject)
    verb, joined = ("does not contain", " and ") if node.negated else ("contains", " or ")
    written = joined.join(f"{subject} {verb} {spelled_text(text)}" for text in dict.fromkeys(texts))
    return written if len(written) <= _PIECES_AT_MOST else f"{subject} {verb} …"


_ALONE = {
    (True, True): "the `^` belongs to the first choice alone, and the `$` to the last",
    (True, False): "the `^` belongs to the first choice alone",
    (False, True): "the `$` belongs to the last choice alone",
}


def _unanchored(file: File) -> Iterator[Diagnostic]:
    for reading in _under(file, REGEX_UNANCHORED):
        node: Any = reading.node
        pattern, texts = reading.pattern, reading.texts
        shown = quoted(file.text(node.pattern))
        anchors = half_anchors(pattern)
        span, way = file.unit.parsed.span(node), "for whole values"
        if anchors is None:
            assert texts is not None
            message = f"{shown} finds its text{'s' * (len(texts.texts) > 1)} anywhere in a value"
            way += f", or {quoted(_as_contains(file, node, texts.texts))} for pieces"
            written = _as_list(file, node, texts.texts)
        else:
            message = f"in {shown} {_ALONE[anchors]}"
            if texts is not None:
                written = _as_list(file, node, texts.texts)
            else:
                span, written = file.unit.parsed.span(node.pattern), _written(node.pattern, _grouped(pattern, anchors))
                way = "if it belongs to all"
        yield REGEX_UNANCHORED.finding(
            file,
            message,
            node.pattern,
            help=f"write {quoted(written)} {way}",
            fix=Fix(f"write {quoted(written)}", [(span, written)], safe=False),
        )


REGEX_UNANCHORED = Rule(
    "regex-unanchored",
    why="A regex finds its text anywhere in a value: `/gold/` finds `marigold`. In `/^gold|silver$/` each anchor "
    "belongs to one choice only. The rule warns of that; of a choice that looks like a list of values, since its texts "
    "are as short as in `/de|en/`, or the attribute is a plan, a language, a status or the like; and of texts that are "
    "whole values of the attribute elsewhere: in the catalogue, or in a clause of the same file.",
    bad="tier matches /^gold|silver$/\n",
    good='tier in ["gold", "silver"]\n',
    check=_unanchored,
    fix="unsafe",
)


def _is_list(file: File) -> Iterator[Diagnostic]:
    for reading in _under(file, REGEX_IS_LIST):
        node: Any = reading.node
        assert reading.texts is not None
        written = _as_list(file, node, reading.texts.texts)
        what = "an equality" if len(reading.texts.texts) == 1 else "a list"
        yield REGEX_IS_LIST.finding(
            file,
            f"{quoted(file.text(node.pattern))} is only {what}, without regard to letter case",
            node.pattern,
            help=f"write {quoted(written)}, which minds letter case, and is quicker and easier to read",
            fix=Fix(f"write {quoted(written)}", [(file.unit.parsed.span(node), written)], safe=False),
        )


REGEX_IS_LIST = Rule(
    "regex-is-list",
    why="`/^(gold|silver)$/` says no more than a list does, but for letter case, which regexes ignore. Braze limits "
    "how complex an audience may be, and long regexes count. The fix is unsafe, since `==` and `in` mind letter case.",
    bad="tier matches /^(gold|silver)$/\n",
    good='tier in ["gold", "silver"]\n',
    check=_is_list,
    fix="unsafe",
)

_WORDS = {(True, False): "start", (False, True): "end", (False, False): "anywhere"}
_SPELLED = {"start": ("starts", "start"), "end": ("ends", "end"), "anywhere": ("contains", "contain")}


def _is_piece(file: File) -> Iterator[Diagnostic]:
    for reading in _under(file, REGEX_IS_PIECE):
        node: Any = reading.node
        texts = reading.texts
        assert texts is not None
        where = _WORDS[texts.start, texts.end]
        verb = _SPELLED[where][node.negated]
        words = f"{'does not ' if node.negated else ''}{verb}{'' if where == 'anywhere' else ' with'}"
        written = f"{file.text(node.subject)} {words} {spelled_text(texts.texts[0])}"
        whole = "!=" if node.negated else "=="
        case = "; letter case is ignored in both" if texts.texts[0].lower() != texts.texts[0] else ""
        yield REGEX_IS_PIECE.finding(
            file,
            f"{quoted(file.text(node.pattern))} is only {'an' if words.startswith('e') else 'a'} `{words}`",
            node.pattern,
            help=f"write {quoted(written)}, or `{whole}` where the whole value is meant{case}",
            fix=Fix(f"write {quoted(written)}", [(file.unit.parsed.span(node), written)]),
        )


REGEX_IS_PIECE = Rule(
    "regex-is-piece",
    why='`/^gold/` says the same as `starts with "gold"`, which says aloud where the text stands, and needs no '
    "escapes. It compiles to the same filter.",
    bad="sku matches /^gold/\n",
    good='sku starts with "gold"\n',
    check=_is_piece,
    fix="safe",
)

REGEX_RULES: tuple[Rule, ...] = (REGEX_CAPITALS, REGEX_UNANCHORED, INVALID_REGEX, REGEX_IS_LIST, REGEX_IS_PIECE)
