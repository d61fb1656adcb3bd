"""Files that a command writes: only what changed, each as a whole or not at all."""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..diagnostics import CODES, Diagnostic
from ..report.display import shown
from .exits import FindingsError, UsageFault

__all__ = ["check_outputs", "file_diff", "write_all"]

# Not `str.splitlines`, which ends lines at characters that are part of a text.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def check_outputs(outputs: Iterable[tuple[Path, str]], inputs: Iterable[Path]) -> None:
    """Raises FindingsError where outputs, given as (path, where it comes from), collide with each other or an input.

    Names that differ in nothing but letter case collide as well: on some machines they are one file.
    """
    findings = []
    taken: dict[str, str] = {_key(path): f"the source `{path}`" for path in inputs}
    wanted = {_key(path): path for path, _ in outputs}
    for path, origin in outputs:
        key = _key(path)
        other = taken.get(key)
        under = next((str(parent) for parent in path.parents if _key(parent) in wanted), None)
        if other is not None:
            message = f"`{path}` would be written for {origin}, and is {other} as well"
            findings.append(_collision(message))
        elif under is not None:
            findings.append(_collision(f"`{path}` would be written for {origin}, and `{under}` would be a file"))
        taken.setdefault(key, f"the output of {origin}")
    if findings:
        raise FindingsError(findings)


def write_all(contents: Mapping[Path, str]) -> int:
    """Write these files, and return how many changed. Raises UsageFault where one cannot be written.

    All are written beside their places first and moved there last, so that an interruption leaves none half-written,
    and a full disk leaves all as they were.
    """
    moves: list[tuple[Path, Path]] = []
    changed = 0
    try:
        for path, text in contents.items():
            content = text.encode("utf-8")
            # What a link points to is replaced, not the link.
            target = Path(os.path.realpath(path))
            if path.exists() and not path.is_file() and not path.is_dir():
                # A device or pipe: nothing can be moved there.
                path.write_bytes(content)
            elif not _holds(target, content):
                target.parent.mkdir(parents=True, exist_ok=True)
                moves.append((_beside(target), target))
                _fill(*moves[-1], content)
            else:
                continue
            changed += 1
        while moves:
            temporary, target = moves[-1]
            temporary.replace(target)
            moves.pop()
    except OSError as error:
        where = f"`{error.filename2 or error.filename or path}`"
        raise UsageFault(f"{where} cannot be written: {error.strerror or error}") from None
    finally:
        for temporary, _ in moves:
            temporary.unlink(missing_ok=True)
    return changed


def file_diff(before: str, after: str, name: str, what: str, *, color: bool) -> str:
    """How a file would change, as a unified diff. `what` is the label of the second text, as in `a (fixed)`."""
    import difflib

    old, new = (_LINE.findall(text) for text in (before, after))
    return _colored(difflib.unified_diff(old, new, name, f"{name} ({what})"), color=color)


def _colored(lines: Iterable[str], *, color: bool) -> str:
    """A unified diff as text, as a terminal shows it."""
    rows = []
    for line in lines:
        # A last line without its end, as in files that were not written by a tool.
        text = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        if color:
            # A terminal is given nothing that it would obey.
            text = "".join(f"{shown(row)}\n" for row in text.replace("\r\n", "\n").removesuffix("\n").split("\n"))
        sgr = {"+": "32", "-": "31", "@": "36"}.get(line[:1])
        rows.append(f"\x1b[{sgr}m{text[:-1]}\x1b[0m\n" if color and sgr else text)
    return "".join(rows)


def _key(path: Path) -> str:
    return os.path.realpath(path).casefold()


def _collision(message: str) -> Diagnostic:
    return Diagnostic(CODES["collision"], message, help="rename one of them, or write to another directory")


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


def _beside(target: Path) -> Path:
    # Not by the process id alone: in a container it is the same each time, and what a killed process has left must not
    # be in the way of the next.
    return target.with_name(f".{target.name[:200]}.{os.getpid()}-{os.urandom(4).hex()}.tmp")


def _fill(temporary: Path, target: Path, content: bytes) -> None:
    """A new file has the mode that the user's umask says, one that is replaced keeps its own."""
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(content)
    with contextlib.suppress(FileNotFoundError):
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))
