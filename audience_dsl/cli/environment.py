"""Where a command sends to: an environment of the configuration, an endpoint, or the sandbox; and what may be done
there.

Nothing is chosen where nothing is said. What an environment forbids is refused before anything leaves. In the sandbox
it counts all the same which campaigns are allowed, so that a rehearsal finds what the real send would; that an
environment is only read, or takes plans only, is told there and stops nothing, since nothing leaves this machine.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..braze_api import Endpoint
from ..config import Configuration, Environment, KeySource, looks_like_key
from ..diagnostics import CODES, WARNING, ConfigurationError, Diagnostic, did_you_mean, listed, nearest, quoted
from .console import KEY_VARIABLE, Console
from .exits import BadConfigurationError, RefusedError, UsageFault
from .keys import key_file, read_key
from .options import Where, endpoint_of

if TYPE_CHECKING:
    from ..sender.pacing import Pacer
    from ..sender.requests import Request
    from ..sender.secret import Secret

__all__ = ["Target", "target_of", "url_of"]

_KINDS = {"campaign": "campaign", "canvas": "Canvas"}
_TABLES = {"campaign": "campaigns", "canvas": "canvases"}
_KIND_OF = {"campaign_id": "campaign", "canvas_id": "canvas"}
_WAYS = "give one of `--env NAME`, `--instance NAME`, `--endpoint URL` and `--sandbox`"


class Target:
    """What a command was told of where to send. `base_url` is None for the sandbox, and where nothing is said.

    `ids` is for `read_request`: the id of a campaign or Canvas by its name; None where there is no environment.
    """

    __slots__ = ("_console", "base_url", "environment", "ids", "key", "sandbox")

    def __init__(
        self,
        console: Console,
        base_url: str | None,
        key: KeySource,
        *,
        environment: Environment | None = None,
        sandbox: bool = False,
    ) -> None:
        self._console = console
        self.base_url = base_url
        self.key = key
        self.environment = environment
        self.sandbox = sandbox
        self.ids: Callable[[str, str], str] | None = None if environment is None else self._id

    @property
    def workspace(self) -> str:
        """What a ledger calls the place where sends go: two environments may be at one endpoint."""
        if self.base_url is None:
            return "the sandbox in a process"
        return self.base_url if self.environment is None else f"{self.base_url} as {self.environment.name}"

    @property
    def ledger(self) -> Path | None:
        """Where all sends that go there are recorded; None where that is left to each."""
        return None if self.sandbox or self.environment is None else self.environment.ledger

    def secret(self) -> "Secret":
        """The key, read now. Raises ConfigurationError where there is none."""
        return read_key(self.key, self._console)

    def pacer(self, share: str | None = None) -> "Pacer":
        """Keeps within the limits of the workspace. `share`, an option's value, wins over the configuration's."""
        from ..sender.limits import RateLimits
        from ..sender.pacing import Pacer

        # Nothing leaves for the sandbox, which has limits of its own.
        environment = None if self.sandbox else self.environment
        if environment is None:
            return Pacer() if share is None else Pacer(share=share)
        limits = {name.replace("-", "_"): limit for name, limit in environment.rate_limits.items()}
        return Pacer(limits=RateLimits(**limits), share=share or environment.share or 1)

    def goes_to(self, endpoint: Endpoint) -> str:
        """Where a request for this endpoint goes, for somebody who looks at it before."""
        if self.sandbox:
            return "sandbox: nothing leaves this machine"
        if self.base_url is None:
            return "NOWHERE YET: whoever applies the plan says where"
        return f"{self.base_url}{endpoint.path}"

    def _gate_at_all(self, *, by_plan: bool) -> None:
        """Raises RefusedError where the environment lets nothing go."""
        environment = self.environment
        if environment is None:
            return
        if environment.read_only:
            message = f"the environment `{environment.name}` is read-only"
            self._refuse("read-only", message, "name another with `--env`, or take `read-only` out of its table")
        if environment.only_from_plan and not by_plan:
            message = f"the environment `{environment.name}` takes approved plans only"
            way = (
                f"`audience plan FILE --env {environment.name} -o plan.json` makes one, and `audience send --plan "
                "plan.json` applies it"
            )
            self._refuse("only-from-plan", message, way)

    def gate(self, request: "Request") -> None:
        """Raises RefusedError where the environment does not let this request go."""
        self.gate_body(request.endpoint, request.to_dict())

    def gate_body(self, endpoint: Endpoint, body: Mapping[str, Any]) -> None:
        """The same for a request whose recipients come from elsewhere."""
        environment = self.environment
        if environment is None or environment.allowed is None:
            return
        kind = _KIND_OF.get(endpoint.id_field or "")
        id = None if kind is None else body.get(endpoint.id_field or "")
        if kind is None or id is None:
            message = f"the environment `{environment.name}` allows some campaigns alone, and this names none of them"
            help = "send a campaign or Canvas that it allows"
        elif id in environment.allowed:
            return
        else:
            message = f"the environment `{environment.name}` does not allow the {_KINDS[kind]} {self._named(kind, id)}"
            help = f"add it to `allowed-{_TABLES[kind]}`, if it may be sent there"
        raise RefusedError(message + ": nothing was sent", help, slug="not-allowed")

    def _refuse(self, slug: str, message: str, help: str) -> None:
        if not self.sandbox:
            raise RefusedError(f"{message}: nothing was sent", help, slug=slug)
        self._console.diagnostics(
            [Diagnostic(CODES[slug], f"{message}: it would refuse this", severity=WARNING, help=help)]
        )

    def _named(self, kind: str, id: str) -> str:
        assert self.environment is not None
        name = next((name for name, each in self.environment.ids(kind).items() if each == id), None)
        return quoted(id) if name is None else f"{quoted(name)}, which is `{id}`"

    def _id(self, kind: str, name: str) -> str:
        """The id of a campaign or Canvas. Raises ConfigurationError where the environment has none of this name."""
        assert self.environment is not None
        ids = self.environment.ids(kind)
        if name in ids:
            return ids[name]
        key = _TABLES[kind]
        close = nearest(name, ids, most=1)
        way = (
            f"did you mean `{close[0]}`?"
            if close
            else f'add it to its table: `{key} = {{ "{name}" = "ID" }}`'
            if not ids
            else f"it has {listed(ids)}"
        )
        message = f"the environment `{self.environment.name}` has no {_KINDS[kind]} {quoted(name)}"
        raise ConfigurationError(CODES["environment"], message, help=way)


def target_of(
    console: Console,
    where: Where,
    configuration: Configuration,
    *,
    sandbox: bool = False,
    required: bool = True,
    sends: bool = True,
    by_plan: bool = False,
) -> Target:
    """The target that the options name. With `required` something must; `sends` says that it is not only read, and
    `by_plan` that a plan is made or applied.

    Raises UsageFault, ConfigurationError and BadConfigurationError, and RefusedError where nothing may be sent there.
    """
    base_url = endpoint_of(where.instance, where.endpoint)
    if where.env is not None and base_url is not None:
        option = "--instance" if where.instance is not None else "--endpoint"
        raise UsageFault(f"`--env` and `{option}` are both given", "keep one of them: an environment says where it is")
    if sandbox and base_url is not None:
        raise UsageFault("`--sandbox` stands beside an endpoint", _WAYS)
    if sandbox and where.key_file is not None:
        raise UsageFault("`--key-file` stands beside `--sandbox`, which needs no key", "leave one of them out")
    key = KeySource("env", KEY_VARIABLE) if where.key_file is None else key_file(where.key_file)
    environments = configuration.environments
    if where.env is not None:
        environment = _named(where.env, environments, configuration)
        if where.key_file is None:
            key = environment.key
        # Read in the sandbox too: what is wrong with it should be found there.
        url = url_of(environment)
        target = Target(console, None if sandbox else url, key, environment=environment, sandbox=sandbox)
        if sends:
            target._gate_at_all(by_plan=by_plan)
        return target
    if base_url is None and not sandbox and required:
        if environments:
            raise _bad(f"nothing says which environment, and there are {listed(environments)}", "give `--env NAME`")
        raise UsageFault("nothing says where to send" if sends else "nothing says which workspace", _WAYS)
    if base_url is not None and sends:
        _not_around(base_url, environments)
    return Target(console, base_url, key, sandbox=sandbox)


def _named(name: str, environments: Mapping[str, Environment], configuration: Configuration) -> Environment:
    found = environments.get(name)
    if found is not None:
        return found
    said = "there is no environment of this name" if looks_like_key(name) else f"there is no environment {quoted(name)}"
    if not environments:
        file = "there is no configuration" if configuration.path is None else "the configuration has none"
        way = "write `[env.NAME]` into audience.toml, or `[tool.audience.env.NAME]` into pyproject.toml"
        raise _bad(f"{said}: {file}", way)
    raise _bad(said, did_you_mean(name, environments, f"there are {listed(environments)}"))


def url_of(environment: Environment) -> str:
    """The base URL of an environment. Raises BadConfigurationError where that is none, at its place."""
    from ..sender.address import resolve_endpoint

    try:
        return resolve_endpoint(environment.instance or environment.endpoint or "")
    except ConfigurationError as error:
        raise BadConfigurationError([environment.finding(error.kind, "endpoint", error.message, error.help)]) from None


def _not_around(base_url: str, environments: Mapping[str, Environment]) -> None:
    """Refuse the bare endpoint of an environment that has rules: nobody gets around them by an option."""
    there = [each.name for each in environments.values() if each.has_rules and url_of(each) == base_url]
    if there:
        rules = "an environment with rules" if len(there) == 1 else "environments with rules"
        ways = " or ".join(f"`--env {name}`" for name in there)
        raise _bad(
            f"this endpoint is that of {rules}, {listed(there)}, which an endpoint by itself would get around",
            f"give {ways}, or add an environment for another workspace there",
        )


def _bad(message: str, help: str) -> BadConfigurationError:
    return BadConfigurationError([Diagnostic(CODES["environment"], message, help=help)])
