"""`audience catalog`: the file of the workspace's attributes, made and kept up to date."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .console import Console, ShareProgress
from .exits import UsageFault
from .options import Where, output_format_option, profiles_option, target_options

if TYPE_CHECKING:
    from ..catalog import CatalogAttribute
    from ..catalog.inferring import Inference
    from ..catalog.workspace import Pull, WorkspaceAttribute
    from .catalog_file import Line
    from .environment import Target

__all__ = ["command"]

F = TypeVar("F", bound=Callable[..., Any])

_EPILOG = """\b
Exit codes:
  0    done, or with --check up to date
  1    the file has errors, and nothing is written; with --check or --diff, it is out of date
  2    usage, a workspace or profiles that cannot be read, or a file that cannot be written
  130  interrupted"""
# Profiles between two looks at the clock.
_STEP = 1_000


@click.group("catalog")
def command() -> None:
    """The attribute catalogue, `attributes.toml`: which custom attributes there are, and their types.

    With a catalogue, an attribute that the workspace does not have, a comparison that its type does not allow and a
    text that is none of its values are found before anything is sent. See docs/catalog.md for the format.
    """


def _file_options(function: F) -> F:
    for option in (
        click.option("--diff", is_flag=True, help="Write nothing; show the change of the file as a diff."),
        click.option("--check", is_flag=True, help="Write nothing; exit 1 where the file is out of date."),
        click.option(
            "-o",
            "--catalog",
            metavar="FILE",
            help="The catalogue. [default: as the configuration says, else attributes.toml]",
        ),
    ):
        function = option(function)
    return function


@command.command("pull", epilog=_EPILOG, short_help="Bring the file up to date with the workspace.")
@_file_options
@target_options
@click.option("--sandbox", is_flag=True, help="Ask the sandbox inside this process: no key, no network.")
@click.option("--profiles", metavar="PATH", help="With --sandbox: its workspace has the attributes of these profiles.")
@click.option("--prune", is_flag=True, help="Remove attributes that the workspace does not have any more.")
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for an answer. [default: 60]")
@output_format_option()
@click.pass_obj
def pull(
    console: Console,
    catalog: str | None,
    check: bool,
    diff: bool,
    where: Where,
    sandbox: bool,
    profiles: str | None,
    prune: bool,
    timeout: float | None,
) -> int:
    """Bring the catalogue up to date with the workspace, and say what changes.

    What people wrote stays: comments, order, values, descriptions. A type follows the workspace. An attribute that the
    workspace does not have any more is named and kept, unless --prune removes it. Objects and blocklisted attributes
    are named, and do not enter the file: no audience can use them. The key comes from $BRAZE_API_KEY, a --key-file, or
    where the environment says, and needs the permission custom_attributes.get.

    \b
    Examples:
      audience catalog pull --instance EU-01
      audience catalog pull --env production --check
      audience catalog pull --sandbox -o sample.toml
    """
    if profiles is not None and not sandbox:
        raise UsageFault("`--profiles` is given without `--sandbox`", "see `audience catalog infer` for profiles")
    from ..catalog.workspace import Pull
    from .catalog_file import CatalogFile
    from .environment import target_of
    from .project import configuration_here

    target = target_of(console, where, configuration_here(), sandbox=sandbox, sends=False)
    file = CatalogFile(catalog)
    found = _workspace(console, target, timeout, profiles)
    pulled = Pull(file.catalog, found, prune=prune)
    return file.finish(console, pulled.changes, _pull_report(pulled), check=check, diff=diff)


@command.command("infer", epilog=_EPILOG, short_help="Make a first file from exported profiles.")
@_file_options
@profiles_option
@click.option(
    "--values",
    type=click.IntRange(0, 1_000),
    default=20,
    show_default=True,
    metavar="N",
    help="Write the values of attributes that have at most N; 0 for none.",
)
@click.option(
    "--seen",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    metavar="K",
    help="Values are written only where K profiles or more hold each of them.",
)
@output_format_option()
@click.pass_obj
def infer(console: Console, catalog: str | None, check: bool, diff: bool, profiles: str, values: int, seen: int) -> int:
    """Make a first catalogue from exported profiles, or add to one what it lacks.

    Each attribute gets the type of most of its values. Texts with few values get these, unless they look like something
    that names a person; look through them all the same before you commit the file. What stands in the file already is
    never changed: where the profiles show otherwise, that is said.

    \b
    Examples:
      audience catalog infer --profiles export.zip
      audience catalog infer --profiles export/ -o attributes.toml --values 50
    """
    from .catalog_file import CatalogFile

    file = CatalogFile(catalog)
    inference = _inference(console, Path(profiles), values, seen)
    changes = inference.additions(file.catalog)
    report = _infer_report(inference, inference.contradictions(file.catalog), changes.added)
    return file.finish(console, changes, report, check=check, diff=diff)


# --- Where attributes come from ---


def _workspace(
    console: Console, target: "Target", timeout: float | None, profiles: str | None
) -> "list[WorkspaceAttribute]":
    from ..catalog.workspace import WorkspaceAttribute
    from ..sender.workspace import Workspace
    from .access import access

    local = None
    if target.base_url is None:
        from ..sandbox.local import local_sandbox
        from .known_profiles import read_known

        local = local_sandbox(profiles=None if profiles is None else read_known(console, profiles))

    def progress(count: int) -> None:
        if console.shows_progress:
            console.note(f"\r{count:,} attributes\x1b[K", end="")

    with Workspace(**access(target, timeout, local)) as workspace:
        try:
            items = workspace.custom_attributes(progress=progress)
        finally:
            if console.shows_progress:
                console.note("\r\x1b[K", end="")
    return [each for each in map(WorkspaceAttribute.of_item, items) if each is not None]


def _inference(console: Console, path: Path, values: int, seen: int) -> "Inference":
    from ..catalog.inferring import Inference
    from ..profiles.files import ProfileFiles, Unreadable
    from .known_profiles import Unread

    files = ProfileFiles(path)
    inference = Inference(values=values, seen=seen)
    unread = Unread(console)
    progress = ShareProgress(console, "reading")
    for count, each in enumerate(files):
        if count % _STEP == 0 and files.total_bytes:
            progress.step(files.bytes_read / files.total_bytes)
        if isinstance(each, Unreadable):
            unread.take(each)
        else:
            inference.take(each)
    progress.done()
    what = f"{inference.profiles:,} profile{'' if inference.profiles == 1 else 's'} from {path}"
    console.note("; ".join([what, *unread.words()]))
    return inference


# --- What there is to say ---


def _pull_report(pulled: "Pull") -> "list[Line]":
    from .catalog_file import names

    way = "removed" if pulled.prune else "kept; --prune removes it"
    return [
        *(("added", each.name, each.type) for each in pulled.added),
        *(("changed", each.name, _change(each, kind)) for each, kind in pulled.retyped),
        *(("gone", name, f"{why}: {way}") for name, why in pulled.gone),
        *names("blocklisted", pulled.blocklisted, "left out: Braze no longer renews it"),
        *names("object", pulled.objects, "left out: no audience can use it"),
        *(("unknown", name, f"left out: there is no type for `{kind}`") for name, kind in pulled.unknown),
        *names("bad name", pulled.unnameable, "left out: no text can name it"),
    ]


def _change(attribute: "CatalogAttribute", kind: str) -> str:
    from ..catalog.catalog import VALUED

    lost = ", without its values" if attribute.values is not None and kind not in VALUED else ""
    return f"{attribute.type} → {kind}{lost}"


def _infer_report(inference: "Inference", contradictions: list[str], added: "list[CatalogAttribute]") -> "list[Line]":
    from .catalog_file import names

    return [
        *(("added", each.name, _facts(each)) for each in added),
        *(("mixed", each.name, _mixture(each.counts) + f"; {each.type}") for each in inference.mixed),
        *(("differs", "", each) for each in contradictions),
        *names("object", inference.objects, "left out: no audience can use it"),
        *names("bad name", inference.unnameable, "left out: no text can name it"),
    ]


def _facts(attribute: "CatalogAttribute") -> str:
    facts = [attribute.type]
    if attribute.values is not None:
        count = len(attribute.values)
        facts.append(f"{count:,} value{'' if count == 1 else 's'}")
    if attribute.always_present:
        facts.append("always present")
    return ", ".join(facts)


def _mixture(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    return ", ".join(f"{kind} in {count:,}" for kind, count in ordered)
