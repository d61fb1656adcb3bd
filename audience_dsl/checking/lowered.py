"""What each expression of a file becomes, for the findings that only lowering makes."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ..api import Analysis
from ..compiler.faults import Faults
from ..compiler.lowering import Lowering
from ..compiler.parameters import Bound
from ..diagnostics import CODES, ERROR, BindError, CompileError, Diagnostic, by_severity
from ..filters import Filter
from ..syntax import tree
from .placeholders import placeholders

__all__ = ["lower_all"]

# Stands in for the instant of the send: a text that needs one is right, and gets it then.
_SOME_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


def lower_all(analysis: Analysis) -> tuple[dict[str, Filter], list[Diagnostic]]:
    """The filters of the file's audiences by name, and what was found in lowering them and its `let`s.

    Parameters have placeholders for values. An audience that cannot be lowered has findings and no filter. Of a text
    with errors nothing has one, and the clauses that are sound are lowered one by one for their own errors.
    """
    values = placeholders(analysis.checked)
    unit = analysis.program.main
    filters: dict[str, Filter] = {}
    found: list[Diagnostic] = []

    def lower(expression: tree.Expression) -> Filter | None:
        lowering = Lowering(analysis.settings, values, _SOME_INSTANT)
        try:
            lowered = lowering.lower(unit, expression)
        except BindError:
            # Of a placeholder's value, not of the text.
            return None
        except CompileError as error:
            # So is a range whose ends are the wrong way round, where the text itself was judged before.
            found.extend(each for each in error.diagnostics if each.code is not CODES["bad-range"])
            return None
        found.extend(lowering.diagnostics)
        return lowered

    if analysis.errors:
        for clause in _sound_clauses(analysis, values):
            lower(clause)
        # What a warning rests on may be what has the error.
        return {}, by_severity(found, ERROR)
    for name, expression in unit.audiences.items():
        lowered = lower(expression)
        if lowered is not None:
            filters[name] = lowered
    for let in unit.lets:
        lower(let.expression)
    return filters, found


def _sound_clauses(analysis: Analysis, values: dict[str, Bound]) -> Iterator[tree.Expression]:
    """The clauses of the file that have no error, each under the `not` that it stands under."""
    unit = analysis.program.main
    faults = Faults(analysis.diagnostics)
    pending = [(expression, False) for expression in reversed(unit.expressions)]
    while pending:
        node, negated = pending.pop()
        if isinstance(node, (tree.And, tree.Or)):
            pending.extend((operand, negated) for operand in reversed(node.operands))
        elif isinstance(node, tree.Not):
            pending.append((node.operand, not negated))
        elif isinstance(node, tree.Reference) or not tree.is_whole(node) or faults.within(unit, node):
            continue
        elif values.keys() >= set(tree.parameters(node)):
            yield tree.Not(node.first, node.last, node) if negated else node
