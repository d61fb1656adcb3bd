"""Where API keys come from, and that they go nowhere."""

import base64
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from audience_dsl.cli.console import Console
from audience_dsl.sandbox import local_sandbox, running
from audience_dsl.sender import Client
from audience_dsl.sender.secret import Secret
from tests.sender.fault_server import FaultServer, answering

from .support import Done, files, run

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
REQUEST = 'campaign_id = "c"\nrecipients = [{ external_user_id = "u" }]\n'


@pytest.fixture(autouse=True)
def project(here: Path) -> None:
    files(here, {"r.toml": REQUEST, "k": KEY + "\n"})
    (here / "k").chmod(0o600)


@pytest.fixture
def braze(here: Path) -> Iterator[str]:
    with running(local_sandbox(api_key=KEY, allow_real_keys=True)) as url:
        yield url


def send(url: str, *arguments: str, **env: str) -> Done:
    return run("send", "r.toml", "--endpoint", url, "--yes", *arguments, env=env)


def environment(here: Path, url: str, key: str) -> None:
    files(here, {"audience.toml": f'[env.a]\nendpoint = "{url}"\nkey = {key}\n'})


# --- Files ---


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file(braze: str, here: Path, end: str) -> None:
    (here / "k").write_bytes((KEY + end).encode())
    done = send(braze, "--key-file", "k", BRAZE_API_KEY="that-of-another-workspace")
    assert (done.code, "warning" in done.err) == (0, False), done.err


def test_a_file_that_the_configuration_names_lies_beside_it(braze: str, here: Path) -> None:
    environment(here, braze, '{ file = "k" }')
    files(here, {"sub/r.toml": REQUEST})
    done = run("send", "sub/r.toml", "--env", "a", "--yes")
    assert done.code == 0, done.err
    # An option wins over the configuration.
    files(here, {"wrong": "x" * 20})
    assert run("send", "r.toml", "--env", "a", "--key-file", "wrong", "--yes").code == 3


