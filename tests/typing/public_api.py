"""Never run: it pins the public types, and mypy reads it with the tests."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

import audience_dsl
from audience_dsl import (
    Audience,
    BindError,
    CompileError,
    ConfigurationError,
    Diagnostic,
    Limits,
    RequestError,
    Settings,
)
from audience_dsl.filters import And, CustomAttribute, EmailSubscription, Filter, LastUsedApp, Or, PushSubscription
from audience_dsl.syntax.parsed import Parsed


def compiling(now: datetime, given: Mapping[str, object], catalog: dict[str, str]) -> None:
    settings = Settings(
        time_zone="UTC",
        assume={"greater_than.number.other": True},
        limits=Limits(clauses=1, depth=1, list_items=1, source=1, files=1),
    )
    audience = audience_dsl.compile(
        "a == $x",
        params=given,
        name="one",
        now=now,
        catalog=catalog,
        base_path=Path(),
        settings=settings,
        filename="x.audience",
    )
    assert_type(audience, Audience)
    assert_type(
        audience_dsl.check("a == $x", catalog=catalog, filename="x.audience", base_path=Path(), settings=settings),
        list[Diagnostic],
    )
    assert_type(audience.to_dict(), dict[str, Any])
    assert_type(audience.to_json(), str)
    assert_type(audience.to_json(indent=2), str)
    assert_type(audience.filter, Filter)
    assert_type(audience.warnings, tuple[Diagnostic, ...])
    assert_type(audience.settings, Settings)
    assert_type(settings.digest, str)
    assert_type(audience_dsl.compile("a exists", base_path="."), Audience)
    assert_type(Audience.from_dict(audience.to_dict(), settings=settings), Audience)
    back = audience_dsl.decompile(audience.to_dict(), name="one", catalog=catalog, settings=settings)
    assert_type(back, str)
    assert_type(audience_dsl.__version__, str)


def walking(node: Filter) -> int:
    if isinstance(node, (And, Or)):
        assert_type(node.operands, tuple[Filter, ...])
        return sum(walking(operand) for operand in node.operands)
    assert_type(node, CustomAttribute | PushSubscription | EmailSubscription | LastUsedApp)
    assert_type(node.comparison, str)
    if isinstance(node, CustomAttribute):
        assert_type(node.name, str)
        assert_type(node.value, str | int | float | bool | tuple[str, ...] | None)
    return 1


def selecting(audience: Audience, profile: dict[str, object], now: datetime) -> None:
    assert_type(audience.matches(profile, now=now), bool)
    assert_type(audience.why(profile).selected, bool)
    assert_type(audience.preview(Path("profiles.jsonl"), now=now).matched, int)
    assert_type(audience.to_sql(dialect="duckdb", now=now).parameters, dict[str, Any])


def parsing() -> None:
    parsed = audience_dsl.parse("a exists", filename="x.audience")
    assert_type(parsed, Parsed)
    assert_type(parsed.diagnostics, list[Diagnostic])


def failing() -> None:
    try:
        audience_dsl.compile("a")
    except CompileError as error:
        assert_type(error.diagnostics, tuple[Diagnostic, ...])
        for found in error.diagnostics:
            assert_type(found.code.code, str)
            assert_type(found.message, str)
            assert_type(found.help, str | None)
            assert_type(found.severity, str)
            assert_type(found.place, str)
    except RequestError as error:
        assert_type(error.diagnostics, tuple[Diagnostic, ...])
    except BindError as error:
        assert_type(error.parameter, str)
        assert_type(error.expected, str)
        assert_type(error.code, str)
    except ConfigurationError as error:
        assert_type(error.code, str)
        assert_type(error.help, str | None)


def catalogues(path: Path) -> None:
    catalog = audience_dsl.read_catalog(path)
    assert_type(catalog, audience_dsl.Catalog)
    assert_type(catalog.get("a"), audience_dsl.CatalogAttribute | None)
    for given in (catalog, path, str(path), {"a": "string"}):
        audience_dsl.compile("a", catalog=given)


def refused(text: bytes) -> None:
    audience_dsl.compile(text)  # type: ignore[arg-type]
    audience_dsl.compile("a", {})  # type: ignore[call-arg]
    audience_dsl.compile("a", now="2026-01-01")  # type: ignore[arg-type]
    audience_dsl.compile("a", catalog={"a": 1})  # type: ignore[dict-item]
    Audience.from_dict("{}")  # type: ignore[arg-type]
    Settings("UTC")  # type: ignore[call-arg]
    Settings(assume={"a": "yes"})  # type: ignore[dict-item]
