"""The sandbox of one test: by the configuration, and over it by the marks, of which the nearest counts."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ..diagnostics import CODES, AudienceError, ConfigurationError, did_you_mean, listed, quoted
from ..profiles import Profile
from ..profiles.files import Unreadable, read_profiles
from ..sandbox import SANDBOX_KEY, Sandbox, running
from ..sandbox.options import SandboxOptions
from .braze import BrazeSandbox

__all__ = ["make_sandbox", "on_a_port"]

_MARK = "braze_sandbox"
_SETTINGS = SandboxOptions.__optional_keys__ | {"seed"}


def make_sandbox(config: pytest.Config, item: pytest.Item) -> BrazeSandbox:
    """Fails the test where its settings are none."""
    settings = _configured(config)
    for mark in reversed(list(item.iter_markers(_MARK))):
        if mark.args:
            _refuse(f"the mark `{_MARK}` takes settings by their names, and {mark.args[0]!r} has none")
        settings.update(mark.kwargs)
    for name in settings:
        if name not in _SETTINGS:
            way = did_you_mean(name, _SETTINGS, f"the settings are {listed(sorted(_SETTINGS))}")
            _refuse(f"the mark `{_MARK}` has no setting {quoted(name)}; {way}")
    key = settings.get("api_key") or next(iter(settings.get("keys") or [SANDBOX_KEY]))
    with _told():
        return BrazeSandbox(_sandbox(settings, item), key)


def _sandbox(settings: dict[str, Any], item: pytest.Item) -> Sandbox:
    # The same ids whenever this test runs, and others than in any other test.
    seed = int.from_bytes(sha256(item.nodeid.encode("utf-8", "surrogatepass")).digest()[:6], "big")
    given = {"clock": time.time, "seed": seed, **settings}
    rates = given.pop("faults") if isinstance(given.get("faults"), Mapping) else None
    profiles = given.get("profiles")
    if isinstance(profiles, str | Path):
        # A mark's path is written beside its test.
        given["profiles"] = _read(item.path.parent / profiles)
    sandbox = Sandbox(**given)
    if rates is not None:
        sandbox.switches.set(rates, seed=seed)
    return sandbox


@contextmanager
def on_a_port(braze: BrazeSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # A proxy that the environment names would be asked for this machine's own address.
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1", prepend="," if os.environ.get(name) else None)
    with ExitStack() as stack:
        with _told():
            url = stack.enter_context(running(braze.sandbox))
        yield url


def _configured(config: pytest.Config) -> dict[str, Any]:
    """What the project has set for all its tests; nothing for what it has not."""
    own = {name: config.getini(f"{_MARK}_{name}") for name in ("mode", "campaigns", "canvases", "profiles")}
    if own["profiles"]:
        # As all paths of a configuration: from the file that says it.
        own["profiles"] = (config.inipath.parent if config.inipath else config.rootpath) / own["profiles"]
    return {name: value for name, value in own.items() if value}


def _read(path: Path) -> list[Profile]:
    """Raises ConfigurationError for a file that cannot be read, also where a single profile cannot."""
    found: list[Profile] = []
    for each in read_profiles(path):
        if isinstance(each, Unreadable):
            raise ConfigurationError(CODES["profile-unreadable"], f"{each.place}: {each.message}", help=each.help)
        found.append(each)
    return found


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be set is said in a sentence, and not by the plugin's own code."""
    try:
        yield
    except AudienceError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _refuse(message: str) -> NoReturn:
    pytest.fail(message, pytrace=False)
