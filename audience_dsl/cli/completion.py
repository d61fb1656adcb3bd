"""`audience completion`: what a shell needs to complete the words of this command line."""

import click

from .console import Console

__all__ = ["command"]

_SHELLS = ("bash", "zsh", "fish")


_EPILOG = """\b
Exit codes:
  0    done
  2    usage"""


@click.command("completion", epilog=_EPILOG)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_obj
def command(console: Console, shell: str) -> None:
    """Print the script that lets a shell complete commands, options, choices and paths.

    Keep it where the shell reads it at its start:

    \b
      bash  audience completion bash > ~/.local/share/bash-completion/completions/audience
      zsh   audience completion zsh > "${fpath[1]}/_audience"
      fish  audience completion fish > ~/.config/fish/completions/audience.fish

    Examples, for the shell that runs only:

    \b
      bash  eval "$(audience completion bash)"
      zsh   eval "$(audience completion zsh)"
      fish  audience completion fish | source
    """
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    completion = get_completion_class(shell)
    assert completion is not None
    console.data(completion(root.command, {}, "audience", "_AUDIENCE_COMPLETE").source())
