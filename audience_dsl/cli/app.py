"""The command `audience`: finds the command that is asked for, and turns whatever happens into an exit code."""

import gc
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..config.environments import without_keys
from ..diagnostics import CODES, ConfigurationError, Diagnostic, PlanError, nearest
from .console import Console, OutputError
from .exits import (
    DONE,
    FINDINGS,
    INTERRUPTED,
    REFUSED,
    TERMINATED,
    USAGE,
    BadConfigurationError,
    FindingsError,
    RefusedError,
    UsageFault,
)

__all__ = ["main"]

# By what they are for, with the line that each has in the help.
_SECTIONS = {
    "Write": {
        "check": "Find what is wrong or surprising, and mend what can be mended.",
        "fmt": "Write audiences in their one canonical form.",
        "compile": "Turn audiences into connected audience JSON.",
        "decompile": "Turn connected audience JSON into audiences.",
        "rule": "Say what the code of a finding means.",
    },
    "See who is in": {
        "explain": "Say in plain English whom an audience selects.",
        "test": "Run cases: who must match, and who must not.",
        "why": "Say why an audience selects a user, or does not.",
        "preview": "Count who matches, and whom each clause lets through.",
        "sql": "Write the query that selects an audience in a warehouse.",
    },
    "Send": {
        "request": "Make the body of a request, sending nothing.",
        "plan": "Write down what is to be sent, for somebody else to approve.",
        "send": "Send a trigger request to Braze, or to the sandbox.",
        "send-id": "Make an id by which Braze counts sends together.",
        "ledger": "Show what was sent, and settle what nobody knows.",
        "sandbox": "Serve a local Braze on this machine.",
    },
    "Keep a project": {
        "ci": "Run check, fmt, compile and test in one report.",
        "catalog": "Keep the catalogue of attributes up to date.",
        "config": "Show the configuration in effect.",
        "completion": "Print the script by which a shell completes words.",
    },
}
# What people try for the key; `--key-file` is an option, and so is `--ledger-key`.
_KEY_OPTION = re.compile(r"--?(?:(?:rest|braze)[-_]?)?(?:api[-_]?)?(?:key|token)(?!-?file)", re.IGNORECASE)
_COMMANDS = {name: line for section in _SECTIONS.values() for name, line in section.items()}
_EXITS = """\b
Exit codes:
  0    done (warnings too)
  1    your files have findings
  2    usage or configuration
  130  interrupted
The command `send` has more: see `audience send --help`."""


class _Commands(click.Group):
    """Imports a command when it is asked for, so that none waits for what another needs."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name.replace('-', '_')}", __package__).command
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        # In one block the lines of all sections begin below each other.
        wide = max(map(len, _COMMANDS))
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{wide}}", line) for name, line in commands.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in _COMMANDS:
            close = nearest(name, _COMMANDS)
            way = f"did you mean `{close[0]}`?" if close else f"the commands are {', '.join(_COMMANDS)}"
            raise UsageFault(f"there is no command `{without_keys(name)}`", way)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    epilog=_EXITS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="audience", message="%(prog)s %(version)s")
def group() -> None:
    """Write who should get a message as text that reads aloud; send it to them through Braze.

    \b
    Example:
      echo 'eye_color == "blue" and push is opted_in' | audience compile -
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. Never raises."""
    # Trees and filters are many small values without circles, which the collector would walk again and again.
    gc.set_threshold(100_000, 50, 100)
    words = list(sys.argv[1:] if arguments is None else arguments)
    console = Console()
    _speak_utf8()
    try:
        return _run(words, console)
    except (KeyboardInterrupt, click.Abort):
        console.note("\ninterrupted")
        return INTERRUPTED
    except UsageFault as error:
        console.error(error.message, error.help)
        return USAGE
    except click.exceptions.NoArgsIsHelpError as error:
        console.note(error.format_message())
        return USAGE
    except click.UsageError as error:
        console.error(*_in_our_words(error, words))
        return USAGE
    except ConfigurationError as error:
        console.error(error.message, error.help)
        return USAGE
    except (OutputError, click.ClickException) as error:
        console.error(str(error))
        return USAGE
    except BrokenPipeError:
        # From the help text: nobody reads on.
        return 0
    except Exception as error:
        console.confess(error)
        return USAGE
    finally:
        console.close()


def _run(arguments: list[str], console: Console) -> int:
    wanted = os.environ.get("_AUDIENCE_COMPLETE")
    if wanted:
        from .completing import complete

        return complete(group, wanted)
    try:
        with group.make_context("audience", arguments, obj=console) as context:
            code = group.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except FindingsError as error:
        console.diagnostics(error.diagnostics)
        code = FINDINGS
    except BadConfigurationError as error:
        console.diagnostics(error.diagnostics)
        code = USAGE
    except PlanError as error:
        console.diagnostics([Diagnostic(error.kind, error.message, help=error.help)])
        code = REFUSED
    except RefusedError as error:
        console.diagnostics([Diagnostic(CODES[error.slug], error.message, help=error.help)])
        code = REFUSED
    code = code if isinstance(code, int) else DONE
    if code not in (INTERRUPTED, TERMINATED):
        console.finish()
    return code


def _speak_utf8() -> None:
    """What click prints, and the answers to questions, go by the streams' own encoding."""
    for stream, errors in ((sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace"), (sys.stdin, "replace")):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors=errors)


def _in_our_words(error: click.UsageError, words: list[str]) -> tuple[str, str | None]:
    """A complaint of click's as this project speaks: lower case, no full stop, the way out beside it."""
    # Some of its complaints do not say which command they are about.
    path = " ".join(["audience", *(word for word in words[:1] if word in _COMMANDS)])
    way: str | None = f"see `{path} --help`"
    if isinstance(error, click.NoSuchOption) and _KEY_OPTION.match(error.option_name):
        message = "a key is never given as an argument, where the history of the shell and every process can see it"
        way = "set BRAZE_API_KEY, name a file with `--key-file FILE`, or let an environment say where it is"
    elif isinstance(error, click.NoSuchOption):
        message = f"there is no option `{error.option_name}`"
        if error.possibilities:
            way = f"did you mean `{error.possibilities[0]}`?"
    elif isinstance(error, click.MissingParameter):
        message = f"{_hint(error)} is missing"
    elif isinstance(error, click.BadParameter):
        message = f"{_hint(error)}: {_tidy(error.message)}"
    else:
        message = without_keys(_tidy(error.format_message()))
    return message, way


def _hint(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return "a value"
    return f"`{parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(_context(error))}`"


def _context(error: click.BadParameter) -> click.Context:
    return error.ctx or click.Context(group)


def _tidy(message: str) -> str:
    text = message.strip().removesuffix(".").replace("'", "`")
    return text[:1].lower() + text[1:]
