"""Whom a request names, by identifier alone: nothing else of a recipient is ever kept.

Each is written as recipients of a file are, so that a user is found by one text whatever they were sent by.
"""

import hmac
from dataclasses import replace

from ..braze_api import STATUS_MEANINGS
from ..recipients.identity import identity_of
from ..sender.outcome import Receipt
from ..sender.requests import Request

__all__ = ["hashed", "identifiers", "without_server_texts"]

# Fields that list users as plain texts or as aliases; in the others they are objects with an identifier.
_KIND_OF_FIELD = {"external_user_ids": "external_user_id", "user_aliases": "user_alias"}


def identifiers(request: Request) -> list[str]:
    """In the order of the request."""
    if not request.recipient_count:
        return []
    body = request.to_dict()
    found = []
    for field in request.endpoint.users_fields:
        kind = _KIND_OF_FIELD.get(field)
        found += [identity_of(each if kind is None else {kind: each}) for each in body.get(field, ())]
    return found


def hashed(identifier: str, salt: bytes) -> str:
    """What stands for an identifier: the same for the same user within a ledger, and another in another."""
    return "hashed:" + hmac.digest(salt, identifier.encode(), "sha256").hex()


def without_server_texts(receipt: Receipt) -> Receipt:
    """The receipt without what the server said in words, which may repeat an identifier."""
    meaning, _ = STATUS_MEANINGS.get(receipt.http_status or 0, ("", ""))
    reason = receipt.outcome.replace("_", " ")
    if receipt.http_status is not None:
        reason += f", as the server answered {receipt.http_status}" + (f": {meaning}" if meaning else "")
    return replace(receipt, reason=f"{reason}; what it said is not kept here", message=None, notice=None, errors=())
