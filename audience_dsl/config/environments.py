"""Environments: the workspaces that a project sends to, where the key of each is, and what may be done there.

A key itself stands in no configuration: files are copied, mailed and committed.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..diagnostics import Code, Diagnostic
from ..source import Source, Span

__all__ = ["KEY_VARIABLE", "VARIABLE", "Environment", "KeySource", "looks_like_key", "without_keys"]

# Where a key is unless something else is said.
KEY_VARIABLE = "BRAZE_API_KEY"
# What an environment variable may be called.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Braze's keys are UUIDs, with hyphens or, from some copies, without.
_KEY = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def looks_like_key(text: str) -> bool:
    """Whether a text in another place may be an API key, so that no message should repeat it."""
    return _KEY.search(text) is not None


def without_keys(text: str) -> str:
    """A message about what somebody typed, without what may be a key in it."""
    return _KEY.sub("…", text)


class KeySource:
    """Where an API key is: the variable `name`, the file `name`, or the keyring's service `name` for `user`."""

    __slots__ = ("kind", "name", "user")

    def __init__(self, kind: str, name: str, user: str | None = None) -> None:
        self.kind = kind
        self.name = name
        self.user = user

    def to_dict(self) -> dict[str, str]:
        """As the configuration writes it."""
        return {self.kind: self.name, **({} if self.user is None else {"user": self.user})}

    def __str__(self) -> str:
        if self.kind == "env":
            return f"${self.name}"
        return f"the file {self.name}" if self.kind == "file" else f"{self.name} of {self.user} in the keyring"


class Environment:
    """One workspace. `instance` is a name of Braze's, `endpoint` a URL; one of both is None.

    `campaigns` and `canvases` are ids by name; `allowed_campaigns` and `allowed_canvases` are names or ids, see
    `allowed`. `ledger` is the file that all sends there are recorded in. `rate_limits` are the limits that differ from
    those that Braze documents, by their names, and `share` the part of all limits that this project may use. `places`
    says where each key stands.
    """

    __slots__ = (
        *("allowed_campaigns", "allowed_canvases", "campaigns", "canvases", "endpoint", "instance", "key", "ledger"),
        *("name", "only_from_plan", "places", "rate_limits", "read_only", "share", "source"),
    )

    def __init__(
        self,
        name: str,
        *,
        instance: str | None = None,
        endpoint: str | None = None,
        key: KeySource | None = None,
        campaigns: Mapping[str, str] | None = None,
        canvases: Mapping[str, str] | None = None,
        allowed_campaigns: Iterable[str] | None = None,
        allowed_canvases: Iterable[str] | None = None,
        read_only: bool = False,
        only_from_plan: bool = False,
        ledger: Path | None = None,
        share: str | None = None,
        rate_limits: Mapping[str, int] | None = None,
        source: Source | None = None,
        places: Mapping[str, Span | None] | None = None,
    ) -> None:
        self.name = name
        self.instance = instance
        self.endpoint = endpoint
        self.key = key or KeySource("env", KEY_VARIABLE)
        self.campaigns: Mapping[str, str] = MappingProxyType(dict(campaigns or {}))
        self.canvases: Mapping[str, str] = MappingProxyType(dict(canvases or {}))
        self.allowed_campaigns = None if allowed_campaigns is None else tuple(allowed_campaigns)
        self.allowed_canvases = None if allowed_canvases is None else tuple(allowed_canvases)
        self.read_only = read_only
        self.only_from_plan = only_from_plan
        self.ledger = ledger
        self.share = share
        self.rate_limits: Mapping[str, int] = MappingProxyType(dict(rate_limits or {}))
        self.source = source
        self.places: Mapping[str, Span | None] = MappingProxyType(dict(places or {}))

    @property
    def allowed(self) -> frozenset[str] | None:
        """The ids of campaigns and Canvases of which alone something may be sent; None where all may be.

        Where only one of the two lists is there, nothing of the other kind is allowed.
        """
        if self.allowed_campaigns is None and self.allowed_canvases is None:
            return None
        campaigns = {self.campaigns.get(each, each) for each in self.allowed_campaigns or ()}
        return frozenset(campaigns | {self.canvases.get(each, each) for each in self.allowed_canvases or ()})

    @property
    def has_rules(self) -> bool:
        """Whether there is anything that may not be done there."""
        return self.read_only or self.only_from_plan or self.allowed is not None

    def ids(self, kind: str) -> Mapping[str, str]:
        """The ids by name, of the `kind` `campaign` or `canvas`."""
        return self.campaigns if kind == "campaign" else self.canvases

    def finding(self, code: Code, key: str, message: str, help: str | None = None) -> Diagnostic:
        """A finding about a key of the environment, or about the environment where the key is not written."""
        span = self.places.get(key) or self.places.get("")
        return Diagnostic(code, message, source=self.source, span=span, help=help)

    def effective(self) -> dict[str, Any]:
        """Every value by its key, as the configuration writes it."""
        return {
            "instance": self.instance,
            "endpoint": self.endpoint,
            "key": self.key.to_dict(),
            "campaigns": dict(self.campaigns),
            "canvases": dict(self.canvases),
            "allowed-campaigns": None if self.allowed_campaigns is None else list(self.allowed_campaigns),
            "allowed-canvases": None if self.allowed_canvases is None else list(self.allowed_canvases),
            "read-only": self.read_only,
            "only-from-plan": self.only_from_plan,
            "ledger": None if self.ledger is None else self.ledger.as_posix(),
            "share": self.share,
            "rate-limits": dict(self.rate_limits),
        }
