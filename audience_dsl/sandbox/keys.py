"""The API keys of a sandbox and what each may do; and that a key of a real workspace is none of them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, TypeAlias

from ..braze_api import ATTRIBUTES_PERMISSION, ENDPOINTS
from ..diagnostics import CODES, ConfigurationError, did_you_mean, listed, quoted
from .changes import Changes
from .given import Given, refused

__all__ = ["PERMISSIONS", "SANDBOX_KEY", "KeyProblem", "Keys", "KeysGiven", "MissingPermission"]

SANDBOX_KEY = "sandbox-key"
PERMISSIONS: tuple[str, ...] = (*(endpoint.permission for endpoint in ENDPOINTS.values()), ATTRIBUTES_PERMISSION)
# What each key may do; None for everything.
KeysGiven: TypeAlias = Mapping[str, "Collection[str] | None"]
# The errors page has both for a key without the permission (/docs/api/errors, documented).
MissingPermission: TypeAlias = Literal[401, 403]
KeyProblem: TypeAlias = Literal["unknown", "real", "permission"]

_MEMBERS: Final = ("accept_any", "keys", "missing_permission")
_Permissions: TypeAlias = "frozenset[str] | None"


class Keys:
    """The keys by what they may do. With `accept_any`, every other key may do everything.

    `missing_permission` is the status for a key that may not do what it asks for. A key that looks like one of Braze's
    is neither set nor accepted, unless `allow_real` says so: it belongs to a workspace, and not here.
    """

    __slots__ = ("_accept_any", "_allow_real", "_changes", "_keys", "_missing_permission")

    def __init__(
        self,
        keys: KeysGiven,
        *,
        accept_any: bool = False,
        allow_real: bool = False,
        missing_permission: MissingPermission = 401,
        changes: Changes | None = None,
    ) -> None:
        self._changes = changes or Changes()
        self._allow_real = allow_real
        self._accept_any = accept_any
        self._missing_permission = _status(missing_permission)
        self._keys = {self._key(key): _checked(permissions) for key, permissions in keys.items()}

    @property
    def permissions(self) -> dict[str, tuple[str, ...] | None]:
        """What each key may do, in the order of `PERMISSIONS`; None for everything."""
        with self._changes.lock:
            keys = dict(self._keys)
        return {key: _in_order(permissions) for key, permissions in keys.items()}

    @property
    def first(self) -> str:
        """A key to show: the first that may do everything, else the first; where there is none, any."""
        keys = self.permissions
        return next((key for key, each in keys.items() if each is None), next(iter(keys), SANDBOX_KEY))

    @property
    def accept_any(self) -> bool:
        return self._accept_any

    @accept_any.setter
    def accept_any(self, value: bool) -> None:
        with self._changes:
            self._accept_any = bool(value)

    @property
    def allow_real(self) -> bool:
        return self._allow_real

    @property
    def missing_permission(self) -> MissingPermission:
        return self._missing_permission

    @missing_permission.setter
    def missing_permission(self, value: MissingPermission) -> None:
        with self._changes:
            self._missing_permission = _status(value)

    def set(self, key: str, permissions: Collection[str] | None = None) -> None:
        """Adds a key, or says anew what it may do. Raises ConfigurationError for a permission that there is not."""
        key, checked = self._key(key), _checked(permissions)
        with self._changes:
            self._keys[key] = checked

    def forget(self, key: str) -> None:
        with self._changes:
            self._keys.pop(key, None)

    def problem(self, key: str, permission: str) -> KeyProblem | None:
        """What is wrong with a request of this key; None where it may do what it asks for."""
        if key in self._keys:
            permissions = self._keys.get(key)
            return None if permissions is None or permission in permissions else "permission"
        if self.is_real(key):
            return "real"
        return None if self._accept_any and key else "unknown"

    def is_real(self, text: str) -> bool:
        """Whether a text looks like a key of Braze's, which is accepted nowhere."""
        return not self._allow_real and _looks_real(text)

    def as_dict(self) -> dict[str, Any]:
        """The keys and what they may do, without those that look real: no file is to hold one."""
        return {
            "accept_any": self._accept_any,
            "missing_permission": self._missing_permission,
            "keys": {
                key: None if permissions is None else list(permissions)
                for key, permissions in self.permissions.items()
                if not _looks_real(key)
            },
        }

    def restore(self, value: object) -> None:
        """As `as_dict` gave it; a member that is left out stays, and so do keys that look real.

        Raises ConfigurationError, and changes nothing then.
        """
        self.restoring(Given(value, whole="the keys"))()

    def restoring(self, given: Given) -> Callable[[], None]:
        members = given.members(_MEMBERS)
        keys: dict[str, _Permissions] | None = None
        if "keys" in members:
            keys = {}
            for place, (key, each) in enumerate(members["keys"].pairs()):
                if not key:
                    raise members["keys"].refused("has an empty key")
                if _looks_real(key):
                    # Its pointer would repeat it.
                    raise members["keys"].at(place, None).refused(_REAL, _WAY)
                keys[key] = None if each.value is None else frozenset(_permission(item) for item in each.items())
        accept_any = members["accept_any"].flag() if "accept_any" in members else None
        status: MissingPermission | None = None
        if "missing_permission" in members:
            asked = members["missing_permission"]
            if asked.whole_number() not in (401, 403):
                raise asked.refused("is neither 401 nor 403")
            status = _status(asked.value)

        def restore() -> None:
            with self._changes:
                if keys is not None:
                    real = {key: each for key, each in self._keys.items() if _looks_real(key)}
                    self._keys = {**real, **keys}
                self._accept_any = self._accept_any if accept_any is None else accept_any
                self._missing_permission = status or self._missing_permission

        return restore

    def _key(self, key: object) -> str:
        if not isinstance(key, str) or not key:
            raise ConfigurationError(CODES["api-key"], "the sandbox's API key is empty")
        if self.is_real(key):
            raise ConfigurationError(CODES["api-key"], f"the sandbox's API key {_REAL}", help=_WAY)
        return key

    def __repr__(self) -> str:
        return f"<Keys {len(self._keys)}>"


_REAL: Final = "looks like a key of Braze's"
_WAY: Final = "the sandbox needs no real key, and any other text is one; `allow_real_keys` lets it be one all the same"


def _looks_real(key: str) -> bool:
    # Seldom asked: a request with a known key is through before, and the configuration takes time to import.
    from ..config.environments import looks_like_key

    return looks_like_key(key)


def _status(value: object) -> MissingPermission:
    if value == 401:
        return 401
    if value == 403:
        return 403
    raise refused(f"a missing permission is answered with 401 or 403, not {value!r}")


def _checked(permissions: Collection[str] | None) -> _Permissions:
    if permissions is None:
        return None
    if isinstance(permissions, str):
        raise refused(f"permissions are a collection, and {quoted(permissions)} is a text", "write a list of them")
    return frozenset(_permission(Given(each, whole="a permission")) for each in permissions)


def _permission(given: Given) -> str:
    name = given.text()
    if name not in PERMISSIONS:
        raise given.refused(
            f"is {quoted(name)}, which there is not",
            did_you_mean(name, PERMISSIONS, f"the permissions are {listed(PERMISSIONS)}"),
        )
    return name


def _in_order(permissions: _Permissions) -> tuple[str, ...] | None:
    return None if permissions is None else tuple(each for each in PERMISSIONS if each in permissions)
