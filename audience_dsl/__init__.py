"""A readable filter language for Braze connected audiences.

    import audience_dsl

    audience = audience_dsl.compile('eye_color == "blue" and push is opted_in')
    audience.to_json()

Names are imported when they are first used, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Audience, compile, decompile, format, parse
    from .catalog import Catalog, CatalogAttribute, read_catalog
    from .checking.text import check
    from .diagnostics import (
        AudienceError,
        BindError,
        CatalogError,
        CompileError,
        ConfigurationError,
        Diagnostic,
        LedgerError,
        PlanError,
        RequestError,
    )
    from .explaining import explain
    from .profiles import ProfileError
    from .regexes.errors import RegexError, RegexTimeoutError
    from .settings import Limits, Settings

__version__ = "0.1.0"

__all__ = [
    "Audience",
    "AudienceError",
    "BindError",
    "Catalog",
    "CatalogAttribute",
    "CatalogError",
    "CompileError",
    "ConfigurationError",
    "Diagnostic",
    "LedgerError",
    "Limits",
    "PlanError",
    "ProfileError",
    "RegexError",
    "RegexTimeoutError",
    "RequestError",
    "Settings",
    "__version__",
    "check",
    "compile",
    "decompile",
    "explain",
    "format",
    "parse",
    "read_catalog",
]

_HOMES = {
    "api": ("Audience", "compile", "decompile", "format", "parse"),
    "catalog": ("Catalog", "CatalogAttribute", "read_catalog"),
    "checking.text": ("check",),
    "diagnostics": (
        "AudienceError",
        "BindError",
        "CatalogError",
        "CompileError",
        "ConfigurationError",
        "Diagnostic",
        "LedgerError",
        "PlanError",
        "RequestError",
    ),
    "explaining": ("explain",),
    "profiles": ("ProfileError",),
    "regexes.errors": ("RegexError", "RegexTimeoutError"),
    "settings": ("Limits", "Settings"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
