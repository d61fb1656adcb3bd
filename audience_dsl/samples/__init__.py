"""Users at the edges of a filter."""

from .edges import Sample, edges

__all__ = ["Sample", "edges"]
