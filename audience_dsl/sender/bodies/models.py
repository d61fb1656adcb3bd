"""The body of each endpoint, as a model and as JSON Schema: the fields of its row, each described once here."""

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from ...audience.shape import NOT_GIVEN, Audience, Instant, OneOf, WireModel
from ...braze_api import (
    BATCH_OF_RECIPIENTS,
    CAMPAIGN_TRIGGER_SEND,
    PROPERTIES_FIELDS,
    RECIPIENT_SUBSCRIPTION_STATES,
    SEND_ID_AT_MOST,
    Endpoint,
)
from .parts import PROPERTIES, Attachment, Properties, Schedule, Text, UserAlias, recipient_model

__all__ = ["body_model", "request_schema"]

# Published only: as a constraint it would hide what is wrong with the entries themselves.
_UP_TO_A_BATCH = {"maxItems": BATCH_OF_RECIPIENTS}


def _field(kind: Any, description: str, **more: Any) -> Any:
    return kind, Field(description=description, **more)


# Kind and description of each field, whether it is required being a matter of the endpoint. The annotations of
# `recipients` are made for each endpoint.
_FIELDS: dict[str, Any] = {
    "campaign_id": _field(Text, "The identifier of the campaign."),
    "canvas_id": _field(Text, "The identifier of the Canvas."),
    "schedule_id": _field(Text, "The identifier that the answer to the creation of the schedule gave."),
    "send_id": _field(
        Annotated[str, Field(min_length=1, max_length=SEND_ID_AT_MOST)],
        "ASCII; made beforehand at /sends/id/create. For analytics only.",
    ),
    "broadcast": _field(
        bool,
        "False when left out. True sends to everyone targeted, within `audience` if there is one; excludes users "
        "by name, and `attachments`.",
    ),
    "audience": _field(Audience, "Only users whom it selects get the message."),
    "custom_audience": _field(Audience, "The users whom it selects."),
    "segment_id": _field(Text, "The identifier of a segment. Beside users, only those of them within it."),
    "external_user_ids": _field(list[Text], "Users who exist.", json_schema_extra=_UP_TO_A_BATCH),
    "user_aliases": _field(list[UserAlias], "Users who exist, by alias.", json_schema_extra=_UP_TO_A_BATCH),
    "attachments": _field(list[Attachment], "Files for an email; not with `broadcast: true`."),
    "schedule": _field(Schedule, "When the message goes out."),
    "messages": _field(
        dict[str, dict[str, Any]],
        "A message for each channel, such as `email` or `apple_push`. Beside `campaign_id` each needs "
        "`message_variation_id`.",
        min_length=1,
    ),
    "recipient_subscription_state": _field(
        Annotated[str, OneOf(*RECIPIENT_SUBSCRIPTION_STATES)],
        "`subscribed` when left out, which includes users who opted in.",
    ),
    "override_frequency_capping": _field(bool, "True sends past the frequency capping of campaigns."),
    "override_messaging_limits": _field(bool, "True sends past the frequency capping of campaigns."),
    "app_id": _field(Text, "The identifier of the app."),
    "activity_id": _field(Text, "An identifier of your own, by which the activity is updated and ended."),
    "activity_attributes_type": _field(Text, "The type that the app registers for activities started from afar."),
    "activity_attributes": _field(Properties, "What does not change while the activity lasts."),
    "content_state": _field(Properties, "What changes, in the shape that the app defines."),
    "notification": _field(Properties, "The alert, with `alert.title` and `alert.body`."),
    "stale_date": _field(Instant, "When the content counts as outdated."),
    "dismissal_date": _field(Instant, "When the activity goes away. Older pages of Braze have it."),
    **dict.fromkeys(PROPERTIES_FIELDS, PROPERTIES),
}


class Body(WireModel):
    """The body of a request."""


@cache
def body_model(endpoint: Endpoint) -> type[BaseModel]:
    """The model of an endpoint's body, with exactly the fields of its row."""
    recipient: Any = recipient_model(endpoint)
    kinds = _FIELDS | {
        "recipients": _field(
            list[recipient], "Who gets the message.", json_schema_extra={"minItems": 1, **_UP_TO_A_BATCH}
        ),
    }
    fields: Any = {name: kinds[name] for name in endpoint.required}
    for name in endpoint.optional:
        kind, field = kinds[name]
        fields[name] = (Annotated[kind, field], NOT_GIVEN)
    return create_model("Body", __base__=Body, __doc__=Body.__doc__, **fields)


def request_schema(endpoint: Endpoint = CAMPAIGN_TRIGGER_SEND) -> dict[str, Any]:
    """The body as JSON Schema (2020-12): the shape, without what one field demands of another."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **body_model(endpoint).model_json_schema(),
        "title": f"Body of POST {endpoint.path}",
    }
