"""What recovery took for granted is taken out of the tree again, before anybody draws conclusions from it."""

from bisect import bisect_left

from . import tree

__all__ = ["without_guesses"]


def without_guesses(
    found: tree.Module | tree.Expression, doubts: list[int], joints: list[int], lost: list[tuple[int, int]]
) -> tree.Module | tree.Expression:
    """The tree with `Invalid` for each clause that holds a guess, so that nothing is found out from it.

    An AND whose connective was guessed counts as one in parentheses: nobody has mixed it with an OR.
    """
    groups: list[tree.And] = []
    pending: list[tree.Expression] = []

    def certain(node: tree.Expression) -> tree.Expression:
        if isinstance(node, (tree.And, tree.Or, tree.Not)):
            pending.append(node)
            return node
        at = bisect_left(doubts, node.first)
        if at == len(doubts) or doubts[at] > node.last:
            return node
        lost.append((node.first, node.last))
        return tree.Invalid(node.first, node.last)

    if isinstance(found, tree.Module):
        for definition in found.definitions:
            if isinstance(definition, (tree.Let, tree.Audience)):
                definition.expression = certain(definition.expression)
    else:
        found = certain(found)
    while pending:
        node = pending.pop()
        if isinstance(node, tree.Not):
            node.operand = certain(node.operand)
        elif isinstance(node, (tree.And, tree.Or)):
            node.operands[:] = [certain(operand) for operand in node.operands]
            if isinstance(node, tree.And):
                groups.append(node)
    for group in reversed(groups):
        # Inner groups come first, and take the connectives that are theirs.
        at = bisect_left(joints, group.first + 1)
        while at < len(joints) and joints[at] <= group.last:
            group.grouped = True
            del joints[at]
    return found
