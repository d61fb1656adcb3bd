"""What may stand at the place where somebody presses Tab: click knows commands and choices, this the rest."""

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, shell_complete

from ..braze_api import INSTANCES
from ..diagnostics import CODES

__all__ = ["complete"]

_VARIABLE = "_AUDIENCE_COMPLETE"
# A larger file is not read while somebody waits for a key.
_BYTES_AT_MOST = 1_000_000


def complete(group: click.Group, instruction: str) -> int:
    """Answer the shell, which asks by the instruction in its variable."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if command is not None:
            _prepare(command)
    return shell_complete(group, {}, "audience", _VARIABLE, instruction)


def _prepare(command: click.Command) -> None:
    """Let each parameter that takes a file, a directory or a name complete as such. Their metavars tell them."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _prepare(each)
    for parameter in command.params:
        metavar = parameter.metavar or ""
        if isinstance(parameter.type, click.Choice):
            # It knows its own.
            continue
        if parameter.name == "name":
            parameter._custom_shell_complete = _names
        elif parameter.name == "env":
            parameter._custom_shell_complete = _environments
        elif parameter.name == "instance":
            parameter._custom_shell_complete = _of_words(INSTANCES)
        elif metavar == "CODES":
            parameter._custom_shell_complete = _of_words(_rules())
        elif "CODE" in metavar:
            parameter._custom_shell_complete = _of_words(
                name for each in CODES.values() for name in (each.code, each.slug)
            )
        elif "FILE" in metavar or "PATH" in metavar:
            parameter._custom_shell_complete = _of_kind("file")
        elif "DIR" in metavar:
            parameter._custom_shell_complete = _of_kind("dir")


def _of_kind(kind: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    def completed(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type=kind)]

    return completed


def _of_words(words: Iterable[str]) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    known = list(words)

    def completed(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        # Of several with commas between them the last is completed.
        before, comma, last = incomplete.rpartition(",")
        fitting = (each for each in known if each.casefold().startswith(last.casefold()))
        return [CompletionItem(f"{before}{comma}{each}") for each in fitting]

    return completed


def _rules() -> list[str]:
    from ..lint.rules import RULES

    return [name for each in RULES.values() for name in (each.code.code, each.code.slug)]


def _environments(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Those of the configuration that the command would read; none of one that cannot be read."""
    from .exits import BadConfigurationError, UsageFault
    from .project import configuration_here

    try:
        environments = configuration_here(context.params.get("config")).environments
    except (BadConfigurationError, UsageFault):
        return []
    return [CompletionItem(name) for name in environments if name.startswith(incomplete)]


def _names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The audiences that the file before it defines."""
    # An option without its value, which is what stands here, keeps click from handing the arguments out.
    files = [Path(each) for each in context.args]
    return [CompletionItem(name) for file in files for name in _defined_in(file) if name.startswith(incomplete)]


def _defined_in(file: Path) -> list[str]:
    from ..syntax.parser import parse
    from ..syntax.tree import Audience, Module
    from .files import ReadError, read_source

    try:
        if not file.is_file() or file.stat().st_size > _BYTES_AT_MOST:
            return []
        tree = parse(read_source(file)).tree
    except (OSError, ReadError):
        return []
    definitions = tree.definitions if isinstance(tree, Module) else ()
    return [each.name.name for each in definitions if isinstance(each, Audience)]
