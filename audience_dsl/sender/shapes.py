"""The body of a trigger request that Braze documents, as models and as JSON Schema.

Sources, documented unless said otherwise: the endpoint's own page (`braze.SEND_PAGE`),
/docs/api/objects_filters/recipient_object, …/trigger_properties_object, …/user_attributes_object and
/docs/api/objects_filters/messaging/email_object. What one field demands of another is in `rules`.
"""

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from ..audience.shape import NOT_GIVEN, Audience, OneOf, WireModel
from ..braze_api import (
    BATCH_OF_RECIPIENTS,
    CAMPAIGN_TRIGGER_SEND,
    PRIORITIZATIONS,
    SEND_ID_AT_MOST,
    SUBSCRIPTION_GROUP_STATES,
    Endpoint,
)

__all__ = ["body_model", "fields_of", "request_schema"]

Text = Annotated[str, Field(min_length=1)]
# Keys and values for Liquid: text, numbers, booleans, arrays and objects.
Properties = dict[str, Any]


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


class Body(WireModel):
    """A trigger request."""

    send_id: Annotated[str, Field(min_length=1, max_length=SEND_ID_AT_MOST)] = Field(
        default=NOT_GIVEN, description="ASCII; made beforehand at /sends/id/create. For analytics only."
    )
    broadcast: bool = Field(
        default=NOT_GIVEN,
        description="False when left out. True sends to everyone whom the campaign targets, within `audience` "
        "if there is one; excludes `recipients` and `attachments`.",
    )
    audience: Audience = Field(default=NOT_GIVEN, description="Only users whom it selects get the message.")
    attachments: list[Attachment] = Field(default=NOT_GIVEN)


@cache
def body_model(endpoint: Endpoint) -> type[BaseModel]:
    """The model of an endpoint's body: the common fields, and those whose names differ by endpoint."""
    properties: Any = {
        endpoint.properties_field: (
            Properties,
            Field(default=NOT_GIVEN, description="Values for the message, at most 50 KB as JSON."),
        )
    }
    recipient: Any = create_model("Recipient", __base__=Recipient, __doc__=Recipient.__doc__, **properties)
    fields: Any = {
        endpoint.id_field: (Text, Field(description="The identifier of what is triggered.")),
        **properties,
        "recipients": (
            list[recipient],
            # Published only: as a constraint it would hide what is wrong with the recipients themselves.
            Field(default=NOT_GIVEN, json_schema_extra={"minItems": 1, "maxItems": BATCH_OF_RECIPIENTS}),
        ),
    }
    return create_model("Body", __base__=Body, __doc__=Body.__doc__, **fields)


def fields_of(endpoint: Endpoint, holder: str) -> list[str]:
    """The fields of the object that stands under this name in a body; the body itself under ``."""
    recipient: Any = body_model(endpoint).model_fields["recipients"].annotation
    models: dict[str, type[BaseModel]] = {
        "": body_model(endpoint),
        "recipients": recipient.__args__[0],
        "user_alias": UserAlias,
        "subscription_groups": SubscriptionGroup,
        "attachments": Attachment,
    }
    return list(models[holder].model_fields)


def request_schema(endpoint: Endpoint = CAMPAIGN_TRIGGER_SEND) -> dict[str, Any]:
    """The body as JSON Schema (2020-12): the shape, without what one field demands of another."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **body_model(endpoint).model_json_schema(),
        "title": f"Body of POST {endpoint.path}",
    }
