"""The audience of a request file: a file or a text in the language, or Braze's JSON object itself."""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ..diagnostics import Diagnostic, RequestError, did_you_mean, listed, nearest, quoted
from ..source import Source
from .compiling import compile_source
from .parameters import Given
from .project import Projects
from .request_faults import Faults, pointer_to

__all__ = ["AudienceReader", "is_in_language", "json_value"]

# Keys of an audience that is written in the language; all other objects are Braze's own.
_LANGUAGE_KEYS = ("file", "text", "name", "params")
# Stands in for an audience that has findings of its own, so that the rest of the request is still checked.
_SOUND_AUDIENCE = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}
_MISSING = ("request-field-missing", "")
_ONE_OF_BOTH = "give one of `file` and `text`"
# Deeper than any request that passes the sender's checks, and no danger to Python's stack.
_DEPTH = 200


def is_in_language(value: Any) -> bool:
    return isinstance(value, dict) and (
        any(key in _LANGUAGE_KEYS for key in value)
        or any(nearest(key, _LANGUAGE_KEYS) for key in value if isinstance(key, str))
    )


class AudienceReader:
    """Reads the audience that stands under `field`. `title` and `text` are None where there is none to show."""

    def __init__(
        self, faults: Faults, path: Path, field: str, given: Given, projects: Projects, now: datetime | None
    ) -> None:
        self._faults = faults
        self._path = path
        self._field = field
        self._given = given
        self._projects = projects
        self._now = now
        self.title: str | None = None
        self.text: str | None = None
        self.values: Mapping[str, Any] = {}

    def read(self, value: Any) -> Any:
        """The audience, or `_SOUND_AUDIENCE` where that has findings."""
        if isinstance(value, str):
            key = "file" if value.endswith((".audience", ".json")) else "text"
            self._fault(
                "request-field-type", "", f"`{self._field}` is a text", f"write `{self._field} = {{ {key} = … }}`"
            )
            return _SOUND_AUDIENCE
        if not is_in_language(value):
            self.title = "a JSON object in the request"
            return self._of_json(json_value(value))
        if not self._has_sound_keys(value):
            return _SOUND_AUDIENCE
        read = self._source_of(value)
        if read is None:
            return _SOUND_AUDIENCE
        source, path = read
        name = value.get("name")
        given = self._given.over(value.get("params", {}), f"{self._faults.source.name}: /{self._field}/params")
        compiled = compile_source(
            source, path=path, projects=self._projects, given=given, name=name, every=False, now=self._now
        )
        self._faults.found += compiled.diagnostics
        self.title = source.name if name is None else f"{source.name} ({name})"
        self.text = source.text
        self.values = {**given.texts, **given.typed}
        audience = next(iter(compiled.audiences.values()), None)
        return _SOUND_AUDIENCE if audience is None else audience

    def _has_sound_keys(self, value: dict[str, Any]) -> bool:
        unknown = [key for key in value if key not in _LANGUAGE_KEYS]
        for key in unknown:
            way = did_you_mean(key, _LANGUAGE_KEYS, f"the keys here are {listed(_LANGUAGE_KEYS)}")
            self._fault("request-field-unknown", key, f"there is no key `{key}` here", way)
        if ("file" in value) == ("text" in value):
            if "file" in value:
                self._fault(*_MISSING, f"`{self._field}` has both `file` and `text`", _ONE_OF_BOTH)
            elif not unknown:
                self._fault(*_MISSING, f"`{self._field}` names no text", _ONE_OF_BOTH)
            return False
        has_params = isinstance(value.get("params", {}), dict)
        if not has_params:
            self._fault("request-field-type", "params", "`params` must be an object of values by name")
        name = value.get("name")
        has_name = name is None or (isinstance(name, str) and name != "")
        if not has_name:
            self._fault("request-field-type", "name", "`name` must be the name of an audience")
        return has_params and has_name

    def _of_json(self, value: Any) -> Any:
        """An audience without a text, which stands where the request file does for the filters that are required."""
        project = self._projects.of(self._path)
        required = project.required_of(self._path)
        if required and isinstance(value, dict):
            from ..api import Audience
            from ..checking import lacking

            try:
                audience = Audience.from_dict(value, settings=project.settings)
            except RequestError:
                # The request as a whole is checked by what it says.
                return value
            for each in lacking(audience.filter, required):
                message = f"the audience does not require {quoted(each.text)}, as {each.whose} must"
                finding = self._fault(
                    "required-filter", "", message, "write the audience as `{ text = … }`, and add it"
                )
                finding.related = tuple(each.related)
        return value

    def _source_of(self, value: dict[str, Any]) -> tuple[Source, Path] | None:
        key = "file" if "file" in value else "text"
        if not isinstance(value[key], str):
            self._fault("request-field-type", key, f"`{key}` must be a string")
            return None
        if key == "text":
            return Source(value[key], f"{self._faults.source.name}#/{self._field}/text"), self._path
        path = self._path.parent / value[key]
        source = self._faults.open(path, pointer_to(self._field, "file"), "request-file")
        return None if source is None else (source, path)

    def _fault(self, slug: str, key: str, message: str, help: str | None = None) -> Diagnostic:
        pointer = pointer_to(self._field, key) if key else pointer_to(self._field)
        return self._faults.add(slug, pointer, message, help)


def json_value(value: Any, depth: int = 0) -> Any:
    """TOML's instants as ISO 8601 text, which is how Braze takes them; all else as it is."""
    if depth > _DEPTH:
        return value
    if isinstance(value, dict):
        return {key: json_value(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [json_value(member, depth + 1) for member in value]
    return value.isoformat() if isinstance(value, (datetime, date, time)) else value
