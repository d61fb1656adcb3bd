"""What everything is handed to, and what must hold of whatever comes out."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import audience_dsl
from audience_dsl import Audience
from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.catalog import Catalog, parse_catalog
from audience_dsl.checking import Requirements, check_source, fix_all
from audience_dsl.config import ConfigurationFileError
from audience_dsl.config.reading import read
from audience_dsl.diagnostics import (
    LISTED_AT_MOST,
    AudienceError,
    CatalogError,
    ConfigurationError,
    Diagnostic,
    RequestError,
    by_severity,
)
from audience_dsl.profiles import profile_of
from audience_dsl.recipients import RecipientsFile, identity_of
from audience_dsl.report import FORMATS, render_findings
from audience_dsl.samples import edges
from audience_dsl.sender.requests import build_request, check_request, endpoint_for, examine_request
from audience_dsl.settings import Settings
from audience_dsl.source import Source
from audience_dsl.syntax.formatter import FormatRefused, format_source
from audience_dsl.syntax.parser import parse
from tests.cli.support import run

from . import inputs

__all__ = ["TARGETS", "Target"]

SETTINGS = Settings()
CATALOG = Catalog.of_types({"plan": "string", "age": "number", "a": "array", "t": "time", "vip": "boolean"})
ROOT = Path("/nowhere")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def check(text: str, random: Random) -> None:
    """Checking finds things at places in the text, and every form of report can say them."""
    source = Source(text, random.choice(("a.audience", "ä b%.audience", "<text>")))
    catalog = random.choice((None, CATALOG))
    _find_and_render(source, catalog, random)


def _find_and_render(source: Source, catalog: Catalog | None, random: Random) -> None:
    found = check_source(source, path=ROOT / "a.audience", base_path=None, settings=SETTINGS, catalog=catalog)
    for each in found:
        assert (
            each.span is None or each.source is not source or 0 <= each.span.start <= each.span.end <= len(source.text)
        )
        assert "\n" not in each.message
    assert len({str(each) for each in found if each.severity == "error"}) == sum(e.severity == "error" for e in found)
    parsed = parse(source)
    assert bool(parsed.diagnostics) or parsed.tree is not None
    render_findings(random.choice(FORMATS), found, root="/x", files=[source.name])


def fix(text: str, random: Random) -> None:
    """Fixes leave a text that reads as well as before; the safe ones the same audience, where there was one."""
    unsafe = random.random() < 0.5

    def find(source: Source) -> list[Diagnostic]:
        return check_source(source, path=ROOT / "a.audience", base_path=None, settings=SETTINGS)

    before = _compiled(text)
    fixed = fix_all(Source(text, "a.audience"), find, unsafe=unsafe)
    assert not (parse(fixed.text).diagnostics and not parse(text).diagnostics)
    if before is not None and not unsafe:
        after = _compiled(fixed.text)
        assert after is not None
        assert after == before or _select_the_same(before, after)


def _compiled(text: str) -> Audience | None:
    try:
        return audience_dsl.compile(text)
    except AudienceError:
        return None


def _select_the_same(one: Audience, other: Audience) -> bool:
    """Whether they agree on users at the edges of both."""
    try:
        judges = (one.evaluator(), other.evaluator())
        users = [profile_of(sample.profile) for each in (one, other) for sample in edges(each.filter, SETTINGS, NOW)]
    except AudienceError:
        # A regex that cannot be run here.
        return True
    return all(judges[0].selects(user, NOW) == judges[1].selects(user, NOW) for user in users)


def format(text: str, random: Random) -> None:
    """Formatting says the same, and twice is once."""
    try:
        once = format_source(Source(text))
    except FormatRefused as refused:
        # A directive whose clause would end up on another line is a reason, and half a character that no file can have.
        if (
            "audience:" not in text
            and "\ud800" not in text
            and any(each.code.slug == "format-refused" for each in refused.diagnostics)
        ):
            raise
        return
    assert format_source(Source(once)) == once
    assert _compiled(once) == _compiled(text)


def library(text: str, random: Random) -> None:
    """The library's face: an audience, or an error of ours; and whatever can be had of an audience."""
    try:
        audience = audience_dsl.compile(text, params={"x": "y"} if random.random() < 0.1 else None)
    except AudienceError:
        return
    assert json.loads(audience.to_json()) == audience.to_dict()
    assert audience_dsl.explain(audience)
    smaller = audience.simplified()
    assert len(smaller.to_json()) <= len(audience.to_json())
    assert smaller.simplified() == smaller
    again = audience_dsl.Audience.from_dict(audience.to_dict())
    assert again == audience
    written = audience_dsl.decompile(audience.to_dict())
    assert audience_dsl.compile(written) == audience
    assert audience_dsl.format(written) == written


