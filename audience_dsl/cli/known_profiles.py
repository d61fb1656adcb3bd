"""The profiles that a sandbox of the command line knows: read whole, and what cannot be read is named."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..report.display import clean
from .console import Console

if TYPE_CHECKING:
    from ..profiles import Profile

__all__ = ["caveat", "read_known"]

# Profiles that cannot be read and are named; all of them are counted.
_NAMED_AT_MOST = 20


def read_known(console: Console, path: str) -> "list[Profile]":
    """The profiles of a file or directory, as many as a sandbox holds, and one more, which tells it of the rest.

    Raises ConfigurationError for a file that cannot be read.
    """
    from ..profiles.files import Unreadable, read_profiles
    from ..sandbox.reach import PROFILES_AT_MOST

    found: list[Profile] = []
    unreadable = 0
    for each in read_profiles(Path(path)):
        if isinstance(each, Unreadable):
            unreadable += 1
            if unreadable <= _NAMED_AT_MOST:
                way = f" ({each.help})" if each.help else ""
                console.note(clean(f"{each.place}: {each.message}{way}"))
            continue
        found.append(each)
        if len(found) > PROFILES_AT_MOST:
            break
    held = min(len(found), PROFILES_AT_MOST)
    lines = [f"{held:,} profile{'' if held == 1 else 's'} from {path}"]
    if len(found) > held:
        lines[0] = f"the first {held:,} profiles from {path}, and the sandbox holds no more"
    if unreadable:
        named = f", of which the first {_NAMED_AT_MOST} are named above" if unreadable > _NAMED_AT_MOST else ""
        lines.append(f"{unreadable:,} cannot be read and {'is' if unreadable == 1 else 'are'} left out{named}")
    console.note(clean("; ".join(lines)))
    return found


def caveat() -> str:
    from ..sandbox.reach import CAVEAT

    return f"{CAVEAT}."
