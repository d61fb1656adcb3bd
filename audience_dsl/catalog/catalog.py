"""What is known of a workspace's custom attributes, as values."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from ..braze import COMPARISONS
from ..diagnostics import CODES, ConfigurationError

__all__ = ["VALUED", "Catalog", "CatalogAttribute"]

# The types of attributes whose values may be known: texts, and arrays of them.
VALUED = frozenset({"string", "array"})


class CatalogAttribute:
    """One custom attribute.

    `values` are those that occur, of an array those of its elements, where they are known; None where they are not.
    `always_present` says that every user has a value. `description` is for people.
    """

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

    def _content(self) -> tuple[object, ...]:
        return self.name, self.type, self.values, self.always_present, self.description

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CatalogAttribute) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def __repr__(self) -> str:
        return f"CatalogAttribute({self.name!r}, {self.type!r})"


class Catalog:
    """The custom attributes that a workspace has, by name. Names are case-sensitive, as in Braze."""

    __slots__ = ("_attributes", "_by_folded")

    def __init__(self, attributes: Iterable[CatalogAttribute]) -> None:
        self._attributes: Mapping[str, CatalogAttribute] = MappingProxyType({each.name: each for each in attributes})
        self._by_folded: dict[str, str] | None = None

    @classmethod
    def of_types(cls, types: Mapping[str, str]) -> "Catalog":
        """A catalogue that knows names and types alone. Raises ConfigurationError for a type that there is not."""
        for name, kind in types.items():
            if not isinstance(kind, str) or kind not in COMPARISONS:
                message = f"the catalogue says that `{name}` is of the type `{kind}`, which attributes do not have"
                raise ConfigurationError(CODES["settings"], message, help=f"the types are {', '.join(COMPARISONS)}")
        return cls(CatalogAttribute(name, kind) for name, kind in types.items())

    def get(self, name: str) -> CatalogAttribute | None:
        return self._attributes.get(name)

    def in_other_case(self, name: str) -> str | None:
        """An attribute whose name differs from this one in nothing but letter case, or None."""
        if self._by_folded is None:
            self._by_folded = {each.casefold(): each for each in self._attributes}
        found = self._by_folded.get(name.casefold())
        return None if found == name else found

    def __contains__(self, name: object) -> bool:
        return name in self._attributes

    def __iter__(self) -> Iterator[str]:
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalog) and dict(self._attributes) == dict(other._attributes)

    def __hash__(self) -> int:
        return hash(frozenset(self._attributes.values()))

    def __repr__(self) -> str:
        return f"Catalog({len(self)} attributes)"
