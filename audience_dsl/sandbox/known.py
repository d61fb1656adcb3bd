"""The profiles that a sandbox knows, which may be others from one moment to the next; and they as data and back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..json_values import Bounds, Findings, plain
from ..settings import Settings
from .changes import Changes
from .given import Given

if TYPE_CHECKING:
    from ..braze_api import Endpoint
    from ..profiles import Profile
    from ..reasons import Line
    from ..samples import Sample
    from .clock import Clock
    from .reach import People, Reach

__all__ = ["NO_PROFILES", "Known", "ProfilesGiven"]

ProfilesGiven: TypeAlias = "Iterable[Profile | Sample | Mapping[str, object]]"

NO_PROFILES: Final = "the sandbox knows no profiles"

_MEMBERS: Final = ("capped", "items", "names", "origin")


class Known:
    """The profiles, where they are from, and what is special about some of them, by their ids.

    Without any, a sandbox says nothing of whom a request reaches. `clock` is real time, by which a request that takes
    too long is given up; `attributes` are those of the workspace, where they are not to be those of the profiles.
    """

    __slots__ = ("_attributes", "_changes", "_clock", "_names", "_own", "_people", "origin", "settings")

    members: Final = ("profiles",)

    def __init__(
        self,
        *,
        clock: "Clock",
        settings: Settings | None = None,
        attributes: "Iterable[Mapping[str, Any]] | None" = None,
        changes: Changes | None = None,
    ) -> None:
        self._changes = changes or Changes()
        self._clock = clock
        self.settings = settings or Settings()
        self._own = None if attributes is None else [dict(each) for each in attributes]
        self._attributes: list[dict[str, Any]] | None = self._own
        self._people: People | None = None
        self._names: dict[str, str] = {}
        self.origin: str | None = None

    @property
    def people(self) -> "People | None":
        return self._people

    @property
    def profiles(self) -> "Sequence[Profile]":
        people = self._people
        return () if people is None else people.profiles

    @property
    def capped(self) -> bool:
        """Whether there were more than are held."""
        people = self._people
        return people is not None and people.capped

    def name_of(self, user: str) -> str | None:
        """What is special about this user, where they were made for a filter."""
        return self._names.get(user)

    def set(self, profiles: "ProfilesGiven | None", origin: str | None) -> None:
        """Raises ProfileError for what is no profile, and changes nothing then."""
        names: dict[str, str] = {}
        people = None if profiles is None else self._of(_unwrapped(profiles, names))
        self._install(people, names, origin)

    @property
    def attributes(self) -> list[dict[str, Any]]:
        """The attributes of the workspace: its own, else those of the profiles, else a sample."""
        from .attributes import SAMPLE, attributes_of

        with self._changes.lock:
            found, people = self._attributes, self._people
        if found is None:
            found = list(SAMPLE) if people is None else attributes_of(people.profiles)
            with self._changes.lock:
                if people is self._people:
                    self._attributes = found
        return found

    def reach(self, endpoint: "Endpoint", body: dict[str, Any], now: float) -> "Reach | None":
        people = self._people
        return None if people is None else people.reach(endpoint, body, now)

    def why(self, endpoint: "Endpoint", body: Any, user: str, now: float) -> "list[Line]":
        from .reach import WhyError

        people = self._people
        if people is None:
            raise WhyError(NO_PROFILES)
        return people.why(endpoint, body, user, now)

    def snapshot(self) -> Callable[[], dict[str, Any]]:
        people, names, origin = self._people, self._names, self.origin

        def told() -> dict[str, Any]:
            if people is None:
                return {"profiles": None}
            items = [_told(profile) for profile in people.profiles]
            return {"profiles": {"origin": origin, "capped": people.capped, "names": dict(names), "items": items}}

        return told

    def restoring(self, given: Mapping[str, Given]) -> Callable[[], None]:
        whole = given["profiles"]
        if whole.value is None:
            return lambda: self._install(None, {}, None)
        members = whole.members(_MEMBERS)
        items = [_profile(each) for each in members["items"].items()] if "items" in members else []
        people = self._of(items)
        people.capped = people.capped or ("capped" in members and members["capped"].flag())
        names = {id: name.text() for id, name in members["names"].pairs()} if "names" in members else {}
        origin = members["origin"].optional_text() if "origin" in members else None
        return lambda: self._install(people, names, origin)

    def _of(self, profiles: "Iterable[Profile | Mapping[str, object]]") -> "People":
        # Lazily, as most sandboxes know no profiles and need nothing that evaluates.
        from .reach import People

        return People(profiles, settings=self.settings, clock=self._clock)

    def _install(self, people: "People | None", names: dict[str, str], origin: str | None) -> None:
        with self._changes:
            self._people, self._names, self.origin = people, names, origin
            self._attributes = self._own


def _unwrapped(profiles: "ProfilesGiven", names: dict[str, str]) -> "Iterable[Profile | Mapping[str, object]]":
    from ..samples import Sample

    for each in profiles:
        if isinstance(each, Sample):
            user = each.profile.get("external_id")
            if isinstance(user, str):
                names.setdefault(user, each.name)
            yield each.profile
        else:
            yield each


# --- As data, in the form of Braze's export, and back ---

# What is later is no time to those who read profiles; in microseconds since 1970.
_LATEST: Final = int(datetime(3000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
# What is beyond is no number of JSON to every reader.
_LARGE: Final = 2**63
_BOUNDS: Final = Bounds(
    depth=64, depth_in_words="64 levels", size=1_000_000, unfit="settings", too_deep="settings", too_large="settings"
)


def _told(profile: "Profile") -> dict[str, Any]:
    told: dict[str, Any] = {
        "external_id": profile.id,
        "custom_attributes": _plain_attributes(profile.attributes),
        "push_subscribe": profile.push,
        "email_subscribe": profile.email,
    }
    if profile.last_used is not None:
        used = datetime.fromtimestamp(0, UTC) + min(profile.last_used, _LATEST) * _MICROSECOND
        told["apps"] = [{"last_used": used.isoformat(timespec="microseconds").replace("+00:00", "Z")}]
    return {**told, "untyped": True} if profile.untyped else told


_MICROSECOND: Final = datetime.resolution


def _plain_attributes(attributes: Mapping[str, object]) -> dict[str, Any]:
    """As plain JSON values; what JSON cannot carry is left out."""
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        kind = type(value)
        is_plain = kind is str or kind is bool or value is None
        if not is_plain and not (isinstance(value, int) and -_LARGE < value < _LARGE):
            findings = Findings()
            value = plain(_written(value), findings, None, _BOUNDS)
            if findings.items:
                continue
        found[str(name)] = value
    return found


def _written(value: object) -> object:
    """A value of a file that is no JSON, as an export writes it."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return [_written(each) for each in value] if isinstance(value, (set, frozenset)) else value


def _profile(given: Given) -> "Profile":
    from ..profiles import Profile, ProfileError, profile_of

    try:
        profile = profile_of(given.value)
    except ProfileError as error:
        raise given.refused(f"is no profile: {error.message}", error.help) from None
    raw = given.value
    return Profile(
        # Its own, and none of what is handed in.
        _plain_attributes(profile.attributes),
        id=profile.id,
        push=profile.push,
        email=profile.email,
        last_used=profile.last_used,
        untyped=isinstance(raw, Mapping) and raw.get("untyped") is True and "custom_attributes" in raw,
    )
