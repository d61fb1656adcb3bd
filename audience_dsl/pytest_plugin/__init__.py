"""The pytest plugin: a local Braze for each test that asks for one, by the fixtures `braze_sandbox` and
`braze_sandbox_url`.

pytest imports this module in every run where the package is installed, so it imports nothing until a fixture is used.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .braze import BrazeSandbox
    from .messages import Message

__all__ = ["BrazeSandbox", "Message", "braze_sandbox", "braze_sandbox_url"]

_SANDBOX = pytest.StashKey["BrazeSandbox"]()
_HOMES = {"BrazeSandbox": "braze", "Message": "messages"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("braze_sandbox_mode", "what becomes of an invalid audience: `braze` accepts it, `strict` does not")
    parser.addini("braze_sandbox_campaigns", "the campaign ids that the sandbox knows; any, if none is given", "args")
    parser.addini("braze_sandbox_canvases", "the Canvas ids that the sandbox knows; any, if none is given", "args")
    parser.addini("braze_sandbox_profiles", "a file of profiles that the sandbox knows, as `audience preview` reads it")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "braze_sandbox(mode=..., campaigns=..., canvases=..., profiles=..., faults=..., ...): settings of the local "
        "Braze that a test gets; those of `audience_dsl.sandbox.Sandbox`.",
    )


@pytest.fixture
def braze_sandbox(request: pytest.FixtureRequest) -> "BrazeSandbox":
    """A local Braze in this process, new for each test, which says what was sent to whom."""
    from .making import make_sandbox

    made = request.node.stash[_SANDBOX] = make_sandbox(request.config, request.node)
    return made


@pytest.fixture
def braze_sandbox_url(braze_sandbox: "BrazeSandbox", monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the same Braze on a port of this machine, for code that makes its own connections."""
    from .making import on_a_port

    with on_a_port(braze_sandbox, monkeypatch) as url:
        yield url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    made = item.stash.get(_SANDBOX, None)
    # A failure of the plugin's own says it itself, and before a test has begun there may be nothing to say.
    is_told = made is None or call.excinfo is None or call.excinfo.value is made.shown
    if made is not None and report.failed and not is_told and (report.when != "setup" or made.requests):
        report.sections.append(("Braze sandbox", made.log()))
    if made is not None and report.when == "teardown":
        # A test is kept until the end of the run, and what it has sent need not be.
        del item.stash[_SANDBOX]
    return report


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
