"""`--watch`: a command that runs again whenever a file that it may have read changes.

The system says that something happened; whether it matters is told by the files themselves: their names, sizes and
times before the last run and now. So nothing that happens while a run goes on is missed, a burst of changes is one
run, and an editor that saves by putting a new file in the place of the old one is no special case.
"""

import functools
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..diagnostics import ConfigurationError
from ..extras import needed
from .console import Console
from .exits import BadConfigurationError, FindingsError, UsageFault
from .files import STDIN, project_root

__all__ = ["watch", "watchable"]

F = TypeVar("F", bound=Callable[..., Any])

# What audiences, configurations and catalogues are called.
_SUFFIXES = (".audience", ".toml")
# Nobody keeps audiences there, and there may be a great many.
_PASSED_OVER = {"node_modules", "site-packages", "__pycache__"}
_DIRECTORIES_AT_MOST = 5_000
# Milliseconds: changes this close to each other are one; and how long until it is looked whether the run missed one.
_STEP = 100
_FIRST_LOOK = 500

# Of a file, what changes when it does.
_State = tuple[int, int, int]


def watchable(function: F) -> F:
    """Give a command `--watch`. It must take `paths`; options that name a file are known by their names."""

    @functools.wraps(function)
    def run(console: Console, watching: bool, **options: Any) -> Any:
        if not watching:
            return function(console, **options)
        named = (options.get(name) for name in ("params_file", "config", "catalog", "baseline"))
        also = [Path(name) for name in named if name is not None]
        return watch(console, options["paths"] or (".",), lambda: function(console, **options), also=also)

    option = click.option(
        "--watch",
        "watching",
        is_flag=True,
        help="Run again whenever a file changes, until Ctrl-C. Needs the extra watch.",
    )
    decorated: F = option(run)  # type: ignore[assignment]
    return decorated


def watch(console: Console, paths: Iterable[str], run: Callable[[], object], *, also: Iterable[Path] = ()) -> int:
    """Run, and run again after each change of a file of the projects of these paths, or of those that are named `also`.

    Ends with KeyboardInterrupt and with nothing else, save that the first run ends it where it cannot be carried out as
    it was given: that no change of a file mends.
    """
    with needed("watch", "`--watch`"):
        from watchfiles import watch as changes_in
    paths = list(paths)
    if STDIN in paths:
        raise UsageFault("`--watch` is given for stdin, which does not change", "name a file")
    also = list(also)
    first = True
    while True:
        directories = _directories(paths, also)
        before = _snapshot(directories, also)
        _run(console, run, first=first)
        first = False
        files = f"{len(before):,} file{'' if len(before) == 1 else 's'}"
        console.note(f"{time.strftime('%H:%M:%S')} watching {files}; Ctrl-C ends it")
        look = functools.partial(_is_changed, before, paths, also)
        _wait(changes_in, directories, look)
        if console.is_screen:
            console.note("\x1b[H\x1b[2J\x1b[3J", end="")


def _wait(changes_in: Callable[..., Iterable[object]], directories: list[Path], is_changed: Callable[[], bool]) -> None:
    looked = False
    try:
        for changes in changes_in(
            *directories,
            watch_filter=None,
            step=_STEP,
            rust_timeout=_FIRST_LOOK,
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        ):
            # Where no directory is left, nothing will say that one is back.
            if (changes or not looked or not directories) and is_changed():
                return
            looked = True
    except FileNotFoundError:
        # A directory went before it could be watched: the next run says what that means.
        return
    except OSError as error:
        raise UsageFault(
            f"the changes of files cannot be watched: {error}", "give fewer directories, or a project of its own"
        ) from None


def _is_changed(before: dict[str, _State], paths: Iterable[str], also: Iterable[Path]) -> bool:
    return _snapshot(_directories(paths, also), also) != before


def _run(console: Console, run: Callable[[], object], *, first: bool) -> None:
    try:
        run()
    except (FindingsError, BadConfigurationError) as error:
        console.diagnostics(error.diagnostics)
    except (UsageFault, ConfigurationError) as error:
        if first:
            raise
        # A file that is gone may come back.
        console.error(error.message, error.help)
    console.finish()


def _directories(paths: Iterable[str], also: Iterable[Path]) -> list[Path]:
    """Where the files of a run may be: the whole projects of the paths, since `use` may read all of them."""
    asked = [Path(each) for each in paths]
    roots = dict.fromkeys(project_root(each / "_" if each.is_dir() else each) for each in asked)
    found = _below(roots)
    if len(found) > _DIRECTORIES_AT_MOST:
        # Too much for one project: at least what was asked for.
        found = _below(dict.fromkeys(each if each.is_dir() else each.parent for each in asked))[:_DIRECTORIES_AT_MOST]
    found += [each.parent for each in also]
    return [each for each in dict.fromkeys(map(_real, found)) if each.is_dir()]


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _below(roots: Iterable[Path]) -> list[Path]:
    """These directories and all below them, without hidden ones; one more than is allowed where there are too many."""
    found: list[Path] = []
    for root in roots:
        for parent, directories, files in os.walk(root):
            if "pyvenv.cfg" in files:
                directories.clear()
                continue
            directories[:] = [name for name in directories if not name.startswith(".") and name not in _PASSED_OVER]
            found.append(Path(parent))
            if len(found) > _DIRECTORIES_AT_MOST:
                return found
    return found


def _snapshot(directories: Iterable[Path], also: Iterable[Path]) -> dict[str, _State]:
    found: dict[str, _State] = {}
    for directory in directories:
        try:
            with os.scandir(directory) as entries:
                found.update((each.path, _state(each.stat())) for each in entries if each.name.endswith(_SUFFIXES))
        except OSError:
            # It went between two looks, and the next one knows.
            continue
    for path in also:
        try:
            found[str(path)] = _state(path.stat())
        except OSError:
            continue
    return found


def _state(status: os.stat_result) -> _State:
    return status.st_ino, status.st_size, status.st_mtime_ns
