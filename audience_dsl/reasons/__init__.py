"""A verdict in words, clause by clause."""

from .words import Line, because, explain

__all__ = ["Line", "because", "explain"]
