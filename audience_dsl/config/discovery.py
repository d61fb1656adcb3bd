"""Which configuration a file has: that of the nearest directory above it."""

import os
from pathlib import Path

from ..diagnostics import CODES, Diagnostic
from ..source import Source
from .configuration import Configuration, ConfigurationFileError

__all__ = ["find", "read_file"]

# In one directory the first wins.
OWN = "audience.toml"
SHARED = "pyproject.toml"


def find(directory: Path) -> Path | None:
    """The nearest `audience.toml`, or pyproject.toml with a table `[tool.audience]`, from a directory upwards."""
    here = Path(os.path.realpath(directory))
    for each in (here, *here.parents):
        own = each / OWN
        # A link that leads nowhere is an error, and not a project without a configuration.
        if own.is_file() or own.is_symlink():
            return own
        shared = each / SHARED
        if shared.is_file() and _has_section(shared):
            return shared
    return None


def read_file(path: Path, *, name: str | None = None) -> Configuration:
    """The configuration that a file holds. Raises ConfigurationFileError with every finding.

    `name` is what findings call the file.
    """
    # Here, so that a compile without a configuration loads no reader of TOML.
    from .reading import read

    name = name or str(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise _unreadable(name, "the configuration is not UTF-8", "save the file as UTF-8") from None
    except OSError as error:
        message = f"the configuration cannot be read: {error.strerror or error}"
        raise _unreadable(name, message) from None
    return read(Source(text, name), path=path, section=() if path.name != SHARED else ("tool", "audience"))


def _unreadable(name: str, message: str, help: str | None = None) -> ConfigurationFileError:
    return ConfigurationFileError([Diagnostic(CODES["settings"], message, source=Source("", name), help=help)])


def _has_section(path: Path) -> bool:
    """Whether a pyproject.toml speaks of audiences."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
    import tomllib

    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        # Required filters that silently do not count would be worse than an error.
        return "tool.audience" in text
    tool = document.get("tool")
    return isinstance(tool, dict) and "audience" in tool