def test_a_link_to_a_file_as_orchestrators_mount_it(braze: str, here: Path) -> None:
    (here / "mounted").symlink_to(here / "k")
    assert send(braze, "--key-file", "mounted").code == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read(braze: str, here: Path, mode: int, warned: bool) -> None:
    (here / "k").chmod(mode)
    done = send(braze, "--key-file", "k")
    assert done.code == 0
    assert ("warning[AUD802]" in done.err) is warned
    assert ("chmod 600" in done.err) is warned


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_file_that_is_mounted_read_only(braze: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As orchestrators mount secrets: its mode says nothing, and cannot be changed there."""
    (here / "k").chmod(0o444)
    of_machine = os.statvfs(here)
    read_only = os.statvfs_result((*of_machine[:8], of_machine.f_flag | os.ST_RDONLY, *of_machine[9:]))
    monkeypatch.setattr(os, "statvfs", lambda path: read_only)
    done = send(braze, "--key-file", "k")
    assert (done.code, "warning" in done.err) == (0, False), done.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the API key is empty"),
        (b"\n", "the API key is empty"),
        (f"{KEY}\n\n{KEY}".encode(), "white space"),
        (b"\xff\xfe" + KEY.encode(), "outside ASCII"),
        (b"k" * 5_000, "longer than any key"),
    ],
)
def test_a_file_that_is_wrong(here: Path, content: bytes, words: str) -> None:
    (here / "k").write_bytes(content)
    done = send("http://127.0.0.1:9", "--key-file", "k")
    assert done.code == 2
    assert words in done.err
    assert "k" in done.err
    assert KEY not in done.err


def test_what_is_no_file(here: Path) -> None:
    os.mkfifo(here / "pipe")
    for name, words in ((".", "no regular file"), ("pipe", "no regular file"), ("none", "there is no key file")):
        done = send("http://127.0.0.1:9", "--key-file", name)
        assert (done.code, words in done.err) == (2, True), done.err


# --- The keyring ---


class Ring(KeyringBackend):
    priority = 1

    def __init__(self, keys: dict[tuple[str, str], str] | None) -> None:
        self.keys = keys

    def get_password(self, service: str, username: str) -> str | None:
        if self.keys is None:
            raise KeyringLocked(f"{KEY} is locked")
        return self.keys.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring({("braze", "staging"): KEY})
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_the_keyring(braze: str, here: Path, ring: Ring) -> None:
    environment(here, braze, '{ keyring = "braze", user = "staging" }')
    done = run("send", "r.toml", "--env", "a", "--yes")
    assert done.code == 0, done.err
    assert "# the key of a: stored" in run("config", "show").out
    ring.keys = {}
    done = run("send", "r.toml", "--env", "a", "--yes")
    assert (done.code, "keyring set braze staging" in done.err) == (2, True)
    ring.keys = None
    done = run("send", "r.toml", "--env", "a", "--yes")
    assert (done.code, "KeyringLocked" in done.err, KEY in done.err) == (2, True, False)


def test_the_keyring_is_not_installed(here: Path) -> None:
    environment(here, "http://127.0.0.1:9", '{ keyring = "braze", user = "staging" }')
    with mock.patch.dict(sys.modules, {"keyring": None}):
        done = run("send", "r.toml", "--env", "a", "--yes")
        assert done.code == 2
        assert "pip install 'audience-dsl[keyring]'" in done.err
        shown = run("config", "show")
    assert (shown.code, "is not installed" in shown.out) == (0, True)


# --- Never an argument ---


@pytest.mark.parametrize(
    "arguments",
    [
        ("--key", KEY),
        (f"--key={KEY}",),
        ("--api-key", KEY),
        (f"--api-key={KEY}",),
        (f"--apikey{KEY}",),
        ("--api_key", KEY),
        ("--braze-api-key", KEY),
        ("--token", KEY),
    ],
)
def test_an_argument(arguments: tuple[str, ...]) -> None:
    done = run("send", "r.toml", "--instance", "EU-01", *arguments)
    assert done.code == 2
    assert "never given as an argument" in done.err
    assert "--key-file" in done.err
    assert KEY not in done.out + done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", "r.toml", KEY),
        ("send", "r.toml", "--instance", KEY),
        ("send", "r.toml", "--endpoint", KEY),
        ("send", "r.toml", "--env", KEY),
        ("send", "r.toml", "--instance", "EU-01", "--key-file", KEY),
        ("send", KEY, "--instance", "EU-01"),
        ("send-id", "create", "id", KEY, "--campaign", "c", "--sandbox"),
        ("catalog", "pull", KEY),
        (KEY,),
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, env={"BRAZE_API_KEY": "x" * 20})
    assert done.code == 2
    assert KEY not in done.out + done.err


# --- Nowhere ---


def forms(key: str) -> list[str]:
    return [key, key.upper(), quote(key, safe=""), base64.b64encode(key.encode()).decode().rstrip("="), f'"{key}"']


@pytest.mark.parametrize("key", [KEY, "a/b+c=d&e<f>0123"])
def test_the_console_hides_a_key_in_each_of_its_forms(key: str, capfd: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.hide(Secret(key))
    for form in forms(key):
        console.data(f"data {form}\n")
        console.note(f"note {form}")
        console.error(f"error {form}", f"help {form}")
        console.confess(RuntimeError(f"fault {form}"))
    said = capfd.readouterr()
    assert said.out.count("[key]") == len(forms(key))
    for form in forms(key):
        assert form not in said.out + said.err


@pytest.mark.parametrize("source", ["env", "file", "keyring"])
def test_an_error_that_nobody_foresaw(
    source: str, braze: str, here: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the traceback too, and from whichever source the key came."""
    written = {
        "env": '{ env = "MY_KEY" }',
        "file": '{ file = "k" }',
        "keyring": '{ keyring = "braze", user = "staging" }',
    }
    environment(here, braze, written[source])

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"Bearer {KEY}")

    monkeypatch.setattr(Client, "send", fails)
    done = run("send", "r.toml", "--env", "a", "--yes", env={"AUDIENCE_DEBUG": "1", "MY_KEY": KEY})
    assert "Traceback" in done.err
    assert "Bearer [key]" in done.err
    assert KEY not in done.out + done.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_server_that_repeats_the_key(braze: str, here: Path, form: str) -> None:
    """Braze does so in its 401."""
    wrong = KEY.replace("b7", "00")
    files(here, {"wrong": wrong})
    done = send(braze, "--key-file", "wrong", "--output-format", form)
    assert done.code == 3
    assert wrong not in done.out + done.err


@pytest.mark.parametrize("key", [KEY, "a/b+c=d&e<f>0123"])
def test_nothing_that_is_left_behind_has_the_key_or_data(
    key: str, here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Outputs, logs, ledgers and findings, where the server repeats the key wherever it can."""
    (here / "k").write_text(key)
    people = "external_user_id,attributes.x\nu1,PRIVATE\n,PRIVATE\n"
    files(here, {"t.toml": 'campaign_id = "c"\n', "people.csv": people})
    body = json.dumps({"message": f"no: Bearer {key}", "errors": [{key: forms(key)}], "notice": key, "send_id": key})
    answer = answering("401 Unauthorized", body.encode(), f"X-Request-Id: {key}")
    with caplog.at_level(logging.DEBUG), FaultServer(answer) as server:
        one = send(
            server.url, "--key-file", "k", "--ledger", "one.db", "--findings-file", "f.json", "--output-format=json"
        )
        to = ("--endpoint", server.url, "--key-file", "k", "--yes", "--ledger", "run.db")
        many = run("send", "t.toml", *to, "--recipients", "people.csv", "--output-format", "json")
    shown = [run("ledger", "show", name, "--output-format", "json") for name in ("one.db", "run.db")]
    assert (one.code, many.code, [each.code for each in shown]) == (3, 7, [0, 0]), one.err + many.err
    said = [caplog.text, *(text for each in (one, many, *shown) for text in (each.out, each.err))]
    kept = {file.name: file.read_bytes() for file in here.iterdir() if file.is_file()}
    assert {"one.db", "run.db", "run.rejects.csv", "f.json"} <= set(kept)
    for form in forms(key):
        assert not [text for text in said if form in text]
        assert [name for name, content in kept.items() if form.encode() in content] in (["k"], [])
    assert not [text for text in said if "PRIVATE" in text]
    assert {name for name, content in kept.items() if b"PRIVATE" in content} == {"people.csv", "run.rejects.csv"}
