"""What is known of Braze's REST API, as tables: endpoints, limits, hosts, answers. Marks are those of `braze`.

Sources name pages by their path under www.braze.com.
"""

from typing import Any

__all__ = [
    "ADDRESS_CASE_COUNTS",
    "ATTRIBUTES_AT_A_TIME",
    "ATTRIBUTES_PATH",
    "ATTRIBUTES_PERMISSION",
    "AUDIENCE_FIELDS",
    "BATCH_OF_RECIPIENTS",
    "BODY_AT_MOST",
    "BODY_FIELDS",
    "CAMPAIGN_TRIGGER_SEND",
    "DATA_TYPES",
    "ENDPOINTS",
    "ENDPOINTS_BY_PATH",
    "IDENTIFIERS",
    "INSTANCES",
    "MESSAGE_CHANNELS",
    "PRIORITIZATIONS",
    "PROPERTIES_FIELDS",
    "RATE_WINDOWS",
    "RECIPIENT_SUBSCRIPTION_STATES",
    "SEND_ID_AT_MOST",
    "SEND_PAGE",
    "STATUS_MEANINGS",
    "SUBJECTS",
    "SUBSCRIPTION_GROUP_STATES",
    "TRIGGER_PROPERTIES_AT_MOST",
    "Endpoint",
    "RateWindow",
    "rate_windows",
]

SEND_PAGE = "/docs/api/endpoints/messaging/send_messages/post_send_triggered_campaigns"

# --- The attributes of a workspace (/docs/api/endpoints/export/custom_attributes/get_custom_attributes, D) ----

ATTRIBUTES_PATH = "/custom_attributes"
ATTRIBUTES_PERMISSION = "custom_attributes.get"
# In one answer; the next one is named by a `Link` header.
ATTRIBUTES_AT_A_TIME = 50
# `data_type`, in small letters and without the suffix ` (automatically detected)`, that some have: our type, or None
# for what no audience can use. The sample prints `Number`; the other spellings are observed, `time` is the dashboard's.
DATA_TYPES: dict[str, str | None] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "date": "time",
    "time": "time",
    "array": "array",
    "object": None,
    "object array": None,
}

# --- Endpoints, hosts and limits ----------------------------------------------------------------------

BATCH_OF_RECIPIENTS = 50  # SEND_PAGE, D
TRIGGER_PROPERTIES_AT_MOST = 50_000  # bytes; "50 KB" (trigger_properties_object, D), taken as the smaller reading
BODY_AT_MOST = 4_000_000  # bytes; "4 MB" (/docs/api/api_limits, D), taken as the smaller reading
SEND_ID_AT_MOST = 64  # characters, ASCII (/docs/api/identifier_types, D)
IDENTIFIERS = ("external_user_id", "user_alias", "email", "braze_id")  # recipient_object, D
# Recipients of the same `external_user_id` are merged, and addresses are deduplicated, the last entry counting
# (recipient_object, D). That aliases and `braze_id` go alike, and an address in any letter case, is I.
ADDRESS_CASE_COUNTS = False
PRIORITIZATIONS = ("identified", "unidentified", "most_recently_updated", "least_recently_updated")  # D
SUBSCRIPTION_GROUP_STATES = ("subscribed", "unsubscribed")  # user_attributes_object, D
# `subscribed`, the default, includes who opted in (…/send_messages/post_send_messages, D).
RECIPIENT_SUBSCRIPTION_STATES = ("opted_in", "subscribed", "all")
# The names of values for a message; `canvas_entry_properties` is what `context` was called, and still works (D).
PROPERTIES_FIELDS = ("trigger_properties", "context", "canvas_entry_properties")
# The keys of `messages` that a page prints, those of Windows on older ones only. Others may exist, so none is refused
# for being absent here (the pages of /messages/send and /messages/schedule/create, D).
MESSAGE_CHANNELS = (
    *("apple_push", "android_push", "kindle_push", "web_push", "email", "webhook", "content_card", "sms", "whats_app"),
    *("windows_push", "windows8_push", "windows_phone8_push", "windows_universal_push"),
)


# The field of what is triggered, and what that is called.
SUBJECTS = {"campaign_id": "campaign", "canvas_id": "Canvas", "activity_id": "activity"}
# The field of a request's body that holds the audience (AUDIENCE_PAGE, D); the second is that of live activities.
AUDIENCE_FIELDS = ("audience", "custom_audience")
# The other fields of the bodies that may hold one, by which a body is told from an audience (the endpoints' pages, D).
BODY_FIELDS = frozenset(
    [
        *("campaign_id", "canvas_id", "send_id", "broadcast", "recipients", "trigger_properties", "attachments"),
        *("context", "canvas_entry_properties", "schedule", "messages", "segment_id", "external_user_ids"),
        *("user_aliases", "override_frequency_capping", "override_messaging_limits", "recipient_subscription_state"),
        *("app_id", "activity_id", "activity_attributes_type", "activity_attributes", "content_state"),
        *("notification", "stale_date", "dismissal_date"),
    ]
)


