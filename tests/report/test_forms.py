"""The forms for machines: golden files, the schemas of those who read them, and what must hold for any findings."""

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import xmlschema
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from audience_dsl.diagnostics import CODES, ERROR, NOTE, WARNING, Diagnostic, Fix, Related
from audience_dsl.report import FORMATS, Format, render_findings
from audience_dsl.source import Source, Span

from .golden_cases import CASES, FORMS, GOLDEN, every_kind, finding, rendered_as

DATA = Path(__file__).parents[1] / "data"
SARIF = Draft4Validator(json.loads((DATA / "sarif-2.1.0.json").read_text(encoding="utf-8")))
JUNIT = xmlschema.XMLSchema(DATA / "junit-10.xsd")
OURS = json.loads(files("audience_dsl").joinpath("schemas", "findings.schema.json").read_text(encoding="utf-8"))
DOCUMENT = Draft202012Validator(OURS)
FINDING = Draft202012Validator({"$ref": "#/$defs/finding", "$defs": OURS["$defs"]})
# As GitLab documents a Code Quality report.
GITLAB = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^(?!/|\\./)"},
                        "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"minimum": 1}}},
                    },
                },
            },
        },
    }
)
MACHINES = tuple(form for form in FORMATS if form != "text")
ROOT = "/srv/project"


def check(form: Format, text: str) -> Any:
    """Hold a document against what its readers ask of it, and return what they would read."""
    if form in ("json", "sarif", "gitlab"):
        value = json.loads(text)
        {"json": DOCUMENT, "sarif": SARIF, "gitlab": GITLAB}[form].validate(value)
        return value
    if form == "json-lines":
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        for line in lines:
            FINDING.validate(line)
        return lines
    if form == "junit":
        JUNIT.validate(text)
    return text


# --- Golden files ---


@pytest.mark.parametrize("form", FORMS)
def test_golden(form: Format) -> None:
    assert rendered_as(form) == (GOLDEN / FORMS[form]).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", MACHINES)
@pytest.mark.parametrize("name", CASES)
def test_every_case_in_every_form(form: Format, name: str) -> None:
    check(form, render_findings(form, CASES[name](), root=ROOT))


@pytest.mark.parametrize("form", MACHINES)
def test_nothing_found_is_a_document_too(form: Format) -> None:
    text = render_findings(form, [], root=ROOT, files=["a.audience"])
    value = check(form, text)
    if form == "junit":
        assert '<testcase classname="a.audience" name="no findings"/>' in text
    elif form == "json":
        assert value["findings"] == []
    elif form == "sarif":
        assert value["runs"][0]["results"] == []
    elif form == "gitlab":
        assert value == []
    else:
        assert text == ""


def test_our_schema_is_one() -> None:
    Draft202012Validator.check_schema(OURS)


