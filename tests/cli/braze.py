"""The sandbox on a port of this machine, as a process of its own, for tests that kill what sends to it."""

import json
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.shell import started

__all__ = ["ENV", "KEY", "Braze", "braze"]

KEY = "sandbox-key"
ENV = {"BRAZE_API_KEY": KEY}


class Braze:
    """Its address, and what it took."""

    def __init__(self, url: str) -> None:
        self.url = url

    def requests(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/_sandbox/requests") as answer:
            found: Any = json.load(answer)
        entries: list[dict[str, Any]] = found["requests"] if isinstance(found, dict) else found
        return entries

    def taken(self) -> Counter[str]:
        """How often each recipient is in a request that was accepted, whatever the sender was told."""
        return Counter(
            recipient["external_user_id"]
            for entry in self.requests()
            if entry["accepted"]
            for recipient in entry["body"]["recipients"]
        )


@contextmanager
def braze(directory: Path, *options: object) -> Iterator[Braze]:
    log = directory / "sandbox.log"
    with log.open("wb") as file, started("sandbox", "--port", "0", *options, stderr=file):
        until = time.monotonic() + 30
        found = None
        while found is None and time.monotonic() < until:
            found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
            time.sleep(0.02)
        assert found is not None, log.read_text()
        yield Braze(found[0])
