"""`audience explain`: whom audiences select, in plain English, as a text, a picture, a sheet to sign or data."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import CODES, ERROR, Diagnostic, by_severity
from .console import Console, Progress
from .exits import DONE, FindingsError, UsageFault
from .files import STDIN, open_argument, without_bom
from .inputs import Input, check_paths, inputs
from .options import now_option, output_format_option, parameter_options, project_options, stdin_filename_option
from .outputs import check_outputs, write_all
from .parameters import Given, read_given

if TYPE_CHECKING:
    from ..api import Audience
    from ..explaining import Explanation
    from ..source import Source
    from .project import Projects

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    explained
  1    an audience has errors: all are shown, and nothing is written
  2    usage, a missing file, or an output that cannot be written
  130  interrupted"""
_ENDINGS = {"text": ".txt", "markdown": ".md", "svg": ".svg", "html": ".html", "json": ".json"}
_FORM_OF = {ending: form for form, ending in _ENDINGS.items()}
# Of these one file holds one audience.
_SINGLE = ("svg", "html")
_FILE_COLUMNS = 100


@click.command("explain", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…|-]")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_ENDINGS)),
    help="The form. [default: by the ending of -o, else as --output-format says json or text]",
)
@click.option("-o", "--output-file", metavar="FILE", help="Write it there instead of to stdout.")
@click.option("--out-dir", metavar="DIR", help="Write a file for each audience below DIR, in the same tree.")
@click.option("--name", metavar="NAME", help="The audience to explain, of a file that defines several. [default: all]")
@click.option("--profiles", metavar="PATH", help="Profiles to count: a file of them, or a directory of such files.")
@parameter_options
@project_options
@stdin_filename_option
@now_option
@output_format_option(answers=True)
@click.pass_obj
def command(
    console: Console,
    paths: tuple[str, ...],
    form: str | None,
    output_file: str | None,
    out_dir: str | None,
    name: str | None,
    profiles: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    stdin_filename: str | None,
    now: datetime | None,
    output_format: str,
) -> int:
    """Say in plain English whom the audiences of each PATH select: who is in, who is out, and what becomes of users
    without a value.

    A PATH is a file, a directory of `.audience` files, or `-` for stdin. A `.json` file is read as a connected
    audience, or as the body of a request with one. With --out-dir, FILE.audience becomes FILE.explain.html, or as the
    format says, and each audience of a module FILE.NAME.explain.html.

    `html` is a sheet to sign: it prints on A4, needs nothing else, and names the digest of the JSON that is sent. With
    --profiles it says how many profiles match.

    \b
    Examples:
      audience explain winback.audience
      echo 'not (age > 21)' | audience explain -
      audience explain winback.audience --profiles export.zip -o winback.html
      audience explain body.json --format markdown
      audience explain audiences/ --format html --out-dir sheets/
    """
    from .project import Projects

    _check_usage(paths, output_file, out_dir, name, stdin_filename)
    form = form or _usual_form(output_file, output_format)
    if profiles is not None and form == "svg":
        raise UsageFault("`--profiles` counts users, and the picture has no place for a number", "take `--format html`")
    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    sources = list(inputs(paths, stdin_filename))
    console.findings.looked_at = [each.argument for each in sources]
    if name is not None and len(sources) > 1:
        raise UsageFault(
            f"`--name {name}` chooses from one file, and there are {len(sources):,}", "give the file that defines it"
        )
    found = _Audiences(console, projects, read_given(pairs, params_file), name, now)
    found.read(sources, stdin_filename)
    if out_dir is None and form in _SINGLE and len(found.audiences) > 1:
        raise UsageFault(
            f"there are {len(found.audiences):,} audiences for one output",
            "choose one with `--name`, or write them below a directory with `--out-dir`",
        )
    outputs = _outputs(found, form, output_file, out_dir)
    explained = _explained(console, found, profiles, now)
    console.diagnostics(found.findings)
    if out_dir is not None:
        write_all({path: _rendered([each], form) for path, each in zip(outputs, explained, strict=True)})
    elif outputs:
        write_all({outputs[0]: _rendered(explained, form)})
    else:
        console.data(_rendered(explained, form, console))
    return DONE


def _check_usage(
    paths: tuple[str, ...], output_file: str | None, out_dir: str | None, name: str | None, stdin_filename: str | None
) -> None:
    check_paths(paths, stdin_filename, to="explain")
    if output_file is not None and out_dir is not None:
        raise UsageFault("`-o` and `--out-dir` are both given", "keep one of them")
    if out_dir is not None and STDIN in paths and stdin_filename is None:
        raise UsageFault("stdin has no name to write to below `--out-dir`", "give it one with `--stdin-filename`")
    if name == "":
        raise UsageFault("`--name` is empty", "leave it out for a bare expression")


def _usual_form(output_file: str | None, output_format: str) -> str:
    usual = "json" if output_format == "json" else "text"
    return usual if output_file in (None, STDIN) else _FORM_OF.get(Path(str(output_file)).suffix.lower(), usual)


