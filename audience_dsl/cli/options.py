"""Options that several commands share."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from ..report import FORMATS, Format
from .exits import UsageFault

__all__ = [
    "Where",
    "answer_format_option",
    "audience_without_broadcast_option",
    "catalog_option",
    "config_option",
    "endpoint_of",
    "gathered",
    "instant_of",
    "now_option",
    "output_format_option",
    "parameter_options",
    "place_options",
    "profiles_option",
    "project_options",
    "simplify_option",
    "span_of",
    "stdin_filename_option",
    "target_options",
]

F = TypeVar("F", bound=Callable[..., Any])

_SPAN = re.compile(r"([0-9]{1,9})(m|h|d)")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


def parameter_options(function: F) -> F:
    """`--param` and `--params`, as `pairs` and `params_file`; see `parameters.read_given`."""
    function = click.option(
        "--params",
        "params_file",
        metavar="FILE",
        help="Values from a JSON or TOML file, with its types. --param wins over it.",
    )(function)
    return click.option(
        "--param",
        "pairs",
        metavar="NAME=VALUE",
        multiple=True,
        help="A parameter's value, read as the parameter's type. Given again for the items of a list.",
    )(function)


config_option = click.option(
    "--config", metavar="FILE", help="The configuration. [default: the nearest audience.toml or pyproject.toml]"
)
catalog_option = click.option(
    "--catalog", metavar="FILE", help="The attributes that there are. [default: as the configuration says]"
)
_base_path_option = click.option(
    "--base-path", metavar="DIR", help="The root that `use` may read from. [default: the file's project]"
)
stdin_filename_option = click.option(
    "--stdin-filename", metavar="NAME", help="What to call stdin, and where to think of it."
)
profiles_option = click.option(
    "--profiles", required=True, metavar="PATH", help="A file of profiles, or a directory of such files."
)
simplify_option = click.option(
    "--simplify", is_flag=True, help="Leave out what says nothing of its own, and tell what that was."
)


def project_options(function: F) -> F:
    """`--config`, `--catalog` and `--base-path`, for `project.Projects`."""
    return config_option(catalog_option(_base_path_option(function)))


def output_format_option(*, answers: bool = False, on_stdout: bool = False) -> Callable[[F], F]:
    """`--output-format` and `--findings-file`: how and where findings are written. See docs/output-formats.md.

    `answers` is for commands with an answer of their own, which is JSON where the findings are: they are handed
    `output_format`. `on_stdout` is for commands whose result is the findings.
    """

    def chosen(context: click.Context, _: click.Parameter, form: Format) -> str:
        findings = context.find_root().obj.findings
        findings.form = form
        findings.on_stdout = on_stdout
        findings.answers = answers
        return form

    def named(context: click.Context, _: click.Parameter, name: str | None) -> None:
        if name is not None and name.endswith(".audience"):
            raise UsageFault(f"`--findings-file {name}` is the name of an audience", "take another ending")
        context.find_root().obj.findings.file = None if name is None else Path(name)

    def decorate(function: F) -> F:
        function = click.option(
            "--findings-file",
            metavar="FILE",
            expose_value=False,
            callback=named,
            help=f"Write the findings there instead of to {'stdout' if on_stdout else 'stderr'}.",
        )(function)
        return click.option(
            "--output-format",
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            expose_value=answers,
            callback=chosen,
            help="The form of the findings" + (", and json of the answer as well." if answers else "."),
        )(function)

    return decorate


def answer_format_option(function: F) -> F:
    """`--output-format` of a command that answers and finds nothing."""
    return click.option(
        "--output-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="The form of the answer on stdout.",
    )(function)


class Where:
    """What the options say of where to send; see `environment.target_of`."""

    __slots__ = ("endpoint", "env", "instance", "key_file")

    def __init__(
        self, env: str | None, instance: str | None, endpoint: str | None, key_file: str | None = None
    ) -> None:
        self.env = env
        self.instance = instance
        self.endpoint = endpoint
        self.key_file = key_file


_place_options = (
    click.option("--env", metavar="NAME", help="An environment of the configuration."),
    click.option("--instance", metavar="NAME", help="The instance of Braze, such as US-01 or EU-02."),
    click.option(
        "--endpoint", metavar="URL", help="The REST endpoint of the instance, https, or http on this machine."
    ),
)


def place_options(function: F) -> F:
    """`--env`, `--instance` and `--endpoint`, as `where`."""
    return gathered(function, "where", Where, *_place_options)


def target_options(function: F) -> F:
    """The same and `--key-file`."""
    return gathered(
        function,
        "where",
        Where,
        *_place_options,
        click.option(
            "--key-file",
            metavar="FILE",
            help="Read the API key from this file. [default: as the environment says, else $BRAZE_API_KEY]",
        ),
    )


def endpoint_of(instance: str | None, endpoint: str | None) -> str | None:
    """The base URL that one of the two options names, or None. Raises UsageFault and ConfigurationError."""
    if instance is not None and endpoint is not None:
        raise UsageFault("`--instance` and `--endpoint` are both given", "keep one of them")
    named = endpoint if instance is None else instance
    if named is None:
        return None
    if instance is not None and "://" in instance:
        raise UsageFault("`--instance` is given a URL", "give it as `--endpoint`")
    from ..sender.address import resolve_endpoint

    return resolve_endpoint(named)


def audience_without_broadcast_option(function: F) -> F:
    """`--audience-without-broadcast`."""
    return click.option(
        "--audience-without-broadcast",
        is_flag=True,
        help="Let an audience without users pass without `broadcast: true`.",
    )(function)


def now_option(function: F) -> F:
    """`--now`, as an aware datetime."""
    return click.option(
        "--now",
        metavar="INSTANT",
        callback=_instant,
        help="The instant of the send, for `last_used_app less than … days ago`.",
    )(function)


def _instant(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else instant_of(text)


def instant_of(text: str, option: str = "--now") -> datetime:
    """What an option such as `--now` says. Raises UsageFault."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None:
        raise UsageFault(
            f"`{option} {text}` is no instant in ISO 8601 with an offset",
            f"write it as `{option} 2026-01-31T09:00:00Z`",
        )
    return instant


def span_of(text: str, option: str) -> int:
    """The seconds that an option such as `--max-age` says. Raises UsageFault."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise UsageFault(f"`{option} {text}` is no span of time", f"write it as `{option} 2d`, `12h` or `30m`")
    return int(found[1]) * _SECONDS[found[2]]


def gathered(function: F, name: str, make: Callable[..., object], *options: Callable[[Any], Any]) -> F:
    """The command with these options, whose values `make` turns into the one argument `name`."""

    def bearer() -> None:
        """Takes the options in place of the command, so that their names are known."""

    for option in reversed(options):
        option(bearer)
    parameters: list[click.Parameter] = bearer.__click_params__  # type: ignore[attr-defined]
    names = [parameter.name or "" for parameter in parameters]

    @wraps(function)
    def command(*arguments: Any, **given: Any) -> Any:
        value = make(**{each: given.pop(each) for each in names})
        return function(*arguments, **{name: value}, **given)

    command.__click_params__ = [*getattr(function, "__click_params__", ()), *parameters]  # type: ignore[attr-defined]
    return command  # type: ignore[return-value]
