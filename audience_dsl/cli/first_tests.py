"""The first test file of an audience: users at the edges of its filter, each with the verdict of today."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..api import analyse
from ..diagnostics import CODES, ERROR, Diagnostic, by_severity
from ..regexes import RegexError
from ..samples import Sample, edges
from .compiling import compile_source, unknown_parameters
from .exits import FindingsError, UsageFault
from .files import open_argument
from .parameters import Given
from .project import Projects

__all__ = ["first_tests", "test_file_of"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# A profile that is longer than this on one line gets a line for each of its values.
_LINE = 100


def test_file_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".audience") + ".test.toml")


def first_tests(path: Path, given: Given, projects: Projects, now: datetime) -> tuple[str, int]:
    """The text of a first test file, and how many cases it has. Raises FindingsError and UsageFault."""
    source = open_argument(str(path))
    needs_now = False
    compiled = compile_source(source, path=path, projects=projects, given=given, name=None, every=True, now=None)
    if any(finding.code is CODES["needs-now"] for finding in compiled.diagnostics):
        needs_now = True
        compiled = compile_source(source, path=path, projects=projects, given=given, name=None, every=True, now=now)
    findings = by_severity(compiled.diagnostics, ERROR)
    if not findings:
        findings = unknown_parameters(given, compiled.takes)
    if findings:
        raise FindingsError(findings)
    if not compiled.audiences:
        raise UsageFault(f"`{path}` defines no audience", "its `let`s are tested by the audiences that use them")
    found: list[tuple[str, Sample]] = []
    for name, audience in compiled.audiences.items():
        try:
            needs_now = needs_now or audience.evaluator().needs_now
            found += [(name, sample) for sample in edges(audience.filter, audience.settings, now)]
        except RegexError as error:
            finding = Diagnostic(CODES["regex-unsupported"], error.message, source=source, help=error.help)
            raise FindingsError([finding]) from None
    # With the types that the audience has told.
    project = projects.of(path)
    analysis = analyse(
        source, path=path, base_path=projects.root(path), settings=project.settings, catalog=project.catalog
    )
    values = given.values_for(analysis)
    return _text(path, found, values, now if needs_now else None, several=len(compiled.audiences) > 1), len(found)


def _text(
    path: Path, found: Sequence[tuple[str, Sample]], values: Mapping[str, Any], now: datetime | None, *, several: bool
) -> str:
    lines = [
        f"# Users at the edges of {path.name}, and what it says of each of them today.",
        "# Check every `match`: it is written down from what the audience does, right or wrong.",
        "# Then keep what matters, say in `name` why it does, and add the users whom you care about.",
    ]
    if now is not None:
        lines += ["", "# The instant from which days are counted.", f"now = {_toml(now)}"]
    if values:
        lines += ["", "[params]", *(f"{_key(name)} = {_toml(value)}" for name, value in values.items())]
    for name, sample in found:
        lines += ["", "[[case]]", f"name = {_toml(sample.name)}"]
        if several:
            lines.append(f"audience = {_toml(name)}")
        lines.append(f"match = {_toml(sample.selected)}")
        inline = f"profile = {_toml(sample.profile)}"
        if len(inline) <= _LINE:
            lines.append(inline)
        else:
            lines += ["[case.profile]", *(f"{_key(key)} = {_toml(value)}" for key, value in sample.profile.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value of a profile or a parameter in TOML. Its depth is that of ours, never of a user's."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # TOML's escapes are JSON's, but for this one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _toml(name)
