"""The API key, and keeping it out of sight.

Braze repeats the key inside its 401 message, so it is taken out of every text that comes from a server, in
the forms in which servers and proxies quote things; and out of the logs of the HTTP library, which at DEBUG has
the server's headers.
"""

import base64
import html
import json
import logging
import re
import weakref
from typing import Final, NoReturn
from urllib.parse import quote

from ..diagnostics import CODES, ConfigurationError
from .http import LOGGERS

__all__ = ["Secret", "check_key"]

_IN_ITS_PLACE: Final = "[key]"


class Secret:
    """A text that no representation shows. `reveal` gives it; nothing else does."""

    __slots__ = ("__pattern", "__value", "__weakref__")

    def __init__(self, value: str) -> None:
        self.__value = value
        self.__pattern = re.compile("|".join(map(re.escape, _forms(value))), re.IGNORECASE)
        _guard_logs(self)

    def reveal(self) -> str:
        return self.__value

    def scrub(self, text: str) -> str:
        """The text with every form of the secret taken out."""
        return self.__pattern.sub(_IN_ITS_PLACE, text)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")


def check_key(key: str | Secret) -> Secret:
    """The key as a Secret. Raises ConfigurationError, without the key, for one that no header can carry."""
    value: object = key.reveal() if isinstance(key, Secret) else key
    way = "copy it again from Settings, APIs and Identifiers, without line breaks"
    if value is None or value == "":
        fault = "the API key is empty" if value == "" else "there is no API key, but None"
        way = "check that the variable or file that it is read from is set"
    elif not isinstance(value, str):
        fault = f"the API key must be text, not {type(value).__name__}"
    elif not value.isascii():
        fault = "the API key has a character outside ASCII"
    elif not all("!" <= character <= "~" for character in value):
        fault = "the API key has white space or a control character in it"
    else:
        return key if isinstance(key, Secret) else Secret(value)
    raise ConfigurationError(CODES["api-key"], fault, help=way)


def _forms(value: str) -> list[str]:
    """The secret as is, and as URLs, JSON, HTML, Python and base64 write it; longest first."""
    in_base64 = []
    for before in range(3):
        # Inside a longer text, base64 has three alignments, and the edges mix with the neighbours.
        encoded = base64.b64encode(b"\0" * before + value.encode()).decode()
        in_base64.append(encoded[(0, 2, 3)[before] :].rstrip("=")[: -1 if (before + len(value)) % 3 else None])
    forms = {
        value,
        quote(value, safe=""),
        quote(value),
        "".join(f"%{byte:02x}" for byte in value.encode()),
        json.dumps(value)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(character):04x}" for character in value),
        html.escape(value),
        repr(value)[1:-1],
        *(form for form in in_base64 if len(form) > 5),
    }
    return sorted(forms, key=len, reverse=True)


_known: list[weakref.ref[Secret]] = []


class _WithoutSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = said = record.getMessage()
        for reference in _known:
            secret = reference()
            if secret is not None:
                said = secret.scrub(said)
        if said != message:
            record.msg, record.args = said, None
        return True


_FILTER: Final = _WithoutSecrets()


def _guard_logs(secret: Secret) -> None:
    _known[:] = [reference for reference in _known if reference() is not None]
    _known.append(weakref.ref(secret))
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
