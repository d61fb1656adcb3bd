"""Where a plan may be applied: in the place that it was made for, under the settings that it was made under.

A plan is a file from elsewhere. It says where it was meant to go, and it never decides by itself where a key goes.
"""

from ..braze_api import INSTANCES
from ..config import Configuration, settings_digest, without_keys
from ..diagnostics import CODES, WARNING, Diagnostic, PlanError, listed, quoted
from ..plans import Plan
from .console import Console
from .environment import Target, target_of, url_of
from .options import Where, endpoint_of

__all__ = ["target_of_plan"]


def target_of_plan(
    console: Console, where: Where, plan: Plan, configuration: Configuration, *, sandbox: bool
) -> Target:
    """The target of a plan, which the options may repeat, and say where the plan says none.

    With `sandbox`, a plan for another place is rehearsed: whatever is wrong with the place here is only told. Raises
    PlanError, and what `target_of` raises.
    """
    place = _Place(console, where, plan, configuration, rehearsal=sandbox and not plan.is_for_sandbox)
    if plan.environment is not None:
        place.check_environment(plan.environment)
        known = plan.environment in configuration.environments
        found = Where(plan.environment if known else None, None, None, where.key_file)
    elif plan.is_for_sandbox or (sandbox and plan.base_url is not None):
        place.check_options()
        found = Where(None, None, None, where.key_file)
    else:
        found = place.by_endpoint()
    return target_of(console, found, configuration, sandbox=sandbox or plan.is_for_sandbox, by_plan=True)


class _Place:
    def __init__(
        self, console: Console, where: Where, plan: Plan, configuration: Configuration, *, rehearsal: bool
    ) -> None:
        self._console = console
        self._where = where
        self._plan = plan
        self._configuration = configuration
        self._rehearsal = rehearsal

    def check_options(self) -> None:
        """No option may name another place than the plan."""
        where, plan = self._where, self._plan
        if where.env not in (None, plan.environment):
            self._elsewhere(
                f"the plan is for {self._words()}, and `--env {without_keys(where.env or '')}` is another place"
            )
        url = endpoint_of(where.instance, where.endpoint)
        if url not in (None, plan.base_url) or (url is not None and plan.environment is not None):
            option = "--instance" if where.instance is not None else "--endpoint"
            self._elsewhere(f"the plan is for {self._words()}, and `{option}` names a place by itself")

    def check_environment(self, name: str) -> None:
        """The environment is there, at the same address, and what is settled is the same."""
        self.check_options()
        environments = self._configuration.environments
        environment = environments.get(name)
        if environment is None:
            there = f"there are {listed(environments)}" if environments else "there are none"
            self._elsewhere(
                f"the plan is for the environment {quoted(name)}, and {there} here",
                "apply it in the project that it was made in",
            )
            return
        url = url_of(environment)
        if self._plan.base_url not in (None, url):
            self._elsewhere(
                f"the plan is for {quoted(self._plan.base_url or '')}, and the environment {quoted(name)} is at "
                f"{quoted(url)}",
                "make a new plan, and have that approved",
            )
        elif settings_digest(self._configuration) != self._plan.settings_digest:
            self._elsewhere(
                "the configuration or the catalogue here is not what the plan was made under",
                "take both as they were, or make a new plan and have that approved",
            )

    def by_endpoint(self) -> Where:
        """The place of a plan without an environment: an address, or what whoever applies it says."""
        where, plan = self._where, self._plan
        environment = self._configuration.environments.get(where.env or "")
        if environment is not None and environment.only_from_plan:
            self._elsewhere(
                f"the environment `{environment.name}` takes plans for itself, and this one names no environment",
                f"make one with `audience plan FILE --env {environment.name}`",
            )
        url = plan.base_url
        if url is None or (environment is not None and url_of(environment) == url):
            return where
        self.check_options()
        if where.instance is None and where.endpoint is None:
            if url not in INSTANCES.values():
                self._elsewhere(
                    f"the plan is for {quoted(url)}, which is no instance of Braze, and a plan does not decide by "
                    "itself where a key goes",
                    f"say it again if you know the place: `--endpoint {url}`",
                )
            return Where(None, None, url, where.key_file)
        return where

    def _words(self) -> str:
        plan = self._plan
        if plan.environment is not None:
            return f"the environment {quoted(plan.environment)}"
        return "the sandbox" if plan.base_url is None else quoted(plan.base_url)

    def _elsewhere(self, message: str, help: str | None = None) -> None:
        if not self._rehearsal:
            raise PlanError(CODES["plan-elsewhere"], f"{message}: nothing was sent", help=help)
        found = Diagnostic(CODES["plan-elsewhere"], f"{message}: it would be refused", severity=WARNING, help=help)
        self._console.diagnostics([found])
