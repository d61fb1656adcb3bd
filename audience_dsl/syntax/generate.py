"""Makes `_tables.py` from the grammar: Lark's LALR(1) table and one regex for all tokens, as literals.

    python -m audience_dsl.syntax.generate

Lark analyses the grammar; here its table is only written in the form that the loop in `driver.py` reads:

- States are numbered in the order in which they are reached from the start, so that the file does not depend
  on the order of Lark's sets.
- ROWS[state] maps a symbol to an action: a state to shift to (0 or more), or `~rule` to reduce by (negative).
  The symbol of a keyword or sign is its own text, so that one look-up with the token finds it. The symbol of a
  terminal with many texts (a name, a string) is its class, such as "#NAME"; no token starts with `#`.
- GOTO[nonterminal][state] is the state after a reduction.
- RULES[rule] is (nonterminal, number of symbols, name of the action, or None to hand the one symbol on).
- DEFAULTS[state] is the rule of a state that can only reduce by that rule, or None.
"""

import re
from pathlib import Path
from pprint import pformat
from typing import Any

from .grammar import lark_parser

OUTPUT = Path(__file__).with_name("_tables.py")
KEYWORD = re.compile(r"\(\?ai:([a-z_|]+)\)")
# Terminals with many texts, in the order in which the master regex tries them.
CLASSES = ("NAME", "STRING", "NUMERAL", "PARAMETER", "QUOTED", "REGEX")
IGNORED = ("BLANK", "COMMENT")


def generate() -> str:
    """The text of `_tables.py`."""
    lark = lark_parser()
    table = lark.parser.parser._parse_table
    terminals = {terminal.name: terminal.pattern for terminal in lark.terminals}
    spellings = {name: _spellings(pattern) for name, pattern in terminals.items() if name not in (*CLASSES, *IGNORED)}
    order = _reached(table.states, table.start_states["start"])
    number = {state: index for index, state in enumerate(order)}
    rules = list(lark.rules)
    rule_number = {_signature(rule): index for index, rule in enumerate(rules)}
    nonterminals = sorted({rule.origin.name for rule in rules})

    rows: list[dict[str, int]] = []
    defaults: list[int | None] = []
    goto: dict[str, dict[int, int]] = {name: {} for name in nonterminals}
    for state in order:
        row: dict[str, int] = {}
        for symbol, (action, target) in sorted(table.states[state].items()):
            if symbol in goto:
                goto[symbol][number[state]] = number[target]
                continue
            code = number[target] if action.name == "Shift" else ~rule_number[_signature(target)]
            for text in _symbols(symbol, spellings):
                row[text] = code
        rows.append(row)
        codes = set(row.values())
        only = codes.pop() if len(codes) == 1 else 0
        defaults.append(~only if only < 0 else None)

    names = {
        "MASTER": _master(terminals, spellings),
        "TERMINALS": {text: name for name, texts in sorted(spellings.items()) for text in texts},
        "END_STATE": number[table.end_states["start"]],
        "ROWS": rows,
        "DEFAULTS": defaults,
        "GOTO": [goto[name] for name in nonterminals],
        "RULES": [(nonterminals.index(rule.origin.name), len(rule.expansion), rule.alias) for rule in rules],
    }
    body = "\n".join(f"{name} = {_literal(value)}" for name, value in names.items())
    return f'"""Generated from grammar/audience.lark by audience_dsl.syntax.generate. Do not edit."""\n\n{body}\n'


def _literal(value: object) -> str:
    return repr(value) if isinstance(value, str) else pformat(value, width=160, compact=True)


def _spellings(pattern: Any) -> list[str]:
    if pattern.type == "str":
        return [pattern.value]
    match = KEYWORD.match(pattern.value)
    assert match, f"a terminal that is neither text, keyword nor class: {pattern}"
    return sorted(match[1].split("|"))


def _symbols(symbol: str, spellings: dict[str, list[str]]) -> list[str]:
    if symbol == "$END":
        return [""]
    return spellings.get(symbol) or [f"#{symbol}"]


def _signature(rule: Any) -> tuple[str, tuple[str, ...]]:
    return rule.origin.name, tuple(symbol.name for symbol in rule.expansion)


def _reached(states: dict[int, dict[str, tuple[Any, Any]]], start: int) -> list[int]:
    order, seen = [start], {start}
    for state in order:
        for _, (action, target) in sorted(states[state].items(), key=lambda item: item[0]):
            if action.name == "Shift" and target not in seen:
                seen.add(target)
                order.append(target)
    return order


def _master(terminals: dict[str, Any], spellings: dict[str, list[str]]) -> str:
    """One regex whose every match is one token, in its only group, after the blanks and comments before it.

    The last alternatives are the end, as an empty token, and any other character, so that nothing is skipped. A
    string or regex that is not closed takes the rest of its line: scanned once, however many quotes follow.
    """
    signs = sorted((text for texts in spellings.values() for text in texts if not text[0].isalpha()), key=len)
    # Names include the keywords; the row of a state tells them apart.
    alternatives = [terminals[name].value for name in CLASSES]
    alternatives.append("[\"'/][^\\r\\n]*+")
    alternatives.extend(re.escape(sign) for sign in reversed(signs))
    blank, comment = (terminals[name].value for name in IGNORED)
    blanks = blank.replace("+", "*+", 1)
    return f"(?:{blanks}(?:{comment}+{blanks})*+)({'|'.join(alternatives)}|\\Z|[\\s\\S])"


if __name__ == "__main__":
    OUTPUT.write_text(generate(), encoding="utf-8")
