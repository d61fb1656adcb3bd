"""`audience config`: what is in effect here, and where it comes from."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .console import Console
from .exits import UsageFault
from .files import shown_path
from .options import answer_format_option

if TYPE_CHECKING:
    from ..config import Configuration, Environment

__all__ = ["command"]


# The files that there is a schema for.
_SCHEMAS = {"audience.toml": "audience", "attributes.toml": "attributes", "findings.json": "findings"}
_EPILOG = """\b
Exit codes:
  0    done
  2    usage, or a configuration that has errors"""


@click.group("config")
def command() -> None:
    """What a project has settled for all its audiences.

    It stands in `audience.toml`, or below `[tool.audience]` in pyproject.toml, in the nearest directory above the files
    that a command is given. See docs/configuration.md for every key.
    """


@command.command("show", epilog=_EPILOG)
@click.argument("path", default=".", metavar="[PATH]")
@click.option("--config", metavar="FILE", help="The configuration to show. [default: the nearest above PATH]")
@answer_format_option
@click.pass_obj
def show(console: Console, path: str, config: str | None, output_format: str) -> None:
    """Show each value in effect for PATH, a file or directory, and where it was set.

    \b
    Examples:
      audience config show
      audience config show audiences/winback.audience
    """
    from .environment import url_of
    from .project import Projects

    place = Path(path)
    if not place.exists():
        raise UsageFault(f"there is no `{path}`")
    project = Projects(config=config).of(place / "_" if place.is_dir() else place)
    configuration = project.configuration
    for environment in configuration.environments.values():
        url_of(environment)
    rows = [(key, value, _origin(configuration, key)) for key, value in configuration.effective().items()]
    if output_format == "json":
        document = {
            "version": 1,
            "file": None if configuration.path is None else str(configuration.path),
            "settings_digest": configuration.settings.digest,
            "values": {key: {"value": value, "from": origin} for key, value, origin in rows},
            "keys": {name: _has_key(each) for name, each in configuration.environments.items()},
        }
        console.data(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        return
    shown = [(key, _toml(value), origin) for key, value, origin in rows if value not in (None, {})]
    wide = [max(len(row[column]) for row in shown) for column in (0, 1)]
    file = configuration.path
    named = "no configuration: every value is the default" if file is None else shown_path(file)
    lines = [f"# {named}"]
    lines += [f"{key:{wide[0]}} = {value:{min(wide[1], 40)}}  # {origin}" for key, value, origin in shown]
    lines += [f"# the key of {name}: {_has_key(each)}" for name, each in configuration.environments.items()]
    while project.outer is not None:
        project = project.outer
        if project.configuration.requirements and project.configuration.path is not None:
            lines.append(f"# the required filters of {shown_path(project.configuration.path)} hold as well")
    console.data("\n".join([*lines, f"# digest of the settings: {configuration.settings.digest}"]) + "\n")


@command.command("schema", epilog=_EPILOG)
@click.argument("file", type=click.Choice(list(_SCHEMAS)), default="audience.toml", metavar="[FILE]")
@click.pass_obj
def schema(console: Console, file: str) -> None:
    """Print the JSON Schema of FILE: audience.toml, attributes.toml, or findings.json, the form `json`.

    An editor of TOML completes and checks a file by it, where the first line of that is `#:schema PATH`.

    \b
    Examples:
      audience config schema > audience.schema.json
      audience config schema attributes.toml > attributes.schema.json
    """
    from ..resources import resource_text

    console.data(resource_text("schemas", f"{_SCHEMAS[file]}.schema.json"))


def _has_key(environment: "Environment") -> str:
    """Whether there is a key where it is looked for; never the key."""
    from .keys import presence

    return presence(environment.key)


def _origin(configuration: "Configuration", key: str) -> str:
    below = (f"{key}.{each}" for each in ("filters", "paths"))
    return next((configuration.origins[each] for each in (key, *below) if each in configuration.origins), "default")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_toml(each)}' for key, each in value.items() if each is not None)} }}"
    # What JSON writes of texts, numbers, Booleans and lists of them is TOML.
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
