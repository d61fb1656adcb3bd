"""Bugs planted one at a time: a module, and each way in which one place of it could be wrong.

A mutant is told by what it changes and not by its line, so that it keeps its name when the module moves on.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["TARGETS", "Mutant", "mutants_of"]

# The modules that say what a filter means; of some only these functions, classes and tables.
TARGETS: dict[str, frozenset[str] | None] = {
    "braze.py": frozenset({"MISSING", "COMPARISONS", "RELATIVE", "NO_VALUE", "MissingRow", "missing_key", "_KEYS"}),
    "settings.py": frozenset({"selects_missing", "is_sure", "is_unknown", "digest", "_check_assumption"}),
    "compiler/negation.py": None,
    "compiler/lowering.py": None,
    "compiler/lowered.py": None,
    "evaluate.py": None,
    "attribute_types.py": None,
    "audience/emit.py": None,
}

_Change: TypeAlias = Callable[[Any], ast.AST | None]

_COMPARES: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_PAIRS = (
    ("And", "Or"),
    ("PushSubscription", "EmailSubscription"),
    ("_NONE", "_OTHER"),
    ("_TRUE", "_FALSE"),
    ("_FUTURE", "_PAST"),
    ("any", "all"),
    ("equals", "not_equal"),
    ("is_any_of", "is_none_of"),
    ("includes_value", "does_not_include_value"),
    ("matches_regex", "does_not_match_regex"),
    ("exists", "does_not_exist"),
    ("greater_than", "greater_than_or_equal_to"),
    ("less_than", "less_than_or_equal_to"),
    ("before", "after"),
    ("less_than_x_days_ago", "greater_than_x_days_ago"),
    ("less_than_x_days_in_the_future", "greater_than_x_days_in_the_future"),
    ("is", "is_not"),
    ("push", "email"),
    ("true", "false"),
    ("zero", "other"),
    ("less", "more"),
)
_SWAPPED = dict(_PAIRS) | {second: first for first, second in _PAIRS}
# The marks of a row of the assumptions, and the nearest that is not as sure, or as known.
_MARKS = {"D": "D_SEG", "I_STRONG": "I", "D_SEG": "I_STRONG", "I": "I_STRONG", "I_WEAK": "I_STRONG", "U": "I_STRONG"}
_KNOWN = {"U": "I", "I": "U", "I_WEAK": "U", "D_SEG": "U"}
_NO_MEANING = {"__all__", "__slots__", "_fields"}


class Mutant:
    """One change of one module. `source` is the module with it."""

    def __init__(self, path: str, line: int, where: str, change: str, make: Callable[[], str]) -> None:
        self.path = path
        self.line = line
        self.where = where
        self.change = change
        self._make = make

    @property
    def name(self) -> str:
        return f"{self.path}: {self.where}: {self.change}"

    @property
    def source(self) -> str:
        return self._make()


def mutants_of(path: str, source: str) -> list[Mutant]:
    """All of a module's mutants, in the order of its lines. `path` is relative to the package."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        # Operators and contexts are objects that Python shares between all trees.
        if not isinstance(node, (ast.cmpop, ast.boolop, ast.operator, ast.unaryop, ast.expr_context)):
            node.index = index  # type: ignore[attr-defined]
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for where, statement, node in sorted(_places(tree, TARGETS[path]), key=lambda each: _line(each[1], each[2])):
        for change, become in _changes(node):
            text = f"{_short(node)} → {change}"
            key = f"{where}: {text}"
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                text += f" ({seen[key]})"
            found.append(Mutant(path, _line(statement, node), where, text, _maker(tree, node, become)))
    return found


def _line(statement: ast.AST, node: ast.AST) -> int:
    return int(getattr(node, "lineno", getattr(statement, "lineno", 0)))


def _maker(tree: ast.Module, node: ast.AST, become: _Change) -> Callable[[], str]:
    return lambda: ast.unparse(ast.fix_missing_locations(_Planting(node, become).visit(deepcopy(tree))))


class _Planting(ast.NodeTransformer):
    def __init__(self, place: ast.AST, become: _Change) -> None:
        self._index = place.index  # type: ignore[attr-defined]
        self._become = become

    def visit(self, node: ast.AST) -> Any:
        return self._become(node) if getattr(node, "index", -1) == self._index else self.generic_visit(node)


# --- Where ---


def _places(tree: ast.Module, wanted: frozenset[str] | None) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Nodes that can be wrong: (name of what they stand in, statement at the top of it, node)."""
    for statement in tree.body:
        name = _name(statement)
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                method = _name(inner)
                if wanted is None or name in wanted or method in wanted:
                    yield from ((f"{name}.{method}", inner, node) for node in _inside(inner))
        elif name and (wanted is None or name in wanted):
            yield from ((name, statement, node) for node in _inside(statement))


def _name(statement: ast.AST) -> str:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return statement.name
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, without annotations, asserts, names for export, and wording."""
    if isinstance(node, (ast.Assert, ast.Import, ast.ImportFrom)) or _name(node) in _NO_MEANING:
        return
    if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
        return
    yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        children = value if isinstance(value, list) else [value]
        if field == "args" and getattr(getattr(node, "func", None), "id", "") == "cast":
            children = children[1:]
        for child in children:
            if not isinstance(child, ast.AST):
                continue
            if not _wording(node, child):
                yield from _inside(child)


