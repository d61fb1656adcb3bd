"""The profiles that a sandbox of the command line knows: read whole, and what cannot be read is named."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..report.display import clean
from .console import Console

if TYPE_CHECKING:
    from ..profiles import Profile
    from ..profiles.files import Unreadable

__all__ = ["Unread", "caveat", "read_known"]

# Profiles that cannot be read and are named; all of them are counted.
_NAMED_AT_MOST = 20


class Unread:
    """Profiles that cannot be read: the first are named, all are counted."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._count = 0

    def take(self, found: "Unreadable") -> None:
        self._count += 1
        if self._count <= _NAMED_AT_MOST:
            way = f" ({found.help})" if found.help else ""
            self._console.note(clean(f"{found.place}: {found.message}{way}"))

    def words(self) -> list[str]:
        """What there is to say of all of them; nothing where there are none."""
        if not self._count:
            return []
        named = f", of which the first {_NAMED_AT_MOST} are named above" if self._count > _NAMED_AT_MOST else ""
        return [f"{self._count:,} cannot be read and {'is' if self._count == 1 else 'are'} left out{named}"]


def read_known(console: Console, path: str) -> "list[Profile]":
    """The profiles of a file or directory, as many as a sandbox holds, and one more, which tells it of the rest.

    Raises ConfigurationError for a file that cannot be read.
    """
    from ..profiles.files import Unreadable, read_profiles
    from ..sandbox.reach import PROFILES_AT_MOST

    found: list[Profile] = []
    unread = Unread(console)
    for each in read_profiles(Path(path)):
        if isinstance(each, Unreadable):
            unread.take(each)
            continue
        found.append(each)
        if len(found) > PROFILES_AT_MOST:
            break
    held = min(len(found), PROFILES_AT_MOST)
    lines = [f"{held:,} profile{'' if held == 1 else 's'} from {path}"]
    if len(found) > held:
        lines[0] = f"the first {held:,} profiles from {path}, and the sandbox holds no more"
    console.note(clean("; ".join([*lines, *unread.words()])))
    return found


def caveat() -> str:
    from ..sandbox.reach import CAVEAT

    return f"{CAVEAT}."
