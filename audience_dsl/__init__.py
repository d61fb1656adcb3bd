"""A readable filter language for Braze connected audiences.

    import audience_dsl

    audience = audience_dsl.compile('eye_color == "blue" and push is opted_in')
    audience.to_json()

Names are imported when they are first used, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Audience, compile, parse
    from .diagnostics import (
        AudienceError,
        BindError,
        CompileError,
        ConfigurationError,
        Diagnostic,
        RequestError,
    )
    from .profiles import ProfileError
    from .regexes.errors import RegexError, RegexTimeoutError
    from .settings import Limits, Settings

__version__ = "0.1.0"

__all__ = [
    "Audience",
    "AudienceError",
    "BindError",
    "CompileError",
    "ConfigurationError",
    "Diagnostic",
    "Limits",
    "ProfileError",
    "RegexError",
    "RegexTimeoutError",
    "RequestError",
    "Settings",
    "__version__",
    "compile",
    "parse",
]

_HOMES = {
    "api": ("Audience", "compile", "parse"),
    "diagnostics": (
        "AudienceError",
        "BindError",
        "CompileError",
        "ConfigurationError",
        "Diagnostic",
        "RequestError",
    ),
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
