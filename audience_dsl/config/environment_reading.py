"""The tables `[env.NAME]` → environments, with every fault at its place. A key itself is refused, never repeated."""

import re
from typing import TYPE_CHECKING, Any

from ..braze_api import INSTANCES
from ..diagnostics import CODES, ConfigurationError, did_you_mean, listed, nearest, quoted
from ..source import Span
from .configuration import dotted
from .environments import VARIABLE, Environment, KeySource, looks_like_key
from .tables import refused

if TYPE_CHECKING:
    from ..toml_text import KeyPath
    from .tables import Tables

__all__ = ["ENVIRONMENT_KEYS", "ENVIRONMENT_NAME", "KEY_PLACES", "RATE_LIMITS", "SHARE", "read_environments"]

ENVIRONMENT_KEYS = (
    *("instance", "endpoint", "key", "campaigns", "canvases", "allowed-campaigns", "allowed-canvases"),
    *("read-only", "only-from-plan", "ledger", "share", "rate-limits"),
)
# Where a key can be; `user` goes with `keyring`.
KEY_PLACES = ("env", "file", "keyring")
# Those of `braze_api.RATE_WINDOWS` that sends count in.
RATE_LIMITS = ("requests", "broadcasts", "audience", "send-ids")
# A name is typed at a shell.
ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
SHARE = re.compile(r"([1-9][0-9]{0,5})(?:/([1-9][0-9]{0,5}))?")

_NAMES_OF_SECRETS = re.compile(r"key|token|secret|password", re.IGNORECASE)
_WHERE_KEYS_ARE = '`key = { env = "VARIABLE" }`, `{ file = "PATH" }` or `{ keyring = "SERVICE", user = "NAME" }`'
_LITERAL = "key-in-configuration"
_NO_IDS: dict[str, str] = {}
_NO_LIMITS: dict[str, int] = {}


def read_environments(tables: "Tables", document: dict[str, Any]) -> dict[str, Environment]:
    """The environments of a configuration, by name."""
    found = {}
    for name, table in tables.table("env", document, None).items():
        if not ENVIRONMENT_NAME.fullmatch(name):
            message = "the name of an environment has other characters than letters, digits, `-`, `_` and `.`"
            tables.fault(("env", name), message, "give it a name that a shell takes as one word")
        elif not isinstance(table, dict):
            header = ".".join((*tables.section, "env", "NAME"))
            message = f"`env.{name}` is no table"
            tables.fault(("env", name), message, f"write `[{header}]`, such as `[env.production]`, and keys below it")
        else:
            found[name] = _Reader(tables, name, table).environment()
    return found


