"""One canonical text: tree → text, and text → text with its comments, proven by reading it again.

The style, and why, is on docs/formatting.md.
"""

from .formatting import FormatRefused, format_source, format_tree, simplify_source
from .sameness import says_the_same
from .spelling import is_bare, is_word, spelled_name, spelled_number, spelled_regex, spelled_text

__all__ = [
    "FormatRefused",
    "format_source",
    "format_tree",
    "is_bare",
    "is_word",
    "says_the_same",
    "simplify_source",
    "spelled_name",
    "spelled_number",
    "spelled_regex",
    "spelled_text",
]
