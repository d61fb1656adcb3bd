"""The digest of the settings: the same for what says the same, wherever it lies, and another for anything else."""

from pathlib import Path

import pytest

from audience_dsl.config import read_file, settings_digest

TEXT = """\
time-zone = "Asia/Ho_Chi_Minh"
catalog = "attributes.toml"

[env.production]
instance = "EU-01"
campaigns = { storm = "s" }
ledger = "sends.db"
"""
CATALOG = '[attributes.city]\ntype = "string"\n'


def digest(directory: Path, text: str = TEXT, catalog: str | None = CATALOG) -> str:
    directory.mkdir()
    (directory / "audience.toml").write_text(text)
    if catalog is not None:
        (directory / "attributes.toml").write_text(catalog)
    return settings_digest(read_file(directory / "audience.toml"))


def test_two_checkouts_have_one(tmp_path: Path) -> None:
    written = TEXT.replace('instance = "EU-01"', '# in Frankfurt\ninstance = "eu-01"\nread_only = false')
    assert digest(tmp_path / "a") == digest(tmp_path / "b") == digest(tmp_path / "c", written)


@pytest.mark.parametrize(
    ("text", "catalog"),
    [
        (TEXT.replace("Ho_Chi_Minh", "Bangkok"), CATALOG),
        (TEXT.replace("EU-01", "EU-02"), CATALOG),
        (TEXT.replace('"s"', '"t"'), CATALOG),
        (TEXT.replace("sends.db", "other.db"), CATALOG),
        (TEXT + "read-only = true\n", CATALOG),
        (TEXT + "[limits]\nclauses = 7\n", CATALOG),
        (TEXT + '[assume]\n"greater_than.number.other" = false\n', CATALOG),
        (TEXT, CATALOG.replace("string", "number")),
        (TEXT, None),
    ],
)
def test_whatever_differs(tmp_path: Path, text: str, catalog: str | None) -> None:
    assert digest(tmp_path / "a") != digest(tmp_path / "b", text, catalog)
