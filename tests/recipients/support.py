"""Files of recipients for the tests."""

from collections.abc import Mapping
from pathlib import Path

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND, Endpoint
from audience_dsl.recipients import RecipientsFile

__all__ = ["recipients_file"]


def recipients_file(
    path: Path,
    content: str | bytes,
    *,
    mapping: Mapping[str, str] | None = None,
    endpoint: Endpoint = CAMPAIGN_TRIGGER_SEND,
) -> RecipientsFile:
    """The file, written with this content; findings call it by its bare name."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return RecipientsFile(path, mapping=mapping, endpoint=endpoint, name=path.name)
