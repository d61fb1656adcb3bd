"""Whom an audience selects, in plain English: one document, and a file for each of its forms."""

from typing import TYPE_CHECKING

from .document import Explanation
from .text import as_text

if TYPE_CHECKING:
    from ..api import Audience

__all__ = ["Explanation", "as_text", "explain"]


def explain(audience: "Audience") -> str:
    """Whom an audience selects, in plain English: who is in, who is out, and what becomes of users without a value.

    It says how days count, what the campaign adds, and what is assumed of Braze. docs/explain.md has more forms.
    """
    return as_text(Explanation(audience.filter, audience.settings))
