"""Connected audience JSON → text of the language, which compiles to the same JSON in canonical form."""

from .decompile import Decompiled, decompile
from .names import can_be_defined

__all__ = ["Decompiled", "can_be_defined", "decompile"]