def decompile(value: Any, _: Random) -> None:
    """What is read from JSON compiles to the same in canonical form, or is refused."""
    shown = json.dumps(value)
    try:
        text = audience_dsl.decompile(value)
    except AudienceError:
        return
    canonical = audience_dsl.Audience.from_dict(_audience_of(value)) if "does_not_equal" not in shown else None
    again = audience_dsl.compile(text)
    # Old spellings are renewed, and datetimes without an offset completed.
    assert canonical is None or again == canonical or len(again.to_json()) >= len(canonical.to_json())
    assert audience_dsl.decompile(again.to_dict()) == text


def _audience_of(value: Any) -> Any:
    return value["audience"] if isinstance(value, dict) and "audience" in value else value


def catalog(text: str, random: Random) -> None:
    with suppress(CatalogError):
        parse_catalog(Source(text, "attributes.toml"))


def configuration(text: str, random: Random) -> None:
    try:
        found = read(Source(text, "audience.toml"), path=ROOT / "audience.toml")
    except ConfigurationFileError:
        return
    with suppress(ConfigurationError):
        Requirements(found).of(ROOT / "a.audience")
    assert found.effective()


COMMANDS = (
    *(("check", "-"), ("check", "-", "--diff", "--unsafe-fixes"), ("fmt", "-"), ("fmt", "-", "--simplify", "--diff")),
    *(("compile", "-"), ("compile", "-", "--simplify"), ("explain", "-"), ("explain", "-", "--format", "html")),
    *(("decompile", "-"), ("decompile", "-", "--name", "x")),
)


def command(content: bytes, random: Random) -> None:
    """Commands end with an exit code of theirs, and never speak of an internal error."""
    arguments = random.choice(COMMANDS)
    if arguments[0] in ("check", "explain") or random.random() < 0.3:
        arguments = (*arguments, "--output-format", random.choice([each for each in FORMATS if each != "junit"]))
    done = run(*arguments, stdin=content)
    assert done.code in (0, 1, 2), arguments
    assert "internal error" not in done.err, (arguments, done.err)
    assert "Traceback" not in done.err


MAPPINGS: tuple[dict[str, str], ...] = (
    *({}, {"id": "external_user_id", "Age": "attributes.age:number", "Note": ""}),
    *(
        {"prioritization:": "identified", "email": "email"},
        {"x": "trigger_properties.a.b", "attributes.x:list:": "a;b"},
    ),
)


