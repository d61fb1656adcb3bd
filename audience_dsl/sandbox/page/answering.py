"""The two ways of the page: to look, which changes nothing, and to hand in a form, which leads back to a look."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ...diagnostics import AudienceError
from .forms import Form, FormError, form_of
from .rendering import back, page
from .words import DONE

__all__ = ["NAVIGATION", "Change", "Look", "look", "missing", "posting"]

NAVIGATION: Final = (
    ("/", "Requests"),
    ("/activity", "Late failures"),
    ("/schedules", "Schedules"),
    ("/faults", "Faults"),
    ("/profiles", "Profiles"),
    ("/settings", "Settings"),
)

# Carries out a form, and gives the path of the page that it leads to and the key of what has been done.
Change = Callable[[Request, Form], tuple[str, str]]


class Look(Protocol):
    """Shows a page; with a `problem`, what the `form` could not do and what stood in it."""

    def __call__(self, request: Request, problem: FormError | None = None, form: Form | None = None, /) -> Response: ...


def look(
    request: Request,
    template: str,
    here: str,
    values: dict[str, Any],
    problem: FormError | None = None,
    *,
    status: int = 200,
) -> Response:
    """One of the pages, `here` in the navigation."""
    around = {
        "nav": NAVIGATION,
        "here": here,
        "done": DONE.get(request.query_params.get("done", "")) if problem is None else None,
        "problem": problem,
    }
    return page(template, {**around, **values}, status=status if problem is None else problem.status)


def posting(shown: Look, change: Change) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a form. What is refused is said on the page that it stands on."""

    async def endpoint(request: Request) -> Response:
        form = None
        try:
            form = await form_of(request)
            path, done = await run_in_threadpool(change, request, form)
        except FormError as error:
            problem = error
        except AudienceError as error:
            problem = FormError(str(getattr(error, "message", error)), getattr(error, "help", None))
        else:
            return back(path, done)
        return await run_in_threadpool(shown, request, problem, form)

    return endpoint


def missing(request: Request, title: str, explanation: str) -> Response:
    return look(request, "error.html", "", {"title": title, "explanation": explanation}, status=404)
