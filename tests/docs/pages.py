"""The pages of the documentation, and the code blocks in them."""

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["PAGES", "ROOT", "Block", "blocks", "blocks_of", "page_name"]

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
_FENCE = re.compile(r"( *)(`{3,}|~{3,})(.*)")


class Block:
    """A fenced code block: the page and line that it starts on, the words after the fence, and its text.

    `options` are the words of the form `name=value`, `words` the others after the language. `heading` is the
    nearest one above.
    """

    def __init__(self, page: Path, line: int, info: str, text: str, heading: str) -> None:
        self.page = page
        self.line = line
        self.text = text
        self.heading = heading
        self.language, *rest = info.split() or [""]
        self.options = dict(word.split("=", 1) for word in rest if "=" in word)
        self.words = [word for word in rest if "=" not in word]

    @property
    def place(self) -> str:
        return f"{page_name(self.page)}:{self.line}"

    def __repr__(self) -> str:
        return f"<{self.language or 'plain'} block at {self.place}>"


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order. A fence that is not closed is an error."""
    heading, info, fence, indent, start = "", "", "", 0, 0
    inside: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        match = _FENCE.match(line)
        if not fence:
            if match:
                indent, fence, info, start = len(match[1]), match[2], match[3].strip(), number
                inside = []
            elif line.startswith("#"):
                heading = line.lstrip("#").strip()
        elif match and match[2].startswith(fence) and not match[3].strip():
            text = "".join(each[indent:] + "\n" for each in inside)
            yield Block(page, start, info, text, heading)
            fence = ""
        else:
            inside.append(line)
    assert not fence, f"{page_name(page)}:{start}: this fence is never closed"


def blocks(*languages: str) -> list[Block]:
    """The blocks of every page in one of these languages; all blocks where none is named."""
    return [block for page in PAGES for block in blocks_of(page) if not languages or block.language in languages]
