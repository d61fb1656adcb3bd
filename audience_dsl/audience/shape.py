"""The connected audience object that Braze documents, as models and as JSON Schema.

Source: /docs/api/objects_filters/connected_audience, documented, unless said otherwise.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter
from pydantic import ValidationError as PydanticError
from pydantic_core import ErrorDetails, core_schema

from ..braze import COMPARISONS, DAYS_AT_MOST, REGEX_AT_MOST, STATUSES
from ..json_values import UNFIT

__all__ = ["Audience", "Instant", "OneOf", "WireModel", "audience_schema", "shape_errors"]

# Comparisons of a custom attribute by what `value` they take.
EQUALITY = ("equals", "not_equal")
ORDER = ("greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to")
REGEX = ("matches_regex", "does_not_match_regex")
LISTS = ("is_any_of", "is_none_of", "includes_value", "does_not_include_value")
DAYS = tuple(name for name in COMPARISONS["time"] if name.endswith(("_days_ago", "_days_in_the_future")))
INSTANT = ("before", "after")
PRESENCE = ("exists", "does_not_exist")
IS = ("is", "is_not")


class OneOf:
    """Pydantic metadata: exactly one of these strings. The strings stay in the tables of `braze`."""

    def __init__(self, *values: str) -> None:
        self.values = values

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(self.values))


# The default of an optional field: never validated, never sent, so its type is anyone's.
NOT_GIVEN: Any = None


def _without_null_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        if field.get("default", ...) is None:
            del field["default"]


class WireModel(BaseModel):
    """An object of Braze's API: no unknown keys, no coercion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, json_schema_extra=_without_null_defaults)


# 2019-07-22T13:17:55+0000 is Braze's own sample, so an offset may go without its colon.
_DATETIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"


