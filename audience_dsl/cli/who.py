"""Who does something, by the name that the machine, or the repository, has for them."""

import getpass
import subprocess
from pathlib import Path

from ..report.display import clean

__all__ = ["author_at", "login_name"]

_CHARACTERS_AT_MOST = 120
_QUESTION = ("config", "-z", "--get-regexp", r"^user\.(name|email)$")
# A name is not worth a longer wait.
_SECONDS_AT_MOST = 5


def login_name() -> str:
    try:
        return clean(getpass.getuser(), at_most=60)
    except (OSError, KeyError, ImportError):
        return "somebody"


def author_at(directory: Path) -> str:
    """As git is configured in this directory; the login's name where git is not there, says nothing, or is slow."""
    said = _configured(directory)
    name, email = said.get("user.name"), said.get("user.email")
    if not name:
        return email or login_name()
    return f"{name} <{email}>" if email else name


def _configured(directory: Path) -> dict[str, str]:
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            ["git", "-C", str(directory), *_QUESTION],  # noqa: S607 - the one that the user has
            # What is on our stdin may be the request.
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS_AT_MOST,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    # Of what several files say, the last counts.
    pairs = (each.partition("\n") for each in done.stdout.decode("utf-8", "replace").split("\0"))
    return {key: clean(value.strip(), at_most=_CHARACTERS_AT_MOST) for key, _, value in pairs}
