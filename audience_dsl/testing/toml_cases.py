"""Cases in TOML: tables `[[case]]`, and above them what holds for all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..diagnostics import listed, nearest, quoted
from ..profiles import ProfileError, profile_of
from ..toml_text import KeyPath, TomlError, TomlPlaces, read_toml
from .cases import Case, CaseFile, instant

__all__ = ["REST", "read_toml_cases"]

# In the place of ids: all profiles of the file that the other list does not name.
REST = "the rest"
_TOP = ("now", "audience", "params", "case")
_CASE = ("name", "audience", "match", "no_match", "profile", "profiles", "now", "params")
_NOW_WAY = "write it with an offset and without quotes: `now = 2026-11-01T09:00:00Z`"


def read_toml_cases(file: CaseFile) -> None:
    """Read the cases into the file, and its mistakes."""
    document = _document(file)
    if document is None:
        return
    places = TomlPlaces(file.source)
    tables = document.get("case", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        file.fault("`case` is no list of cases", places.of("case"), "begin each case with a line `[[case]]`")
        tables = []
    reader = _Reader(file, places)
    reader.unknown_keys(document, _TOP, None)
    common = reader.common(document, None)
    for index, table in enumerate(tables):
        reader.case(index, table, common)


def _document(file: CaseFile) -> dict[str, Any] | None:
    try:
        return read_toml(file.source)
    except TomlError as error:
        file.fault(error.message, error.span, error.help)
    return None


class _Reader:
    def __init__(self, file: CaseFile, places: TomlPlaces) -> None:
        self.file = file
        self.places = places

    def fault(self, case: int | None, key: str | None, message: str, help: str | None = None) -> None:
        path: KeyPath = () if case is None else ("case", case)
        self.file.fault(message, self.places.of(*path, *(() if key is None else (key,))), help)

    def unknown_keys(self, table: Mapping[str, Any], known: tuple[str, ...], case: int | None) -> bool:
        """Report the keys that are not known, and say whether there are any."""
        for key in table:
            if key not in known:
                close = nearest(key, known, most=1)
                where = "a case" if case is not None else "a test file"
                way = f"did you mean `{close[0]}`?" if close else f"{where} has {listed(known)}"
                if not close and case is None and key in _CASE:
                    way = "it belongs into a case, below a line `[[case]]`"
                elif not close and case is not None:
                    way += "; what is known of the user stands in `profile`"
                self.fault(case, key, f"{where} has no key {quoted(key)}", way)
        return not table.keys() <= set(known)

    def common(self, table: Mapping[str, Any], case: int | None) -> dict[str, Any]:
        """What may stand above the cases and in each."""
        found: dict[str, Any] = {}
        if "now" in table:
            now = instant(table["now"])
            if isinstance(now, str):
                self.fault(case, "now", now, _NOW_WAY)
            else:
                found["now"] = now
        if "audience" in table:
            found["audience"] = table["audience"]
            if not isinstance(table["audience"], str) or not table["audience"]:
                self.fault(
                    case, "audience", "`audience` is no name", 'write the name in quotes: `audience = "winback"`'
                )
                found["audience"] = None
        if "params" in table:
            if isinstance(table["params"], dict):
                found["params"] = table["params"]
            else:
                way = "write `params = { days = 30 }`" if case is not None else "write `[params]`, and each below it"
                self.fault(case, "params", "`params` is no table of values by name", way)
        return found

    def case(self, index: int, table: Mapping[str, Any], common: Mapping[str, Any]) -> None:
        before = len(self.file.findings)
        # What is missing stands under such a key, or is found after it was mended.
        strange = self.unknown_keys(table, _CASE, index)
        own = self.common(table, index)
        name = table.get("name", f"case {index + 1}")
        if not isinstance(name, str):
            self.fault(index, "name", "`name` is no text", "write it in quotes")
        case = Case(
            str(name),
            audience=own.get("audience", common.get("audience")),
            now=own.get("now", common.get("now")),
            params={**common.get("params", {}), **own.get("params", {})},
            span=self.places.of("case", index),
        )
        if ("profile" in table) == ("profiles" in table):
            both = "profile" in table
            if strange and not both:
                return
            message = "the case has both `profile` and `profiles`" if both else "the case names no user"
            way = 'describe one user with `profile = { … }`, or name a file of users with `profiles = "users.jsonl"`'
            self.fault(index, None, message, "keep one of them" if both else way)
        elif "profile" in table:
            self._one(index, table, case, strange)
        else:
            self._many(index, table, case, strange)
        if len(self.file.findings) == before:
            self.file.cases.append(case)

    def _one(self, index: int, table: Mapping[str, Any], case: Case, strange: bool) -> None:
        if "no_match" in table:
            self.fault(index, "no_match", "`no_match` goes with a file of users", "write `match = false` for one user")
        elif "match" not in table:
            if not strange:
                way = "write `match = true` or `match = false`"
                self.fault(index, None, "the case does not say whether the user must match", way)
        elif not isinstance(table["match"], bool):
            self.fault(index, "match", "`match` must be `true` or `false`, without quotes")
        else:
            case.match = table["match"]
        try:
            case.profile = profile_of(table["profile"])
        except ProfileError as error:
            self.fault(index, "profile", error.message, error.help)

    def _many(self, index: int, table: Mapping[str, Any], case: Case, strange: bool) -> None:
        named = table["profiles"]
        if not isinstance(named, str) or not named:
            self.fault(index, "profiles", "`profiles` is no name of a file", "describe one user with `profile = { … }`")
        else:
            case.profiles = Path(self.file.path.parent, named)
        if "match" not in table and "no_match" not in table and not strange:
            way = 'list ids: `match = ["u1"]`, `no_match = ["u2"]`; one of them may be `"the rest"`'
            self.fault(index, None, "the case does not say which users must match", way)
        for key, wanted in (("match", True), ("no_match", False)):
            ids = table.get(key, [])
            if ids == REST:
                if case.rest is not None:
                    self.fault(index, key, "`match` and `no_match` are both `the rest`", "list the ids of one of them")
                case.rest = wanted
            elif not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
                way = f'write `{key} = ["u1", "u2"]`, or `{key} = "{REST}"`'
                self.fault(index, key, f"`{key}` is no list of ids, which are texts", way)
            else:
                for each in ids:
                    if case.wanted.setdefault(each, wanted) is not wanted:
                        self.fault(index, key, f"the id {quoted(each)} stands in `match` and in `no_match`")
