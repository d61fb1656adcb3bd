"""A verdict in words, clause by clause."""

from .words import Line, because, explain, how_sure

__all__ = ["Line", "because", "explain", "how_sure"]