def recipients(content: bytes, random: Random) -> None:
    """Every record of a file is a recipient who can be had again, or has findings that can be shown."""
    with TemporaryDirectory() as here:
        path = Path(here, random.choice(("p.csv", "p.jsonl")))
        path.write_bytes(content)
        endpoint = ENDPOINTS[random.choice(("campaign-trigger-send", "canvas-trigger-schedule-create"))]
        mapping = random.choice(MAPPINGS)
        try:
            file = RecipientsFile(path, mapping=mapping, endpoint=endpoint, name="p", in_request=random.random() < 0.2)
        except RequestError as error:
            render_findings(random.choice(FORMATS), error.diagnostics, root="/x", files=["p"])
            return
        at = line = 0
        found: list[Diagnostic] = []
        for entry in file.entries():
            assert entry.offset >= at
            assert entry.line > line
            at, line = entry.offset + entry.length, entry.line
            assert content[entry.offset : at] == entry.raw
            assert (entry.recipient is None) == any(each.severity == "error" for each in entry.findings)
            if entry.recipient is not None:
                assert file.at(entry.offset, entry.length) == entry.recipient
                assert entry.identity == identity_of(entry.recipient)
                body: dict[str, Any] = {str(endpoint.id_field): "x", "recipients": [entry.recipient]}
                if endpoint.kind == "schedule":
                    body["schedule"] = {"time": "2026-03-01T00:00:00Z"}
                assert not by_severity(check_request(body, endpoint=endpoint), "error")
            for each in entry.findings:
                assert each.source is not None
                assert each.span is not None
                assert 0 <= each.span.start <= each.span.end <= max(1, len(each.source.text) + 1)
                assert each.source.position(each.span.start).line >= entry.line
            found += entry.findings
        render_findings(random.choice(FORMATS), found, root="/x", files=["p"])


def body(value: Any, random: Random) -> None:
    """A body is found wrong, in words that can be shown; or it is built, and goes out as it came."""
    for endpoint in random.sample(list(ENDPOINTS.values()), 3):
        allowed = random.random() < 0.2
        found, request = examine_request(value, endpoint=endpoint, audience_without_broadcast=allowed, now=NOW)
        errors = by_severity(found, "error")
        assert len(found) <= LISTED_AT_MOST
        assert (request is None) == bool(errors)
        for each in found:
            assert each.code.code[:4] in ("AUD6", "AUD7"), each
            assert each.pointer is not None
            assert "\n" not in each.message + (each.help or "")
        render_findings(random.choice(FORMATS), found, root="/x", files=[])
        if request is not None:
            body = request.to_dict()
            assert body == json.loads(json.dumps(body))
            assert {*body} == {*value}
            again = build_request(body, endpoint=endpoint, audience_without_broadcast=allowed)
            assert (again.digest, again.recipient_count) == (request.digest, request.recipient_count)
    if isinstance(value, dict):
        assert endpoint_for([each for each in value if isinstance(each, str)]).name in ENDPOINTS


def request_file(content: bytes, random: Random) -> None:
    """A request file becomes a body, or has findings at places in it; and no key in it is shown."""
    with TemporaryDirectory() as here:
        path = Path(here, random.choice(("r.toml", "r.toml", "r.json")))
        path.write_bytes(content)
        Path(here, "p.csv").write_text("external_user_id,x\nu1,1\n", encoding="utf-8")
        arguments = [
            "request",
            str(path),
            "--output-format",
            random.choice(("text", "text", "json", "sarif", "github")),
        ]
        if random.random() < 0.3:
            arguments += ["--curl", "--instance", "EU-01"]
        done = run(*arguments, *(("--now", "2026-03-01T00:00:00Z") if random.random() < 0.5 else ()))
        assert done.code in (0, 1), (arguments, done.err)
        assert "internal error" not in done.err, done.err
        assert "Traceback" not in done.err
        assert done.code == 0 or not done.out or "text" not in arguments


class Target(NamedTuple):
    """Something that reads, and how what it is given is made. Both take the randomness of one seed."""

    name: str
    make: Callable[[Random], Any]
    run: Callable[[Any, Random], None]


TARGETS = (
    Target("check", inputs.texts, check),
    Target("fix", inputs.texts, fix),
    Target("format", inputs.texts, format),
    Target("library", inputs.texts, library),
    Target("decompile", inputs.audience_json, decompile),
    Target("catalog", inputs.catalogs, catalog),
    Target("configuration", inputs.configurations, configuration),
    Target("recipients", inputs.recipients, recipients),
    Target("body", inputs.bodies, body),
    Target("request", inputs.request_files, request_file),
    Target("command", inputs.raw, command),
)
