"""`audience compile`: source texts to connected audience JSON."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import ERROR, WARNING, Diagnostic, by_severity
from .console import Console, Progress
from .exits import FindingsError, UsageFault
from .files import STDIN, open_argument, walk
from .options import now_option, parameter_options
from .outputs import check_outputs, write_all
from .parameters import Given, read_given

if TYPE_CHECKING:
    from .compiling import Compiled

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    done (warnings too)
  1    the files have errors: all are shown, and nothing is written
  2    usage, a missing file, or an output that cannot be written
  130  interrupted"""


class _Input:
    """A file to compile, and where its outputs go below the output directory, without their endings."""

    __slots__ = ("argument", "stem")

    def __init__(self, argument: str, stem: Path) -> None:
        self.argument = argument
        self.stem = stem


@click.command("compile", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…|-]")
@click.option("-o", "--output-file", metavar="FILE", help="Write the JSON there instead of to stdout.")
@click.option("--out-dir", metavar="DIR", help="Write every audience below DIR, in the same tree.")
@click.option("--name", metavar="NAME", help="The audience to compile, of a file that defines several.")
@parameter_options
@click.option("--compact", is_flag=True, help="The JSON on one line.")
@click.option("--base-path", metavar="DIR", help="The root that `use` may read from. [default: the file's project]")
@click.option("--stdin-filename", metavar="NAME", help="What to call stdin, and where to think of it.")
@now_option
@click.pass_obj
def command(
    console: Console,
    paths: tuple[str, ...],
    output_file: str | None,
    out_dir: str | None,
    name: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    compact: bool,
    base_path: str | None,
    stdin_filename: str | None,
    now: datetime | None,
) -> None:
    """Compile each PATH, a file or a directory of `.audience` files, or `-` for stdin.

    One audience goes to stdout, or to the file that -o names. With --out-dir, FILE.audience becomes FILE.json, and
    each audience of a module FILE.NAME.json, at the same place below DIR as below the PATH given; a file is only
    rewritten when its content changes.

    A --param is read as the type that the parameter is declared or inferred to have: `--param days=30`,
    `--param since=2026-01-31`, `--param city=Hue --param city=Hanoi` for a list.

    \b
    Examples:
      echo 'eye_color == "blue" and push is opted_in' | audience compile -
      audience compile winback.audience --param days=60 -o winback.json
      audience compile audiences/ --out-dir build/
    """
    _check_usage(paths, output_file, out_dir, name, stdin_filename)
    root = _directory(base_path)
    given = read_given(pairs, params_file)
    inputs = list(_inputs(paths, stdin_filename))
    if name is not None and len(inputs) > 1:
        raise UsageFault(
            f"`--name {name}` chooses from one file, and there are {len(inputs):,}", "give the file that defines it"
        )
    every = out_dir is not None or len(inputs) > 1
    compiled = _compile_all(inputs, console, given, root, name, stdin_filename, now, every=every)
    findings = [finding for _, each in compiled for finding in each.diagnostics]
    if every and not by_severity(findings, ERROR):
        from .compiling import unknown_parameters

        findings += unknown_parameters(given, {known for _, each in compiled for known in each.takes})
    if by_severity(findings, ERROR):
        raise FindingsError(findings)

    texts = {
        (each.argument, each.stem, name): audience.to_json(indent=None if compact else 2) + "\n"
        for each, result in compiled
        for name, audience in result.audiences.items()
    }
    if out_dir is not None:
        outputs = {
            (argument, audience): Path(out_dir, stem.parent, f"{stem.name}{'.' * bool(audience)}{audience}.json")
            for argument, stem, audience in texts
        }
        origins = [(path, f"`{argument}`") for (argument, _), path in outputs.items()]
        check_outputs(origins, [Path(each.argument) for each in inputs if each.argument != STDIN])
        console.diagnostics(by_severity(findings, WARNING))
        write_all(dict(zip(outputs.values(), texts.values(), strict=True)))
        return
    if len(texts) > 1:
        listed = ", ".join(f"`{argument}{':' * bool(audience)}{audience}`" for argument, _, audience in list(texts)[:5])
        raise UsageFault(
            f"there are {len(texts):,} audiences ({listed}{', …' * (len(texts) > 5)}) for one output",
            "write them below a directory with `--out-dir`",
        )
    if output_file not in (None, STDIN):
        assert output_file is not None
        check_outputs(
            [(Path(output_file), f"`{argument}`") for argument, _, _ in texts],
            [Path(each.argument) for each in inputs if each.argument != STDIN],
        )
    console.diagnostics(by_severity(findings, WARNING))
    for text in texts.values():
        if output_file in (None, STDIN):
            console.data(text)
        else:
            assert output_file is not None
            write_all({Path(output_file): text})


def _check_usage(
    paths: tuple[str, ...], output_file: str | None, out_dir: str | None, name: str | None, stdin_filename: str | None
) -> None:
    if not paths:
        raise UsageFault("there is nothing to compile", "give a PATH, or `-` for stdin")
    if STDIN in paths and len(paths) > 1:
        raise UsageFault("`-` stands beside other paths", "compile stdin by itself")
    if stdin_filename is not None and STDIN not in paths:
        raise UsageFault("`--stdin-filename` is given, and stdin is not read", "give `-` as the PATH")
    if output_file is not None and out_dir is not None:
        raise UsageFault("`-o` and `--out-dir` are both given", "keep one of them")
    if out_dir is not None and STDIN in paths and stdin_filename is None:
        raise UsageFault("stdin has no name to write to below `--out-dir`", "give it one with `--stdin-filename`")
    if name == "":
        raise UsageFault("`--name` is empty", "leave it out for a bare expression")


def _directory(base_path: str | None) -> Path | None:
    if base_path is not None and not Path(base_path).is_dir():
        raise UsageFault(f"`--base-path {base_path}` is no directory")
    return None if base_path is None else Path(base_path)


def _inputs(paths: tuple[str, ...], stdin_filename: str | None) -> Iterator[_Input]:
    seen: set[Path] = set()
    for argument in paths:
        path = Path(argument)
        if argument == STDIN:
            yield _Input(STDIN, Path(Path(stdin_filename or "stdin").stem))
            continue
        if path.is_dir():
            found = [(each, each.relative_to(path).with_suffix("")) for each in walk(path)]
            if not found:
                raise UsageFault(f"there is no `.audience` file below `{argument}`")
        else:
            found = [(path, Path(path.stem))]
        for each, stem in found:
            if each not in seen:
                seen.add(each)
                yield _Input(str(each), stem)


def _compile_all(
    inputs: list[_Input],
    console: Console,
    given: Given,
    root: Path | None,
    name: str | None,
    stdin_filename: str | None,
    now: datetime | None,
    *,
    every: bool,
) -> list[tuple[_Input, "Compiled"]]:
    # Here, so that `--help` does not wait for the compiler.
    from .compiling import compile_source

    compiled: list[tuple[_Input, Compiled]] = []
    unreadable: list[Diagnostic] = []
    progress = Progress(console, "compiling", len(inputs))
    for count, each in enumerate(inputs):
        progress.step(count)
        try:
            source = open_argument(each.argument, stdin_name=stdin_filename)
        except FindingsError as error:
            unreadable += error.diagnostics
            continue
        path = Path(stdin_filename or "stdin.audience") if each.argument == STDIN else Path(each.argument)
        compiled.append(
            (each, compile_source(source, path=path, base_path=root, given=given, name=name, every=every, now=now))
        )
    progress.done()
    if unreadable:
        raise FindingsError([*unreadable, *(finding for _, result in compiled for finding in result.diagnostics)])
    return compiled
