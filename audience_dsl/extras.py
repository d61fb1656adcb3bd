"""Optional parts that are not installed: which extra has them, said where they are needed."""

from collections.abc import Iterator
from contextlib import contextmanager

from .diagnostics import CODES, ConfigurationError

__all__ = ["needed"]


@contextmanager
def needed(extra: str, what: str) -> Iterator[None]:
    """Around imports of what an extra brings. `what` is the sentence's subject, as in "the sandbox on a port"."""
    try:
        yield
    except ImportError as error:
        raise ConfigurationError(
            CODES["missing-extra"],
            f"{what} needs {error.name or 'a package'}, which is not installed",
            help=f"pip install 'audience-dsl[{extra}]'",
        ) from None
