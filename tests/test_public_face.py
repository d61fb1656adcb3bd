"""What is public: `__all__`, its homes, its words, and how little an import costs."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import audience_dsl
from audience_dsl import AudienceError, CompileError, ConfigurationError
from audience_dsl.syntax import tree

PUBLIC = {
    *("Audience", "AudienceError", "BindError", "CompileError", "ConfigurationError", "Diagnostic", "Limits"),
    *("RequestError", "Settings", "__version__", "check", "compile", "decompile", "explain", "parse"),
}


def test_all_is_what_is_public() -> None:
    assert set(audience_dsl.__all__) >= PUBLIC
    assert sorted(audience_dsl.__all__) == audience_dsl.__all__
    assert set(audience_dsl.__all__) <= set(dir(audience_dsl))


@pytest.mark.parametrize("name", audience_dsl.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(audience_dsl, name)
    assert getattr(audience_dsl, name) is value
    if name != "__version__":
        assert inspect.getdoc(value)
        assert value.__module__.startswith("audience_dsl")


@pytest.mark.parametrize("name", audience_dsl.__all__)
def test_each_name_can_be_the_first_that_is_imported(name: str) -> None:
    subprocess.run(
        [sys.executable, "-c", f"from audience_dsl import {name}"],
        check=True,
        cwd=Path(audience_dsl.__file__).parents[1],
    )


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = audience_dsl.nothing_of_that_name


def test_the_package_is_typed() -> None:
    assert (Path(audience_dsl.__file__).parent / "py.typed").is_file()


def test_arguments_besides_the_text_are_by_keyword() -> None:
    for function in (audience_dsl.check, audience_dsl.compile, audience_dsl.decompile, audience_dsl.parse):
        first, *others = inspect.signature(function).parameters.values()
        assert first.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in others)


def test_a_naive_now_is_refused() -> None:
    import datetime

    with pytest.raises(ConfigurationError, match="offset"):
        audience_dsl.compile("a exists", now=datetime.datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("kind", ["text", "String", "datetime", "", "list"])
def test_a_catalogue_of_unknown_types_is_refused(kind: str) -> None:
    with pytest.raises(ConfigurationError, match="boolean"):
        audience_dsl.compile("a exists", catalog={"a": kind})


def test_the_name_of_a_file_stands_in_its_findings(tmp_path: Path) -> None:
    with pytest.raises(CompileError) as raised:
        audience_dsl.compile("a = 1", filename="x/y.audience", base_path=tmp_path)
    assert str(raised.value).startswith("x/y.audience:1:3: error[AUD006]")
    assert audience_dsl.parse("a = 1", filename="z.audience").diagnostics[0].place == "z.audience:1:3"


def test_audiences_are_values() -> None:
    one, two = audience_dsl.compile("a == 1"), audience_dsl.compile("( a==1 )  # the same")
    other = audience_dsl.compile("a == 1.0")
    assert one == two
    assert hash(one) == hash(two)
    assert one != other
    assert one != "a == 1"
    assert len({one, two, other}) == 2
    assert repr(one) == f"Audience({one.to_json()})"


def test_parse_keeps_comments_and_raises_over_nothing() -> None:
    text = 'a == "#x" # one\n# two\nand b exists'
    parsed = audience_dsl.parse(text)
    assert [text[span.start : span.end] for span in parsed.comments] == ["# one", "# two"]
    assert audience_dsl.parse("# nothing").tree is None
    assert isinstance(audience_dsl.parse("((").tree, tree.Invalid)
    assert issubclass(CompileError, AudienceError)
