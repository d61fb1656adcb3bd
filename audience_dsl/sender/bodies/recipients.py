"""What one recipient must be by itself."""

from collections.abc import Callable, Mapping

from ...braze_api import IDENTIFIERS, PRIORITIZATIONS, Endpoint
from ...diagnostics import WARNING, listed, quoted
from ...json_values import Findings, Path
from .properties import check_properties

__all__ = ["apply_recipient_rules"]


def apply_recipient_rules(recipient: Mapping[str, object], endpoint: Endpoint, findings: Findings, place: Path) -> None:
    """Findings about a recipient at this place, as plain JSON values; nothing about what the models report."""
    check_properties(recipient, endpoint, findings, place)
    for rule in _RULES:
        rule(recipient, findings, place)
    if endpoint.id_field == "canvas_id":
        _groups_on_canvas(recipient, findings, place)


def _identifiers(recipient: Mapping[str, object], findings: Findings, place: Path) -> None:
    given = [name for name in IDENTIFIERS if name in recipient]
    if len(given) == 1:
        return
    findings.add(
        "request-identifiers",
        place,
        f"a recipient has exactly one identifier, and this has {' and '.join(map(quoted, given)) or 'none'}",
        "keep one of them" if given else f"give it one of {listed(IDENTIFIERS)}",
    )


def _prioritization(recipient: Mapping[str, object], findings: Findings, place: Path) -> None:
    if "prioritization" not in recipient:
        if "email" in recipient:
            findings.add(
                "request-prioritization",
                place,
                "a recipient by `email` needs `prioritization`, since several users may share an address",
                'say which to take by a `prioritization`, for example `["identified", "most_recently_updated"]`',
            )
        return
    order = recipient["prioritization"]
    place = (place, "prioritization")
    if not isinstance(order, list):
        return
    if not order:
        findings.add(
            "request-prioritization",
            place,
            "`prioritization` is empty",
            f"name one of {listed(PRIORITIZATIONS)}",
        )
    if any(order.count(name) > 1 for name in PRIORITIZATIONS):
        findings.add("request-prioritization", place, "`prioritization` names a value twice", "name each value once")
    # The first pair is documented; the second is inferred from it: each of its values undoes the other.
    for pair in (PRIORITIZATIONS[:2], PRIORITIZATIONS[2:]):
        if all(name in order for name in pair):
            findings.add(
                "request-prioritization",
                place,
                f"`prioritization` takes at most one of {listed(pair)}",
                "keep the one that you prefer",
            )


def _existing_only(recipient: Mapping[str, object], findings: Findings, place: Path) -> None:
    if recipient.get("send_to_existing_only") is not False:
        return
    at: Path = (place, "send_to_existing_only")
    if "user_alias" in recipient:
        findings.add(
            "request-existing-only",
            at,
            "`send_to_existing_only: false` is not for `user_alias`: Braze creates no alias-only users here",
            "leave it out, and create the user before",
        )
    elif recipient.get("attributes", {}) == {}:
        findings.add(
            "request-existing-only",
            at,
            "`send_to_existing_only: false` needs `attributes` that are not empty, or no user is created",
            "add `attributes`, for example the user's email address; or leave out `send_to_existing_only`",
        )


def _groups_on_canvas(recipient: Mapping[str, object], findings: Findings, place: Path) -> None:
    """A warning, since Braze says "by default": an account may have it."""
    attributes = recipient.get("attributes")
    if isinstance(attributes, dict) and "subscription_groups" in attributes:
        if findings.has("request-canvas-groups"):
            return
        findings.add(
            "request-canvas-groups",
            ((place, "attributes"), "subscription_groups"),
            "on a Canvas send Braze does not update subscription groups by default",
            "update them at /subscription/status/set before, unless your account has it switched on",
            severity=WARNING,
        )


_RULES: tuple[Callable[[Mapping[str, object], Findings, Path], None], ...] = (
    _identifiers,
    _prioritization,
    _existing_only,
)
