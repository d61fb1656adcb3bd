"""Tables in the documentation that say what the code says."""

import re
from pathlib import Path

import pytest

from audience_dsl.api import compile
from audience_dsl.diagnostics import CODES
from audience_dsl.filters import And, CustomAttribute, Filter, Or

from .pages import PAGES, ROOT, blocks_of, page_name
from .rules import is_lint_only
from .tables import TABLES, committed, render

_ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)
_CODE = re.compile(r"`` (.+?) ``|`([^`]+)`")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_rendered_tables_are_fresh(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == render(page), "run `python -m tests.docs.tables`"


def test_every_rendered_table_stands_once() -> None:
    assert committed() == dict.fromkeys(committed(), 1)
    assert set(committed()) == set(TABLES)


def _rows(page: Path, heading: tuple[str, str]) -> list[tuple[list[str], list[str]]]:
    """The rows of every table with this heading, as the code of the first cell and that of the second."""
    found, inside = [], False
    for line in page.read_text(encoding="utf-8").split("\n"):
        row = _ROW.match(line)
        if row is None:
            inside = False
            continue
        cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", row[1])]
        if tuple(cells[:2]) == heading:
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            found.append((_code(cells[0]), _code(cells[1])))
    return found


def _code(cell: str) -> list[str]:
    return [match[1] or match[2] for match in _CODE.finditer(cell)]


LANGUAGE = ROOT / "docs" / "language.md"
EMITS = _rows(LANGUAGE, ("text", "emits"))
SAME_AS = _rows(LANGUAGE, ("text", "same as"))


@pytest.mark.parametrize(("texts", "emitted"), EMITS, ids=[row[0][0] for row in EMITS])
def test_what_a_text_emits(texts: list[str], emitted: list[str]) -> None:
    for text in texts:
        found = compile(text).filter
        assert not isinstance(found, (And, Or)), text
        assert _names(found) == emitted, text


def _names(leaf: Filter) -> list[str]:
    if isinstance(leaf, CustomAttribute):
        return [leaf.comparison]
    from audience_dsl.audience.emit import to_dict

    ((kind, content),) = to_dict(leaf).items()
    return [kind, content["comparison"]]


@pytest.mark.parametrize(("texts", "same"), SAME_AS, ids=[row[0][0] for row in SAME_AS])
def test_what_a_text_is_the_same_as(texts: list[str], same: list[str]) -> None:
    (longer,) = same
    for text in texts:
        assert compile(text).to_json() == compile(longer).to_json(), text


def test_the_tables_of_the_language_are_there() -> None:
    assert len(EMITS) > 15
    assert len(SAME_AS) > 30


def test_every_code_has_its_section() -> None:
    page = ROOT / "docs" / "errors.md"
    sections = re.findall(r"^### (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert sections == sorted(f"{code.code} {slug}" for slug, code in CODES.items() if not is_lint_only(code.code))


def test_every_code_is_triggered_in_its_section() -> None:
    shown = {code.code: False for code in CODES.values() if not is_lint_only(code.code)}
    for block in blocks_of(ROOT / "docs" / "errors.md"):
        code = block.heading.split()[0]
        claims = block.options.get("error") == code or block.options.get("warning") == code
        if code in shown and (claims or (block.language in ("python", "console") and code in block.text)):
            shown[code] = True
    assert [code for code, triggered in shown.items() if not triggered] == []


def test_the_files_that_the_architecture_names_are_there() -> None:
    named = re.findall(r"`([\w./]+(?:\.py|\.lark|\.md|/))`", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert len(named) > 20
    homes = [
        ROOT,
        ROOT / "docs",
        ROOT / "tests",
        *(each for each in (ROOT / "audience_dsl").rglob("") if each.is_dir()),
    ]
    assert [name for name in named if not any((home / name).exists() for home in homes)] == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), f"{page_name(page)}: {link}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in {_anchor(heading) for heading in headings}, f"{page_name(page)}: {link}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
