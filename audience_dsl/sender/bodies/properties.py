"""The values for a message, of a body or of one recipient."""

from collections.abc import Mapping

from ...braze_api import TRIGGER_PROPERTIES_AT_MOST, Endpoint
from ...json_values import Findings, Path
from .fields import properties_fields
from .text import as_json

__all__ = ["check_properties"]


def check_properties(holder: Mapping[str, object], endpoint: Endpoint, findings: Findings, place: Path) -> None:
    given = [field for field in properties_fields(endpoint) if field in holder]
    if len(given) > 1:
        findings.add(
            "request-two-contexts",
            (place, given[1]),
            f"`{given[1]}` is the old name of `{given[0]}`, and both are here",
            f"put all values into `{given[0]}`",
        )
    for field in given:
        properties = holder[field]
        if not isinstance(properties, dict):
            continue
        size = len(as_json(properties))
        if size > TRIGGER_PROPERTIES_AT_MOST:
            findings.add(
                "request-properties-too-large",
                (place, field),
                f"`{field}` is {size:,} bytes as JSON, and Braze takes {TRIGGER_PROPERTIES_AT_MOST:,}",
                "send an identifier, and let the message fetch the rest by Connected Content or a catalogue",
            )
