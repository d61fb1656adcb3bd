"""Required filters: met however they are spelled, and never met by something wider."""

from pathlib import Path

import pytest

from audience_dsl.api import analyse
from audience_dsl.checking.check import check_source
from audience_dsl.checking.fixing import fix_all
from audience_dsl.checking.requirements import RequirementError, Requirements
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
            required=Requirements(configuration).of(path),
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
            required=Requirements(configuration).of(path),
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
        ('["audience y = x is true"]', "is no filter, but a definition"),
        ('["x is true\\nlet y = x is true"]', "is no filter, but a definition"),
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
        Requirements(configuration).of(project / "a.audience")


@pytest.mark.parametrize("filters", ['["x is true", "y =="]', '["x is true",\n  # consent\n  "y is"]'])
def test_a_fault_stands_at_its_filter(project: Path, filters: str) -> None:
    with pytest.raises(RequirementError) as caught:
        check(project, "x is true", filters)
    finding = caught.value.finding
    assert finding.source is not None
    assert finding.span is not None
    assert finding.source.text[finding.span.start : finding.span.end].startswith('"y')


def test_a_fault_of_the_shared_file_is_shown_there(project: Path) -> None:
    shared = project / "shared" / "consent.audience"
    shared.write_text(f"{CONSENT}let broken = x = 3\n")
    with pytest.raises(RequirementError) as caught:
        check(project, "x is true", '["reachable"]')
    (related,) = caught.value.finding.related
    assert related.source.name.endswith("consent.audience")
    assert related.source.position(related.span.start).line == 5


def test_a_comment_is_no_part_of_what_is_asked_for(project: Path) -> None:
    (finding,) = check(project, "y is true", '["x  is  true # consent"]')
    assert finding.help == "write `… and x is true`"


def test_a_link_has_both_of_its_names(project: Path) -> None:
    """Neither a link into the folder nor one out of it gets around what is required."""
    elsewhere = project / "elsewhere.audience"
    inside = project / "audiences" / "b.audience"
    for each in (elsewhere, inside):
        each.write_text("x is true")
    (project / "audiences" / "link.audience").symlink_to(elsewhere)
    (project / "link.audience").symlink_to(inside)
    for name in ("audiences/link.audience", "link.audience"):
        assert len(check(project, "x is true", BOTH, name)) == 2
    assert check(project, "x is true", BOTH, "elsewhere.audience") == []


def test_filters_are_compiled_once(project: Path) -> None:
    requirements = Requirements(configured(project, BOTH))
    first, second = (requirements.of(project / "audiences" / name) for name in ("a.audience", "b.audience"))
    assert len(first) == 2
    assert [one is other for one, other in zip(first, second, strict=True)] == [True, True]
    assert requirements.of(project / "audiences" / "free.audience") == []


@pytest.mark.parametrize(
    ("filters", "text", "met"),
    [
        ('["reachable"]', "email is opted_in or push is opted_in", True),
        ('["reachable"]', "push is opted_in or email is opted_in or push is opted_in", True),
        ('["reachable"]', "x is true and (email is opted_in or push is opted_in)", True),
        ('["reachable"]', "push is opted_in", False),
        ('["reachable"]', "push is opted_in and email is opted_in", False),
        ('["reachable"]', "push is opted_in or email is opted_in or x is true", False),
        ("""['x in ["a", "b"]']""", 'x in ["b", "a"] and y is true', True),
        ("""['x in ["a", "b"]']""", 'x in ["a", "b", "c"]', False),
        ('["x == 1"]', "x == 1 and y == 2", True),
        ('["x is true"]', "x is true and y == 2", True),
        ("""['x == "1"']""", 'x == "1" or y == 2', False),
        ('["(x is true and y is true) or z is true"]', "z is true or (y is true and x is true)", True),
        ('["(x is true and y is true) or z is true"]', "(z is true or y is true) and x is true", False),
    ],
)
def test_the_order_of_operands_does_not_count(project: Path, filters: str, text: str, met: bool) -> None:
    assert (check(project, text, filters) == []) is met
