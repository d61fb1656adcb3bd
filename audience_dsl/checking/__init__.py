"""All that is found in a file: by the compiler, the lint rules and the required filters; and the fixes."""

from .check import check_source
from .fixing import Fixed, fix_all
from .requirements import Required, RequirementError, Requirements, check_required, lacking

__all__ = [
    "Fixed",
    "Required",
    "RequirementError",
    "Requirements",
    "check_required",
    "check_source",
    "fix_all",
    "lacking",
]
