"""A configuration's text: what it may say, and every fault at its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.config import Configuration, ConfigurationFileError, find, read_file
from audience_dsl.config.reading import read
from audience_dsl.diagnostics import Diagnostic
from audience_dsl.settings import Settings
from audience_dsl.source import Source

WHOLE = """\
time-zone = "Asia/Ho_Chi_Minh"
catalog = "attributes.toml"
select = ["AUD3"]
ignore = ["missing-value"]
fail-level = "warning"
baseline = "known.json"

[limits]
clauses = 100
list-items = 9

[assume]
"greater_than.number.other" = true

[[require]]
paths = ["audiences/**"]
filters = ["reachable", "not internal"]
from = "shared/consent.audience"

[ci]
paths = ["audiences"]
steps = ["test", "check"]
out-dir = "build"
"""


def test_every_key() -> None:
    found = read(Source(WHOLE, "audience.toml"), path=Path("/p/audience.toml"))
    assert found.settings.time_zone == "Asia/Ho_Chi_Minh"
    assert (found.settings.limits.clauses, found.settings.limits.list_items, found.settings.limits.depth) == (
        100,
        9,
        64,
    )
    assert found.settings.assume == {"greater_than.number.other": True}
    assert (found.select, found.ignore, found.fail_level) == (("AUD3",), ("missing-value",), "warning")
    assert (found.catalog, found.baseline) == (Path("/p/attributes.toml"), Path("/p/known.json"))
    (required,) = found.requirements
    assert (required.paths, required.filters) == (("audiences/**",), ("reachable", "not internal"))
    assert required.source == Path("/p/shared/consent.audience")
    assert (found.ci_paths, found.ci_steps, found.ci_out_dir) == (
        (Path("/p/audiences"),),
        ("check", "test"),
        Path("/p/build"),
    )
    assert found.origins["limits.clauses"] == "audience.toml:9"
    assert found.origins['assume."greater_than.number.other"'] == "audience.toml:13"


def test_the_same_below_a_table_of_another_file() -> None:
    text = "[project]\nname = 'x'\n[tool.audience]\n" + WHOLE.replace("[", "[tool.audience.").replace(
        "[tool.audience.[tool.audience.require]]", "[[tool.audience.require]]"
    ).replace("= [tool.audience.", "= [")
    found = read(Source(text, "pyproject.toml"), path=Path("/p/pyproject.toml"), section=("tool", "audience"))
    whole = read(Source(WHOLE, "audience.toml"), path=Path("/p/audience.toml"))
    assert found.effective() == whole.effective()
    assert found.settings.digest == whole.settings.digest


def test_nothing_is_the_default() -> None:
    assert read(Source("", "audience.toml")).effective() == Configuration().effective()
    assert Configuration().settings.digest == Settings().digest


@pytest.mark.parametrize(
    ("text", "line", "message", "help"),
    [
        ("a = ", 1, "this is no TOML", None),
        ("fail_level = 'error'", 1, "no key `fail_level`", "`fail-level`"),
        ("\ntime-zone = 'Mars'", 2, "no time zone `Mars`", "IANA"),
        ("time-zone = 3", 1, "no name of a time zone", "Asia"),
        ("catalog = 3", 1, "`catalog` is no path", "relative"),
        ("select = 'AUD3'", 1, "no list of texts", "select = ["),
        ("fail-level = 'fatal'", 1, "`fatal`", "`never`"),
        ("limits = 3", 1, "`limits` is no table", "[limits]"),
        ("[limits]\nclauses = 0", 2, "no whole number", "clauses = 100"),
        ("[limits]\nlist_items = 9", 2, "no key `list_items`", "`list-items`"),
        ("[assume]\n'equals.number.zro' = true", 2, "no assumption", "equals.number.zero"),
        ("[assume]\n'greater_than.number.other' = 1", 2, "takes true or false", None),
        ("[assume]\n'not_equal.string.other' = true", 2, "", None),
        ("require = 1", 1, "no list of tables", "[[require]]"),
        ("[[require]]\npaths = ['a']", 1, "no `filters`", "filters ="),
        ("[[require]]\npaths = ['a']\nfilters = []", 3, "is empty", "leave the requirement out"),
        ("[[require]]\npaths = ['a']\nfilters = ['b']\nfrm = 'c'", 4, "no key `frm`", "`from`"),
        ("[[require]]\npath = ['a']\nfilters = ['b']", 2, "a requirement has no key `path`", "`paths`"),
        ("[[require]]\npaths = ['!a']\nfilters = ['b']", 2, "names no file", "**"),
        ("[[require]]\npaths = ['a']\nfilters = [' ']", 3, "is empty", "take it out"),
        ("fail-level = ['error']", 1, "`fail-level` is no text", "`never`"),
        ("[ci]\nsteps = ['chek']", 2, "no step `chek`", "`check`"),
    ],
)
def test_faults(text: str, line: int, message: str, help: str | None) -> None:
    with pytest.raises(ConfigurationFileError) as caught:
        read(Source(text, "audience.toml"))
    (finding,) = caught.value.diagnostics
    assert finding.code.code == "AUD803"
    assert finding.source is not None
    assert finding.span is not None
    assert finding.source.position(finding.span.start).line == line
    assert message in finding.message
    assert help is None or help in (finding.help or "")


def test_all_faults_are_found_at_once_in_order() -> None:
    text = "time-zone = 3\nno = 1\n[limits]\nclauses = 'x'\n[ci]\nsteps = 3\n"
    with pytest.raises(ConfigurationFileError) as caught:
        read(Source(text, "audience.toml"))
    lines = [
        each.source.position(each.span.start).line for each in caught.value.diagnostics if each.source and each.span
    ]
    assert lines == [1, 2, 4, 6]


def found_in(text: str, section: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    try:
        read(Source(text, "audience.toml"), section=section)
    except ConfigurationFileError as error:
        return error.diagnostics
    return ()


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "replace")))
def test_for_any_text_only_our_own_error_comes_out(text: str) -> None:
    for section in ((), ("tool", "audience")):
        assert found_in(text, section) is not None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["a", "error", "UTC", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["paths", "filters", "x"]), inner),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from(["time-zone", "select", "limits", "require", "ci", "assume", "catalog"]), VALUES)
)
def test_for_any_values_only_our_own_error_comes_out(document: dict[str, object]) -> None:
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in document.items())
    assert all(each.span is not None for each in found_in(text))


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool) or value is None:
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


# --- Which file ---


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "audience.toml").write_text("")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    assert find(inner) == tmp_path / "audience.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.audience]\n")
    assert find(inner) == tmp_path / "a" / "pyproject.toml"
    (tmp_path / "a" / "audience.toml").write_text("")
    assert find(inner) == tmp_path / "a" / "audience.toml"


def test_a_broken_file_that_speaks_of_audiences_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[[tool.audience.require]]\npaths = [\n")
    found = find(tmp_path)
    assert found is not None
    with pytest.raises(ConfigurationFileError, match="no TOML"):
        read_file(found)


def test_a_link_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "audience.toml").symlink_to(tmp_path / "none")
    found = find(tmp_path)
    assert found is not None
    with pytest.raises(ConfigurationFileError, match="cannot be read"):
        read_file(found)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "audience.toml").write_bytes(b"\xff")
    for path, message in ((tmp_path / "audience.toml", "not UTF-8"), (tmp_path / "none.toml", "cannot be read")):
        with pytest.raises(ConfigurationFileError, match=message):
            read_file(path)
