"""The faults in words and in groups, as the page shows them."""

from typing import Final

from ..faults import FAULTS, Fault

__all__ = ["GROUPS", "MEANINGS", "STATUSES"]

MEANINGS: Final = {
    "no-connection": "nobody listens: the connection is refused",
    "closed-unread": "the connection ends before the request is read",
    "reset-unread": "the connection is reset before the request is read",
    "lost-request": "the connection ends, and Braze never had the request",
    "reset-request": "the connection is reset, and Braze never had the request",
    "lost-answer": "Braze took the request, and the answer is lost",
    "reset-answer": "Braze took the request, and a reset comes in place of the answer",
    "truncated": "Braze took the request, and half of the answer comes",
    "delay": "the answer comes late",
    "queued": "202, as in a maintenance: taken, and sent later",
    "errors": "201 with minor errors beside the success",
    "400": "Braze finds the request wrong",
    "401": "Braze does not know the key",
    "403": "Braze does not let the key do this",
    "404": "Braze does not know the address",
    "413": "Braze finds the body too large",
    "415": "Braze does not take the body for JSON",
    "429": "the rate limit is spent, until the next second",
    "500": "Braze has an error of its own",
    "503": "Braze has no capacity at the moment",
    "200-page": "a network wants a sign-in: 200, and HTML in place of JSON",
    "500-page": "a proxy has an error, with a page of HTML",
    "502": "a gateway gets no answer from Braze",
    "503-page": "a proxy has no capacity, with a page of HTML",
    "504": "a gateway waited too long",
    "502-late": "a gateway gives up, but Braze had taken the request",
    "504-late": "a gateway waited too long, but Braze had taken the request",
}
# The group of those that any status from 400 to 599 belongs to, by its number.
STATUSES: Final = "Braze refuses"


def _head(fault: Fault) -> str:
    if fault.ending != "answer":
        return "The connection ends"
    if fault.is_page:
        return "Something between here and Braze answers"
    return "The answer is late or unusual" if fault.is_taken else STATUSES


# By what stands above them on the page.
GROUPS: Final[dict[str, list[str]]] = {}
for _fault in FAULTS.values():
    GROUPS.setdefault(_head(_fault), []).append(_fault.name)
