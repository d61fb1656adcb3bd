"""`--env`: one workspace is chosen by its name, never by itself, and what it forbids is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from audience_dsl.sandbox import Sandbox, local_sandbox, running

from .support import Done, files, run

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
STORM = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"
KEYS = {"STAGING_KEY": KEY, "BRAZE_API_KEY": "another-key-of-another-workspace"}

CONFIGURATION = f"""\
[env.staging]
endpoint = "URL"
key = {{ env = "STAGING_KEY" }}
campaigns = {{ storm = "{STORM}", winter = "{OTHER}" }}

[env.production]
instance = "EU-01"
campaigns = {{ storm = "{STORM}", winter = "{OTHER}" }}
allowed-campaigns = ["storm"]

[env.archive]
instance = "EU-02"
campaigns = {{ storm = "{STORM}" }}
read-only = true

[env.strict]
instance = "US-01"
campaigns = {{ storm = "{STORM}" }}
only-from-plan = true
"""
REQUESTS = {
    "storm.toml": 'campaign = "storm"\nbroadcast = true\n',
    "winter.toml": 'campaign = "winter"\nbroadcast = true\n',
    "id.toml": f'campaign_id = "{STORM}"\nrecipients = [{{ external_user_id = "u" }}]\n',
    "canvas.toml": 'canvas_id = "c"\nbroadcast = true\n',
    "message.toml": (
        'external_user_ids = ["u"]\n[messages.webhook]\nurl = "https://x.example"\nrequest_method = "GET"\n'
    ),
}


@pytest.fixture(autouse=True)
def project(here: Path) -> None:
    files(here, {"audience.toml": CONFIGURATION.replace("URL", "http://127.0.0.1:9"), **REQUESTS})


@pytest.fixture
def braze(here: Path) -> Iterator[Sandbox]:
    """The staging workspace, on a port, which knows the key of staging alone."""
    sandbox = local_sandbox(api_key=KEY, allow_real_keys=True)
    with running(sandbox) as url:
        files(here, {"audience.toml": CONFIGURATION.replace("URL", url)})
        yield sandbox


def sent(*arguments: str, **more: str) -> Done:
    return run("send", *arguments, "--yes", env={**KEYS, **more})


def test_names_and_the_key_of_the_environment(braze: Sandbox) -> None:
    done = sent("storm.toml", "--env", "staging", "--entire-segment")
    assert done.code == 0, done.err
    assert "in        staging\n" in done.err
    (entry,) = braze.requests
    assert (entry.body or {})["campaign_id"] == STORM
    assert KEY not in done.out + done.err


@pytest.mark.parametrize("file", ["storm.toml", "id.toml"])
def test_nothing_is_chosen_where_nothing_is_said(file: str) -> None:
    done = sent(file)
    assert (done.code, done.out) == (2, "")
    assert "error[AUD830]" in done.err
    assert "`staging`, `production`, `archive`, `strict`" in done.err


def test_one_environment_is_not_chosen_by_itself_either(here: Path) -> None:
    files(here, {"audience.toml": '[env.only]\ninstance = "EU-01"\n'})
    assert sent("id.toml").code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--env", "stagin"), "did you mean `staging`?"),
        (("--env", "test"), "there are `staging`, `production`, `archive`, `strict`"),
        (("--env", KEY), "there is no environment of this name"),
        (("--env", "staging", "--instance", "EU-01"), "`--env` and `--instance` are both given"),
        (("--env", "staging", "--endpoint", "http://127.0.0.1:9"), "`--env` and `--endpoint` are both given"),
        (("--env", "production", "--key-file", "k", "--sandbox"), "needs no key"),
        # Nobody gets around the rules of an environment by its bare endpoint.
        (("--instance", "EU-01"), "which an endpoint by itself would get around"),
        (("--endpoint", "https://rest.fra-02.braze.eu"), "which an endpoint by itself would get around"),
        (("--endpoint", "https://REST.fra-02.braze.eu.:443/"), "which an endpoint by itself would get around"),
    ],
)
def test_usage(arguments: tuple[str, ...], words: str) -> None:
    done = sent("storm.toml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert KEY not in done.err


def test_there_are_none(here: Path) -> None:
    (here / "audience.toml").unlink()
    done = sent("id.toml", "--env", "staging")
    assert done.code == 2
    assert "there is no configuration" in done.err
    assert "[env.NAME]" in done.err


def test_an_endpoint_that_belongs_to_no_rules_is_still_free() -> None:
    done = sent("id.toml", "--endpoint", "http://127.0.0.1:9", "--attempts", "1")
    assert done.code == 7, done.err


def test_an_endpoint_that_cannot_be_is_told_at_its_place(here: Path) -> None:
    files(here, {"audience.toml": '[env.a]\nendpoint = "http://rest.example.com"\n'})
    for command in (("send", "id.toml", "--env", "a", "--yes"), ("config", "show")):
        done = run(*command, env=KEYS)
        assert done.code == 2
        assert "--> audience.toml:2:1" in done.err
        assert "http would show the key" in done.err


@pytest.mark.parametrize(
    ("file", "environment", "code"),
    [
        ("storm.toml", "archive", "AUD832"),
        ("storm.toml", "strict", "AUD833"),
        ("winter.toml", "production", "AUD834"),
        ("canvas.toml", "production", "AUD834"),
        ("message.toml", "production", "AUD834"),
    ],
)
def test_gates(file: str, environment: str, code: str) -> None:
    """Before a key is looked for: none of these environments has one here."""
    done = run("send", file, "--env", environment, "--yes", env={"BRAZE_API_KEY": "x" * 20})
    assert (done.code, done.out) == (6, "")
    assert f"error[{code}]" in done.err
    assert "nothing was sent" in done.err
    printed = run("request", file, "--curl", "--env", environment)
    assert (printed.code, printed.out) == (6, "")
    # A body goes nowhere.
    assert run("request", file, "--env", environment).code == 0


@pytest.mark.parametrize(
    ("file", "environment", "code", "words"),
    [
        ("storm.toml", "production", 0, ""),
        ("winter.toml", "production", 6, "error[AUD834]"),
        ("storm.toml", "archive", 0, "warning[AUD832]"),
        ("storm.toml", "strict", 0, "warning[AUD833]"),
    ],
)
def test_a_rehearsal(file: str, environment: str, code: int, words: str) -> None:
    """Names are resolved, what is not allowed is refused, and nothing needs a key."""
    done = run("send", file, "--env", environment, "--sandbox")
    assert done.code == code, done.err
    assert words in done.err


def test_curl_lets_the_shell_fill_in_the_key_from_where_it_is(here: Path) -> None:
    text = CONFIGURATION + (
        '[env.file]\ninstance = "EU-01"\nkey = { file = "my key" }\n'
        '[env.ring]\ninstance = "EU-01"\nkey = { keyring = "braze", user = "o\'hara" }\n'
    )
    files(here, {"audience.toml": text.replace("URL", "http://127.0.0.1:9")})
    for name, key in (
        ("staging", "$STAGING_KEY"),
        ("file", f"$(cat '{here / 'my key'}')"),
        ("ring", "$(keyring get braze 'o'\"'\"'hara')"),
    ):
        done = run("request", "id.toml", "--curl", "--env", name, env=KEYS)
        assert f'"Authorization: Bearer {key}"' in done.out
        assert KEY not in done.out


def test_catalog_pull(braze: Sandbox, here: Path) -> None:
    done = run("catalog", "pull", "--env", "staging", env=KEYS)
    assert done.code == 0, done.err
    assert (here / "attributes.toml").exists()
    nothing = run("catalog", "pull", env=KEYS)
    assert (nothing.code, "AUD830" in nothing.err) == (2, True)


def test_a_catalogue_is_read_from_an_environment_that_is_only_read(here: Path) -> None:
    sandbox = local_sandbox(api_key=KEY, allow_real_keys=True)
    with running(sandbox) as url:
        files(here, {"audience.toml": f'[env.a]\nendpoint = "{url}"\nread-only = true\n'})
        done = run("catalog", "pull", "--env", "a", env={"BRAZE_API_KEY": KEY})
    assert done.code == 0, done.err


def test_config_show(here: Path) -> None:
    done = run("config", "show", "--output-format", "json", env=KEYS)
    document = json.loads(done.out)
    values = document["values"]
    assert values["env.production.campaigns"]["value"] == {"storm": STORM, "winter": OTHER}
    assert values["env.staging.key"] == {"value": {"env": "STAGING_KEY"}, "from": "audience.toml:3"}
    assert document["keys"] == dict.fromkeys(("staging", "production", "archive", "strict"), "set")
    text = run("config", "show", env={"STAGING_KEY": KEY}).out
    assert "# the key of staging: set\n" in text
    assert "# the key of production: not set\n" in text
    assert KEY not in text + done.out


def test_limits_and_share_reach_the_pacer(here: Path) -> None:
    """With a hundredth of ten sends to one audience, there is none."""
    files(here, {"audience.toml": '[env.a]\nendpoint = "http://127.0.0.1:9"\nshare = "1/100"\n', **REQUESTS})
    done = run("send", "canvas.toml", "--env", "a", "--yes", "--entire-segment", env=KEYS)
    assert (done.code, "a share of 1/100" in done.err) == (2, True), done.err
    more = '[env.a]\nendpoint = "http://127.0.0.1:9"\nshare = "1/100"\nrate-limits = { audience = 100 }\n'
    files(here, {"audience.toml": more})
    done = run("send", "canvas.toml", "--env", "a", "--yes", "--entire-segment", "--attempts", "1", env=KEYS)
    assert done.code == 7, done.err


def test_a_ledger_is_of_one_environment_even_where_two_are_at_one_endpoint(braze: Sandbox, here: Path) -> None:
    text = (here / "audience.toml").read_text()
    place = text.split("\n")[1]
    files(here, {"audience.toml": text + f'[env.second]\n{place}\nkey = {{ env = "STAGING_KEY" }}\n'})
    once = ("id.toml", "--ledger", "l.db", "--ledger-key", "storm")
    assert sent(*once, "--env", "staging").code == 0
    again = sent(*once, "--env", "staging")
    assert (again.code, "already sent" in again.out) == (0, True)
    other = sent(*once, "--env", "second")
    assert (other.code, "AUD822" in other.err) == (6, True), other.err
    assert len(braze.requests) == 1
