"""What a user says of the columns: which is which field, which is none, and what all recipients have.

    Customer Id = external_user_id       a column, or a key of JSON at the top level, is this field
    Age = attributes.age:number          and has this type: text, number, boolean, or a list with `;` between
    Note =                               is left out
    prioritization: = identified         this field of every recipient that has none of its own

Nothing is guessed: what is neither a field nor mapped is an error.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ..braze_api import IDENTIFIERS, Endpoint
from ..diagnostics import nearest, quoted
from .fields import Field, FieldError, field_named

__all__ = [
    "COLUMNS_AT_MOST",
    "Fault",
    "Mapped",
    "clashes",
    "pair_of",
    "read_mapping",
    "spelled",
    "unknown_columns",
    "way_to_map",
    "way_to_prioritize",
]

# Behind the name of a field whose value is fixed, as in `prioritization:`.
_FIXED: Final = ":"
# The most columns of a file, and pairs of a mapping.
COLUMNS_AT_MOST: Final = 1_000
_SUGGESTED_AT_MOST: Final = 20
# Fields that mean something beside another one only, so a fixed value is for recipients that have that.
_BESIDE: Final = {"prioritization": "email", "user_alias.alias_label": "user_alias"}
Fault: TypeAlias = Callable[[str, str | None], None]


class Mapped:
    """A mapping, understood: `fields` has None for what is left out; `fixed` are fields with their values."""

    __slots__ = ("fields", "fixed")

    def __init__(self) -> None:
        self.fields: dict[str, Field | None] = {}
        self.fixed: list[tuple[Field, Any]] = []

    def complete(self, record: dict[str, Any]) -> None:
        """Write the fixed values into a recipient that has none of its own there. Raises FieldError."""
        for field, value in self.fixed:
            beside = _BESIDE.get(field.name)
            if (beside is None or beside in record) and not field.stands_in(record):
                field.put(record, list(value) if isinstance(value, list) else value)


def pair_of(text: str) -> tuple[str, str] | None:
    """The two sides of `NAME=FIELD` or `FIELD:=VALUE`, as an option gives them; None where it is neither.

    A column may have any name, and a fixed value may be any text.
    """
    name, fixed, value = text.partition(f"{_FIXED}=")
    if fixed:
        return (f"{name}{_FIXED}", value) if name else None
    name, equals, field = text.rpartition("=")
    return (name, field) if equals and name else None


def read_mapping(mapping: Mapping[str, str], endpoint: Endpoint, fault: Fault) -> Mapped:
    """What the mapping says; `fault` is told what it cannot say."""
    mapped = Mapped()
    if len(mapping) > COLUMNS_AT_MOST:
        fault(f"the mapping has {len(mapping):,} pairs, and {COLUMNS_AT_MOST:,} are read", "leave some out")
        return mapped
    for name, target in mapping.items():
        name, target = name.strip(), target.strip()
        # What is not understood is told of once, and not once more as an unknown column.
        mapped.fields[name] = None
        try:
            if name.endswith(_FIXED) and target:
                del mapped.fields[name]
                _fix(mapped, field_named(name.removesuffix(_FIXED), endpoint, typed=True), target)
            elif not name:
                fault("the mapping has a name that is empty", "write the name of the column before the `=`")
            else:
                mapped.fields[name] = field_named(target, endpoint, typed=True) if target else None
        except FieldError as error:
            fault(f"in the mapping of {quoted(name)}: {error.message}", error.help)
    return mapped


def _fix(mapped: Mapped, field: Field, text: str) -> None:
    if field.path[0] in IDENTIFIERS and field.name not in _BESIDE:
        raise FieldError(f"`{field.name}` says who a recipient is, and cannot be the same for all")
    mapped.fixed.append((field, field.read(text)))


def clashes(named: Sequence[tuple[str, Field]]) -> Iterator[tuple[str, str]]:
    """Of names and what they mean: those that are a field twice, or stand inside one another, with what is wrong."""
    seen: dict[tuple[str, ...], str] = {}
    for name, field in named:
        other = seen.setdefault(field.path, name)
        if other != name:
            yield name, f"{quoted(name)} is `{field.name}`, and {quoted(other)} is that already"
    for name, field in named:
        for end in range(1, len(field.path)):
            holder = seen.get(field.path[:end])
            if holder is not None:
                yield holder, f"{quoted(holder)} would be one value, and {quoted(name)} stands inside it"


def spelled(name: str, field: str, *, in_request: bool) -> str:
    """A pair of a mapping as it is written: on the command line, or in a request file beside `file`."""
    if in_request:
        return f'`map = {{ "{name}" = "{field}" }}`'
    return f"`--map {shlex.quote(f'{name}={field}')}`"


def way_to_map(name: str, meant: str | None, *, in_request: bool) -> str:
    """How to say what a column is, and how to leave it out."""
    target = meant or f"attributes.{name.replace('.', '_')}"
    use, leave = (spelled(name, each, in_request=in_request) for each in (target, ""))
    return f"say what it is by {use}, or leave it out by {leave}"


def way_to_prioritize(*, in_request: bool) -> str:
    """How to say once for a whole file which profile an address means."""
    pair = spelled(f"prioritization{_FIXED}", "identified;most_recently_updated", in_request=in_request)
    return f"say which profile to take, for all: {pair}"


def unknown_columns(mapped: Mapped, header: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Names of the mapping that no column has, with a way out."""
    for number, name in enumerate(name for name in mapped.fields if name not in header):
        # Comparing is slow, and whoever has so many wrong is no better for it.
        close = nearest(name, header, most=1) if number < _SUGGESTED_AT_MOST else []
        yield (
            f"the mapping names a column {quoted(name)}, and the file has none",
            f"did you mean `{close[0]}`?" if close else None,
        )
