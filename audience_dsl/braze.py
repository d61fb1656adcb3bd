"""What is known of Braze's audiences, as tables; its REST API is in `braze_api`. Every fact stands once,
with its mark and its source.

The marks say how sure a fact is:

    D      stated in Braze's API documentation for this very feature
    D_SEG  stated by Braze for the dashboard's segment filters, to which the API pages refer
    I_STRONG, I, I_WEAK  inferred, from strong to weak
    U      unknown: no source says; the value is this project's stated default

Sources name pages by their path under www.braze.com.
"""

__all__ = [
    "COMPARISONS",
    "DAYS_AT_MOST",
    "MISSING",
    "NO_VALUE",
    "OLD_COMPARISONS",
    "RELATIVE",
    "STATE_MEANINGS",
    "STATUSES",
    "MissingRow",
    "fault_of_name",
    "missing_key",
    "refusal_of_name",
]

D = "documented"
D_SEG = "documented for segments"
I_STRONG = "inferred, strong"
I = "inferred"  # noqa: E741
I_WEAK = "inferred, weak"
U = "unknown"

AUDIENCE_PAGE = "/docs/api/objects_filters/connected_audience"
DATA_TYPES_PAGE = "/docs/user_guide/data/activation/custom_data/data_types"
REGEX_PAGE = "/docs/user_guide/audience/segments/regex"
FILTERS_PAGE = "/docs/user_guide/audience/segments/segmentation_filters"

# --- The connected audience object (AUDIENCE_PAGE, D) -------------------------------------------------

# Comparisons of a custom attribute by the attribute's type, in the page's own order.
COMPARISONS: dict[str, tuple[str, ...]] = {
    "string": (
        "equals",
        "not_equal",
        "matches_regex",
        "does_not_match_regex",
        "is_any_of",
        "is_none_of",
        "exists",
        "does_not_exist",
    ),
    "array": (
        "includes_value",
        "does_not_include_value",
        "is_any_of",
        "is_none_of",
        "exists",
        "does_not_exist",
    ),
    "number": (
        "equals",
        "not_equal",
        "greater_than",
        "greater_than_or_equal_to",
        "less_than",
        "less_than_or_equal_to",
        "exists",
        "does_not_exist",
    ),
    "boolean": ("equals", "not_equal", "exists", "does_not_exist"),
    "time": (
        "less_than_x_days_ago",
        "greater_than_x_days_ago",
        "less_than_x_days_in_the_future",
        "greater_than_x_days_in_the_future",
        "after",
        "before",
        "exists",
        "does_not_exist",
    ),
}

# Comparisons of older pages (up to mid-2025), and what took their place. The server refuses them (braze-inc/braze-docs
# issue #10064), so they are never written, and read only where the question is what somebody meant.
OLD_COMPARISONS = {"does_not_equal": "not_equal"}

# `value` may be left out for these, and we leave it out.
NO_VALUE = frozenset({"exists", "does_not_exist"})
RELATIVE = frozenset(
    {
        "less_than_x_days_ago",
        "greater_than_x_days_ago",
        "less_than_x_days_in_the_future",
        "greater_than_x_days_in_the_future",
    }
)

STATUSES = ("opted_in", "subscribed", "unsubscribed")
# What each state of a channel says of a user; every user is in exactly one, new ones are `subscribed`
# (/docs/user_guide/audience/subscription_preferences/subscription_status,
# /docs/user_guide/channels/push/push_setup/push_subscription_states, D).
STATE_MEANINGS = {
    "push": {
        "opted_in": "the user has agreed to push, which does not promise that a device can be reached",
        "subscribed": "the default, with which every profile begins: the user has neither agreed nor left",
        "unsubscribed": "the user has left, and your own app or server has told Braze; turning notifications off on "
        "the phone does not set this",
    },
    "email": {
        "opted_in": "the user has explicitly confirmed that they want email",
        "subscribed": "the default, with which every profile begins: the user has neither confirmed nor left",
        "unsubscribed": "the user has left; mail that bounces does not set this",
    },
}

# Relative days look back up to 100 years (FILTERS_PAGE, D_SEG); fractions, zero and negatives are U, and refused.
DAYS_AT_MOST = 36_500
# Length of a regex, in characters (REGEX_PAGE, D_SEG).
REGEX_AT_MOST = 32_764

