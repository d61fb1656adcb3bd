"""Required filters: met however they are spelled, and never met by something wider."""

from pathlib import Path

import pytest

from audience_dsl.api import analyse
from audience_dsl.checking.check import check_source
from audience_dsl.checking.fixing import fix_all
from audience_dsl.checking.requirements import RequirementError, required_of
from audience_dsl.config import Configuration
from audience_dsl.config.reading import read
from audience_dsl.diagnostics import Diagnostic
from audience_dsl.source import Source

CONSENT = """\
param $team: string
let reachable = push is opted_in or email is opted_in
let internal = email_domain == "ours.example"
let mine = team == $team
"""
CONFIGURATION = """\
[[require]]
paths = ["audiences/**", "!audiences/free.audience"]
filters = {filters}
from = "shared/consent.audience"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    (tmp_path / "audiences").mkdir()
    (tmp_path / "shared" / "consent.audience").write_text(CONSENT)
    return tmp_path


def configured(project: Path, filters: str) -> Configuration:
    text = CONFIGURATION.format(filters=filters)
    return read(Source(text, "audience.toml"), path=project / "audience.toml")


def check(project: Path, text: str, filters: str, name: str = "audiences/a.audience") -> list[Diagnostic]:
    configuration = configured(project, filters)
    path = project / name
    return [
        each
        for each in check_source(
            Source(text, name),
            path=path,
            base_path=project,
            settings=configuration.settings,
            required=required_of(path, configuration),
        )
        if each.code.code == "AUD304" or each.severity == "error"
    ]


USE = 'use reachable, internal from "../shared/consent.audience"\n'
BOTH = '["reachable", "not internal"]'


@pytest.mark.parametrize(
    "text",
    [
        f"{USE}audience a = x is true and reachable and not internal",
        f"{USE}audience a = not internal and (x is true and (reachable))",
        f"{USE}let good = reachable and not internal\naudience a = good and (x is true or y is true)",
        # As it is written out.
        '(push is opted_in or email is opted_in) and email_domain != "ours.example" and x is true',
        f"{USE}audience a = reachable and not internal",
        "let only = x is true",
    ],
)
def test_met(project: Path, text: str) -> None:
    assert check(project, text, BOTH) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("audience a = x is true", ["reachable", "not internal"]),
        (f"{USE}audience a = x is true or reachable and not internal", ["reachable", "not internal"]),
        (f"{USE}audience a = x is true and reachable or not internal", ["reachable", "not internal"]),
        (f"{USE}audience a = reachable and internal", ["not internal"]),
        (f"{USE}audience a = not reachable and not internal", ["reachable"]),
        (f"{USE}audience a = reachable and (x is true or not internal)", ["not internal"]),
        ("x is true", ["reachable", "not internal"]),
        # Wider, narrower and nearly the same are not the same.
        ('push is opted_in and email_domain != "ours.example"', ["reachable"]),
        (
            '(push is opted_in or email is opted_in or x is true) and not (email_domain == "ours.example")',
            ["reachable"],
        ),
    ],
)
def test_missing(project: Path, text: str, missing: list[str]) -> None:
    found = check(project, text, BOTH)
    assert [each.message.split("require `")[1].split("`")[0] for each in found] == missing
    assert {each.code.code for each in found} == {"AUD304"}
    assert all(each.related[0].source.name == "audience.toml" for each in found)


def test_each_audience_is_asked(project: Path) -> None:
    found = check(project, f"{USE}audience a = reachable and not internal\naudience b = x is true", BOTH)
    assert [each.message.split("`")[1] for each in found] == ["b", "b"]
    assert {(each.source.position(each.span.start).line) for each in found if each.source and each.span} == {3}


def test_only_the_paths_named(project: Path) -> None:
    for name in ("audiences/free.audience", "other/a.audience", "a.audience"):
        assert check(project, "x is true", BOTH, name) == []
    assert len(check(project, "x is true", BOTH, "audiences/deep/er/a.audience")) == 2


def test_parameters_are_the_same_parameter(project: Path) -> None:
    use = 'use mine from "../shared/consent.audience"\n'
    assert check(project, f"{use}audience a = mine and x is true", '["mine"]') == []
    assert check(project, "param $team: string\naudience a = team == $team and x is true", '["mine"]') == []
    other = "param $other: string\naudience a = team == $other and x is true"
    assert [each.code.code for each in check(project, other, '["mine"]')] == ["AUD304"]


@pytest.mark.parametrize(
    "text",
    [
        "audience a = x is true\naudience b = y is true or z is true\naudience c = (y is true or z is true) # c\n",
        f"# top\n{USE}audience a = x is true",
        "param $p: string\n\naudience a = x == $p and y == true\n",
    ],
)
def test_the_fix_meets_them(project: Path, text: str) -> None:
    source = Source(text, "audiences/a.audience")
    configuration = configured(project, BOTH)
    path = project / source.name

    def find(source: Source) -> list[Diagnostic]:
        return check_source(
            source,
            path=path,
            base_path=project,
            settings=configuration.settings,
            required=required_of(path, configuration),
        )

    fixed = fix_all(source, find, unsafe=True)
    assert [each for each in fixed.findings if each.severity == "error"] == []
    assert fixed.count
    assert fix_all(source, find, unsafe=False).text == text
    # Nothing that stood there is lost.
    before = analyse(Source(text), path=path, base_path=project).names
    assert analyse(Source(fixed.text), path=path, base_path=project).names == before


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ('["reachabel"]', "`reachabel`"),
        ('["x =="]', "expected"),
        ('["audience y = x is true"]', "none"),
        ('["x is true or"]', "expected"),
        ('["x == 1 and x == true"]', "two types"),
    ],
)
def test_a_required_filter_that_is_none(project: Path, filters: str, message: str) -> None:
    with pytest.raises(RequirementError) as caught:
        check(project, "x is true", filters)
    assert caught.value.finding.source is not None
    assert caught.value.finding.source.name == "audience.toml"
    assert message in caught.value.message or message in (caught.value.help or "") or message == "two types"


def test_a_name_without_its_file(project: Path) -> None:
    configuration = read(
        Source('[[require]]\npaths = ["**"]\nfilters = ["reachable"]', "audience.toml"), path=project / "audience.toml"
    )
    with pytest.raises(RequirementError, match="has no `from`"):
        required_of(project / "a.audience", configuration)
