"""A preview to look at: its answer, a bar for each clause, and what the number leaves out.

As text for a terminal, as a picture (SVG), as a table in Markdown, and as plain data for JSON.
"""

from .data import as_data
from .facts import Funnel
from .markdown import as_markdown
from .svg import as_svg
from .text import as_text
from .words import warnings

__all__ = ["Funnel", "as_data", "as_markdown", "as_svg", "as_text", "warnings"]
