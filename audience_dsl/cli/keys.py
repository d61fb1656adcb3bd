"""Reads an API key from where it is: a variable, a file, or the keyring of the desktop. Never from an argument.

No message repeats a key, nor a name that looks like one: whoever puts a key in the wrong place should not see it
again in a log.
"""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import KeySource, looks_like_key
from ..diagnostics import CODES, WARNING, ConfigurationError, Diagnostic
from ..extras import needed
from .console import Console
from .exits import UsageFault
from .files import shown_path

if TYPE_CHECKING:
    from ..sender.secret import Secret

__all__ = ["key_file", "presence", "read_key"]

# Bytes; no key is as long as that, and what is there instead is not read into memory.
_FILE_AT_MOST = 4_096
_OTHERS = stat.S_IRGRP | stat.S_IROTH


def key_file(name: str) -> KeySource:
    """The source that `--key-file` names. Raises UsageFault where that is a key itself."""
    if looks_like_key(name) and not os.path.lexists(name):
        raise UsageFault(
            "`--key-file` is given what looks like a key itself",
            "give the name of a file; that key stands in the history of the shell now, so renew it",
        )
    return KeySource("file", name)


def read_key(source: KeySource, console: Console) -> "Secret":
    """The key, which the console keeps out of sight from here on. Raises ConfigurationError where there is none."""
    from ..sender.secret import check_key

    value = _READERS[source.kind](source, console)
    try:
        secret = check_key(value)
    except ConfigurationError as error:
        raise ConfigurationError(error.kind, f"{error.message}; it is from {_shown(source)}", help=error.help) from None
    console.hide(secret)
    return secret


def presence(source: KeySource) -> str:
    """Whether there is something where the key should be, in a word or two; the key itself is not looked at."""
    if source.kind == "env":
        return "set" if os.environ.get(source.name) else "not set"
    if source.kind == "file":
        return "there" if Path(source.name).expanduser().is_file() else "no such file"
    try:
        return "stored" if _asked_keyring(source) else "not stored"
    except ConfigurationError as error:
        return error.message


def _from_variable(source: KeySource, _: Console) -> str:
    value = os.environ.get(source.name)
    if not value:
        raise _none(
            f"there is no API key in `{source.name}`",
            f"set {source.name} in the environment, or name a file with `--key-file`; `--sandbox` needs none",
        )
    return value


def _from_file(source: KeySource, console: Console) -> str:
    path = Path(source.name).expanduser()
    named = f"the key file `{shown_path(path)}`"
    try:
        facts = path.stat()
        # Looked at before it is opened, since a pipe would keep whoever opens it.
        if not stat.S_ISREG(facts.st_mode):
            raise _none(f"{named} is no regular file", "write the key into a file that only you can read")
        with path.open("rb") as file:
            content = file.read(_FILE_AT_MOST + 1)
    except FileNotFoundError:
        raise _none(f"there is no key file `{shown_path(path)}`", "check the name, and that it is mounted") from None
    except OSError as error:
        raise _none(f"{named} cannot be read: {error.strerror or error}", "check who may read it") from None
    if len(content) > _FILE_AT_MOST:
        raise _none(f"{named} is longer than any key", "it has the key in its first line, and nothing else")
    if _is_exposed(path, facts.st_mode):
        message = f"{named} can be read by others than its owner"
        way = "take that from them by `chmod 600`"
        console.diagnostics([Diagnostic(CODES["api-key"], message, help=way, severity=WARNING)])
    return content.decode("utf-8", "replace").rstrip("\r\n")


def _is_exposed(path: Path, mode: int) -> bool:
    """Whether other users of the machine can read a file, and somebody here can mend that."""
    if os.name != "posix" or not mode & _OTHERS:
        return False
    try:
        # Orchestrators mount secrets read-only, and readable by all there is in the container.
        return not os.statvfs(path).f_flag & os.ST_RDONLY
    except OSError:
        return True


def _from_keyring(source: KeySource, _: Console) -> str:
    key = _asked_keyring(source)
    if not key:
        raise _none(
            f"the keyring has no key of `{source.user}` for `{source.name}`",
            f"`keyring set {source.name} {source.user}` asks for one and stores it",
        )
    return key


def _asked_keyring(source: KeySource) -> str | None:
    with needed("keyring", "a key from the keyring"):
        import keyring
    try:
        return keyring.get_password(source.name, source.user or "")
    except Exception as error:  # A backend is a plug-in, of whom nobody knows what it raises.
        message = f"the keyring cannot be asked: {type(error).__name__}"
        raise _none(message, "unlock it, or let the key come from a variable or a file") from None


def _none(message: str, help: str) -> ConfigurationError:
    return ConfigurationError(CODES["api-key"], message, help=help)


def _shown(source: KeySource) -> str:
    return f"`{source.name}`" if source.kind == "env" else str(source)


_READERS = {"env": _from_variable, "file": _from_file, "keyring": _from_keyring}
