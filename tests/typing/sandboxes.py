"""Never run: it pins the public types of the sandbox, and mypy reads it with the tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, assert_type

from audience_dsl.profiles import Profile
from audience_dsl.samples import Sample
from audience_dsl.sandbox import (
    Fault,
    FaultPlan,
    Faults,
    FaultSwitches,
    LogEntry,
    Reach,
    Sandbox,
    SandboxClock,
    SandboxRequest,
    SandboxResponse,
    Schedule,
    local_sandbox,
    profiles_at_edges,
)


def made() -> Sandbox:
    Sandbox(clock=lambda: 0.0, seed=1, campaigns={"c": "paused"}, keys={"k": None, "l": ["messages.send"]})
    Sandbox(clock=lambda: 0.0, seed=1, mode="strict", canvases=["v"], paused_campaign="refuse", missing_permission=403)
    return local_sandbox(profiles=[{"external_id": "u"}], profiles_origin="here", accept_any_key=True)


def asked(sandbox: Sandbox, request: SandboxRequest) -> None:
    assert_type(sandbox.handle(request), SandboxResponse)
    assert_type(
        sandbox.exchange(request, sandbox.begin(request.path, request.header)), tuple[SandboxResponse, LogEntry]
    )
    assert_type(sandbox.requests, tuple[LogEntry, ...])
    assert_type(sandbox.find(1), LogEntry | None)
    assert_type(sandbox.since(1, most=10), list[LogEntry])
    assert_type(sandbox.latest(), list[LogEntry])
    assert_type(sandbox.reach(1), Reach)
    assert_type(sandbox.schedules, tuple[Schedule, ...])
    assert_type(sandbox.profiles, Sequence[Profile])
    assert_type(sandbox.changes, int)


def changed(sandbox: Sandbox) -> None:
    assert_type(sandbox.clock, SandboxClock)
    sandbox.clock.set(datetime.now(UTC))
    sandbox.clock.set("2030-01-31T09:00:00Z")
    sandbox.clock.advance(1)
    assert_type(sandbox.clock(), float)
    assert_type(sandbox.switches, FaultSwitches)
    assert_type(sandbox.faults, FaultPlan | None)
    sandbox.faults = Faults(1, {"503": 0.5})
    sandbox.faults = lambda number: None if number % 2 else Fault("503", status=503)
    sandbox.switches.next("503", "lost-answer", delay=1)
    assert_type(sandbox.campaigns.state_of("c"), Literal["active", "paused", "archived"] | None)
    assert_type(sandbox.keys.permissions, dict[str, tuple[str, ...] | None])
    assert_type(profiles_at_edges({}, now=0.0), list[Sample])
    sandbox.set_profiles(profiles_at_edges({}, now=datetime.now(UTC)), origin="edges")
    sandbox.set_profiles(None)
    assert_type(sandbox.state(), dict[str, Any])
    sandbox.restore(sandbox.state())


def refused(sandbox: Sandbox) -> None:
    Sandbox(seed=1)  # type: ignore[call-arg]
    Sandbox(clock=lambda: 0.0, seed=1, modes="strict")  # type: ignore[call-arg]
    local_sandbox(mode="lenient")  # type: ignore[arg-type]
    local_sandbox(seed=1)  # type: ignore[call-arg]
    local_sandbox(missing_permission=402)  # type: ignore[arg-type]
    sandbox.mode = "lenient"  # type: ignore[assignment]
    sandbox.clock.advance("1")  # type: ignore[arg-type]
