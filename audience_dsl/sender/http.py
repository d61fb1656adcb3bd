"""The one place that names the HTTP library, and what of it the sender has to know."""

import httpx

__all__ = ["LOGGERS", "httpx"]

# Everything that writes to these may repeat what a server said.
LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "hpack.hpack",
    "hpack.table",
)
