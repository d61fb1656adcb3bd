"""`_tables.py` is what the grammar gives, on every machine."""

import os
import subprocess
import sys

import pytest

from audience_dsl.syntax import actions
from audience_dsl.syntax._tables import RULES, TERMINALS
from audience_dsl.syntax.generate import OUTPUT, generate


def test_the_committed_tables_are_fresh() -> None:
    assert OUTPUT.read_text(encoding="utf-8") == generate(), "run `python -m audience_dsl.syntax.generate`"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_tables_do_not_depend_on_the_hash_seed(seed: str) -> None:
    program = "from audience_dsl.syntax.generate import generate; import sys; sys.stdout.write(generate())"
    made = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert made.stdout == OUTPUT.read_text(encoding="utf-8")


def test_every_alias_is_an_action_and_every_action_an_alias() -> None:
    aliases = {name for _, _, name in RULES if name is not None}
    functions = {
        name
        for name, value in vars(actions).items()
        if callable(value) and getattr(value, "__module__", "") == actions.__name__ and not isinstance(value, type)
    }
    assert aliases == {name for name in functions if not name.startswith("_")}


def test_keywords_are_lower_case_ascii() -> None:
    words = [text for text in TERMINALS if text[0].isalpha()]
    assert words
    assert all(word.isascii() and word == word.lower() for word in words)
