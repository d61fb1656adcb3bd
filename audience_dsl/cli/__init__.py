"""The command line, `audience`: one command, one file."""

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. Never raises, not even while it is still being imported."""
    try:
        from .app import main as run

        return run(arguments)
    except KeyboardInterrupt:
        return 130
