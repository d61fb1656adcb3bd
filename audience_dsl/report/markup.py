"""What pictures, pages and Markdown share: fonts, how wide letters are, and texts that no reader takes for markup."""

from .display import clean, width

__all__ = [
    "CODE_FONTS",
    "MONO",
    "SANS",
    "TEXT_FONTS",
    "escaped",
    "markdown_code",
    "markdown_text",
    "proportional",
    "rules",
]

TEXT_FONTS = "system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif"
CODE_FONTS = "ui-monospace,'SFMono-Regular',Menlo,Consolas,'DejaVu Sans Mono',monospace"
# The width of a column by the size of the text, as wide as common fonts have it. `proportional` counts wide letters.
SANS, MONO = 0.58, 0.62


def proportional(text: str) -> float:
    """The columns of a text in letters that are not all of one width."""
    return sum(width(each) * (1.9 if each in "mwMW@%" else 1.35 if each.isupper() else 1) for each in text)


def rules(scope: str, colors: dict[str, str]) -> str:
    """CSS by selector, each below the class of what it is for."""
    return "".join(f".{scope} {selector}{{{rule}}}" for selector, rule in colors.items())


def escaped(text: str) -> str:
    """For the contents of XML and HTML alone; what stands in attributes is our own."""
    return clean(text, at_most=1_000_000).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def markdown_code(text: str, *, at_most: int) -> str:
    """The text as code. Where backticks could not hold it, HTML can, with all that is a sign of either written out."""
    text = clean(text, at_most=at_most)
    if text.strip() and not set(text) & {"`", "|"}:
        return f"`{text}`"
    return f"<code>{markdown_text(text)}</code>"


def markdown_text(text: str) -> str:
    """The text with every sign that Markdown or HTML could take for one of theirs as a number."""
    return "".join(each if each.isalnum() or each in " ,;:'" else f"&#{ord(each)};" for each in clean(text))
