"""What a fault makes of an answer: in Braze's place, or over what Braze answered."""

from typing import Final

from .faults import Fault
from .judging import Verdict

__all__ = ["in_place_of_braze", "over_the_answer"]

# Texts of the errors page (documented) where it has one, and the status's own name.
_MESSAGES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    429: "Rate Limited",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_PAGE: Final = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>\n"


def in_place_of_braze(fault: Fault) -> Verdict:
    """The answer to a request that Braze does not get to process."""
    verdict = Verdict(fault.status or 0, _MESSAGES.get(fault.status or 0, ""), windows=())
    if fault.is_page:
        _turn_into_page(verdict, fault)
    return verdict


def over_the_answer(fault: Fault, verdict: Verdict, *, is_accepted: bool) -> bool:
    """Changes the answer to a request that Braze has processed, and says whether there was something to play."""
    if fault.is_page:
        _turn_into_page(verdict, fault)
    elif fault.status is not None:
        if not is_accepted:
            return False
        verdict.status = fault.status
        if fault.status == 202:
            # During maintenance (an older errors page).
            verdict.message, verdict.json = "queued", {"message": "queued"}
        else:
            verdict.json["errors"] = ["a minor error, played by the sandbox"]
    return True


def _turn_into_page(verdict: Verdict, fault: Fault) -> None:
    status = fault.status or 0
    title = f"{status} {_MESSAGES[status]}" if status in _MESSAGES else "Sign in to the network"
    verdict.status, verdict.message = status, title
    verdict.page = _PAGE.format(title).encode("ascii")