# --- Assumptions: who has no value --------------------------------------------------------------------


class MissingRow:
    """Does this comparison select a user without the attribute?

    `sure` says that the mark is strong enough to rest a complement on this row alone.
    """

    __slots__ = ("key", "mark", "selects", "source")

    def __init__(self, key: str, selects: bool, mark: str, source: str) -> None:
        self.key = key
        self.selects = selects
        self.mark = mark
        self.source = source

    @property
    def sure(self) -> bool:
        return self.mark in (D, I_STRONG)

    @property
    def open(self) -> bool:
        """Whether a workspace that has tried for itself may set this row."""
        return self.mark != D


def _missing(*rows: tuple[str, bool, str, str]) -> dict[str, MissingRow]:
    return {key: MissingRow(key, selects, mark, source) for key, selects, mark, source in rows}


_COMPLEMENTS = AUDIENCE_PAGE + ": `equals` and `not_equal`, `is_any_of` and `is_none_of` are complements over all users"
_NULL_NOTE = DATA_TYPES_PAGE + ": the notes on numbers say that this includes users with NULL"
_BOOLEAN = FILTERS_PAGE + ": the dashboard offers TRUE, FALSE, and each `or not set`"

# Rows by `comparison.type.class of the value`; see `missing_key`.
MISSING: dict[str, MissingRow] = _missing(
    ("exists.any.any", False, D, FILTERS_PAGE),
    ("does_not_exist.any.any", True, D, FILTERS_PAGE),
    ("equals.string.any", False, I_STRONG, _COMPLEMENTS),
    (
        "not_equal.string.any",
        True,
        I_STRONG,
        FILTERS_PAGE + ": Braze renamed it to `is none of` and migrated filters",
    ),
    ("is_any_of.string.any", False, I_STRONG, _COMPLEMENTS),
    ("is_none_of.string.any", True, D, AUDIENCE_PAGE),
    ("matches_regex.string.any", False, I, REGEX_PAGE),
    (
        "does_not_match_regex.string.any",
        False,
        D_SEG,
        REGEX_PAGE + ": Braze suggests a blank check beside it",
    ),
    ("includes_value.array.any", False, I_STRONG, _COMPLEMENTS),
    (
        "does_not_include_value.array.any",
        True,
        I_STRONG,
        AUDIENCE_PAGE + ": `is_none_of` on an array acts as this",
    ),
    ("equals.number.zero", True, D_SEG, _NULL_NOTE),
    ("equals.number.other", False, U, "no source says"),
    ("not_equal.number.zero", True, I, DATA_TYPES_PAGE + ": advises `is not blank` beside it"),
    ("not_equal.number.other", True, I, DATA_TYPES_PAGE + ": advises `is not blank` beside it"),
    ("less_than.number.zero", True, D_SEG, _NULL_NOTE),
    ("less_than.number.other", True, D_SEG, _NULL_NOTE),
    ("less_than_or_equal_to.number.zero", False, U, "no source says"),
    ("less_than_or_equal_to.number.other", False, U, "no source says"),
    ("greater_than.number.zero", False, U, "no source says"),
    ("greater_than.number.other", False, U, "no source says"),
    ("greater_than_or_equal_to.number.zero", False, U, "no source says"),
    ("greater_than_or_equal_to.number.other", False, U, "no source says"),
    ("equals.boolean.false", False, I_WEAK, _BOOLEAN),
    ("equals.boolean.true", False, I_WEAK, _BOOLEAN),
    ("not_equal.boolean.false", True, I_WEAK, _BOOLEAN),
    ("not_equal.boolean.true", True, I_WEAK, _BOOLEAN),
    ("before.time.any", False, I, FILTERS_PAGE),
    ("after.time.any", False, I, FILTERS_PAGE),
    ("less_than_x_days_ago.time.any", False, I, FILTERS_PAGE),
    ("greater_than_x_days_ago.time.any", False, U, "no source says"),
    ("less_than_x_days_in_the_future.time.any", False, I, FILTERS_PAGE),
    ("greater_than_x_days_in_the_future.time.any", False, I, FILTERS_PAGE),
)


