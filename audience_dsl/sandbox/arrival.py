"""What is wrong with the way in which a request came: its path, method, key, content type, and how its body is written.

Braze's answers say little of that, and a sandbox is asked why. These are the findings for the log; the answer stays
Braze's. Nothing here repeats what may be a key.
"""

import re
from typing import Final
from urllib.parse import unquote

from ..braze_api import ATTRIBUTES_PATH, BODY_AT_MOST, ENDPOINTS_BY_PATH
from ..diagnostics import CODES, Diagnostic, listed, nearest, quoted
from .exchange import SandboxRequest
from .key_places import encoding_of, kept, keys_in_query, names_key
from .keys import KeyProblem

__all__ = ["body_too_large", "body_unreadable", "wrong_key", "wrong_path", "wrong_type"]

_PATHS: Final = (*ENDPOINTS_BY_PATH, ATTRIBUTES_PATH)
_HEADER_WAY: Final = "send the header `Authorization: Bearer KEY`"
_SLASHES: Final = re.compile("/{2,}")
# Characters by which two paths may differ in length, and one be a slip of the other.
_SLIP: Final = 2


def wrong_path(method: str, path: str) -> Diagnostic:
    """Of a path, without its query, and a method that are no endpoint's of the sandbox."""
    if path in _PATHS:
        right = "GET" if path == ATTRIBUTES_PATH else "POST"
        return _request(f"the method of `{path}` is {right}, and this is {quoted(method)}", f"send it by {right}")
    meant = _meant(path)
    if meant in _PATHS:
        if "//" in path:
            return _request(
                f"the path {quoted(path)} has two slashes in a row",
                f"it is `{meant}`: leave out the slash at the end of the base address",
            )
        how = "ends in a slash" if path.endswith("/") else "is written in another way than the endpoint's"
        return _request(f"the path {quoted(path)} {how}", f"it is `{meant}`")
    close = [each for each in nearest(path, _PATHS, most=1) if abs(len(each) - len(path)) <= _SLIP]
    return Diagnostic(
        CODES["sandbox-unplayed"],
        f"the sandbox does not play {quoted(path)}, and Braze may well have it",
        help=f"did you mean `{close[0]}`?" if close else f"it plays {listed(_PATHS)}",
    )


def wrong_key(problem: KeyProblem, request: SandboxRequest, permission: str) -> Diagnostic:
    """Of a key that is not accepted, or is none."""
    if problem == "permission":
        return _request(f"the key lacks the permission `{permission}`", "give it the permission, or use another key")
    if problem == "real":
        return _request(
            "the key looks like one of Braze's, and a sandbox takes none of those",
            "send the sandbox's own key; to take such keys all the same there is `allow_real_keys`",
        )
    header = request.header("Authorization")
    if header is None or not header.strip():
        place = _other_place(request)
        missing = "the request has no header `Authorization`"
        return _request(missing if place is None else f"{missing}: the key stands in the {place}", _HEADER_WAY)
    scheme, _, key = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        if not key.strip():
            return _request("the header `Authorization` has no key after `Bearer`", _HEADER_WAY)
        return _request("the key is none of this sandbox's", "it is `sandbox-key`, unless the sandbox was given others")
    lacking = "has another scheme than `Bearer`" if key else "has no `Bearer` before the key"
    return _request(f"the header `Authorization` {lacking}", _HEADER_WAY)


def wrong_type(request: SandboxRequest) -> Diagnostic:
    given = (request.header("Content-Type") or "").strip()
    is_said = f"is {quoted(given)}" if given else "is missing"
    return _request(
        f"the content type {is_said}, and Braze takes JSON alone",
        "send the header `Content-Type: application/json`",
    )


def body_too_large(request: SandboxRequest) -> Diagnostic:
    size = len(request.body)
    # Of more than that, no more than one byte is read.
    is_said = f"is over {BODY_AT_MOST:,} bytes" if size == BODY_AT_MOST + 1 else f"is {size:,} bytes"
    return Diagnostic(
        CODES["request-body-too-large"],
        f"the body {is_said}, and Braze takes {BODY_AT_MOST:,}",
        help="send fewer recipients in one request, or a shorter audience",
    )


def body_unreadable(request: SandboxRequest, reason: str) -> Diagnostic:
    """Of a body that is no JSON, for this reason."""
    encoding = encoding_of(request)
    if encoding is not None:
        message = f"the body is compressed ({quoted(encoding)}), and the sandbox reads none that is"
        help = "send it uncompressed: no page of Braze's says that it reads another"
    elif not request.body:
        message, help = "the request has no body", "send an object of JSON"
    else:
        message, help = f"the body is no JSON: {reason}", "send an object of JSON, in UTF-8"
    return Diagnostic(CODES["request-not-json"], f"{message}{_unkept(request)}", help=help)


def _request(message: str, help: str) -> Diagnostic:
    return Diagnostic(CODES["sandbox-request"], message, help=help)


def _meant(path: str) -> str:
    """The path as an endpoint's would be written."""
    return _SLASHES.sub("/", unquote(path)).rstrip("/").lower()


def _other_place(request: SandboxRequest) -> str | None:
    """Where else the key stands, of a request without the header."""
    if keys_in_query(request.path):
        return "query, which servers on the way write into their logs"
    return "body" if names_key(request.body) else None


def _unkept(request: SandboxRequest) -> str:
    if kept(request) or not request.body:
        return ""
    return "; it is not kept here" if encoding_of(request) else "; it names a key, and is not kept here"
