"""The files that a command is given: by path, by directory, or on stdin."""

from collections.abc import Iterator
from pathlib import Path

from .exits import UsageFault
from .files import STDIN, walk

__all__ = ["Input", "check_paths", "inputs"]


class Input:
    """A file to read: its argument, and where outputs made of it go below an output directory, without an ending."""

    __slots__ = ("argument", "path", "stem")

    def __init__(self, argument: str, path: Path, stem: Path) -> None:
        self.argument = argument
        self.path = path
        self.stem = stem

    @property
    def is_stdin(self) -> bool:
        return self.argument == STDIN


def check_paths(paths: tuple[str, ...], stdin_filename: str | None, *, to: str) -> None:
    """Raises UsageFault where the arguments of a command make no sense. `to` is what it does, as in `to compile`."""
    if not paths:
        raise UsageFault(f"there is nothing to {to}", "give a PATH, such as `.` for this directory, or `-` for stdin")
    if STDIN in paths and len(paths) > 1:
        raise UsageFault("`-` stands beside other paths", f"{to} stdin by itself")
    if stdin_filename is not None and STDIN not in paths:
        raise UsageFault("`--stdin-filename` is given, and stdin is not read", "give `-` as the PATH")


def inputs(paths: tuple[str, ...], stdin_filename: str | None, *, suffix: str = ".audience") -> Iterator[Input]:
    """The files that the arguments name, each once; of a directory, all below it with this ending.

    Raises UsageFault for a directory that has none.
    """
    seen: set[Path] = set()
    for argument in paths:
        path = Path(argument)
        if argument == STDIN:
            thought = Path(stdin_filename or f"stdin{suffix}")
            yield Input(STDIN, thought, Path(thought.stem))
            continue
        if path.is_dir():
            found = [(each, each.relative_to(path).with_suffix("")) for each in walk(path, suffix)]
            if not found:
                raise UsageFault(f"there is no `{suffix}` file below `{argument}`")
        else:
            found = [(path, Path(path.stem))]
        for each, stem in found:
            if each not in seen:
                seen.add(each)
                yield Input(str(each), each, stem)