class _Found:
    """An audience, with the text that it comes from and the name that it has there: none, where it is all of it."""

    __slots__ = ("audience", "name", "source", "written")

    def __init__(self, source: Input, name: str, audience: "Audience", written: str) -> None:
        self.source = source
        self.name = name
        self.audience = audience
        self.written = written

    @property
    def title(self) -> str:
        from .files import shown_path

        stem = "stdin" if self.source.path.stem == "stdin" and self.source.is_stdin else shown_path(self.source.path)
        return self.name or stem


class _Audiences:
    """The audiences of the files that a command is given, of texts and of JSON, and what was found on the way."""

    def __init__(
        self, console: Console, projects: "Projects", given: Given, name: str | None, now: datetime | None
    ) -> None:
        self.audiences: list[_Found] = []
        self.findings: list[Diagnostic] = []
        self._console = console
        self._projects = projects
        self._given = given
        self._name = name
        self._now = now
        self._takes: set[str] = set()

    def read(self, sources: list[Input], stdin_filename: str | None) -> None:
        """Raises FindingsError with everything that is wrong in any of them."""
        progress = Progress(self._console, "compiling", len(sources))
        for count, each in enumerate(sources):
            progress.step(count)
            try:
                self._read(each, open_argument(each.argument, stdin_name=stdin_filename))
            except FindingsError as error:
                self.findings += error.diagnostics
        progress.done()
        if not by_severity(self.findings, ERROR):
            from .compiling import unknown_parameters

            self.findings += unknown_parameters(self._given, self._takes)
            if not self.audiences:
                way = "write `audience NAME = …`, or explain a file that uses its `let`s"
                self.findings.append(Diagnostic(CODES["no-such-audience"], "there is no audience to explain", help=way))
        if by_severity(self.findings, ERROR):
            raise FindingsError(self.findings)

    def _read(self, each: Input, source: "Source") -> None:
        # Here, so that `--help` does not wait for the compiler.
        from .audience_file import looks_like_json, read_audience
        from .compiling import compile_source

        if each.path.suffix.lower() == ".json" or (each.is_stdin and looks_like_json(source)):
            source = without_bom(source)
            if self._name is not None:
                raise UsageFault(f"`--name {self._name}` chooses from a text, and JSON is one audience")
            audience = read_audience(source, self._projects.of(each.path).settings)
            self.audiences.append(_Found(each, "", audience, source.text))
            return
        compiled = compile_source(
            source,
            path=each.path,
            projects=self._projects,
            given=self._given,
            name=self._name,
            every=self._name is None,
            now=self._now,
        )
        self._takes |= compiled.takes
        self.findings += compiled.diagnostics
        self.audiences += [_Found(each, name, audience, source.text) for name, audience in compiled.audiences.items()]


def _outputs(found: _Audiences, form: str, output_file: str | None, out_dir: str | None) -> list[Path]:
    """Where they are written, if not to stdout: one file for each, or one for all. Raises FindingsError."""
    if out_dir is not None:
        outputs = [_below(Path(out_dir), each, form) for each in found.audiences]
    elif output_file in (None, STDIN):
        return []
    else:
        outputs = [Path(str(output_file))]
    origins = [(path, f"`{each.source.argument}`") for path, each in zip(outputs, found.audiences, strict=False)]
    check_outputs(origins, {each.source.path for each in found.audiences if not each.source.is_stdin})
    return outputs


def _below(directory: Path, found: _Found, form: str) -> Path:
    stem = found.source.stem
    # The name of the format alone would be that of the compiled JSON.
    return Path(directory, stem.parent, f"{stem.name}{'.' * bool(found.name)}{found.name}.explain{_ENDINGS[form]}")


def _explained(console: Console, found: _Audiences, profiles: str | None, now: datetime | None) -> "list[Explanation]":
    from ..explaining import Explanation

    explained = []
    files: list[Path] = []
    if profiles is not None:
        from .counting import count, files_of

        files = files_of(profiles)
    for each in found.audiences:
        counted = None
        if profiles is not None:
            instant = now or datetime.now(UTC).replace(microsecond=0)
            counted, _ = count(console, each.audience, title=each.title, profiles=profiles, files=files, now=instant)
        explained.append(
            Explanation(
                each.audience.filter,
                each.audience.settings,
                title=each.title,
                written=each.written,
                count=counted,
            )
        )
    return explained


def _rendered(explained: "list[Explanation]", form: str, console: Console | None = None) -> str:
    """`console` is where it goes, if not to a file."""
    from ..explaining import as_text

    if form == "text":
        columns = _FILE_COLUMNS if console is None else shutil.get_terminal_size().columns
        color = console is not None and console.data_color
        return "\n\n".join(as_text(each, columns=columns, color=color) for each in explained)
    if form == "json":
        from ..explaining.data import as_data

        value: Any = as_data(explained)
        text = json.dumps(value, ensure_ascii=False, indent=2)
        return text.encode("utf-8", "backslashreplace").decode() + "\n"
    return "\n".join(_form(form)(each) for each in explained)


def _form(form: str) -> "Callable[[Explanation], str]":
    from ..explaining.html import as_html
    from ..explaining.markdown import as_markdown
    from ..explaining.svg import as_svg

    forms: dict[str, Callable[[Explanation], str]] = {"markdown": as_markdown, "svg": as_svg, "html": as_html}
    return forms[form]