class Endpoint:
    """A call of the REST API that this project makes, with what endpoints differ in.

    `kind` says what the call is for: `send` (messages go out at once), `schedule` (later), `live-activity`,
    `schedule-update`, `schedule-delete`, `send-id`. The fields are the names under which a body has the identifier of
    what is triggered, the values for the message, the audience, and the users; None where it has no such field.
    `required` and `optional` are all fields of a body, and `at_least_one` those optional ones of which it needs one.
    """

    __slots__ = (
        "at_least_one",
        "audience_field",
        "id_field",
        "kind",
        "name",
        "optional",
        "path",
        "permission",
        "properties_field",
        "required",
        "users_fields",
    )

    def __init__(
        self,
        path: str,
        kind: str,
        *,
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
        at_least_one: tuple[str, ...] = (),
        id_field: str | None = None,
        properties_field: str | None = None,
        audience_field: str | None = None,
        users_fields: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.kind = kind
        self.required = required
        self.optional = optional
        self.at_least_one = at_least_one
        self.id_field = id_field
        self.properties_field = properties_field
        self.audience_field = audience_field
        self.users_fields = users_fields
        parts = path.strip("/").replace("_", "-").split("/")
        self.name: str = "-".join([_SINGULAR.get(parts[0], parts[0]), *parts[1:]])
        self.permission = path.strip("/").replace("/", ".")

    def __repr__(self) -> str:
        return f"<Endpoint POST {self.path}>"


_SINGULAR = {"campaigns": "campaign", "sends": "send"}


_CAMPAIGN: dict[str, Any] = {"id_field": "campaign_id"}
_CANVAS: dict[str, Any] = {"id_field": "canvas_id"}
_TRIGGER: dict[str, Any] = {"audience_field": "audience", "users_fields": ("recipients",)}
_OF_CAMPAIGN: dict[str, Any] = {**_CAMPAIGN, **_TRIGGER, "properties_field": "trigger_properties"}
_OF_CANVAS: dict[str, Any] = {
    **_CANVAS,
    **_TRIGGER,
    "properties_field": "context",
    "optional": ("context", "canvas_entry_properties", "broadcast", "audience", "recipients"),
}
_USERS: dict[str, Any] = {"users_fields": ("external_user_ids", "user_aliases")}
_OF_MESSAGES: dict[str, Any] = {**_CAMPAIGN, **_USERS, "audience_field": "audience"}
_CAMPAIGN_FIELDS = ("send_id", "trigger_properties", "broadcast", "audience", "recipients")
_MESSAGES_FIELDS = (
    *("campaign_id", "send_id", "broadcast", "external_user_ids", "user_aliases", "segment_id", "audience"),
    "recipient_subscription_state",
)
_SCHEDULED_CAMPAIGN = ("campaign_id", "schedule_id")
_SCHEDULED_CANVAS = ("canvas_id", "schedule_id")
# By name, which is the path in words: `campaign-trigger-send`, `canvas-trigger-schedule-create`, `send-id-create`.
# The endpoints' own pages, D: /docs/api/endpoints/messaging/send_messages, …/schedule_messages, …/live_activity. That
# `messages` is required is said by /docs/developer_guide/rest_api/sending_messages, D. `dismissal_date` stands on
# older copies of its page only.
ENDPOINTS: dict[str, Endpoint] = {
    each.name: each
    for each in (
        Endpoint(
            "/campaigns/trigger/send",
            "send",
            required=("campaign_id",),
            optional=(*_CAMPAIGN_FIELDS, "attachments"),
            **_OF_CAMPAIGN,
        ),
        Endpoint(
            "/campaigns/trigger/schedule/create",
            "schedule",
            required=("campaign_id", "schedule"),
            optional=_CAMPAIGN_FIELDS,
            **_OF_CAMPAIGN,
        ),
        Endpoint(
            "/campaigns/trigger/schedule/update",
            "schedule-update",
            required=(*_SCHEDULED_CAMPAIGN, "schedule"),
            **_CAMPAIGN,
        ),
        Endpoint("/campaigns/trigger/schedule/delete", "schedule-delete", required=_SCHEDULED_CAMPAIGN, **_CAMPAIGN),
        Endpoint("/canvas/trigger/send", "send", required=("canvas_id",), **_OF_CANVAS),
        Endpoint("/canvas/trigger/schedule/create", "schedule", required=("canvas_id", "schedule"), **_OF_CANVAS),
        Endpoint(
            "/canvas/trigger/schedule/update", "schedule-update", required=(*_SCHEDULED_CANVAS, "schedule"), **_CANVAS
        ),
        Endpoint("/canvas/trigger/schedule/delete", "schedule-delete", required=_SCHEDULED_CANVAS, **_CANVAS),
        Endpoint(
            "/messages/send",
            "send",
            required=("messages",),
            optional=(*_MESSAGES_FIELDS, "override_frequency_capping"),
            **_OF_MESSAGES,
        ),
        Endpoint(
            "/messages/schedule/create",
            "schedule",
            required=("schedule", "messages"),
            optional=(*_MESSAGES_FIELDS, "override_messaging_limits"),
            **_OF_MESSAGES,
        ),
        Endpoint(
            "/messages/schedule/update",
            "schedule-update",
            required=("schedule_id",),
            optional=("schedule", "messages"),
            at_least_one=("schedule", "messages"),
        ),
        Endpoint("/messages/schedule/delete", "schedule-delete", required=("schedule_id",)),
        Endpoint(
            "/messages/live_activity/start",
            "live-activity",
            required=(
                *("app_id", "activity_id", "activity_attributes_type", "activity_attributes", "content_state"),
                "notification",
            ),
            optional=(
                *("stale_date", "dismissal_date", "external_user_ids", "user_aliases", "segment_id"),
                "custom_audience",
            ),
            id_field="activity_id",
            **_USERS,
            audience_field="custom_audience",
        ),
        Endpoint("/sends/id/create", "send-id", required=("campaign_id",), optional=("send_id",), **_CAMPAIGN),
    )
}
ENDPOINTS_BY_PATH: dict[str, Endpoint] = {each.path: each for each in ENDPOINTS.values()}
CAMPAIGN_TRIGGER_SEND = ENDPOINTS["campaign-trigger-send"]


class RateWindow:
    """How many calls a workspace may make in a window of so many seconds, fixed to the clock."""

    __slots__ = ("limit", "name", "seconds")

    def __init__(self, name: str, limit: int, seconds: int) -> None:
        self.name = name
        self.limit = limit
        self.seconds = seconds

    def __repr__(self) -> str:
        return f"<RateWindow {self.name}: {self.limit:,} in {self.seconds:,} s>"


# Per workspace, and can be raised on request (/docs/api/api_limits, D). Hourly windows reset on the clock's hour (D),
# those of a minute presumably on the clock's minute (I), and when a day begins is U: in UTC, by our default.
# `audience` counts for each unique audience by itself. `exports` is shared with /events and the like (its page, D).
RATE_WINDOWS: dict[str, RateWindow] = {
    each.name: each
    for each in (
        RateWindow("requests", 250_000, 3_600),
        RateWindow("broadcasts", 250, 60),
        RateWindow("audience", 10, 60),
        RateWindow("send-ids", 100, 86_400),
        RateWindow("exports", 1_000, 3_600),
    )
}


def rate_windows(endpoint: Endpoint, *, is_broadcast: bool) -> tuple[str, ...]:
    """The names of the windows that a call counts in.

    A broadcast, which names no users, has its own limits on sends and schedules. /messages/schedule/create does not
    stand in that row though it takes an audience; it is counted as if it did (I).
    """
    if endpoint.kind == "send-id":
        return ("send-ids",)
    if is_broadcast and endpoint.kind in ("send", "schedule"):
        return ("broadcasts", "audience")
    return ("requests",)


# REST hosts by instance (/docs/api/basics, D). New instances appear, so any https URL is allowed as well.
INSTANCES: dict[str, str] = {
    **{f"US-0{n}": f"https://rest.iad-0{n}.braze.com" for n in range(1, 9)},
    "US-10": "https://rest.us-10.braze.com",
    "EU-01": "https://rest.fra-01.braze.eu",
    "EU-02": "https://rest.fra-02.braze.eu",
    "AU-01": "https://rest.au-01.braze.com",
    "ID-01": "https://rest.id-01.braze.com",
    "JP-01": "https://rest.jp-01.braze.com",
    "KR-01": "https://rest.kr-01.braze.com",
}

# What an HTTP status means, and what to do (/docs/api/errors, D).
STATUS_MEANINGS: dict[int, tuple[str, str]] = {
    400: (
        "the request is malformed, or names nothing that can be sent",
        "mend the request; the message says where",
    ),
    401: (
        "the key is wrong, or belongs to another instance or workspace, or lacks the permission",
        "check the key, its permissions, and the instance",
    ),
    403: ("the account or the key may not do this", "check the permissions of the key"),
    404: ("the address does not exist", "check the endpoint"),
    413: ("the body is too large", "send less in one request"),
    415: ("the body is not taken as JSON", "check what stands between you and Braze"),
    429: ("the rate limit is spent", "send again after the reset"),
    500: ("Braze had an error of its own", "send again later, with growing pauses"),
    503: ("Braze has no capacity at the moment", "send again later, with growing pauses"),
}