def missing_key(comparison: str, value: object) -> str:
    """The row of `MISSING` for a comparison of a custom attribute with this value."""
    if comparison in ("equals", "not_equal"):
        if isinstance(value, bool):
            return f"{comparison}.boolean.{'true' if value else 'false'}"
        if isinstance(value, str):
            return f"{comparison}.string.any"
        return f"{comparison}.number.{'zero' if value == 0 else 'other'}"
    return _KEYS.get(comparison) or f"{comparison}.number.{'zero' if value == 0 else 'other'}"


_KEYS = {key.split(".")[0]: key for key in MISSING if key.endswith(".any")} | {"equals": "", "not_equal": ""}

# The other assumptions of the language about time (FILTERS_PAGE; exact ends are U):
# `before` is <, `after` is >=; `less than X days ago` is [now - X, now], `more than` is earlier;
# `less than X days from now` is (now, now + X], `more than` is later; a day is 24 hours (D_SEG).

# --- Names that a connected audience cannot filter on -------------------------------------------------

_SEGMENT_WAY = (
    "put that condition in a segment, then add the segment to the campaign's target audience in the dashboard; "
    "both apply together"
)
_DEFAULT_WAY = f"{_SEGMENT_WAY}. Or mirror the value into a custom attribute"

# Braze's default attributes (AUDIENCE_PAGE, D: not usable in an audience; names from the profile export pages).
DEFAULT_ATTRIBUTES = frozenset(
    [
        "country",
        "language",
        "gender",
        "dob",
        "first_name",
        "last_name",
        "phone",
        "home_city",
        "time_zone",
        "random_bucket",
        "external_id",
        "external_user_id",
        "braze_id",
        "appboy_id",
        "user_alias",
        "user_aliases",
        "created_at",
        "created_from",
        "last_coordinates",
        "total_revenue",
        "attributed_campaign",
        "attributed_source",
        "attributed_adgroup",
        "attributed_ad",
        "uninstalled_at",
    ]
)
_OTHER_NAMES = {
    "segment": "segments",
    "segments": "segments",
    "segment_id": "segments",
    "event": "custom events",
    "events": "custom events",
    "custom_event": "custom events",
    "custom_events": "custom events",
    "purchase": "purchases",
    "purchases": "purchases",
    "session": "sessions",
    "sessions": "sessions",
    "subscription_group": "subscription groups",
    "subscription_groups": "subscription groups",
    "subscription_group_id": "subscription groups",
    "location": "location",
    "current_location": "location",
    "app": "apps",
    "apps": "apps",
    "device": "devices",
    "devices": "devices",
    "push_tokens": "push tokens",
    "push_enabled": "push enablement",
    "campaigns_received": "received messages",
    "canvases_received": "received messages",
    "cards_clicked": "clicked cards",
}
_CHANNEL_FIELDS = {"push_subscribe": "push", "email_subscribe": "email"}


def refusal_of_name(name: str) -> tuple[str, str, str] | None:
    """Why a bare word cannot be an attribute: (slug of the code, the reason, Braze's way out), or None."""
    if "." in name:
        return (
            "not-filterable",
            f"`{name}` reads as a nested attribute, which a connected audience cannot filter on",
            _DEFAULT_WAY,
        )
    lower = name.lower()
    if lower in DEFAULT_ATTRIBUTES:
        reason = f"`{name}` is a default attribute of Braze, and a connected audience filters on custom attributes only"
        return "default-attribute", reason, _DEFAULT_WAY
    if lower in _CHANNEL_FIELDS:
        channel = _CHANNEL_FIELDS[lower]
        way = f"ask for the state of the channel, as in `{channel} is opted_in`"
        return "default-attribute", f"`{name}` is a field of exported profiles, not a custom attribute", way
    if lower in _OTHER_NAMES:
        return "not-filterable", f"a connected audience cannot filter on {_OTHER_NAMES[lower]}", _SEGMENT_WAY
    return None


def fault_of_name(name: str) -> tuple[str, str] | None:
    """Why no custom attribute can bear this name: (the reason, the way out), or None."""
    if not name or name != name.strip():
        return f"the name `{name}` has blanks at its ends, which Braze strips", "write it without them"
    if any(each < " " or each == "\x7f" or "\ud800" <= each <= "\udfff" for each in name):
        return "the name has a character that no attribute can bear", "write it as the workspace has it"
    return None
