"""Changes of a catalogue's file: what people wrote, their comments and their order stay as they are.

Needs tomlkit, which keeps all of that, and is imported for nothing else.
"""

import re
from collections.abc import Iterable
from typing import Any

from ..diagnostics import CODES, CatalogError, ConfigurationError, quoted
from ..source import Source
from .catalog import VALUED, Catalog, CatalogAttribute
from .reading import parse_catalog

__all__ = ["Changes", "merged"]

_EMPTY = """\
# The custom attributes of the workspace. What is written by hand is kept when the file is renewed.

[attributes]
"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"'}


class Changes:
    """What is to change: attributes that come in, those that get another type, those that go."""

    __slots__ = ("added", "removed", "retyped")

    def __init__(
        self,
        *,
        added: Iterable[CatalogAttribute] = (),
        retyped: Iterable[tuple[str, str]] = (),
        removed: Iterable[str] = (),
    ) -> None:
        self.added = sorted(added, key=lambda each: each.name)
        self.retyped = dict(retyped)
        self.removed = set(removed)

    def __bool__(self) -> bool:
        return bool(self.added or self.retyped or self.removed)

    def applied(self, catalog: Catalog) -> Catalog:
        """The catalogue as it is then. Values do not outlive a type that has none."""
        attributes = []
        for name in catalog:
            each = catalog.get(name)
            assert each is not None
            if name in self.removed:
                continue
            kind = self.retyped.get(name, each.type)
            values = each.values if kind in VALUED else None
            attributes.append(
                CatalogAttribute(
                    name, kind, values=values, always_present=each.always_present, description=each.description
                )
            )
        return Catalog([*attributes, *self.added])


def merged(source: Source, changes: Changes) -> str:
    """The text with these changes, or as it is where there are none.

    Raises CatalogError for a text that is no catalogue, and ConfigurationError where it is written in a way in which
    it cannot be changed: the new text is read again, and has to say exactly what was asked for.
    """
    before = parse_catalog(source)
    if not changes:
        return source.text
    text = source.text if source.text.strip() else _EMPTY
    # Someone who writes lines as Windows does finds none of another kind among them.
    windows = "\r\n" in text and not re.search(r"(?<!\r)\n", text)
    result = _changed(text.replace("\r\n", "\n") if windows else text, changes)
    if windows:
        result = result.replace("\n", "\r\n")
    try:
        is_right = parse_catalog(Source(result, source.name)) == changes.applied(before)
    except CatalogError:
        is_right = False
    if not is_right:
        raise ConfigurationError(
            CODES["catalog-file"],
            f"{quoted(source.name)} is written in a way in which it cannot be changed by a program",
            help="write the attributes below one line `[attributes]`, each on a line of its own",
        )
    return result


def _changed(text: str, changes: Changes) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        attributes: Any = document.get("attributes")
        if attributes is None:
            attributes = tomlkit.table()
            document["attributes"] = attributes
        for name in changes.removed:
            _remove(tomlkit, attributes, name)
        for name, kind in changes.retyped.items():
            _retype(attributes, name, kind)
        if not changes.added:
            return tomlkit.dumps(document)
        # One of them shows where they all go: tomlkit takes longer for each the more there are.
        mark = "new-attributes"
        while mark in text:
            mark += "-"
        attributes.append(tomlkit.key(mark), tomlkit.value("0"))
        return _with_all(tomlkit.dumps(document), f"{mark} = 0", changes.added)
    except (TOMLKitError, RecursionError, AttributeError, KeyError, TypeError, ValueError):
        # What it cannot do, it says in many ways; the text is checked by our own reader before, and again after.
        return ""


def _with_all(text: str, mark: str, added: Iterable[CatalogAttribute]) -> str:
    entries = [f"{_key(each.name)} = {_entry(each)}" for each in added]
    # Of a table that is all on one line they are further members.
    alone = re.search(rf"^{mark}$", text, re.MULTILINE) is not None
    return text.replace(mark, ("\n" if alone else ", ").join(entries), 1)


def _remove(tomlkit: Any, attributes: Any, name: str) -> None:
    """Comments below a table are those above the next one, and have to stay: tomlkit takes them for the table's own."""
    below = ""
    if isinstance(attributes[name], tomlkit.items.Table):
        for key, item in reversed(attributes[name].value.body):
            if key is not None:
                break
            below = item.as_string() + below
    body = attributes.value.body
    at = next(index for index, (key, _) in enumerate(body) if key is not None and key.key == name)
    attributes.remove(name)
    if below:
        body[at] = (None, tomlkit.items.Whitespace(below))


def _retype(attributes: Any, name: str, kind: str) -> None:
    entry = attributes[name]
    if isinstance(entry, str):
        attributes[name] = kind
        return
    entry["type"] = kind
    if kind not in VALUED and "values" in entry:
        entry.remove("values")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _entry(attribute: CatalogAttribute) -> str:
    """An attribute's entry: its type alone where that is all, else a table on one line."""
    rest = []
    if attribute.values is not None:
        rest.append(f"values = [{', '.join(map(_text, attribute.values))}]")
    if attribute.always_present:
        rest.append("always_present = true")
    if attribute.description:
        rest.append(f"description = {_text(attribute.description)}")
    kind = _text(attribute.type)
    return f"{{ {', '.join([f'type = {kind}', *rest])} }}" if rest else kind


def _text(text: str) -> str:
    escaped = (_ESCAPES.get(each) or (each if each.isprintable() else f"\\U{ord(each):08x}") for each in text)
    return f'"{"".join(escaped)}"'
