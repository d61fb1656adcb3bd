"""All paths of the page, below /_sandbox/ui."""

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from . import faults, log, request, schedules, settings, users
from .answering import missing

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]


def routes(sandbox: "Sandbox") -> list[BaseRoute]:
    """For `Mount("/_sandbox/ui", routes=routes(sandbox))`."""
    return [
        *log.routes(sandbox),
        *request.routes(sandbox),
        *schedules.routes(sandbox),
        *faults.routes(sandbox),
        *users.routes(sandbox),
        *settings.routes(sandbox),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        Route("/{rest:path}", _nothing, methods=["GET"]),
    ]


def _nothing(request: Request) -> Response:
    return missing(request, "There is no such page", "The address may be misspelled.")
