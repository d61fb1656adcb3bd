"""The switches of faults: how often each is met, and which the next requests meet."""

from math import isfinite
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..faults import FAULTS
from ..switches import DELAY_HEADER, FAULT_HEADER
from .answering import look, posting
from .fault_words import GROUPS, MEANINGS, STATUSES
from .forms import Form, FormError
from .log import curl

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]


def routes(sandbox: "Sandbox") -> list[Route]:
    def shown(request: Request, problem: FormError | None = None, form: Form | None = None, /) -> Response:
        standing = sandbox.switches.as_dict()
        rates: dict[str, str] = {name: _percent(rate) for name, rate in standing["rates"].items()}
        values: dict[str, Any] = {
            "groups": [(head, [_row(name, rates, form) for name in names]) for head, names in GROUPS.items()],
            "others": [_row(name, rates, form) for name in rates if name not in FAULTS],
            "head_of_others": STATUSES,
            "seed": str(standing["seed"]) if form is None else form.text("seed"),
            "delay": f"{standing['delay']:g}" if form is None else form.text("delay"),
            "waiting": sandbox.switches.waiting,
            "rates_set": ", ".join(f"{name} {rate} %" for name, rate in rates.items()),
            "paths": standing["paths"],
            "fault_header": FAULT_HEADER,
            "delay_header": DELAY_HEADER,
            "header_example": curl(
                str(request.base_url).rstrip("/"), sandbox.keys.first, header=f"{FAULT_HEADER}: lost-answer"
            ),
        }
        return look(request, "faults.html", "/faults", values, problem)

    def save(_: Request, form: Form) -> tuple[str, str]:
        rates: dict[str, float] = {}
        for key, text in form.pairs:
            if key.startswith("rate:") and text.strip():
                rate = _rate(key.removeprefix("rate:"), text.strip())
                if rate:
                    rates[key.removeprefix("rate:")] = rate
        delay = form.number("delay", "the delay")
        seed = form.whole("seed", "the seed", 0)
        paths = sandbox.switches.as_dict()["paths"]
        if delay is None:
            sandbox.switches.set(rates, seed=seed, paths=paths)
        else:
            sandbox.switches.set(rates, seed=seed, delay=delay, paths=paths)
        return "/faults", "faults"

    def meet(_: Request, form: Form) -> tuple[str, str]:
        name = form.text("fault")
        if not name:
            raise FormError("no fault was named")
        sandbox.switches.next(name)
        return "/faults", "next"

    def off(_: Request, __: Form) -> tuple[str, str]:
        sandbox.switches.clear()
        return "/faults", "faults-off"

    return [
        Route("/faults", shown, methods=["GET"]),
        Route("/faults", posting(shown, save), methods=["POST"]),
        Route("/faults/next", posting(shown, meet), methods=["POST"]),
        Route("/faults/off", posting(shown, off), methods=["POST"]),
    ]


def _row(name: str, rates: dict[str, str], form: Form | None) -> dict[str, Any]:
    fault = FAULTS.get(name)
    return {
        "name": name,
        "meaning": MEANINGS.get(name, "an answer with this status"),
        "is_taken": fault.is_taken if fault is not None else name.endswith("-late"),
        "rate": rates.get(name, "") if form is None else form.text(f"rate:{name}"),
    }


def _percent(rate: float) -> str:
    return f"{rate * 100:.6g}"


def _rate(name: str, text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = float("nan")
    if not (isfinite(percent) and 0 <= percent <= 100):
        raise FormError(f"how often {name} is met is a number from 0 to 100", "`5` is one in twenty")
    return percent / 100
