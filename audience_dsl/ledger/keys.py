"""The keys under which sends are recorded: the caller's own names for what must happen once."""

from typing import Final

from ..diagnostics import CODES, ConfigurationError, quoted

__all__ = ["KEY_AT_MOST", "check_send_key"]

KEY_AT_MOST: Final = 500  # characters


def check_send_key(key: str) -> str:
    """The key, or ConfigurationError: any text on one line, with something in it, that can be shown."""
    reason = None
    if not key.strip():
        reason = "is empty"
    elif len(key) > KEY_AT_MOST:
        reason = f"has {len(key):,} characters, and may have {KEY_AT_MOST}"
    elif not key.isprintable():
        reason = "has a character that cannot be shown"
    if reason is not None:
        raise ConfigurationError(
            CODES["settings"],
            f"the key {quoted(str(key))} of the send {reason}",
            help="name what must happen once, such as `storm/porto/2026-01-31`; never use an API key",
        )
    return key
