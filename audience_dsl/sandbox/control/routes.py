"""All paths of the sandbox's own, and what there is at each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .. import page
from . import log, settings, world
from .points import Point, route_of

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]

_ROOT = "/_sandbox"


def routes(sandbox: Sandbox) -> list[BaseRoute]:
    points = [*log.points(sandbox), *settings.points(sandbox), *world.points(sandbox)]
    points.insert(0, Point("GET", "/api", "this list", _index(points)))
    paths = dict.fromkeys(point.path for point in points)
    api = [route_of(path, [point for point in points if point.path == path]) for path in paths]
    return [
        Mount(f"{_ROOT}/ui", routes=page.routes(sandbox)),
        Route("/favicon.ico", _to_icon, methods=["GET"]),
        *(Route(path, _to_page, methods=["GET"]) for path in ("/", _ROOT, f"{_ROOT}/", f"{_ROOT}/ui")),
        Mount(_ROOT, routes=api),
    ]


def _index(points: list[Point]) -> Any:
    def index(_request: Request, _: Any) -> object:
        return {
            "message": "the control API of a sandbox; no message is sent",
            "paths": [
                {
                    "method": point.method,
                    "path": _ROOT + point.path.replace(":path}", "}"),
                    "what": point.what,
                }
                for point in points
            ],
        }

    return index


def _to_icon(_: Request) -> Response:
    return RedirectResponse(f"{_ROOT}/ui/static/icon.svg", status_code=303)


def _to_page(_: Request) -> Response:
    return RedirectResponse(f"{_ROOT}/ui/", status_code=303)
