"""Files that the repository has outside the package, and that the wheel carries inside it."""

from importlib.resources import files
from pathlib import Path

__all__ = ["resource_text"]


def resource_text(directory: str, name: str) -> str:
    """The text of `directory/name`: from the installed package, or from the checkout it is run in.

    Raises FileNotFoundError naming both places.
    """
    installed = files("audience_dsl") / directory / name
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    checkout = Path(__file__).resolve().parents[1]
    file = checkout / directory / name
    if (checkout / "pyproject.toml").is_file() and file.is_file():
        return file.read_text(encoding="utf-8")
    raise FileNotFoundError(f"`{name}` is neither at {installed} nor at {file}")
