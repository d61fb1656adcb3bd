"""What a run sends: the recipients of a file, in a template of the request's body, to an endpoint."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..braze_api import Endpoint
from ..diagnostics import CODES, ConfigurationError, LedgerError, quoted
from ..recipients import RecipientsFile, identity_of
from ..sender.bodies.text import as_json
from ..sender.requests import Request, build_request
from .batches import FIELD, body_of
from .places import Place, kept_identity

__all__ = ["Source"]

_READ: Final = 1 << 20
_ANYBODY: Final = {"external_user_id": "anybody"}


class Source:
    """The request without its recipients, and where those are read.

    Raises ConfigurationError where they do not fit together, and RequestError over what is wrong with the request.
    """

    def __init__(self, recipients: RecipientsFile, template: Mapping[str, Any], endpoint: Endpoint) -> None:
        if FIELD not in endpoint.users_fields:
            raise ConfigurationError(
                CODES["settings"],
                f"POST {endpoint.path} takes no `{FIELD}`, so no file of them can be sent to it",
                help="use a campaign's or a Canvas's trigger endpoint",
            )
        if FIELD in template:
            raise ConfigurationError(
                CODES["settings"],
                f"the request names `{FIELD}` itself, and a file of them is given",
                help=f"leave `{FIELD}` out of the request",
            )
        self.recipients = recipients
        # Checked as it will stand, and made plain JSON; the recipients come last in it.
        self._request = build_request(body_of(template, [_ANYBODY]), endpoint=endpoint)
        self._head = self._request.body.removesuffix(as_json([_ANYBODY]) + b"}")
        self.template = {name: value for name, value in self._request.to_dict().items() if name != FIELD}
        self.endpoint = endpoint

    @property
    def path(self) -> Path:
        return Path(self.recipients.path)

    def request_digest(self) -> str:
        """SHA-256 of all that is the same in every request, and of how columns are read."""
        mapping = self.recipients.mapping
        same = [self.endpoint.path, self.template, sorted((mapping or {}).items())]
        return hashlib.sha256(as_json(same)).hexdigest()

    def input_digest(self) -> str:
        """SHA-256 of the file of recipients."""
        digest = hashlib.sha256()
        for piece in self.pieces(0, self.recipients.size):
            digest.update(piece)
        return digest.hexdigest()

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """The bytes of the file from one place on, never many at a time."""
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                while length and (piece := file.read(min(length, _READ))):
                    length -= len(piece)
                    yield piece
        except OSError as error:
            raise ConfigurationError(
                CODES["unreadable"],
                f"{quoted(self.path.name)} cannot be read: {error.strerror}",
                help="let it stay where it is until all is sent",
            ) from None

    def request(self, places: Sequence[Place], salt: bytes | None) -> Request:
        """The request to the recipients at these places, read again. Raises LedgerError where the file was changed."""
        try:
            found = self.recipients.all_at((place.offset, place.length) for place in places)
        except ConfigurationError as error:
            raise LedgerError(CODES["ledger-changed"], error.message, help=error.help) from None
        for place, recipient in zip(places, found, strict=True):
            if kept_identity(identity_of(recipient), salt) != place.identity:
                raise LedgerError(
                    CODES["ledger-changed"],
                    f"another recipient stands on line {place.line:,} of {quoted(self.path.name)} than was read there",
                    help="put the file back as it was, and go on with `--resume`",
                )
        # What `build_request` would give: all that is here was checked, each by itself.
        body = b"".join((self._head, as_json(found), b"}"))
        return replace(self._request, body=body, recipient_count=len(found))
