"""What is known of a workspace's custom attributes, as values."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from ..braze import COMPARISONS
from ..diagnostics import CODES, ConfigurationError

__all__ = ["Catalog", "CatalogAttribute"]


class CatalogAttribute:
    """One custom attribute. `values` are those that occur, where they are known; None where they are not."""

    __slots__ = ("always_present", "description", "name", "type", "values")

    def __init__(
        self,
        name: str,
        type: str,
        *,
        values: Iterable[str] | None = None,
        always_present: bool = False,
        description: str = "",
    ) -> None:
        self.name = name
        self.type = type
        self.values = None if values is None else tuple(values)
        self.always_present = always_present
        self.description = description

    def __repr__(self) -> str:
        return f"CatalogAttribute({self.name!r}, {self.type!r})"


class Catalog:
    """The custom attributes that a workspace has, by name. Names are case-sensitive, as in Braze."""

    __slots__ = ("_attributes",)

    def __init__(self, attributes: Iterable[CatalogAttribute]) -> None:
        self._attributes: Mapping[str, CatalogAttribute] = MappingProxyType({each.name: each for each in attributes})

    @classmethod
    def of_types(cls, types: Mapping[str, str]) -> "Catalog":
        """A catalogue that knows names and types alone. Raises ConfigurationError for a type that there is not."""
        for name, kind in types.items():
            if kind not in COMPARISONS:
                message = f"the catalogue says that `{name}` is of the type `{kind}`, which attributes do not have"
                raise ConfigurationError(CODES["settings"], message, help=f"the types are {', '.join(COMPARISONS)}")
        return cls(CatalogAttribute(name, kind) for name, kind in types.items())

    def get(self, name: str) -> CatalogAttribute | None:
        return self._attributes.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._attributes

    def __iter__(self) -> Iterator[str]:
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)
