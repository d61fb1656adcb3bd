"""After a mistake: how the parse goes on, so that one run finds every mistake, and none that follows from another.

A failure is explained by `mistakes`. Where the explanation has a fix, the parse goes on as if the text said that.
Otherwise the clause at hand becomes an `Invalid`, or the definition is left out, and tokens are skipped up to where a
clause or a definition can go on: a connective with a filter behind it, a closing parenthesis, the next definition.
A second failure in the same clause says nothing new, and is not told.
"""

from ..diagnostics import GATHERED_AT_MOST, Diagnostic, Fix
from . import landmarks, tree
from ._tables import TERMINALS
from .actions import Problems
from .driver import Failure, run, symbol_of, tokenize
from .guesses import without_guesses
from .landmarks import CONNECTIVES, begins_clause, is_literal, is_word
from .literals import Refused
from .machine import Machine, innermost_open
from .mistakes import explain
from .parsed import Parsed

__all__ = ["recover"]

# The failures at one token after which it is skipped, whatever it is.
_TRIES = 3


def recover(parsed: Parsed, tokens: list[str], index: int, problems: Problems) -> list[Diagnostic]:
    """Parse a text whose token at `index` fails: its mistakes. The tree and what is lost go to `parsed`.

    `problems` gets the literals that mean nothing, without those that a mistake already covers.
    """
    recovery = _Recovery(parsed, tokens, index, problems)
    recovery.parse(index)
    return recovery.found


