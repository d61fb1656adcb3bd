"""The rule of `is subscribed`, which is one state of three and not *may be written to*."""

from collections.abc import Iterator

from ..diagnostics import Diagnostic, Fix
from ..syntax import tree
from .file import File
from .places import OR, Group, Place, outwards
from .rule import Rule

__all__ = ["ONLY_SUBSCRIBED"]


def _check(file: File) -> Iterator[Diagnostic]:
    opted_in: dict[Group, set[str]] = {}
    for place in file.places:
        node = place.node
        if not isinstance(node, tree.ChannelStatus) or node.negated is not place.negated:
            continue
        if [status.name.lower() for status in node.statuses] != ["subscribed"] or _adds_others(file, place, opted_in):
            continue
        channel = node.channel
        verb = "mailed" if channel == "email" else "sent a push"
        # `not (email is not subscribed)` says the same, and has no such words to replace.
        fix = (
            None
            if place.negated
            else Fix(
                f"write `{channel} is not unsubscribed`",
                [(file.unit.parsed.span(node), f"{channel} is not unsubscribed")],
                safe=False,
            )
        )
        yield ONLY_SUBSCRIBED.finding(
            file,
            f"`{channel} is subscribed` leaves out users who opted in: a profile has one state of three",
            node,
            help=f"write `{channel} is not unsubscribed` for all who may be {verb}, or `{channel} is opted_in` for "
            "those who said yes",
            fix=fix,
        )


def _adds_others(file: File, place: Place, opted_in: dict[Group, set[str]]) -> bool:
    """Whether those who opted in are added by `or`."""
    for group in outwards(place, file.settings.limits.depth):
        if group.joined == OR:
            if group not in opted_in:
                opted_in[group] = {
                    each.node.channel
                    for each in group.members
                    if isinstance(each, Place)
                    and isinstance(each.node, tree.ChannelStatus)
                    and each.node.negated is each.negated
                    and any(status.name.lower() == "opted_in" for status in each.node.statuses)
                }
            if place.node.channel in opted_in[group]:
                return True
    return False


ONLY_SUBSCRIBED = Rule(
    "only-subscribed",
    why="A profile has one of three states: `subscribed` is where everyone starts, `opted_in` is whoever said yes, "
    "`unsubscribed` whoever left. So `email is subscribed` leaves out those who said yes, the best of all. On "
    "`/messages/send` the word includes them, and here it does not. `is not subscribed` and `is opted_in` are choices "
    "that say what they do, and do not warn; nor does `is subscribed` beside `or email is opted_in`.",
    bad="email is subscribed\n",
    good="email is not unsubscribed\n",
    check=_check,
    fix="unsafe",
)
