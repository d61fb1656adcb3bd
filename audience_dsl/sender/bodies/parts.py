"""The objects within bodies that Braze documents, as models.

Sources, documented unless said otherwise: /docs/api/objects_filters/recipient_object, …/user_attributes_object,
…/user_alias_object, …/schedule_object and …/messaging/email_object. What one field demands of another is in `rules`.
"""

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from ...audience.shape import NOT_GIVEN, Instant, OneOf, WireModel
from ...braze_api import PRIORITIZATIONS, SUBSCRIPTION_GROUP_STATES, Endpoint
from .fields import properties_fields

__all__ = [
    "PROPERTIES",
    "Attachment",
    "Properties",
    "Schedule",
    "Text",
    "UserAlias",
    "fields_within",
    "recipient_model",
]

Text = Annotated[str, Field(min_length=1)]
# Keys and values for Liquid: text, numbers, booleans, arrays and objects.
Properties = dict[str, Any]
PROPERTIES: Any = (
    Properties,
    Field(default=NOT_GIVEN, description="Values for the message, at most 50 KB as JSON."),
)


class UserAlias(WireModel):
    """A user by alias; the user must exist already."""

    alias_name: Text
    alias_label: Text


class SubscriptionGroup(WireModel):
    """A change of the user's state in one subscription group."""

    subscription_group_id: Text
    subscription_state: Annotated[str, OneOf(*SUBSCRIPTION_GROUP_STATES)]


class Attributes(WireModel):
    """Profile fields, written before the send over what is there."""

    model_config = ConfigDict(extra="allow")

    subscription_groups: list[SubscriptionGroup] = Field(default=NOT_GIVEN)


class Recipient(WireModel):
    """One user, by exactly one identifier."""

    external_user_id: Text = Field(default=NOT_GIVEN)
    user_alias: UserAlias = Field(default=NOT_GIVEN)
    email: Text = Field(default=NOT_GIVEN, description="Needs `prioritization`.")
    braze_id: Text = Field(default=NOT_GIVEN)
    prioritization: list[Annotated[str, OneOf(*PRIORITIZATIONS)]] = Field(
        default=NOT_GIVEN,
        min_length=1,
        description="Which profile to take when several share the address, in order of weight.",
    )
    send_to_existing_only: bool = Field(
        default=NOT_GIVEN,
        description="True when left out. False creates the user, and needs `attributes`; not with an alias.",
    )
    attributes: Attributes = Field(default=NOT_GIVEN)


class Attachment(WireModel):
    """A file of up to 2 MB for an email."""

    file_name: Annotated[Text, Field(description="Without its extension.")]
    url: Annotated[Text, Field(description="Where Braze fetches it; the extension is taken from here.")]
    basic_auth_credential: Text = Field(
        default=NOT_GIVEN, description="The name of a credential stored for Connected Content."
    )


class Schedule(WireModel):
    """When the message goes out. An update replaces the schedule as a whole."""

    time: Annotated[
        Instant, Field(description="In UTC where it has no offset; without one beside a flag that is true.")
    ]
    in_local_time: bool = Field(default=NOT_GIVEN, description="`time` is on each user's own clock.")
    at_optimal_time: bool = Field(
        default=NOT_GIVEN, description="On the day of `time`, at the hour that is best for each user."
    )


@cache
def recipient_model(endpoint: Endpoint) -> type[BaseModel]:
    """A recipient, with the fields for values under the names that they have at the endpoint."""
    fields: Any = dict.fromkeys(properties_fields(endpoint), PROPERTIES)
    return create_model("Recipient", __base__=Recipient, __doc__=Recipient.__doc__, **fields)


def fields_within(endpoint: Endpoint, holder: str) -> list[str]:
    """The fields of the object, or of the objects, that stand under this name."""
    models: dict[str, type[BaseModel]] = {
        "recipients": recipient_model(endpoint),
        "user_alias": UserAlias,
        "user_aliases": UserAlias,
        "subscription_groups": SubscriptionGroup,
        "attachments": Attachment,
        "schedule": Schedule,
    }
    return list(models[holder].model_fields)
