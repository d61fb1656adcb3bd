"""Who gets a message, and whether the body says so in a way that Braze takes.

Two kinds of endpoint differ: those that name users or broadcast, and live activities, where one of users, segment and
audience is named and nothing is broadcast. All the rest hangs on which fields an endpoint has.
"""

from ...braze_api import BATCH_OF_RECIPIENTS, Endpoint
from ...diagnostics import listed
from ...json_values import Findings
from .fields import fields_of_body

__all__ = ["Object", "check_targets", "count_of_users"]

Object = dict[str, object]


def count_of_users(body: Object, endpoint: Endpoint) -> int:
    """How many users a body names, repetitions included."""
    lists = (body.get(field) for field in endpoint.users_fields)
    return sum(len(each) for each in lists if isinstance(each, list))


def check_targets(body: Object, endpoint: Endpoint, findings: Findings, *, audience_without_broadcast: bool) -> None:
    """Findings about whom a body reaches; `body` has fields of the endpoint alone."""
    if not endpoint.users_fields:
        return
    named = [field for field in endpoint.users_fields if field in body]
    _check_number(body, endpoint, named, findings)
    if "broadcast" not in fields_of_body(endpoint):
        _check_one_way(body, endpoint, named, findings)
    elif body.get("broadcast", False) is True:
        _check_broadcast(body, endpoint, named, findings)
    elif body.get("broadcast", False) is False:
        if not named:
            _check_unnamed(body, endpoint, findings, audience_without_broadcast=audience_without_broadcast)
        elif all(body[field] == [] for field in named):
            _report_nobody(named[0], endpoint, findings)


def _check_number(body: Object, endpoint: Endpoint, named: list[str], findings: Findings) -> None:
    count = count_of_users(body, endpoint)
    if count > BATCH_OF_RECIPIENTS:
        holders = [field for field in named if body[field]]
        if len(holders) == 1:
            message = f"`{holders[0]}` has {count:,} entries, and Braze takes {BATCH_OF_RECIPIENTS}"
        else:
            both = " and ".join(f"`{each}`" for each in holders)
            message = f"{both} have {count:,} entries together, and Braze takes {BATCH_OF_RECIPIENTS}"
        findings.add(
            "request-too-many-recipients",
            (None, holders[-1]),
            message,
            f"send them in several requests of up to {BATCH_OF_RECIPIENTS}",
        )


def _check_broadcast(body: Object, endpoint: Endpoint, named: list[str], findings: Findings) -> None:
    for field in named:
        findings.add(
            "request-broadcast-recipients",
            (None, field),
            f"`broadcast: true` sends to everyone targeted, and cannot stand beside `{field}`",
            f"leave out `{field}` to reach everyone targeted, or `broadcast` to reach these users",
        )
    if "attachments" in body:
        findings.add(
            "request-broadcast-attachments",
            (None, "attachments"),
            "`attachments` cannot stand beside `broadcast: true`",
            "attach the files in the dashboard, or name `recipients` instead of broadcasting",
        )
    # What is triggered has a target in the dashboard; a message has none but what its request says.
    ways = _ways(endpoint)
    if "segment_id" in ways and not named and not any(way in body for way in ways):
        findings.add(
            "request-no-target",
            None,
            f"the request broadcasts, and has neither {' nor '.join(f'`{each}`' for each in ways)} to say to whom",
            f"give a `segment_id` or an `{endpoint.audience_field}`",
        )


def _check_unnamed(body: Object, endpoint: Endpoint, findings: Findings, *, audience_without_broadcast: bool) -> None:
    ways = [way for way in _ways(endpoint) if way in body]
    users = " or ".join(f"`{each}`" for each in endpoint.users_fields)
    if not ways:
        findings.add(
            "request-no-target",
            None,
            f"the request names no {_nouns(endpoint)} and does not broadcast, which Braze refuses",
            f"name {users}; or give {_articled(_ways(endpoint))} and write `broadcast: true`",
        )
    elif "audience" not in ways:
        findings.add(
            "request-audience-needs-broadcast",
            (None, ways[0]),
            f"`{ways[0]}` without {users} needs `broadcast: true`, written by you",
            f"add `broadcast: true` to reach everyone in it, or name {users} to reach those of them who are in it",
        )
    elif not audience_without_broadcast:
        findings.add(
            "request-audience-needs-broadcast",
            (None, "audience"),
            f"`audience` without {users} needs `broadcast: true`, written by you",
            "add `broadcast: true`. Braze's own pages disagree: the endpoint's page demands it, the page on "
            "connected audiences prints a request without; the setting `audience_without_broadcast` allows that",
        )


def _report_nobody(field: str, endpoint: Endpoint, findings: Findings) -> None:
    noun = "a recipient" if field == "recipients" else "a user"
    findings.add(
        "request-no-target",
        (None, field),
        f"`{field}` is empty, so the request reaches nobody",
        f"name {noun}; or leave it out and write `broadcast: true` to reach everyone targeted"
        if "broadcast" in fields_of_body(endpoint)
        else f"name {noun}; or leave it out and give {_articled(_ways(endpoint))}",
    )


def _check_one_way(body: Object, endpoint: Endpoint, named: list[str], findings: Findings) -> None:
    ways = [way for way in _ways(endpoint) if way in body]
    if named and all(body[field] == [] for field in named):
        _report_nobody(named[0], endpoint, findings)
    elif not named and not ways:
        findings.add(
            "request-no-target",
            None,
            "the request names nobody, which Braze refuses",
            f"give one of {listed([*endpoint.users_fields, *_ways(endpoint)])}",
        )
    if len(ways) + bool(named) > 1:
        findings.add(
            "request-two-targets",
            (None, ways[-1]),
            f"{' and '.join(f'`{each}`' for each in [*named, *ways])} cannot stand together: the users of a live "
            "activity are named in one way",
            "keep one of them",
        )


def _ways(endpoint: Endpoint) -> list[str]:
    """The fields that target users without naming them."""
    fields = ("segment_id", endpoint.audience_field)
    return [field for field in fields if field is not None and field in fields_of_body(endpoint)]


def _nouns(endpoint: Endpoint) -> str:
    return "recipients" if endpoint.users_fields == ("recipients",) else "users"


def _articled(fields: list[str]) -> str:
    return " or ".join(f"{'an' if field[0] in 'aeiou' else 'a'} `{field}`" for field in fields)
