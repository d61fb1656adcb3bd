"""What a project has settled for all its audiences, in `audience.toml` or in its pyproject.toml."""

from .configuration import Configuration, ConfigurationFileError, Requirement
from .digest import settings_digest
from .discovery import find, read_file
from .environments import KEY_VARIABLE, Environment, KeySource, looks_like_key, without_keys

__all__ = [
    "KEY_VARIABLE",
    "Configuration",
    "ConfigurationFileError",
    "Environment",
    "KeySource",
    "Requirement",
    "find",
    "looks_like_key",
    "read_file",
    "settings_digest",
    "without_keys",
]
