"""What a workspace knows of its campaigns, or of its Canvases: which there are, and whether they are running."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from ..diagnostics import did_you_mean, listed, quoted
from .changes import Changes
from .given import Given, refused

__all__ = ["PAUSED", "STATES", "Campaigns", "CampaignsGiven", "Paused", "State"]

State: TypeAlias = Literal["active", "paused", "archived"]
STATES: tuple[State, ...] = get_args(State)
# What becomes of a send to one that is paused or archived. Documented is `notice`, and for Canvases alone.
Paused: TypeAlias = Literal["notice", "refuse", "accept"]
PAUSED: tuple[Paused, ...] = get_args(Paused)
# None for any id, the ids of active ones, or the state of each.
CampaignsGiven: TypeAlias = "Collection[str] | Mapping[str, State] | None"

_MEMBERS: Final = ("only_known", "paused", "states")


class Campaigns:
    """The states of the campaigns by id, or of the Canvases. Without `only_known` any other id is of an active one.

    `paused` says what becomes of a send to one that is paused or archived: it is told by a `notice` and not sent, it is
    refused, or it is sent as if it were active.
    """

    __slots__ = ("_changes", "_only_known", "_paused", "_states", "_what")

    def __init__(
        self, what: str, given: CampaignsGiven = None, *, paused: Paused = "notice", changes: Changes | None = None
    ) -> None:
        self._what = what
        self._changes = changes or Changes()
        self._only_known = given is not None
        self._paused = _paused(paused)
        if isinstance(given, str):
            raise refused(f"the {what}s are a collection of ids, and {quoted(given)} is a text", f'write `["{given}"]`')
        each = given if isinstance(given, Mapping) else dict.fromkeys(given or (), "active")
        self._states: dict[str, State] = {self._id(id): self._state(state) for id, state in each.items()}

    @property
    def states(self) -> dict[str, State]:
        """A copy of the states by id."""
        with self._changes.lock:
            return dict(self._states)

    @property
    def only_known(self) -> bool:
        """Whether an id without a state is refused."""
        return self._only_known

    @only_known.setter
    def only_known(self, value: bool) -> None:
        with self._changes:
            self._only_known = bool(value)

    @property
    def paused(self) -> Paused:
        return self._paused

    @paused.setter
    def paused(self, value: Paused) -> None:
        with self._changes:
            self._paused = _paused(value)

    def set(self, id: str, state: str) -> None:
        with self._changes:
            self._states[self._id(id)] = self._state(state)

    def update(self, states: Mapping[str, str]) -> None:
        """Sets several at once, or none where one of them cannot be."""
        checked = {self._id(id): self._state(state) for id, state in states.items()}
        with self._changes:
            self._states.update(checked)

    def forget(self, id: str) -> None:
        """Takes away the state of this id, if it has one."""
        with self._changes:
            self._states.pop(id, None)

    def state_of(self, id: object) -> State | None:
        """Its state; None where there is no such campaign."""
        state = self._states.get(id) if isinstance(id, str) else None
        return "active" if state is None and not self._only_known else state

    def as_dict(self) -> dict[str, Any]:
        with self._changes.lock:
            return {"only_known": self._only_known, "paused": self._paused, "states": dict(self._states)}

    def restore(self, value: object) -> None:
        """As `as_dict` gave it; what is left out stays. Raises ConfigurationError, and changes nothing then."""
        self.restoring(Given(value, whole=f"the {self._what}s"))()

    def restoring(self, given: Given) -> Callable[[], None]:
        members = given.members(_MEMBERS)
        states: dict[str, State] | None = None
        if "states" in members:
            states = {}
            for id, state in members["states"].pairs():
                if not id:
                    raise members["states"].refused("has an empty id")
                states[id] = _STATES[state.choice(STATES)]
        only_known = members["only_known"].flag() if "only_known" in members else None
        paused = _PAUSED[members["paused"].choice(PAUSED)] if "paused" in members else None

        def restore() -> None:
            with self._changes:
                self._states = self._states if states is None else states
                self._only_known = self._only_known if only_known is None else only_known
                self._paused = paused or self._paused

        return restore

    def _id(self, id: object) -> str:
        if not isinstance(id, str) or not id:
            raise refused(f"the id of a {self._what} is a text, and not {'empty' if id == '' else repr(id)}")
        return id

    def _state(self, state: object) -> State:
        if isinstance(state, str) and state in _STATES:
            return _STATES[state]
        raise refused(
            f"a {self._what} is not {quoted(str(state))}",
            did_you_mean(str(state), STATES, f"the states are {listed(STATES)}"),
        )

    def __repr__(self) -> str:
        return f"<Campaigns {len(self._states)} known>"


_STATES: dict[str, State] = {state: state for state in STATES}
_PAUSED: dict[str, Paused] = {each: each for each in PAUSED}


def _paused(value: object) -> Paused:
    if isinstance(value, str) and value in _PAUSED:
        return _PAUSED[value]
    raise refused(f"what is paused is not treated by {quoted(str(value))}", f"the ways are {listed(PAUSED)}")