class _Recovery:
    def __init__(self, parsed: Parsed, tokens: list[str], index: int, problems: Problems) -> None:
        self.parsed = parsed
        self.tokens = tokens
        # The end is the first empty token: there are two where a blank stands before it.
        self.end = len(tokens) - 2 if tokens[-2:] == ["", ""] else len(tokens) - 1
        self.found: list[Diagnostic] = []
        self.problems = problems
        # Run again up to the failure alone: the token that failed has led to reductions, and what they have closed
        # could have gone on.
        problems.clear()
        self.machine = Machine(run(tokens[:index], problems), problems)
        # The first token of a clause that has a mistake already.
        self.suspect = -1
        self.failed, self.tries = -1, 0
        # Tokens that stand for a guess, and those before which a connective was guessed.
        self.doubts: list[int] = []
        self.joints: list[int] = []
        # What was skipped, as (first token, last token).
        self.lost: list[tuple[int, int]] = []
        self._closers: dict[int, int] | None = None

    def parse(self, index: int) -> None:
        """Go on from a failure to the end."""
        machine, tokens, end = self.machine, self.tokens, self.end
        while True:
            index = self._mend(index)
            if self.failed == end:
                break
            if len(self.found) + len(self.problems) >= GATHERED_AT_MOST:
                self._lose(index, end)
                index = end
                break
            while index < end and machine.feed(tokens[index], index):
                index += 1
            if index == end and machine.accepts(""):
                break
        self._finish()

    def _mend(self, index: int) -> int:
        """Explain a failure and get over it: the token to go on with, which may be the same."""
        machine, tokens = self.machine, self.tokens
        self.tries = self.tries + 1 if index == self.failed else 0
        self.failed = index
        if self.tries >= _TRIES and tokens[index]:
            return self._skip(index, index + 1)
        height = machine.clause_height()
        clause = index if height is None or height == len(machine.firsts) else machine.firsts[height]
        defines = landmarks.misspelt_definition(self.parsed, tokens, index) is not None
        begins = machine.accepts("or") and (defines or begins_clause(tokens, index))
        follows = clause == self.suspect and not begins
        if follows and not _is_foreign(tokens[index]):
            return self._skip(index, index)
        mistake = explain(self.parsed, tokens, Failure(index, machine.states, machine.values, machine.firsts))
        foreign = mistake.code.slug == "foreign-character"
        # What is wrong as a literal may be only the start of what is wrong here; otherwise that was the mistake.
        while self.problems and covers(mistake, self.parsed, self.problems[-1]):
            self.problems.pop()
        follows = follows or bool(not defines and self.problems and self.problems[-1][0] >= clause)
        if follows and not foreign:
            return self._skip(index, index)
        self.found.append(mistake)
        if not foreign:
            self.suspect = clause
        resumed = self._repair(mistake, index)
        return self._skip(index, index) if resumed is None else resumed

    # --- Going on as if the text were right ---

    def _repair(self, mistake: Diagnostic, index: int) -> int | None:
        slug, machine, token = mistake.code.slug, self.machine, self.tokens[index]
        if slug == "stray-expression":
            return self._stray(index)
        if slug == "unclosed-group" and machine.accepts(")") and (not token or self._begins_definition(index)):
            self._close_groups(index)
            self.suspect = -1
            return index
        if mistake.fix is None:
            return None
        resumed = self._apply(mistake.fix, index, certain=mistake.fix.safe or slug == "missing-connective")
        if resumed is not None and slug == "missing-connective":
            self._join(index)
        elif resumed is None and slug == "missing-connective" and machine.accepts("and"):
            return None
        return resumed

    def _join(self, index: int) -> None:
        """A connective was taken for granted before this token; what follows may be no clause at all."""
        self.joints.append(index)
        if begins_clause(self.tokens, index):
            self.suspect = -1
        else:
            self.doubts.append(index)
            self.suspect = index
            if index and is_word(self.tokens[index - 1]) and (index == 1 or self._may_follow(index - 2)):
                # `city Hue`: two names, of which neither is a filter for sure.
                self.doubts.append(index - 1)

    def _may_follow(self, index: int) -> bool:
        """Whether a clause may stand right behind this token."""
        return self.tokens[index].lower() in CONNECTIVES or self.tokens[index].lower() in ("(", "=", "not", "!")

    def _stray(self, index: int) -> int | None:
        """A bare expression beside definitions: part of the one before it, or of a definition without a name."""
        machine = self.machine
        if self._begins_definition(index):
            return self._close(index)
        last = machine.last
        if machine.accepts("or"):
            machine.feed("and", last)
            machine.last = last
            self._join(index)
            return index
        if machine.takes(["audience", "x", "=", self.tokens[index]], height=len(machine.values)):
            self._open("audience", index, index)
            machine.last = last
            return index
        return None

    def _open(self, keyword: str, first: int, last: int) -> None:
        """Begin a definition whose name is not known."""
        self.machine.feed(keyword, first)
        self.machine.feed("x", first, value="")
        self.machine.feed("=", last)

    def _apply(self, fix: Fix, index: int, *, certain: bool) -> int | None:
        """Go on as if the fix were made; None where the text would not go on then."""
        machine, tokens, text = self.machine, self.tokens, self.parsed.source.text
        edits = sorted(fix.edits, key=lambda edit: edit[0].start)
        start, end = edits[0][0].start, max(span.end for span, _ in edits)
        first = index
        while first and self.parsed.token_span(first - 1).end > start:
            first -= 1
        beyond = index
        while tokens[beyond] and self.parsed.token_span(beyond).start < end:
            beyond += 1
        if first < beyond:
            start = min(start, self.parsed.token_span(first).start)
            end = max(end, self.parsed.token_span(beyond - 1).end)
        pieces: list[str] = []
        at = start
        for span, replacement in edits:
            pieces += [text[at : span.start], replacement]
            at = span.end
        rewritten = tokenize("".join([*pieces, text[at:end]]))[:-1]
        height = machine.height_at(first)
        if height is None or not machine.takes([*rewritten, tokens[beyond]], height=height):
            return None
        machine.cut(height)
        while self.problems and self.problems[-1][0] >= first:
            self.problems.pop()
        machine.last = first - 1
        for offset, token in enumerate(rewritten):
            # What is only inserted stands with the token before, which a later fix leaves alone.
            machine.feed(token, max(min(first + offset, beyond - 1), 0))
        machine.last = beyond - 1 if rewritten else first - 1
        if rewritten and not certain:
            self.doubts.extend(range(first, beyond))
            self._lose(first, beyond - 1)
        return beyond

    # --- Leaving out what cannot be read ---

    def _skip(self, index: int, start: int) -> int:
        """Leave out the clause or the head of a definition at hand, and all tokens from `start` that cannot go on."""
        machine, tokens = self.machine, self.tokens
        begun = index
        if index and start == index and self._begins_definition(index - 1) and machine.reads_name(index - 1):
            # The keyword of the next definition.
            height = machine.height_at(index - 1)
            if height is None:
                height = machine.clause_height()
            head = machine.definition_height()
            height = head if height is None else height
            begun = start = index - 1
            self._lose(machine.firsts[height], begun - 1)
            machine.cut(height)
            machine.last = begun - 1
            if machine.clause_height() is None:
                self._lose(machine.firsts[head] if head < len(machine.firsts) else begun, begun - 1)
                machine.cut(head)
                return self._close(begun)
        height = machine.clause_height()
        if height is None or (height == 0 and self._begins_definition(machine.firsts[0] if machine.firsts else begun)):
            return self._skip_head(begun, start)
        token = tokens[index]
        # A name alone may as well be the subject of what cannot be read.
        alone = (
            height < len(machine.firsts) and machine.firsts[height] == machine.last and is_word(tokens[machine.last])
        )
        whole = begun == index and machine.accepts("or") and not alone
        if whole and (tokens[machine.last] == ")" or not (is_word(token) or is_literal(token))):
            # The clause is well, and what follows it is not.
            resumed = self._next(max(start, index + 1) if token and not self._begins_definition(index) else index)
            self._lose(index, resumed - 1)
        else:
            first = machine.firsts[height] if height < len(machine.firsts) else begun
            machine.cut(height)
            if start == index and index > first and tokens[index - 1].lower() in CONNECTIVES:
                # `between 1 and` before a clause has taken its connective.
                start = index - 1 if begins_clause(tokens, index) else start
            resumed = self._next(start)
            last = max(resumed - 1, 0)
            machine.put_clause(min(first, last), last)
            self._lose(first, resumed - 1)
        if not tokens[resumed] or self._begins_definition(resumed):
            if not machine.accepts(")") or self._swallowed(resumed):
                return self._close(resumed)
            # A group that is not closed is a mistake of its own.
            self.suspect = -1
        return resumed

    def _swallowed(self, resumed: int) -> bool:
        """Whether what was skipped last may hold a closing parenthesis, in a text that is not closed."""
        first, last = self.lost[-1] if self.lost else (resumed, resumed)
        return any(
            ")" in token and len(token) > 1 and symbol_of(token) == "#?" for token in self.tokens[first : last + 1]
        )

    def _skip_head(self, begun: int, start: int) -> int:
        """Leave out a definition whose head cannot be read; its filter is read all the same."""
        machine, tokens = self.machine, self.tokens
        height = machine.definition_height()
        first = machine.firsts[height] if height < len(machine.firsts) else begun
        machine.cut(height)
        keyword, at = tokens[first].lower(), max(start, first + 1)
        while at < self.end and not self._begins_definition(at):
            if tokens[at] == "=" and keyword in ("let", "audience"):
                self._lose(first, at)
                self._open(keyword, first, at)
                return at + 1
            at += 1
        at = min(at, self.end)
        self._lose(first, at - 1)
        machine.last = at - 1
        self.suspect = -1
        if at == self.end:
            # Nothing is left that could fail.
            self.failed = at
        return at

    def _next(self, index: int) -> int:
        """The first token from here at which the parse can go on after a clause."""
        closes = innermost_open(self.machine.values, self.machine.firsts) is not None
        while True:
            sign = self.tokens[index]
            if not sign or self._begins_definition(index) or (sign == ")" and closes):
                return index
            if sign.lower() in CONNECTIVES and self._may_begin(index + 1):
                return index
            index = self._closer(index) + 1 if sign == "(" else index + 1

    def _may_begin(self, index: int) -> bool:
        token, follows = self.tokens[index], self.tokens[min(index + 1, self.end)]
        if landmarks.could_begin_filter(token) or follows.lower() in landmarks.COMPARISON_SIGNS:
            return token.lower() not in CONNECTIVES
        # A sign that the language does not have may stand before a filter.
        return bool(token) and token not in TERMINALS and symbol_of(token) == "#?" and token[0] not in "\"'/"

    def _closer(self, index: int) -> int:
        """The token that closes this parenthesis within its definition, or itself where none does."""
        if self._closers is None:
            closers: dict[int, int] = {}
            opened: list[int] = []
            for at, sign in enumerate(self.tokens):
                if sign == "(":
                    opened.append(at)
                elif sign == ")" and opened:
                    closers[opened.pop()] = at
                elif opened and self._begins_definition(at):
                    opened.clear()
            self._closers = closers
        return self._closers.get(index, index)

    def _close(self, index: int) -> int:
        """End what is open before a definition, or before the end of the text."""
        machine = self.machine
        height = machine.clause_height()
        if height is not None and not machine.accepts("or"):
            first = machine.firsts[height] if height < len(machine.firsts) else index
            machine.cut(height)
            last = max(index - 1, 0)
            machine.put_clause(min(first, last), last)
            self._lose(first, index - 1)
        self._close_groups(index)
        self.suspect = -1
        if self.tokens[index] and not machine.accepts("let"):
            if machine.definition_height() == 0 and machine.end(index):
                expression = machine.values[-1]
                machine.cut(0)
                word = tree.Word(expression.first, expression.first, "")
                machine.put_definition(tree.Audience(expression.first, expression.last, word, expression))
            else:
                first = machine.definition_height()
                self._lose(machine.firsts[first], index - 1)
                machine.cut(first)
        return index

    def _close_groups(self, index: int) -> None:
        last = max(index - 1, 0)
        while self.machine.feed(")", last):
            self.machine.last = last

    def _lose(self, first: int, last: int) -> None:
        if first <= last:
            self.lost.append((first, last))

    def _begins_definition(self, index: int) -> bool:
        return landmarks.begins_definition(self.parsed, self.tokens, index)

    # --- What came of it ---

    def _finish(self) -> None:
        machine, parsed, end = self.machine, self.parsed, self.end
        if not end:
            return
        self._close(end)
        if not machine.accepts(""):
            height = machine.definition_height()
            if height < len(machine.firsts):
                self._lose(machine.firsts[height], end)
            machine.cut(height)
        found = machine.values[-1] if machine.end(end) else tree.Module(0, max(end - 1, 0), [])
        parsed.tree = without_guesses(found, sorted(set(self.doubts)), sorted(self.joints), self.lost)
        parsed.lost = frozenset(
            token
            for first, last in self.lost
            for token in self.tokens[first : last + 1]
            if is_word(token) or symbol_of(token) == "#PARAMETER"
        )


def covers(mistake: Diagnostic, parsed: Parsed, problem: tuple[int, Refused]) -> bool:
    """Whether a mistake's place holds all of a literal that means nothing."""
    index, refused = problem
    token = parsed.token_span(index)
    end = token.end if refused.end is None else token.start + refused.end
    span = mistake.span
    return span is not None and span.start <= token.start + refused.start and end <= span.end


def _is_foreign(token: str) -> bool:
    return len(token) == 1 and not " " < token < "\x7f"