def _existing_instant(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Text = Annotated[str, Field(min_length=1)]
Instant = Annotated[
    str,
    Field(
        pattern=_DATETIME,
        description="An ISO 8601 datetime, best with an offset.",
        examples=["2019-07-22T13:17:55+0000"],
    ),
    AfterValidator(_existing_instant),
]
Number = int | float
Scalar = str | bool | int | float
Texts = Annotated[list[str], Field(min_length=1)]


class _OfAttribute(WireModel):
    custom_attribute_name: Annotated[Text, Field(description="The name, case sensitive, as Braze shows it.")]


class Equality(_OfAttribute):
    """Text, number or boolean attributes."""

    comparison: Annotated[str, OneOf(*EQUALITY)]
    value: Scalar


class Order(_OfAttribute):
    """Number attributes."""

    comparison: Annotated[str, OneOf(*ORDER)]
    value: Number


class Regex(_OfAttribute):
    """Text attributes; Braze ignores case and matches anywhere in the text."""

    comparison: Annotated[str, OneOf(*REGEX)]
    value: Annotated[str, Field(max_length=REGEX_AT_MOST)]


class Lists(_OfAttribute):
    """Text and array attributes."""

    comparison: Annotated[str, OneOf(*LISTS)]
    value: str | Texts


class RelativeDays(_OfAttribute):
    """Time attributes; a day is 24 hours, counted from the send."""

    comparison: Annotated[str, OneOf(*DAYS)]
    value: Annotated[int, Field(ge=1, le=DAYS_AT_MOST)]


class Instants(_OfAttribute):
    """Time attributes."""

    comparison: Annotated[str, OneOf(*INSTANT)]
    value: Instant


class Presence(_OfAttribute):
    """Attributes of any type. `value` may be left out."""

    comparison: Annotated[str, OneOf(*PRESENCE)]
    value: Scalar | list[str] = Field(default=NOT_GIVEN)


class Subscription(WireModel):
    """One of three states that exclude each other."""

    comparison: Annotated[str, OneOf(*IS)]
    value: Annotated[str, OneOf(*STATUSES)]


class LastUse(WireModel):
    """When the user last opened an app."""

    comparison: Annotated[str, OneOf(*INSTANT)]
    value: Instant


OF_ATTRIBUTE: dict[str, type[_OfAttribute]] = {
    comparison: model
    for comparisons, model in (
        (EQUALITY, Equality),
        (ORDER, Order),
        (REGEX, Regex),
        (LISTS, Lists),
        (DAYS, RelativeDays),
        (INSTANT, Instants),
        (PRESENCE, Presence),
    )
    for comparison in comparisons
}


def _tag_of_attribute(value: object) -> str | None:
    comparison = value.get("comparison") if isinstance(value, Mapping) else getattr(value, "comparison", None)
    model = OF_ATTRIBUTE.get(comparison) if isinstance(comparison, str) else None
    return model.__name__ if model else None


def _tag_of_member(value: object) -> str | None:
    keys = value if isinstance(value, Mapping) else type(value).__dict__.get("__pydantic_fields__", ())
    return next((key for key in keys if key in KINDS), None)


CustomAttribute = Annotated[
    Annotated[Equality, Tag("Equality")]
    | Annotated[Order, Tag("Order")]
    | Annotated[Regex, Tag("Regex")]
    | Annotated[Lists, Tag("Lists")]
    | Annotated[RelativeDays, Tag("RelativeDays")]
    | Annotated[Instants, Tag("Instants")]
    | Annotated[Presence, Tag("Presence")],
    Discriminator(_tag_of_attribute),
]


class CustomAttributeFilter(WireModel):
    """Users by one custom attribute."""

    custom_attribute: CustomAttribute


class PushSubscriptionFilter(WireModel):
    """Users by the state of their push subscription."""

    push_subscription_status: Subscription


class EmailSubscriptionFilter(WireModel):
    """Users by the state of their email subscription."""

    email_subscription_status: Subscription


class LastUsedAppFilter(WireModel):
    """Users by when they last used an app."""

    last_used_app: LastUse


class AndGroup(WireModel):
    """Users whom every member selects."""

    AND: Annotated[list["Audience"], Field(min_length=1)]


class OrGroup(WireModel):
    """Users whom at least one member selects."""

    OR: Annotated[list["Audience"], Field(min_length=1)]


# The discriminator looks at the key that is there, so that an error is about that key and not about all six.
Audience = Annotated[
    Annotated[AndGroup, Tag("AND")]
    | Annotated[OrGroup, Tag("OR")]
    | Annotated[CustomAttributeFilter, Tag("custom_attribute")]
    | Annotated[PushSubscriptionFilter, Tag("push_subscription_status")]
    | Annotated[EmailSubscriptionFilter, Tag("email_subscription_status")]
    | Annotated[LastUsedAppFilter, Tag("last_used_app")],
    Discriminator(_tag_of_member),
]
GROUPS = ("AND", "OR")
LEAVES: dict[str, type[WireModel]] = {
    "push_subscription_status": Subscription,
    "email_subscription_status": Subscription,
    "last_used_app": LastUse,
}
LEAF_COMPARISONS = {"push_subscription_status": IS, "email_subscription_status": IS, "last_used_app": INSTANT}
KINDS = (*GROUPS, "custom_attribute", *LEAVES)
FIELDS_OF: dict[str, tuple[str, ...]] = {
    "custom_attribute": ("custom_attribute_name", "comparison", "value"),
    **dict.fromkeys(LEAVES, ("comparison", "value")),
}

AndGroup.model_rebuild()
OrGroup.model_rebuild()
AUDIENCE: TypeAdapter[object] = TypeAdapter(Audience)


def audience_schema() -> dict[str, Any]:
    """The connected audience object as JSON Schema (2020-12), with `$defs` and descriptions."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Connected audience",
        "description": "The connected audience object of Braze's API: one filter, or filters joined.",
        **AUDIENCE.json_schema(),
    }


def shape_errors(model: type[BaseModel], value: object) -> list[ErrorDetails]:
    """What the model has against a plain value, without what was already found unfit for JSON."""
    try:
        model.__pydantic_validator__.validate_python(value)
    except PydanticError as error:
        found = error.errors(include_url=False, include_context=False)
        return [each for each in found if each["input"] is not UNFIT]
    return []
