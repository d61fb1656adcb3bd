"""Tables of the documentation that are rendered from the package's own data.

    python -m tests.docs.tables

writes them into the pages, between the comments `<!-- table NAME -->` and `<!-- end -->`.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from audience_dsl.braze import COMPARISONS, MISSING
from audience_dsl.braze_api import ENDPOINTS, INSTANCES
from audience_dsl.compiler.parameters import KINDS
from audience_dsl.diagnostics import CODES
from audience_dsl.settings import Limits

from . import rules
from .pages import PAGES

__all__ = ["TABLES", "committed", "render", "write"]

_PLACE = re.compile(r"(<!-- table ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _missing() -> str:
    value = {"zero": " 0", "other": ", not 0", "true": " `true`", "false": " `false`", "any": ""}
    rows = []
    for key, row in MISSING.items():
        comparison, kind, of = key.split(".")
        on = "every type" if kind == "any" else kind + value[of]
        rows.append([f"`{comparison}`", on, "yes" if row.selects else "no", row.mark, f"`{key}`", row.source])
    return _table(["comparison", "value", "selects them", "how sure", "key", "source"], rows)


def _comparisons() -> str:
    return _table(
        ["type", "comparisons"],
        ([kind, ", ".join(f"`{each}`" for each in comparisons)] for kind, comparisons in COMPARISONS.items()),
    )


def _codes() -> str:
    rows = sorted((code.code, code.slug, code.summary) for code in CODES.values())

    def link(code: str, slug: str) -> str:
        return f"[{code}]({rules.HOME if rules.is_lint_only(code) else ''}#{code.lower()}-{slug})"

    return _table(
        ["code", "name", "meaning"],
        ([link(code, slug), f"`{slug}`", summary] for code, slug, summary in rows),
    )


def _rules() -> str:
    return _table(["code", "name", "finds", "fix"], rules.overview())


def _kinds() -> str:
    return _table(["type", "takes"], ([f"`{kind}`", words] for kind, words in KINDS.items()))


def _instances() -> str:
    return _table(["name", "REST endpoint"], ([f"`{name}`", f"`{url}`"] for name, url in INSTANCES.items()))


def _endpoints() -> str:
    def fields(names: Iterable[str]) -> str:
        return ", ".join(f"`{name}`" for name in names)

    return _table(
        ["endpoint", "path", "required", "may have"],
        (
            [f"`{name}`", f"`{each.path}`", fields(each.required), fields(each.optional)]
            for name, each in ENDPOINTS.items()
        ),
    )


def _limits() -> str:
    what = {
        "clauses": "filters in the expanded audience",
        "depth": "groups inside each other",
        "list_items": "items of one list",
        "source": "characters of one file",
        "files": "files that `use` brings in",
    }
    limits = Limits()
    rows = ((name, words, getattr(limits, name)) for name, words in what.items())
    return _table(["limit", "counts", "unless set"], ([f"`{name}`", words, f"{most:,}"] for name, words, most in rows))


TABLES: dict[str, Callable[[], str]] = {
    "missing": _missing,
    "comparisons": _comparisons,
    "codes": _codes,
    "parameter-types": _kinds,
    "endpoints": _endpoints,
    "instances": _instances,
    "limits": _limits,
    "rules": _rules,
    "rule-sections": rules.sections,
}


def render(page: Path) -> str:
    """The text of a page, with every table as the data says now."""
    return _PLACE.sub(
        lambda place: f"{place[1]}\n{TABLES[place[2]]()}\n\n{place[3]}",
        page.read_text(encoding="utf-8"),
    )


def committed() -> dict[str, int]:
    """The tables that the pages have, with how often."""
    names = [place[2] for page in PAGES for place in _PLACE.finditer(page.read_text(encoding="utf-8"))]
    return {name: names.count(name) for name in names}


def write() -> None:
    for page in PAGES:
        page.write_text(render(page), encoding="utf-8")


if __name__ == "__main__":
    write()
