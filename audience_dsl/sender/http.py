"""The one place that names the HTTP library, and what of it the sender has to know."""

import httpx

__all__ = ["LOGGERS", "httpx"]

# Everything that writes to these may repeat what a server said. Those of httpx2, its continuation, are there already:
# the day it is needed, the import above becomes `import httpx2 as httpx`.
LOGGERS = (
    *("httpx", "httpx2"),
    *(
        f"{library}.{part}"
        for library in ("httpcore", "httpcore2")
        for part in ("connection", "http11", "http2", "proxy", "socks")
    ),
    *("hpack.hpack", "hpack.table"),
)
