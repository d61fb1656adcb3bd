"""What a request is refused for before its body counts: each has a finding that says it, and Braze's own answer."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.braze_api import ATTRIBUTES_PATH, BODY_AT_MOST, ENDPOINTS_BY_PATH
from audience_dsl.sandbox import SANDBOX_KEY, SandboxRequest
from audience_dsl.sandbox.arrival import wrong_path

from .support import PATH, TO_ONE, post, request, sandbox

RAW = json.dumps(TO_ONE).encode()
TYPE = ("Content-Type", "application/json")
KEY = ("Authorization", f"Bearer {SANDBOX_KEY}")


def keyed(*authorization: str, raw: bytes = RAW, path: str = PATH) -> SandboxRequest:
    return SandboxRequest("POST", path, [TYPE, *(("Authorization", each) for each in authorization)], raw)


def encoded(raw: bytes, *encoding: str, kind: str = "application/json") -> SandboxRequest:
    headers = [KEY, ("Content-Type", kind), *(("Content-Encoding", each) for each in encoding)]
    return SandboxRequest("POST", PATH, headers, raw)


CASES = [
    ("a doubled slash", request(TO_ONE, path=f"/{PATH}"), 404, "AUD851", "has two slashes in a row", PATH),
    ("a trailing slash", request(TO_ONE, path=f"{PATH}/"), 403, "AUD851", "ends in a slash", PATH),
    ("other letters", request(TO_ONE, path=PATH.upper()), 404, "AUD851", "is written in another way", PATH),
    ("escapes", request(TO_ONE, path="/campaigns/trigger%2Fsend"), 404, "AUD851", "is written in another way", PATH),
    (
        "GET",
        request(method="GET", raw=b""),
        404,
        "AUD851",
        f"the method of `{PATH}` is POST, and this is `GET`",
        "POST",
    ),
    ("POST", request({}, path=ATTRIBUTES_PATH), 404, "AUD851", f"the method of `{ATTRIBUTES_PATH}` is GET", "by GET"),
    ("with a query", request(method="GET", path=f"{PATH}?a=b"), 404, "AUD851", f"the method of `{PATH}`", "POST"),
    ("not played", request({}, path="/users/track"), 404, "AUD850", "does not play `/users/track`", "it plays `/camp"),
    ("not played", request({}, path="/nowhere/"), 403, "AUD850", "does not play `/nowhere/`", "it plays `/camp"),
    (
        "a slip",
        request({}, path="/canvas/trigger/sent"),
        404,
        "AUD850",
        "and Braze may well have it",
        "/trigger/send`?",
    ),
    ("no key", keyed(), 401, "AUD851", "the request has no header `Authorization`", "`Authorization: Bearer KEY`"),
    ("an empty header", keyed(""), 401, "AUD851", "the request has no header `Authorization`", "Bearer KEY"),
    ("Basic", keyed("Basic abc"), 401, "AUD851", "has another scheme than `Bearer`", "Bearer KEY"),
    ("a bare key", keyed(SANDBOX_KEY), 401, "AUD851", "has no `Bearer` before the key", "Bearer KEY"),
    ("Bearer alone", keyed("Bearer "), 401, "AUD851", "has no key after `Bearer`", "Bearer KEY"),
    ("another key", keyed("Bearer abc"), 401, "AUD851", "the key is none of this sandbox's", "it is `sandbox-key`"),
    ("in the body", keyed(raw=b'{"api_key": "abc"}'), 401, "AUD851", "the key stands in the body", "Bearer KEY"),
    ("in a form", keyed(raw=b"api_key=abc&campaign_id=c"), 401, "AUD851", "the key stands in the body", "Bearer KEY"),
    ("in the query", keyed(path=f"{PATH}?api_key=abc"), 401, "AUD851", "the key stands in the query", "Bearer KEY"),
    ("no type", request(TO_ONE, content_type=None), 415, "AUD851", "the content type is missing", "application/json"),
    ("another type", request(TO_ONE, content_type="text/plain"), 415, "AUD851", "is `text/plain`", "application/json"),
    ("compressed", encoded(gzip.compress(RAW), "gzip"), 400, "AUD718", "the body is compressed (`gzip`)", "uncompress"),
    ("compressed, unsaid", encoded(gzip.compress(RAW)), 400, "AUD718", "the body is compressed (`gzip`)", "uncompress"),
    ("compressed otherwise", encoded(b"\x0b\x02", "br"), 400, "AUD718", "the body is compressed (`br`)", "uncompress"),
    ("no body", encoded(b""), 400, "AUD718", "the request has no body", "an object of JSON"),
    ("no JSON", encoded(b"{"), 400, "AUD718", "the body is no JSON: ", "an object of JSON"),
    ("no UTF-8", encoded(b'"\xff"'), 400, "AUD718", "the body is no JSON: it is not UTF-8, at byte 1", "in UTF-8"),
    ("too large", encoded(b" " * (BODY_AT_MOST + 1)), 413, "AUD713", "the body is over 4,000,000 bytes", "fewer"),
]


@pytest.mark.parametrize(
    ("asked", "status", "code", "message", "help"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_the_log_says_what_the_answer_does_not(
    asked: SandboxRequest, status: int, code: str, message: str, help: str
) -> None:
    answer, entry = sandbox().exchange(asked)
    assert (answer.status, entry.accepted) == (status, False)
    (finding,) = entry.findings
    assert finding.code.code == code
    assert message in finding.message
    assert help in (finding.help or "")
    assert "errors" not in answer.json()


def test_a_permission_that_is_missing_is_named() -> None:
    few = sandbox(keys={"few": ["canvas.trigger.send"]})
    assert post(few, TO_ONE, key="few").status == 401
    (finding,) = few.requests[0].findings
    assert finding.message == "the key lacks the permission `campaigns.trigger.send`"


@pytest.mark.parametrize("encoding", ["gzip", "identity", ""])
def test_a_plain_body_that_is_called_compressed_is_read_as_before(encoding: str) -> None:
    answer, entry = sandbox().exchange(encoded(RAW, encoding))
    assert (answer.status, entry.body, entry.findings) == (201, TO_ONE, ())


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_what_is_compressed_is_not_kept(kind: str) -> None:
    _, entry = sandbox().exchange(encoded(gzip.compress(RAW), "gzip", kind=kind))
    assert entry.raw == b""


@given(st.text(), st.text(alphabet="/acgimnps%2F?.", max_size=80))
def test_of_whatever_method_and_path_there_is_something_to_say(method: str, path: str) -> None:
    known = path in ENDPOINTS_BY_PATH or path == ATTRIBUTES_PATH
    finding = wrong_path(method, path)
    assert finding.help
    assert finding.code.code == ("AUD851" if known else finding.code.code)
    assert len(finding.message) < 400


def test_no_header_of_a_key_is_repeated() -> None:
    for header in ("marker", "marker marker", "Basic marker", "Bearer marker", "Token token=marker"):
        _, entry = sandbox().exchange(keyed(header))
        assert "marker" not in json.dumps(entry.as_state())
