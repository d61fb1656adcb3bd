"""What is made of a file before anything is sent: batches, lines set aside, duplicates left out, digests."""

import hashlib
import json
import stat
from pathlib import Path

import pytest

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.diagnostics import ConfigurationError, LedgerError, RequestError
from audience_dsl.ledger.database import Database
from audience_dsl.recipients import Entry
from audience_dsl.runs import Run, Staged, prepare
from audience_dsl.runs.tables import READY, REFUSED, STAGING

from .support import NOW, TEMPLATE, Braze, begin, go_on, names, people, sitting, write_people


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def test_batches_of_fifty_in_the_order_of_the_file(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", names(120))
    with Database(ledger) as database, begin(database, path) as run:
        assert [(batch.number, batch.first, batch.last, batch.recipients) for batch in run.batches()] == [
            (1, 1, 50, 50),
            (2, 51, 100, 50),
            (3, 101, 120, 20),
        ]
        assert [each.identity for each in run.recipients()] == [f"external_user_id:{name}" for name in names(120)]
        assert run.now == NOW
        assert run.name == "people.jsonl"
        assert run.input_digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (run.summary().total, run.summary().left, run.summary().batches) == (120, 120, 3)


def test_of_a_recipient_who_comes_again_the_last_line_counts(tmp_path: Path, ledger: Path) -> None:
    path = tmp_path / "people.jsonl"
    lines = [
        {"external_user_id": name, "trigger_properties": {"at": at}}
        for at, name in enumerate(["a", "b", "a", "c", "a"])
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    braze = Braze()
    summary = sitting(ledger, path, braze)
    assert (summary.total, summary.duplicates) == (3, 2)
    with Database(ledger) as database:
        assert list(Run.open(database).duplicates()) == [(1, 3), (3, 5)]
    (entry,) = braze.sandbox.requests
    assert entry.body == {**TEMPLATE, "recipients": [lines[1], lines[3], lines[4]]}


def test_large_recipients_make_smaller_batches(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", names(100), attributes={"note": "x" * 100_000})
    braze = Braze()
    assert sitting(ledger, path, braze).worst == "accepted"
    assert braze.accepted() == dict.fromkeys(names(100), 1)
    assert [len(entry.body["recipients"]) for entry in braze.sandbox.requests] == [39, 39, 22]
    assert all(len(entry.raw) <= 4_000_000 for entry in braze.sandbox.requests)


def test_a_recipient_who_fits_in_no_body_is_set_aside(tmp_path: Path, ledger: Path) -> None:
    among = {"custom_attribute_name": "city", "comparison": "is_any_of", "value": ["x" * 1_000] * 3_600}
    template = {**TEMPLATE, "audience": {"custom_attribute": among}}
    path = write_people(tmp_path / "people.jsonl", ["a"], attributes={"note": "x" * 500_000})
    with Database(ledger) as database, begin(database, path, template=template) as run:
        assert [(each.line, each.code) for each in run.rejects()] == [(1, "AUD713")]
        assert run.summary().total == 0


BAD = '{"external_user_id": 7, "secret": "s3cret"}\n'


def test_a_bad_line_is_set_aside_as_it_is_and_sent_once_it_is_mended(tmp_path: Path, ledger: Path) -> None:
    path, aside = tmp_path / "people.jsonl", tmp_path / "rejects.jsonl"
    path.write_text(f'{{"external_user_id": "a"}}\n{BAD}\nnot json\n{{"external_user_id": "b"}}', encoding="utf-8")
    told: list[Entry] = []
    braze = Braze()
    with Database(ledger) as database, begin(database, path, rejects=aside, on_rejected=told.append) as run:
        assert aside.read_text(encoding="utf-8") == f"{BAD}not json\n"
        assert stat.S_IMODE(aside.stat().st_mode) == 0o600
        assert [entry.line for entry in told] == [2, 4]
        assert {each.line for each in run.rejects()} == {2, 4}
        assert run.summary().rejected_lines == 2
    assert b"s3cret" not in b"".join(file.read_bytes() for file in tmp_path.glob("run.db*"))
    sitting(ledger, path, braze)
    aside.write_text('{"external_user_id": "c"}\n{"external_user_id": "d"}\n', encoding="utf-8")
    sitting(tmp_path / "second.db", aside, braze)
    assert braze.accepted() == dict.fromkeys("abcd", 1)


def test_lines_of_a_csv_file_are_set_aside_under_its_header(tmp_path: Path, ledger: Path) -> None:
    path, aside = tmp_path / "people.csv", tmp_path / "rejects.csv"
    path.write_text("external_user_id,send_to_existing_only\na,true\nb,perhaps\n", encoding="utf-8")
    with Database(ledger) as database, begin(database, path, rejects=aside):
        assert aside.read_text(encoding="utf-8") == "external_user_id,send_to_existing_only\nb,perhaps\n"


def test_a_file_without_bad_lines_leaves_no_file_of_them(tmp_path: Path, ledger: Path) -> None:
    path, aside = write_people(tmp_path / "people.jsonl", ["a"]), tmp_path / "rejects.jsonl"
    with Database(ledger) as database, begin(database, path, rejects=aside):
        assert not aside.exists()


def test_strict_refuses_the_whole_file_and_can_begin_again(tmp_path: Path, ledger: Path) -> None:
    path, aside = tmp_path / "people.jsonl", tmp_path / "rejects.jsonl"
    path.write_text(f'{{"external_user_id": "a"}}\n{BAD}', encoding="utf-8")
    with Database(ledger) as database:
        with pytest.raises(RequestError) as caught:
            begin(database, path, strict=True, rejects=aside)
        assert caught.value.diagnostics
        run = Run.open(database)
        assert (run.state, run.summary().batches, run.summary().rejected_lines) == (REFUSED, 0, 1)
        assert {each.line for each in run.rejects()} == {2}
        assert not aside.exists()
        with pytest.raises(LedgerError, match="AUD821"):
            go_on(database, path)
        write_people(path, ["a", "b"])
        with begin(database, path, strict=True) as again:
            assert (again.state, again.summary().total, list(again.rejects())) == (READY, 2, [])


def test_the_file_of_rejects_is_not_the_input(tmp_path: Path, ledger: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(BAD, encoding="utf-8")
    with Database(ledger) as database, pytest.raises(ConfigurationError, match="AUD803"):
        begin(database, path, rejects=tmp_path / "." / "people.jsonl")
    assert path.read_text(encoding="utf-8") == BAD


class DeadError(Exception):
    pass


def test_a_reading_that_was_ended_is_begun_anew(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", names(11_000))

    def die(_staged: object) -> None:
        raise DeadError

    with Database(ledger) as database:
        with pytest.raises(DeadError):
            begin(database, path, on_progress=die)
        assert Run.open(database).state == STAGING
        with pytest.raises(LedgerError, match="AUD821"):
            go_on(database, path)
        write_people(path, names(60))
        with begin(database, path) as run:
            assert (run.summary().total, run.summary().batches) == (60, 2)


def test_progress_is_told_in_lines_and_bytes(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", names(12_000))
    told: list[Staged] = []
    with Database(ledger) as database, begin(database, path, on_progress=told.append):
        assert [staged.recipients for staged in told] == [5_000, 10_000, 12_000]
        assert told[0].bytes_read < told[1].bytes_read < told[2].bytes_read == told[2].size == path.stat().st_size


def test_a_ledger_has_one_run(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", ["a"])
    with Database(ledger) as database:
        begin(database, path).close()
        with pytest.raises(LedgerError, match="has a run already"):
            begin(database, path)


def test_two_runs_cannot_hold_one_ledger(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", ["a"])
    with Database(ledger) as database, Database(ledger) as other:
        with begin(database, path):
            with pytest.raises(LedgerError, match="AUD823"):
                go_on(other, path)
            with pytest.raises(LedgerError, match="AUD823"):
                begin(other, path)
            assert Run.open(other).summary().total == 1
        go_on(other, path).close()


@pytest.mark.parametrize("what", ["input", "request"])
def test_what_changed_is_not_gone_on_with(tmp_path: Path, ledger: Path, what: str) -> None:
    path = write_people(tmp_path / "people.jsonl", ["a", "b"])
    with Database(ledger) as database:
        begin(database, path).close()
        template = TEMPLATE
        if what == "input":
            write_people(path, ["a", "c"])
        else:
            template = {**TEMPLATE, "trigger_properties": {"storm": "Bea"}}
        with pytest.raises(LedgerError, match="AUD822"):
            go_on(database, path, template=template)
        # It is not held then.
        write_people(path, ["a", "b"])
        go_on(database, path).close()


def test_identifiers_can_be_kept_as_hashes(tmp_path: Path, ledger: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", ["longer-identifier", "b", "longer-identifier"])
    braze = Braze()
    braze.faults = ["reject"]
    with Database(ledger) as database:
        with begin(database, path, hashed=True) as run:
            assert run.summary().total == 2
            identities = [each.identity for each in run.recipients()]
            assert len(set(identities)) == 2
            assert all(each.startswith("hashed:") for each in identities)
        with begin_other(tmp_path, path) as other:
            # The key is the ledger's own.
            assert not set(identities) & {each.identity for each in other.recipients()}
    sitting(ledger, path, braze)
    assert braze.accepted() == {"longer-identifier": 1, "b": 1}
    assert b"longer-identifier" not in b"".join(file.read_bytes() for file in tmp_path.glob("run.db*"))


def begin_other(tmp_path: Path, path: Path) -> Run:
    return begin(Database(tmp_path / "other.db"), path, hashed=True)


@pytest.mark.parametrize(
    ("endpoint", "template"),
    [("messages-send", {"campaign_id": "c"}), ("campaign-trigger-send", {"campaign_id": "c", "recipients": []})],
)
def test_a_request_that_cannot_have_a_file_of_recipients(
    tmp_path: Path, ledger: Path, endpoint: str, template: dict[str, object]
) -> None:
    path = write_people(tmp_path / "people.jsonl", ["a"])
    with Database(ledger) as database, pytest.raises(ConfigurationError, match="AUD803"):
        prepare(database, recipients=people(path), template=template, endpoint=ENDPOINTS[endpoint], now=NOW)


def test_a_ledger_without_a_run(ledger: Path) -> None:
    with Database(ledger) as database:
        assert Run.find(database) is None
        with pytest.raises(LedgerError, match="has no run"):
            Run.open(database)
