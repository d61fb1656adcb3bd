"""What a fault makes of an answer: in Braze's place, or over what Braze answered."""

from typing import Final

from .faults import Fault
from .judging import Verdict
from .wording import status_phrase

__all__ = ["in_place_of_braze", "over_the_answer"]

# Texts of the errors page (documented), where they are not the status's own name, or Pythons differ on that.
_MESSAGES: Final = {413: "Request Entity Too Large", 429: "Rate Limited"}
_PAGE: Final = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>\n"


def in_place_of_braze(fault: Fault) -> Verdict:
    """The answer to a request that Braze does not get to process."""
    status = fault.status or 0
    verdict = Verdict(status, _message(status) or str(status or ""), windows=())
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
    title = "Sign in to the network" if status < 300 else f"{status} {_message(status)}".strip()
    verdict.status, verdict.message = status, title
    verdict.page = _PAGE.format(title).encode("ascii")


def _message(status: int) -> str:
    """The text of a status; empty where there is none."""
    return _MESSAGES.get(status) or status_phrase(status)
