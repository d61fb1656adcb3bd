"""What a workspace says of its custom attributes (`GET /custom_attributes`), and how a catalogue's file follows it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..braze import fault_of_name
from ..braze_api import DATA_TYPES
from .catalog import Catalog, CatalogAttribute
from .merging import Changes

__all__ = ["Pull", "WorkspaceAttribute"]

# Braze found the type out by itself.
_SUFFIX = re.compile(r"\s*\(automatically detected\)\s*$", re.IGNORECASE)


class WorkspaceAttribute:
    """One attribute as Braze lists it. `type` is ours; None for what no audience can use, and `data_type` says why."""

    __slots__ = ("blocklisted", "data_type", "description", "known", "name", "type")

    def __init__(self, name: str, data_type: str, *, description: str = "", blocklisted: bool = False) -> None:
        word = _SUFFIX.sub("", data_type).strip().lower()
        self.name = name
        self.data_type = data_type
        self.known = word in DATA_TYPES
        self.type = DATA_TYPES.get(word)
        self.description = description
        self.blocklisted = blocklisted

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> "WorkspaceAttribute | None":
        """Of an item of the answer; None where it names no attribute. Status and description may be missing or null."""
        name, data_type = item.get("name"), item.get("data_type")
        if not isinstance(name, str) or not name:
            return None
        description, status = item.get("description"), item.get("status")
        return cls(
            name,
            data_type if isinstance(data_type, str) else "",
            description=description.strip() if isinstance(description, str) else "",
            blocklisted=isinstance(status, str) and status.strip().lower() == "blocklisted",
        )


class Pull:
    """How a file follows the workspace: what comes in, changes and goes, and what is to be said beside that.

    `gone` are attributes of the file that the workspace does not have, or no longer has in a form that an audience can
    use; they are removed only with `prune`. The others are attributes of the workspace that do not enter the file.
    """

    __slots__ = ("added", "blocklisted", "gone", "objects", "prune", "retyped", "unknown", "unnameable")

    def __init__(self, catalog: Catalog, workspace: Iterable[WorkspaceAttribute], *, prune: bool = False) -> None:
        self.prune = prune
        self.added: list[CatalogAttribute] = []
        # The attribute as the file has it, and its type in the workspace.
        self.retyped: list[tuple[CatalogAttribute, str]] = []
        # Name, and why.
        self.gone: list[tuple[str, str]] = []
        self.blocklisted: list[str] = []
        self.objects: list[str] = []
        # Name, and the `data_type` that nobody has seen yet.
        self.unknown: list[tuple[str, str]] = []
        self.unnameable: list[str] = []
        by_name = {each.name: each for each in workspace}
        for name in sorted(by_name):
            self._take(catalog.get(name), by_name[name])
        self.gone += [(name, "the workspace does not have it") for name in catalog if name not in by_name]

    def _take(self, written: CatalogAttribute | None, found: WorkspaceAttribute) -> None:
        if found.blocklisted:
            self.blocklisted.append(found.name)
            if written is not None:
                self.gone.append((found.name, "it is blocklisted, and no longer renewed"))
        elif not found.known:
            # The file may know better.
            self.unknown.append((found.name, found.data_type))
        elif found.type is None:
            self.objects.append(found.name)
            if written is not None:
                self.gone.append((found.name, "it is an object, which no audience can use"))
        elif fault_of_name(found.name) is not None:
            self.unnameable.append(found.name)
        elif written is None:
            self.added.append(CatalogAttribute(found.name, found.type, description=found.description))
        elif written.type != found.type:
            self.retyped.append((written, found.type))

    @property
    def changes(self) -> Changes:
        return Changes(
            added=self.added,
            retyped=[(each.name, kind) for each, kind in self.retyped],
            removed=[name for name, _ in self.gone] if self.prune else (),
        )
