"""The recipients of a request file that stand in a file of their own: as many as one request takes.

recipients = { file = "people.csv", map = { "Customer Id" = "external_user_id" } }
"""

import shlex
from pathlib import Path
from typing import Any

from ..braze_api import BATCH_OF_RECIPIENTS, Endpoint
from ..diagnostics import CODES, GATHERED_AT_MOST, ConfigurationError, Diagnostic, RequestError, quoted
from ..source import Source
from .files import shown_path
from .request_faults import Faults, pointer_to

__all__ = ["read_recipients"]

_KEYS = ("file", "map")


def read_recipients(value: dict[str, Any], *, request: Path, endpoint: Endpoint, faults: Faults) -> list[Any]:
    """The sound recipients of the file; `faults` has what is wrong with the others, or why there are none."""
    for key in value:
        if key not in _KEYS:
            faults.add(
                "request-field-unknown",
                pointer_to("recipients", key),
                f"there is no key {quoted(key)} here",
                "write a list of recipients, or `{ file = …, map = … }`",
            )
    name, mapping = value.get("file"), value.get("map", {})
    if not isinstance(name, str):
        if value.keys() & {*_KEYS} or not value:
            faults.add("request-field-type", "/recipients", "`recipients` names no file", "write `{ file = … }`")
        return []
    if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
        way = 'write `map = { "Customer Id" = "external_user_id" }`'
        faults.add("request-field-type", "/recipients/map", "`map` must be an object of fields by column", way)
        return []
    # Where the endpoint has no such field, the sender says so.
    return _read(name, mapping, request, endpoint, faults) if "recipients" in endpoint.users_fields else []


def _read(name: str, mapping: dict[str, str], request: Path, endpoint: Endpoint, faults: Faults) -> list[Any]:
    from ..recipients import RecipientsFile

    path = request.parent / name
    shown = shown_path(path)
    before = len(faults.found)
    sound: list[Any] = []
    try:
        file = RecipientsFile(path, mapping=mapping, endpoint=endpoint, name=shown, in_request=True)
        for entry in file.entries():
            faults.found += entry.findings
            if entry.recipient is not None:
                sound.append(entry.recipient)
            if len(sound) > BATCH_OF_RECIPIENTS:
                faults.found.append(_too_many(shown, request))
                return sound[:BATCH_OF_RECIPIENTS]
            if len(faults.found) > GATHERED_AT_MOST:
                return sound
    except ConfigurationError as error:
        faults.add("recipients-file", "/recipients/file", error.message, error.help)
    except RequestError as error:
        faults.found += error.diagnostics
    if not sound and len(faults.found) == before:
        empty = Diagnostic(
            CODES["request-no-target"],
            "the file names no recipients, so the request reaches nobody",
            source=Source("", shown),
            help="name a recipient in it",
        )
        faults.found.append(empty)
    return sound


def _too_many(shown: str, request: Path) -> Diagnostic:
    names = shlex.join([shown_path(request), "--recipients", shown])
    return Diagnostic(
        CODES["request-too-many-recipients"],
        f"the file has more than {BATCH_OF_RECIPIENTS} recipients, and one request takes {BATCH_OF_RECIPIENTS}",
        source=Source("", shown),
        help="leave `recipients` out of the request, and send it to all of them: "
        f"`audience send {names} --ledger run.db`",
    )
