"""The settings of a project as one digest, so that two checkouts can be told apart by it."""

import hashlib
import json

from .configuration import Configuration

__all__ = ["settings_digest"]


def settings_digest(configuration: Configuration) -> str:
    """SHA-256 over every value in effect, and over the bytes of the catalogue, as hexadecimal digits.

    Paths count as the configuration writes them, so that the same project in two directories has one digest. Comments,
    the order of keys and the values that are defaults all the same make no difference. A catalogue that cannot be read
    counts as none.
    """
    digest = hashlib.sha256(json.dumps(configuration.effective(), sort_keys=True).encode())
    if configuration.catalog is not None:
        try:
            content = configuration.catalog.read_bytes()
        except OSError:
            content = b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
