"""Who a recipient is, as one text: two recipients of the same identity get one message."""

import json
from collections.abc import Mapping
from typing import Any

from ..braze_api import ADDRESS_CASE_COUNTS

__all__ = ["identity_of"]


def identity_of(recipient: Mapping[str, Any]) -> str:
    """The identity of a recipient that breaks no rule; how Braze deduplicates stands at `ADDRESS_CASE_COUNTS`."""
    if "external_user_id" in recipient:
        return f"external_user_id:{recipient['external_user_id']}"
    if "email" in recipient:
        address = recipient["email"]
        return f"email:{address if ADDRESS_CASE_COUNTS else address.lower()}"
    if "braze_id" in recipient:
        return f"braze_id:{recipient['braze_id']}"
    alias = recipient["user_alias"]
    # As JSON, since either part may hold whatever would stand between them.
    pair = json.dumps([alias["alias_label"], alias["alias_name"]], ensure_ascii=False)
    return f"user_alias:{pair}"
