"""Files of profiles: archives, directories, Parquet, and what stops the reading."""

import gzip
import os
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl import ConfigurationError
from audience_dsl.profiles import ProfileError, instant_of, profile_of
from audience_dsl.profiles.files import ProfileFiles, Unreadable, read_profiles
from tests.profiles.reading import lines, of, refusal, told, write


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- Archives and directories ---


def test_gzip(here: Path) -> None:
    packed = gzip.compress(b'{"id":"1"}\n')
    for name in ("a.jsonl.gz", "a.json.gz", "a.gz", "1a2b.3c.gz", "A.JSONL.GZ"):
        assert of(name, packed) == ["1"]
    assert of("a.csv.gz", gzip.compress(b"id,a\n1,2\n")) == ["1"]


def packed(name: str, members: dict[str, str | bytes], **options: Any) -> Path:
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return Path(name)


def test_a_zip(here: Path) -> None:
    members: dict[str, str | bytes] = {
        "x/1.txt": '{"id":"1"}\n{',
        "x/2.json": '[{"id":"2"}]',
        "3.csv": "id,a\n3,1\n",
        "4": '{"id":"4"}',
        "5.gz": gzip.compress(b'{"id":"5"}'),
        "__MACOSX/x/._1.txt": b"\x00\x05",
        ".DS_Store": b"\x00",
        "x/": b"",
    }
    assert told(packed("export.zip", members)) == [
        "1",
        "export.zip/x/1.txt:2: this is no JSON: expecting property name enclosed in double quotes (column 2)",
        "2",
        "3",
        "4",
        "5",
    ]
    assert told(packed("empty.zip", {})) == []


def test_a_directory(here: Path) -> None:
    write("d/b.jsonl", '{"id":"b"}')
    write("d/a.jsonl", '{"id":"a"}')
    write("d/c/a.csv", "id,x\nca,1\n")
    write("d/README.md", "{")
    write("d/.hidden.jsonl", "{")
    write("d/.git/a.jsonl", "{")
    packed("d/z.zip", {"1.txt": '{"id":"z"}'})
    assert told(Path("d")) == ["a", "b", "ca", "z"]
    (here / "none").mkdir()
    assert "there is no file of profiles below `none`" in str(refusal(Path("none")))


def test_a_pipe_in_a_directory_is_not_waited_for(here: Path) -> None:
    Path("all").mkdir()
    os.mkfifo("all/pipe.jsonl")
    write("all/a.jsonl", lines({"external_id": "a"}))
    assert [each.id for each in read_profiles(Path("all")) if not isinstance(each, Unreadable)] == ["a"]