def _wording(node: ast.AST, child: ast.AST) -> bool:
    """Whether this is a docstring, or a text that people read."""
    if not isinstance(child, ast.Constant) or not isinstance(child.value, str):
        return False
    return isinstance(node, (ast.JoinedStr, ast.Expr)) or " " in child.value


# --- What ---


def _changes(node: Any) -> Iterator[tuple[str, _Change]]:
    """Each way to spoil a node: what it becomes, in words and in fact."""
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                for other in _COMPARES[type(operator)]:
                    yield _shown(node, _item("ops", at, other()))
        case ast.BoolOp():
            yield _shown(node, _field("op", ast.Or() if isinstance(node.op, ast.And) else ast.And()))
            if len(node.values) > 2:
                for at in range(len(node.values)):
                    yield _shown(node, _without("values", at))
        case ast.UnaryOp(op=ast.Not()):
            yield _shown(node, lambda new: new.operand)
        case ast.BinOp() if type(node.op) in _ARITHMETIC and not _textual(node):
            yield _shown(node, _field("op", _ARITHMETIC[type(node.op)]()))
        case ast.Constant():
            for constant in _constants(node.value):
                yield repr(constant), _field("value", constant)
        case ast.Name(ctx=ast.Load()) if node.id in _SWAPPED:
            yield _shown(node, _field("id", _SWAPPED[node.id]))
        case ast.Tuple(ctx=ast.Load(), elts=[ast.Constant(), ast.Constant(value=bool()), ast.Name(id=mark), _]):
            # A row of the assumptions: as sure as it was not, and as known as it was not.
            for name in dict.fromkeys(each[mark] for each in (_MARKS, _KNOWN) if mark in each):
                yield f"marked {name}", _item("elts", 2, ast.Name(name, ast.Load()))
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Set():
            if len(node.elts) > 1 and all(map(_plain, node.elts)):
                for at in range(len(node.elts)):
                    yield f"without {_short(node.elts[at])}", _without("elts", at)
        case ast.Dict():
            yield from _of_dict(node)
        case ast.If() | ast.IfExp():
            for forced in (True, False):
                yield f"if {forced}", _field("test", ast.Constant(forced))
        case ast.While():
            yield "while False", _field("test", ast.Constant(False))
        case ast.comprehension() if node.ifs:
            yield "without its if", _field("ifs", [])
        case ast.Return(value=ast.expr() as value) | ast.Lambda(body=value) if _boolean(value):
            yield "negated", _field("value" if isinstance(node, ast.Return) else "body", ast.UnaryOp(ast.Not(), value))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Delete() | ast.Continue() | ast.Break() | ast.Raise():
            yield "deleted", lambda _: ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "deleted", lambda _: ast.Pass()


def _constants(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [value + 1, value - 1]
    return [_SWAPPED.get(value, f"{value}?")] if isinstance(value, str) else []


def _of_dict(node: ast.Dict) -> Iterator[tuple[str, _Change]]:
    for at, key in enumerate(node.keys):
        yield f"without {_short(key)}", _without("keys", at, also="values")
    dumped = [ast.dump(value) for value in node.values]
    for at in range(len(dumped)):
        other = next((i for i in [*range(at + 1, len(dumped)), *range(at)] if dumped[i] != dumped[at]), None)
        if other is not None:
            yield f"{_short(node.keys[at])} as {_short(node.keys[other])}", _item("values", at, node.values[other])


def _field(name: str, value: object) -> _Change:
    def change(node: Any) -> Any:
        setattr(node, name, value)
        return node

    return change


def _item(name: str, at: int, value: object) -> _Change:
    def change(node: Any) -> Any:
        getattr(node, name)[at] = value
        return node

    return change


def _without(name: str, at: int, *, also: str = "") -> _Change:
    def change(node: Any) -> Any:
        del getattr(node, name)[at]
        if also:
            del getattr(node, also)[at]
        return node

    return change


def _plain(item: ast.expr) -> bool:
    """Whether this is an item of a table or a list of types, and not a part of what is worked out."""
    if isinstance(item, (ast.Name, ast.Attribute)):
        name = item.id if isinstance(item, ast.Name) else item.attr
        return name[0].isupper() or name in ("str", "bool", "int", "float", "list", "tuple", "date")
    return isinstance(item, (ast.Constant, ast.Tuple))


def _boolean(value: object) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in ("isinstance", "any", "all")
    return isinstance(value, (ast.Compare, ast.BoolOp)) or isinstance(getattr(value, "op", None), ast.Not)


def _textual(node: ast.BinOp) -> bool:
    """Whether it joins texts."""
    return any(
        isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, str))
        for each in ast.walk(node)
    )


def _shown(node: ast.AST, become: _Change) -> tuple[str, _Change]:
    changed = become(deepcopy(node))
    assert changed is not None
    return _short(changed), become


def _short(node: ast.AST | None) -> str:
    if node is None:
        return "**"
    if isinstance(node, ast.comprehension):
        return ast.unparse(node).strip()[:80]
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def mutants(package: Path) -> dict[str, list[Mutant]]:
    return {path: mutants_of(path, (package / path).read_text(encoding="utf-8")) for path in TARGETS}