def test_the_schemas_refuse() -> None:
    """What holds the documents could let anything pass."""
    log = json.loads(rendered_as("sarif"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not SARIF.is_valid(log)
    document = json.loads(rendered_as("json"))
    del document["findings"][0]["fingerprint"]
    assert not DOCUMENT.is_valid(document)
    assert not JUNIT.is_valid(rendered_as("junit").replace("<failure ", "<fault ").replace("</failure>", "</fault>"))


# --- Any findings ---

TEXTS = st.text(st.characters() | st.sampled_from("ab \t\n\r=日🍕\u0301\x1b\u202e<&]%:,"), max_size=60)
WORDS = st.text(min_size=1, max_size=12)
NAMES = st.sampled_from(["a.audience", "b c/é%.audience", "/srv/project/in.audience", "/srv/out.audience", "<stdin>"])


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    return Span(start, end)


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    source = Source(draw(TEXTS), draw(NAMES))
    at = draw(st.none() | spans(source.text))
    marks = sorted(
        {offset for span in draw(st.lists(spans(source.text), max_size=2)) for offset in (span.start, span.end)}
    )
    edits = [(Span(a, b), draw(TEXTS)) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    return Diagnostic(
        draw(st.sampled_from(list(CODES.values()))),
        draw(WORDS),
        source=source if at is not None else draw(st.none() | st.just(source)),
        span=at,
        pointer=draw(st.none() | WORDS),
        help=draw(st.none() | WORDS),
        fix=Fix(draw(WORDS), edits, safe=draw(st.booleans())) if edits and at is not None else None,
        related=[Related(source, draw(spans(source.text)), draw(WORDS))] if draw(st.booleans()) else [],
        severity=draw(st.sampled_from([ERROR, WARNING, NOTE])),
    )


FOUND = st.lists(diagnostics(), max_size=4)


@settings(deadline=None)
@given(FOUND, st.sampled_from(MACHINES))
def test_any_findings_make_a_valid_document(found: list[Diagnostic], form: Format) -> None:
    text = render_findings(form, found, root=ROOT)
    text.encode()
    assert all(character.isprintable() or character == "\n" for character in text)
    check(form, text)


@settings(deadline=None)
@given(FOUND, st.sampled_from(["concise", "github", "json-lines"]))
def test_a_line_for_each(found: list[Diagnostic], form: Format) -> None:
    assert render_findings(form, found, root=ROOT).count("\n") == len(found)


def between(text: str, region: dict[str, int]) -> str:
    """The text of a region of SARIF, by its own rules: lines by `newlineSequences`, columns by code points."""
    lines = re.split("(\r\n|\n|\r)", text)
    starts = [sum(map(len, lines[:index])) for index in range(0, len(lines), 2)]
    start = starts[region["startLine"] - 1] + region["startColumn"] - 1
    return text[start : starts[region["endLine"] - 1] + region["endColumn"] - 1]


def without_surrogates(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


@settings(deadline=None)
@given(diagnostics())
def test_the_regions_of_sarif_are_the_marked_texts(found: Diagnostic) -> None:
    (result,) = json.loads(render_findings("sarif", [found], root=ROOT))["runs"][0]["results"]
    if found.source is None or found.span is None:
        return
    region = result["locations"][0]["physicalLocation"]["region"]
    marked = found.source.text[found.span.start : found.span.end]
    assert between(found.source.text, region) == marked
    assert region.get("snippet", {"text": ""})["text"] == without_surrogates(marked)
    for related, given_ in zip(found.related, result.get("relatedLocations", ()), strict=True):
        at = given_["physicalLocation"]["region"]
        assert between(related.source.text, at) == related.source.text[related.span.start : related.span.end]


@settings(deadline=None)
@given(diagnostics())
def test_fixes_of_sarif_and_json_mend_what_ours_mend(found: Diagnostic) -> None:
    if found.fix is None:
        return
    assert found.source is not None
    mended = without_surrogates(found.fix.apply(found.source.text))
    (finding_,) = json.loads(render_findings("json", [found]))["findings"]
    edits = [
        (each["range"]["start"]["offset"], each["range"]["end"]["offset"], each["replacement"])
        for each in finding_["fix"]["edits"]
    ]
    assert applied(found.source.text, edits) == mended
    (result,) = json.loads(render_findings("sarif", [found]))["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert [between(found.source.text, each["deletedRegion"]) for each in change["replacements"]] == [
        found.source.text[span.start : span.end] for span, _ in found.fix.edits
    ]
    assert [each["insertedContent"]["text"] for each in change["replacements"]] == [
        without_surrogates(text) for _, text in found.fix.edits
    ]


def applied(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return without_surrogates(text)


@settings(deadline=None)
@given(diagnostics())
@example(Diagnostic(CODES["syntax"], "words", pointer="/a\nb"))
def test_github_reads_the_words_back(found: Diagnostic) -> None:
    line = render_findings("github", [found], root=ROOT).removesuffix("\n")
    head, facts, words = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", line).groups()  # type: ignore[union-attr]
    assert head == {ERROR: "error", WARNING: "warning", NOTE: "notice"}[found.severity]
    decoded = unescaped(words)
    assert decoded.split("\n")[0].endswith(found.message)
    assert found.help is None or decoded.endswith(f"\nhelp: {found.help}")
    pairs = dict(each.split("=", 1) for each in facts.split(","))
    if found.source is not None and found.source.name == "b c/é%.audience":
        assert unescaped(pairs["file"]) == found.source.name


def unescaped(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


# --- Places ---


@pytest.mark.parametrize("form", ["sarif", "gitlab", "github"])
def test_no_path_of_this_machine(form: Format) -> None:
    assert "/srv" not in rendered_as(form)


def test_uris_lead_to_their_files() -> None:
    log = json.loads(rendered_as("sarif"))
    uris = {
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
        for location in result.get("locations", [])
        if "physicalLocation" in location
    }
    names = {each.source.name for each in every_kind() if each.source is not None}
    assert {unquote(uri) for uri in uris} == {name.replace("/srv/", "../") for name in names}
    assert all(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) for uri in uris)


def test_a_name_that_is_no_utf8_keeps_its_bytes() -> None:
    found = finding("a = 1", "=", name="caf\udce9.audience")
    assert "caf%E9.audience" in render_findings("sarif", [found], root=ROOT)


# --- Fingerprints ---


def fingerprints_of(found: Sequence[Diagnostic], root: str = ROOT) -> list[str]:
    return [each["fingerprint"] for each in json.loads(render_findings("json", found, root=root))["findings"]]


TEXT = 'plan == "gold"\nand age = 21\n'


@pytest.mark.parametrize(
    "moved",
    ["\n\n# a comment\n" + TEXT, TEXT.replace("\n", "\r\n"), TEXT.replace("and", "  and"), TEXT + 'and b == "c"\n'],
)
def test_a_fingerprint_stays_where_lines_move(moved: str) -> None:
    assert fingerprints_of([finding(moved, "= 21")]) == fingerprints_of([finding(TEXT, "= 21", message="other words")])


@pytest.mark.parametrize(
    "other",
    [
        finding(TEXT, "= 21", "null"),
        finding(TEXT, "= 21", name="other.audience"),
        finding(TEXT, "21"),
        finding(TEXT.replace("age", "size"), "= 21"),
    ],
)
def test_a_fingerprint_tells_findings_apart(other: Diagnostic) -> None:
    assert fingerprints_of([other]) != fingerprints_of([finding(TEXT, "= 21")])


def test_every_finding_has_a_fingerprint_of_its_own() -> None:
    known = fingerprints_of(every_kind())
    assert len(set(known)) == len(known) == len(every_kind())


def test_a_fingerprint_does_not_hang_on_where_the_repository_is() -> None:
    here = finding(TEXT, "= 21", name="/a/repository/x.audience")
    there = finding(TEXT, "= 21", name="/another/place/x.audience")
    assert fingerprints_of([here], "/a/repository") == fingerprints_of([there], "/another/place")


# --- JUnit ---


@pytest.mark.parametrize(("level", "failures"), [(ERROR, 12), (WARNING, 14), (NOTE, 15), ("never", 0)])
def test_junit_fails_what_fails_the_run(level: str, failures: int) -> None:
    text = render_findings("junit", every_kind(), fail_level=level)
    assert text.count("<failure ") == failures
    assert f'failures="{failures}" errors="0">\n  <testsuite' in text


def test_ten_megabytes_on_one_line() -> None:
    text = 'a == "é" and ' * 800_000
    source = Source(text, "a.audience")
    found = [
        Diagnostic(CODES["syntax"], "x", source=source, span=Span(13 * n, 13 * n + 1)) for n in range(0, 800_000, 800)
    ]
    for form in MACHINES:
        assert len(render_findings(form, found, root=ROOT)) < 2_000_000