def test_damaged_archives(here: Path) -> None:
    whole = gzip.compress(os.urandom(100_000))
    for name, content in {
        "cut.gz": whole[:50_000],
        "flipped.gz": whole[:5_000] + b"\xff" * 9 + whole[5_009:],
        "no.gz": b"hello",
        "no.zip": b"hello",
        "empty.zip": b"",
    }.items():
        error = refusal(write(name, content))
        assert error.code == "AUD805"
        assert error.message.startswith(f"`{name}` is damaged: ")
    path = packed("a.zip", {"1.txt": "x" * 100_000})
    raw = path.read_bytes()
    assert "is damaged" in str(refusal(write("b.zip", raw[:60] + b"\xff" * 20 + raw[80:])))
    encrypted = bytearray(raw)
    encrypted[6] |= 1
    encrypted[raw.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(write("c.zip", bytes(encrypted))).message == "`c.zip` is encrypted"


@given(st.data())
def test_damage_anywhere_is_said(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("damage") / data.draw(st.sampled_from(["a.zip", "a.gz"]))
    if path.suffix == ".zip":
        packed(str(path), {"1.txt": '{"id":"1"}\n' * 20, "ü.csv": "id\n1\n"})
    else:
        path.write_bytes(gzip.compress(b'{"id":"1"}\n' * 20))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    with suppress(ConfigurationError):
        list(read_profiles(path))


# --- What is no file of profiles ---


def test_no_such_file(here: Path) -> None:
    write("users.jsonl", "")
    error = refusal(Path("user.jsonl"))
    assert (error.code, error.message, error.help) == (
        "AUD805",
        "there is no file `user.jsonl`",
        "did you mean `users.jsonl`?",
    )
    for name in ("a.txt", "a", "a.parquet.gz", "a.tar.gz", "a.zip.gz"):
        error = refusal(write(name, ""))
        assert error.message == f"the ending of `{name}` names no format of profiles"
        assert error.help is not None
        assert ".jsonl" in error.help
    assert refusal(Path("a\0.jsonl")).message == "`a\\x00.jsonl` is no path of a file"
    assert refusal(Path("\x1b[31m.jsonl")).message == "there is no file `\\x1b[31m.jsonl`"
    assert "cannot be read" in refusal(Path("users.jsonl/x.jsonl")).message
    with pytest.raises(ConfigurationError):
        ProfileFiles(Path("none.jsonl"))


def test_a_file_that_goes_away(here: Path) -> None:
    write("d/a.jsonl", '{"id":"1"}')
    write("d/b.jsonl", '{"id":"2"}')
    files = ProfileFiles(Path("d"))
    Path("d/b.jsonl").unlink()
    found = iter(files)
    assert not isinstance(next(found), Unreadable)
    with pytest.raises(ConfigurationError, match=r"`d/b\.jsonl` cannot be read: No such file"):
        next(found)


def test_how_far_it_is(here: Path) -> None:
    write("d/a.jsonl", lines(*({"id": str(number), "x": "y" * 100} for number in range(40_000))))
    write("d/b.jsonl.gz", gzip.compress(b'{"id":"1"}'))
    files = ProfileFiles(Path("d"))
    assert files.bytes_read == 0
    seen = [files.bytes_read for _ in files]
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-2] <= files.total_bytes
    assert files.bytes_read == files.total_bytes == sum(path.stat().st_size for path in Path("d").iterdir())
    # And once more from the start.
    assert len(list(files)) == len(seen)
    assert files.bytes_read == files.total_bytes


# --- Parquet ---


def parquet(name: str, query: str) -> Path:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        target = name.replace("'", "''")
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    return Path(name)


def test_parquet(here: Path) -> None:
    path = parquet(
        "we[ir]*d?.parquet",
        "SELECT 'u' || i AS external_id, i AS age, ['a', 'b'] AS foods, 'opted_in' AS push, 1.5::DECIMAL(5, 2) AS d, "
        "TIMESTAMPTZ '2026-01-01 00:00:00+07' AS seen, NULL AS nothing FROM range(2500) t(i)",
    )
    found = list(read_profiles(path))
    assert len(found) == 2_500
    last = found[-1]
    assert not isinstance(last, Unreadable)
    assert (last.id, last.push, last.untyped) == ("u2499", "opted_in", False)
    import audience_dsl

    text = 'age == 2499 and foods includes "a" and d == 1.5 and nothing does not exist'
    assert audience_dsl.compile(text).matches(last)
    assert audience_dsl.compile("seen before 2025-12-31T18:00:00Z").matches(last)
    assert not audience_dsl.compile("seen before 2025-12-31T17:00:00Z").matches(last)


def test_parquet_with_json_inside(here: Path) -> None:
    path = parquet(
        "a.parquet",
        """SELECT * FROM (VALUES
        ('1', '{"age": 30}', [{'last_used': '2026-10-31'}]), ('2', '{"a', NULL), ('3', NULL, NULL)
        ) t(external_id, custom_attributes, apps)""",
    )
    first, second, third = read_profiles(path)
    assert not isinstance(first, Unreadable)
    assert (first.attributes, first.last_used) == ({"age": 30}, instant_of("2026-10-31"))
    assert isinstance(second, Unreadable)
    assert (second.line, second.message[:15]) == (2, "this is no JSON")
    assert not isinstance(third, Unreadable)
    assert third.attributes == {}


def test_no_parquet(here: Path) -> None:
    pytest.importorskip("duckdb")
    error = refusal(write("a.parquet", "x" * 100))
    assert error.code == "AUD805"
    assert error.message.startswith("`a.parquet` cannot be read as Parquet: ")


def test_parquet_without_the_extra(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    error = refusal(write("a.parquet", ""))
    assert error.code == "AUD806"
    assert error.help == "pip install 'audience-dsl[preview]'"


# --- Profiles ---


def test_what_cannot_be_written_as_text() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, 10**5_000):
        with pytest.raises(ProfileError, match="no state of a subscription"):
            profile_of({"push": value})
        assert profile_of({"id": value}).id in ("<list>", "<int>")
        with pytest.raises(ProfileError, match="is no time"):
            profile_of({"apps": [{"last_used": value}]})


def test_the_quick_way_to_an_instant_is_the_same() -> None:
    """Texts of 24 characters against the same with one digit more of the second, which goes the long way."""

    def long_way(text: str) -> str:
        return f"{text[:-1]}0Z"

    texts: Iterable[str] = (
        f"{year}-{month}-{day}T{clock}.{fraction}Z"
        for year in ("0000", "0001", "2026", "3000", "3001", "२०२६")
        for month in ("00", "02", "12", "13")
        for day in ("00", "01", "29", "30", "32", "W1")
        for clock in ("00:00:00", "23:59:59", "24:00:00", "12:60:00", "12:00:60", "+1:00:00")
        for fraction in ("000", "123", "0 1", "00 ")
    )
    for text in texts:
        if not text.endswith(" Z"):
            assert instant_of(text) == instant_of(long_way(text)), text
    assert instant_of("2026-10-31T08:00:00.00 Z") == instant_of("2026-10-31T08:00:00Z")
    assert instant_of("2026-W44-6T08:00:00.000Z") is None