class _Reader:
    """Reads one environment."""

    def __init__(self, tables: "Tables", name: str, table: dict[str, Any]) -> None:
        self.tables = tables
        self.name = name
        self.at: KeyPath = ("env", name)
        self.table = table
        # By the spelling with hyphens, that which the text has.
        self.spelt: dict[str, str] = {}
        for key in table:
            usual = key.replace("_", "-")
            if usual not in ENVIRONMENT_KEYS:
                self._unknown(key)
            elif usual in self.spelt:
                message = f"`{usual}` stands twice, as `{self.spelt[usual]}` and as `{key}`"
                tables.fault((*self.at, key), message, "keep one of them")
            else:
                self.spelt[usual] = key

    def environment(self) -> Environment:
        take = self._take
        if ("instance" in self.spelt) == ("endpoint" in self.spelt):
            both = "instance" in self.spelt
            what = "has both `instance` and `endpoint`" if both else "does not say where it is"
            way = "keep one of them" if both else 'write `instance = "EU-01"`, or `endpoint = "https://…"`'
            self.tables.fault(self.at, f"the environment `{self.name}` {what}", way)
        campaigns = take("campaigns", self._ids, _NO_IDS)
        canvases = take("canvases", self._ids, _NO_IDS)
        return Environment(
            self.name,
            instance=take("instance", self._instance, None),
            endpoint=take("endpoint", self._endpoint, None),
            key=self._key(),
            campaigns=campaigns,
            canvases=canvases,
            allowed_campaigns=self._allowed("allowed-campaigns", campaigns),
            allowed_canvases=self._allowed("allowed-canvases", canvases),
            read_only=take("read-only", self._yes_or_no, False),
            only_from_plan=take("only-from-plan", self._yes_or_no, False),
            ledger=take("ledger", self.tables.file, None),
            share=take("share", self._share, None),
            rate_limits=take("rate-limits", self._rate_limits, _NO_LIMITS),
            source=self.tables.source,
            places=self._places(),
        )

    def _places(self) -> dict[str, Span | None]:
        at = {usual: self.tables.place(*self.at, key) for usual, key in self.spelt.items()}
        return {"": self.tables.place(*self.at), **at}

    def _unknown(self, key: str) -> None:
        where = f"an environment has no key {quoted(key)}"
        if _NAMES_OF_SECRETS.search(key) and isinstance(self.table[key], str):
            self._fault((key,), f"{where}, and a key never stands in the configuration", slug=_LITERAL)
        else:
            way = did_you_mean(key.replace("_", "-"), ENVIRONMENT_KEYS, f"the keys here are {listed(ENVIRONMENT_KEYS)}")
            self._fault((key,), where, way)

    def _fault(self, path: "KeyPath", message: str, help: str | None = None, *, slug: str = "settings") -> None:
        way = f"say where it is: {_WHERE_KEYS_ARE}" if slug == _LITERAL else help
        self.tables.fault((*self.at, *path), message, way, slug=slug)

    def _take(self, key: str, reader: Any, default: Any) -> Any:
        spelt = self.spelt.get(key)
        if spelt is None:
            return default
        value = self.tables.take(self.at, self.table, spelt, reader, default)
        origin = self.tables.origins.pop(dotted((*self.at, spelt)), None)
        if origin is not None:
            self.tables.origins[dotted((*self.at, key))] = origin
        return value

    # --- Where it is ---

    def _instance(self, key: str, value: Any) -> str:
        if isinstance(value, str) and value.upper() in INSTANCES:
            return value.upper()
        if not isinstance(value, str) or looks_like_key(value):
            raise refused(f"`{key}` is no name of an instance", f'write `{key} = "EU-01"`, for example')
        if "://" in value:
            raise refused(f"`{key}` is given a URL", "write it as `endpoint`")
        way = did_you_mean(value, INSTANCES, "a new instance is written as `endpoint`, with its URL")
        raise refused(f"there is no instance {quoted(value)}", way)

    def _endpoint(self, key: str, value: Any) -> str:
        # What else can be wrong with a URL is said where it is used: see `sender.address`.
        if not isinstance(value, str) or not re.match(r"https?://[^\s/]", value):
            raise refused(f"`{key}` is no https URL", f'write `{key} = "https://rest.iad-01.braze.com"`, or `instance`')
        return value

    # --- The key ---

    def _key(self) -> KeySource | None:
        value = self.table.get("key")
        if value is None:
            return None
        if not isinstance(value, dict):
            self._fault(
                ("key",), "`key` has a value itself, and a key never stands in the configuration", slug=_LITERAL
            )
            return None
        known = (*KEY_PLACES, "user")
        for key in value:
            if key not in known:
                way = did_you_mean(key, known, f"the keys here are {listed(known)}")
                self._fault(("key", key), f"`key` has no key {quoted(key)}", way)
        kinds = [kind for kind in KEY_PLACES if kind in value]
        if len(kinds) != 1:
            if kinds or all(key in known for key in value):
                said = f"`key` names {listed(kinds)} at once" if kinds else "`key` does not say where the key is"
                self._fault(("key",), said, f"write one of {_WHERE_KEYS_ARE}")
            return None
        return self._take("key", lambda _, table: self._source(kinds[0], table), None)  # type: ignore[no-any-return]

    def _source(self, kind: str, table: dict[str, Any]) -> KeySource:
        name, user = table[kind], table.get("user")
        if any(isinstance(each, str) and looks_like_key(each) for each in (name, user)):
            message = "`key` has what looks like a key itself, and that never stands in the configuration"
            raise ConfigurationError(CODES[_LITERAL], message, help=f"say where it is: {_WHERE_KEYS_ARE}")
        if not isinstance(name, str) or not name.strip() or "\0" in name:
            raise refused(f"`{kind}` in `key` is no text", f"write one of {_WHERE_KEYS_ARE}")
        if kind == "env" and not VARIABLE.fullmatch(name):
            raise refused("`env` in `key` is no name of a variable", 'write `key = { env = "PRODUCTION_KEY" }`')
        if (kind == "keyring") != ("user" in table):
            said = "`keyring` needs a `user`" if kind == "keyring" else f"`user` is for a keyring, and not for `{kind}`"
            raise refused(said, 'write `key = { keyring = "braze", user = "production" }`')
        if kind == "keyring" and not (isinstance(user, str) and user.strip()):
            raise refused("`user` in `key` is no text", 'write `key = { keyring = "braze", user = "production" }`')
        if kind == "file" and not name.startswith("~"):
            name = str(self.tables.root / name)
        return KeySource(kind, name, user)

    # --- What is sent there ---

    def _ids(self, key: str, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise refused(f"`{key}` is no table of ids by name", f'write `{key} = {{ storm = "ID" }}`')
        for name, each in value.items():
            if not name.strip() or not isinstance(each, str) or not each.strip():
                raise refused(f"{quoted(name)} in `{key}` has no id", f'write `{key} = {{ storm = "ID" }}`')
        return value

    def _allowed(self, key: str, ids: dict[str, str]) -> tuple[str, ...] | None:
        """Names and ids. One that is nearly a name is taken for that name, misspelt."""
        names: tuple[str, ...] | None = self._take(key, self.tables.texts, None)
        for index, name in enumerate(names or ()):
            close = [] if name in ids or looks_like_key(name) else nearest(name, ids, most=1)
            if close:
                message = f"{quoted(name)} in `{key}` is no name in `{key.removeprefix('allowed-')}`"
                self._fault((self.spelt[key], index), message, f"did you mean `{close[0]}`?")
        return names

    def _yes_or_no(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise refused(f"`{key}` is neither `true` nor `false`", f"write `{key} = true`")
        return value

    def _share(self, key: str, value: Any) -> str:
        match = SHARE.fullmatch(value) if isinstance(value, str) else None
        if match is None or int(match[1]) > int(match[2] or 1):
            raise refused(
                f"`{key}` is no part of one", f'write `{key} = "1/8"`, where eight processes share the limits'
            )
        return match[0]

    def _rate_limits(self, key: str, value: Any) -> dict[str, int]:
        if not isinstance(value, dict):
            raise refused(f"`{key}` is no table of limits", f"write `{key} = {{ broadcasts = 500 }}`")
        found = {}
        for name, each in value.items():
            usual = name.replace("_", "-")
            if usual not in RATE_LIMITS:
                way = did_you_mean(usual, RATE_LIMITS, f"the limits are {listed(RATE_LIMITS)}")
                raise refused(f"there is no limit {quoted(name)}", way)
            if usual in found:
                raise refused(f"the limit `{usual}` stands twice in `{key}`", "keep one of them")
            found[usual] = self.tables.count(name, each)
        return found
