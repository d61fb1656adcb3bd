"""Options that several commands share."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from .exits import UsageFault

__all__ = ["endpoint_of", "endpoint_options", "now_option", "parameter_options"]

F = TypeVar("F", bound=Callable[..., Any])


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


def endpoint_options(function: F) -> F:
    """`--instance` and `--endpoint`; see `endpoint_of`."""
    function = click.option(
        "--endpoint", metavar="URL", help="The REST endpoint of the instance, https, or http on this machine."
    )(function)
    return click.option("--instance", metavar="NAME", help="The instance of Braze, such as US-01 or EU-02.")(function)


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


def now_option(function: F) -> F:
    """`--now`, as an aware datetime."""
    return click.option(
        "--now",
        metavar="INSTANT",
        callback=_instant,
        help="The instant of the send, for `last_used_app less than … days ago`.",
    )(function)


def _instant(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None:
        raise UsageFault(
            f"`--now {text}` is no instant in ISO 8601 with an offset", "write it as `--now 2026-01-31T09:00:00Z`"
        )
    return instant
