"""A clause in words: everything up to a list, and the list where there is one."""

from collections.abc import Sequence

from .. import tree
from .spelling import spelled_name, spelled_number, spelled_regex, spelled_text

__all__ = ["Words", "unit_word"]

# Units of time in their singular; a word that is none of them, in a text that is wrong, stays as it is.
_SINGULAR = {f"{unit}s": unit for unit in ("second", "minute", "hour", "day", "week", "month", "year")}
_VERBS = {"start": ("starts with", "start with"), "end": ("ends with", "end with"), "anywhere": ("contains", "contain")}


def unit_word(unit: tree.Word) -> str:
    """A unit of time in lower case and in its singular."""
    lower = unit.name.lower()
    return _SINGULAR.get(lower, lower)


class Words:
    """Writes nodes below expressions. `tokens` are those of the text, where the tree was read from one."""

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        self._tokens = tokens

    def clause(self, node: tree.Clause) -> tuple[str, Sequence[tree.Value | tree.Status]]:
        """The words of a clause, and the items of the list that stands at its end, whose brackets are left out."""
        if isinstance(node, tree.ChannelStatus):
            return self._channel(node)
        subject = self._subject(node.subject)
        if isinstance(node, tree.Compare):
            return f"{subject} {_operator(node)} {self.value(node.value)}", ()
        if isinstance(node, tree.In):
            return self._listing(f"{subject} not in" if node.negated else f"{subject} in", node.values)
        if isinstance(node, tree.Matches):
            return f"{subject} {'does not match' if node.negated else 'matches'} {self._pattern(node.pattern)}", ()
        if isinstance(node, tree.Contains):
            plain, negated = _VERBS[node.where]
            return f"{subject} {f'does not {negated}' if node.negated else plain} {self.value(node.value)}", ()
        if isinstance(node, tree.Includes):
            verb = "does not include" if node.negated else "includes"
            if node.quantifier != "one":
                verb = f"includes {node.quantifier} of"
            return self._listing(f"{subject} {verb}", node.value)
        if isinstance(node, tree.Exists):
            return f"{subject} {'does not exist' if node.negated else 'exists'}", ()
        if isinstance(node, tree.At):
            return f"{subject} {node.side} {self.value(node.value)}", ()
        return f"{subject} {self._span(node)}", ()

    def value(self, node: tree.Value) -> str:
        if isinstance(node, tree.Text):
            return spelled_text(node.value, self._token(node.first))
        if isinstance(node, tree.Number):
            return spelled_number(node.value)
        if isinstance(node, tree.Boolean):
            return "true" if node.value else "false"
        if isinstance(node, tree.Instant):
            return node.value
        if isinstance(node, tree.Parameter):
            return f"${node.name}"
        if isinstance(node, tree.Regex):
            return spelled_regex(node.value) or spelled_text(node.value)
        assert isinstance(node, tree.Null)
        return "null"

    def item(self, node: tree.Value | tree.Status) -> str:
        return node.name.lower() if isinstance(node, tree.Status) else self.value(node)

    def _token(self, index: int) -> str | None:
        return self._tokens[index] if 0 <= index < len(self._tokens) else None

    def _subject(self, node: tree.Subject) -> str:
        if isinstance(node, tree.LastUsedApp):
            return "last_used_app"
        # `attribute "…"` is two tokens, of which the text is the second.
        token = self._token(node.last) if node.first < node.last else None
        return spelled_name(node.name, bare=node.bare, token=token)

    def _channel(self, node: tree.ChannelStatus) -> tuple[str, Sequence[tree.Status]]:
        if len(node.statuses) > 1:
            return f"{node.channel} {'not in' if node.negated else 'in'} ", node.statuses
        return f"{node.channel} {'is not' if node.negated else 'is'} {self.item(node.statuses[0])}", ()

    def _listing(
        self, words: str, node: "tree.Value | tree.ListValue"
    ) -> tuple[str, Sequence[tree.Value | tree.Status]]:
        if not isinstance(node, tree.ListValue):
            return f"{words} {self.value(node)}", ()
        return (f"{words} ", node.items) if node.items else (f"{words} []", ())

    def _pattern(self, node: tree.Value) -> str:
        """A regex between slashes, however it was written, unless an escape that is to be seen would be lost."""
        if isinstance(node, tree.Text):
            text = self.value(node)
            plain = spelled_text(node.value)
            return (spelled_regex(node.value) or text) if text == plain else text
        return self.value(node)

    def _span(self, node: tree.Ago | tree.Within | tree.Between) -> str:
        if isinstance(node, tree.Between):
            words = f"between {self.value(node.low)} and {self.value(node.high)}"
            if node.unit is None:
                return words
            return f"{words} {unit_word(node.unit)}s {_side(node.future)}"
        unit = unit_word(node.unit)
        if not (isinstance(node.count, tree.Number) and node.count.value == 1):
            unit += "s"
        if isinstance(node, tree.Within):
            return f"in the {'next' if node.future else 'last'} {self.value(node.count)} {unit}"
        return f"{node.size} than {self.value(node.count)} {unit} {_side(node.future)}"


def _side(future: bool) -> str:
    return "from now" if future else "ago"


def _operator(node: tree.Compare) -> str:
    if isinstance(node.value, tree.Boolean):
        return {"==": "is", "!=": "is not"}.get(node.operator, node.operator)
    return node.operator
