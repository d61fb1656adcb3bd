"""Every fault at every phase of a request, and what comes of it under the default policy.

`attempts` is how many connections were made, and `requests` how many requests the server has read whole: one at most
where the outcome is `unknown`, since that is never sent again. `exit_code` is what `audience send` ends with.
"""

from typing import NamedTuple

from .fault_server import FAULTS, Fault, answering

__all__ = ["STALLS", "TABLE", "Row"]

BRAZE_ERROR = b'{"message":"Something went wrong","errors":[{"type":"x"}]}'
HTML = b"<html>no</html>"
# As many as the default policy makes.
ALL = 5
EXIT_CODES = {"accepted": 0, "rejected": 3, "unknown": 4, "rate_limited": 5, "not_sent": 7}


class Row(NamedTuple):
    phase: str
    name: str
    outcome: str
    status: int | None = None
    attempts: int = 1
    requests: int = 1
    fault: Fault | None = None
    scheme: str = "http"
    # Ends by a timeout of ours.
    stalls: bool = False

    @property
    def behaviour(self) -> Fault:
        return self.fault or FAULTS[self.name]

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.outcome]


def answer(status: str, body: bytes, outcome: str, attempts: int = 1) -> Row:
    """A server that answers in full; `Location` is there to be followed by whoever would."""
    fault = answering(status, body, "Location: /elsewhere")
    kind = body[:12].decode() or "nothing"
    return Row("answered", f"{status}, {kind}", outcome, int(status[:3]), attempts, attempts, fault)


TABLE = [
    # Before a connection, or a tunnel of TLS, stands.
    Row("connecting", "plain-http", "not_sent", None, ALL, 0, scheme="https"),
    Row("connecting", "tls-without-certificate", "not_sent", None, ALL, 0, scheme="https"),
    Row("connecting", "stall-before-read", "not_sent", None, ALL, 0, scheme="https", stalls=True),
    Row("connecting", "close-before-read", "not_sent", None, ALL, 0, scheme="https"),
    # While the request is written. What the kernel takes counts as written.
    Row("writing", "close-before-read", "unknown", None, 1, 0),
    Row("writing", "reset-before-read", "unknown", None, 1, 0),
    Row("writing", "stall-before-read", "unknown", None, 1, 0, stalls=True),
    Row("writing", "close-within-head", "unknown", None, 1, 0),
    Row("writing", "reset-within-body", "unknown", None, 1, 0),
    # While waiting for the answer.
    Row("waiting", "close-after-read", "unknown"),
    Row("waiting", "reset-after-read", "unknown"),
    Row("waiting", "stall-after-read", "unknown", stalls=True),
    Row("waiting", "no-answer-but-1xx", "unknown", stalls=True),
    # Within the head of the answer.
    Row("head", "close-within-status", "unknown"),
    Row("head", "close-within-headers", "unknown"),
    Row("head", "not-http", "unknown"),
    Row("head", "status-of-letters", "unknown"),
    Row("head", "switching-protocols", "unknown"),
    # Within its body.
    Row("body", "stall-after-headers", "unknown", 201, stalls=True),
    Row("body", "close-within-answer", "unknown", 201),
    Row("body", "reset-within-answer", "unknown", 201),
    Row("body", "short-length", "unknown", 201),
    Row("body", "chunked-rubbish", "unknown", 201),
    Row("body", "not-gzip", "unknown", 201),
    Row("body", "foreign-encoding", "unknown", 201),
    Row("body", "gzip-bomb", "unknown", 201),
    Row("body", "not-json", "unknown", 201),
    Row("body", "json-bomb", "unknown", 201),
    Row("body", "empty-answer", "unknown", 201),
    Row("body", "body-without-end", "unknown", 201),
    Row("body", "slow-body", "unknown", 201, stalls=True),
    Row("body", "400 breaks off", "rejected", 400, fault=answering("400 Bad Request", BRAZE_ERROR[:9], length=99)),
    Row("body", "429 breaks off", "rate_limited", 429, ALL, ALL, answering("429 Too Many", BRAZE_ERROR[:9], length=99)),
    # Answered in full.
    Row("answered", "gzip", "accepted", 201),
    Row("answered", "echo-key", "rejected", 401),
    answer("200 OK", b'{"message":"success"}', "accepted"),
    answer("201 Created", b'{"message":"success","errors":["one"]}', "accepted"),
    answer("202 Accepted", b'{"message":"queued"}', "accepted"),
    answer("201 Created", b'{"message":"other"}', "unknown"),
    answer("201 Created", b'["success"]', "unknown"),
    answer("204 No Content", b"", "unknown"),
    answer("301 Moved", b"", "unknown"),
    answer("307 Temporary Redirect", b'{"message":"success"}', "unknown"),
    answer("400 Bad Request", BRAZE_ERROR, "rejected"),
    answer("400 Bad Request", HTML, "rejected"),
    answer("403 Forbidden", b"", "rejected"),
    answer("404 Not Found", b'{"message":"Invalid URL"}', "rejected"),
    answer("413 Too Large", HTML, "rejected"),
    answer("429 Too Many", b'{"message":"Rate Limited"}', "rate_limited", ALL),
    answer("429 Too Many", HTML, "rate_limited", ALL),
    answer("500 Internal Server Error", BRAZE_ERROR, "rejected"),
    answer("500 Internal Server Error", HTML, "unknown"),
    answer("502 Bad Gateway", BRAZE_ERROR, "unknown"),
    answer("503 Service Unavailable", BRAZE_ERROR, "rejected"),
    answer("503 Service Unavailable", HTML, "unknown"),
    answer("504 Gateway Timeout", BRAZE_ERROR, "unknown"),
    answer("599 Odd", BRAZE_ERROR, "rejected"),
    answer("700 Odder", BRAZE_ERROR, "unknown"),
]

# The behaviours that end by a timeout of ours.
STALLS = {row.name for row in TABLE if row.stalls}
