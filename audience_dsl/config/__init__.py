"""What a project has settled for all its audiences, in `audience.toml` or in its pyproject.toml."""

from .configuration import Configuration, ConfigurationFileError, Requirement
from .discovery import find, read_file

__all__ = ["Configuration", "ConfigurationFileError", "Requirement", "find", "read_file"]
