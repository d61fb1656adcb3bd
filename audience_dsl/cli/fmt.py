"""`audience fmt`: audiences in the one canonical form."""

from typing import TYPE_CHECKING

import click

from ..diagnostics import counted
from .console import Console
from .exits import DONE, FINDINGS
from .inputs import check_paths, inputs
from .options import output_format_option, simplify_option
from .outputs import file_diff, write_all

if TYPE_CHECKING:
    from .formatting import Formatted

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    every file is in its canonical form now
  1    a file has errors, and stays as it is; with --check or --diff, also: a file would change
  2    usage, a missing file, or one that cannot be written
  130  interrupted"""


@click.command("fmt", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…|-]")
@click.option("--check", is_flag=True, help="Write nothing, and name the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing, and show what would change.")
@simplify_option
@output_format_option()
@click.option("--stdin-filename", metavar="NAME", help="What to call stdin.")
@click.pass_obj
def command(
    console: Console, paths: tuple[str, ...], check: bool, diff: bool, simplify: bool, stdin_filename: str | None
) -> int:
    """Write each PATH, a file or a directory of `.audience` files, in its canonical form; without one, this directory.

    The text on stdin, as `-`, goes to stdout. What the text says stays the same, and so does every comment: before a
    file is written, its new text has been read again and compared. See docs/formatting.md for the style.

    \b
    Examples:
      audience fmt
      audience fmt audiences/ --check
      audience fmt audiences/ --diff --simplify
      audience fmt - < weather.audience
    """
    # Here, so that `--help` does not wait for the language.
    from .formatting import format_all, not_formatted

    paths = paths or (".",)
    check_paths(paths, stdin_filename, to="format")
    sources = list(inputs(paths, stdin_filename))
    on_stdin = sources[0].is_stdin
    console.findings.on_stdout = not diff and (check or not on_stdin)
    console.findings.looked_at = [each.argument for each in sources]
    done = format_all(console, sources, stdin_filename, simplify)
    changed = done.changed
    findings = list(done.findings)
    if check or diff:
        if console.findings.are_a_document:
            findings += [not_formatted(source, text) for source, text in changed.values()]
        elif check and not diff:
            console.data("".join(f"would reformat {source.name}\n" for source, _ in changed.values()))
        if diff:
            for source, text in changed.values():
                console.data(file_diff(source.text, text, source.name, "formatted", color=console.data_color))
    elif on_stdin:
        for _, text in done.texts.values():
            console.data(text)
    else:
        write_all({path: text for path, (_, text) in changed.items()})
    console.diagnostics(findings)
    if not on_stdin or check:
        console.note(_summary(done, len(changed), written=not (check or diff)))
    return FINDINGS if done.failed or (changed and (check or diff)) else DONE


def _summary(done: "Formatted", changed: int, *, written: bool) -> str:
    """Such as `3 files reformatted, 12 left unchanged`."""
    same = len(done.texts) - changed
    parts = []
    if changed or not (same or done.failed):
        parts.append(f"{counted(changed, 'file')} {'' if written else 'would be '}reformatted")
    if same:
        files = f"{same:,}" if parts else counted(same, "file")
        parts.append(f"{files} {'left unchanged' if written else 'already formatted'}")
    if done.failed:
        parts.append(f"{f'{done.failed:,}' if parts else counted(done.failed, 'file')} with errors left alone")
    return ", ".join(parts)
