"""All that is found in a file: by the compiler, the lint rules and the required filters; and the fixes."""

from .check import check_source
from .fixing import Fixed, fix_all
from .requirements import Required, RequirementError, check_required, required_of

__all__ = ["Fixed", "Required", "RequirementError", "check_required", "check_source", "fix_all", "required_of"]
