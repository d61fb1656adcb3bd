"""The command line, `audience`: one command, one file."""

from .app import main

__all__ = ["main"]
