"""The sandbox under an httpx client of the same process: no port, no thread, no extra package."""

from ..sender.http import httpx
from .core import Sandbox
from .exchange import SandboxRequest

__all__ = ["transport"]


def transport(sandbox: Sandbox) -> httpx.MockTransport:
    """A transport for clients of both kinds. Whatever host they name, nothing leaves the process."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode("ascii")
        headers = request.headers.multi_items()
        response = sandbox.handle(SandboxRequest(request.method, path, headers, request.content))
        return httpx.Response(response.status, headers=list(response.headers), content=response.body)

    return httpx.MockTransport(answer)
