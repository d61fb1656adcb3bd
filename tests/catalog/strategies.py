"""What the tests of the catalogue draw from."""

from hypothesis import strategies as st

from audience_dsl.braze import COMPARISONS, fault_of_name
from audience_dsl.catalog import Catalog, CatalogAttribute
from audience_dsl.catalog.catalog import VALUED

__all__ = ["attributes", "catalogs", "names", "texts", "toml_text"]

_CHARACTERS = st.characters(codec="utf-8")
texts = st.text(_CHARACTERS, min_size=1, max_size=8)
# Names as they are in workspaces, and as they hardly are.
names = st.sampled_from(["plan", "Plan", "Favorite Team", "a.b", "email", "x-1", 'q"o', "back\\slash", "é"]) | (
    texts.filter(lambda name: fault_of_name(name) is None)
)


@st.composite
def attributes(draw: st.DrawFn) -> CatalogAttribute:
    kind = draw(st.sampled_from(list(COMPARISONS)))
    values = draw(st.none() | st.lists(texts, min_size=1, max_size=3, unique=True)) if kind in VALUED else None
    description = draw(st.just("") | st.text(_CHARACTERS, max_size=8))
    return CatalogAttribute(
        draw(names), kind, values=values, always_present=draw(st.booleans()), description=description
    )


catalogs = st.lists(attributes(), max_size=5, unique_by=lambda each: each.name).map(Catalog)


def toml_text(text: str) -> str:
    """A text of TOML, in whatever way it may be escaped."""
    return '"' + "".join(each if each.isalnum() else f"\\U{ord(each):08x}" for each in text) + '"'
