"""Environments in a configuration: what they say, every fault at its place, and no key in any finding."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.config import Configuration, ConfigurationFileError, Environment, looks_like_key
from audience_dsl.config.reading import read
from audience_dsl.diagnostics import Diagnostic
from audience_dsl.report import render
from audience_dsl.source import Source

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
STORM = "11111111-2222-4333-8444-555555555555"

WHOLE = f"""\
[env.production]
instance = "eu-01"
key = {{ file = "secrets/production.key" }}
campaigns = {{ storm = "{STORM}", winter = "w" }}
canvases = {{ onboarding = "o" }}
allowed-campaigns = ["storm"]
ledger = "state/sends.db"
share = "1/8"
rate-limits = {{ broadcasts = 500, send_ids = 200 }}

[env.archive]
endpoint = "https://rest.example.com"
key = {{ keyring = "braze", user = "archive" }}
read_only = true
only-from-plan = true
"""


def reading(text: str, section: tuple[str, ...] = ()) -> Configuration:
    return read(Source(text, "audience.toml"), section=section)


def findings(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ConfigurationFileError) as caught:
        reading(text)
    return caught.value.diagnostics


def test_every_key() -> None:
    found = reading(WHOLE)
    production, archive = found.environments["production"], found.environments["archive"]
    assert (production.instance, production.endpoint) == ("EU-01", None)
    assert production.key.to_dict() == {"file": "secrets/production.key"}
    assert dict(production.campaigns) == {"storm": STORM, "winter": "w"}
    assert production.allowed == frozenset({STORM})
    assert production.ledger == Path("state/sends.db")
    assert found.effective()["env.production.ledger"] == "state/sends.db"
    assert (production.share, dict(production.rate_limits)) == ("1/8", {"broadcasts": 500, "send-ids": 200})
    assert archive.key.to_dict() == {"keyring": "braze", "user": "archive"}
    assert (archive.read_only, archive.only_from_plan, archive.allowed) == (True, True, None)
    # Under the spelling that is the usual one.
    assert found.origins["env.archive.read-only"] == "audience.toml:14"
    assert found.effective()["env.archive.read-only"] is True


def test_the_same_below_a_table_of_another_file() -> None:
    below = reading(WHOLE.replace("[env.", "[tool.audience.env."), ("tool", "audience"))
    assert below.effective() == reading(WHOLE).effective()


def test_a_key_is_in_the_usual_variable_unless_something_else_is_said() -> None:
    assert reading('[env.a]\ninstance = "EU-01"\n').environments["a"].key.to_dict() == {"env": "BRAZE_API_KEY"}


@pytest.mark.parametrize(
    ("allowed_campaigns", "allowed_canvases", "allowed"),
    [
        (None, None, None),
        ([], None, set()),
        (["storm"], None, {"s"}),
        (None, ["storm"], {"canvas"}),
        (["storm", "other"], ["x"], {"s", "other", "x"}),
    ],
)
def test_what_is_allowed(
    allowed_campaigns: list[str] | None, allowed_canvases: list[str] | None, allowed: set[str] | None
) -> None:
    """Where one list is there, all else is forbidden; a name means the id of its own kind."""
    environment = Environment(
        "e",
        campaigns={"storm": "s"},
        canvases={"storm": "canvas"},
        allowed_campaigns=allowed_campaigns,
        allowed_canvases=allowed_canvases,
    )
    assert environment.allowed == allowed
    assert environment.has_rules == (allowed is not None)


AT = '[env.a]\ninstance = "EU-01"\n'


@pytest.mark.parametrize(
    ("text", "line", "message", "help"),
    [
        ('env = "x"', 1, "`env` is no table", "[env]"),
        ("[env]\na = 1", 2, "`env.a` is no table", "[env.production]"),
        ('[env."a b"]\ninstance = "EU-01"', 1, "other characters", "one word"),
        ("[env.a]", 1, "does not say where it is", 'instance = "EU-01"'),
        (AT + 'endpoint = "https://x.example"', 1, "both `instance` and `endpoint`", "keep one"),
        ('[env.a]\ninstance = "EU-99"', 2, "no instance `EU-99`", "did you mean"),
        ('[env.a]\ninstance = "https://x.example"', 2, "is given a URL", "`endpoint`"),
        ('[env.a]\nendpoint = "EU-01"', 2, "`endpoint` is no https URL", "`instance`"),
        (AT + "campains = {}", 3, "no key `campains`", "did you mean `campaigns`?"),
        (AT + "read_onyl = true", 3, "no key `read_onyl`", "did you mean `read-only`?"),
        (AT + "read_only = true\nread-only = true", 4, "`read-only` stands twice", "keep one"),
        (AT + 'read-only = "yes"', 3, "neither `true` nor `false`", "read-only = true"),
        (AT + "campaigns = 1", 3, "no table of ids by name", "storm"),
        (AT + 'campaigns = { storm = "" }', 3, "`storm` in `campaigns` has no id", "storm"),
        (AT + 'campaigns = { storm = "s" }\nallowed-campaigns = ["strom"]', 4, "`strom` in", "did you mean `storm`?"),
        (AT + 'allowed-campaigns = "storm"', 3, "no list of texts", '["…"]'),
        (AT + 'share = "8/1"', 3, "`share` is no part of one", "1/8"),
        (AT + "share = 0.5", 3, "`share` is no part of one", "1/8"),
        (AT + "ledger = 3", 3, "`ledger` is no path", "relative to this file"),
        (AT + "rate-limits = { broadcast = 3 }", 3, "no limit `broadcast`", "did you mean `broadcasts`?"),
        (AT + "rate-limits = { broadcasts = 0 }", 3, "no whole number from 1", "100"),
        (AT + "rate-limits = { send-ids = 1, send_ids = 2 }", 3, "stands twice", "keep one"),
        (AT + "key = {}", 3, "does not say where the key is", "keyring"),
        (AT + 'key = { evn = "X" }', 3, "`key` has no key `evn`", "did you mean `env`?"),
        (AT + 'key = { env = "X", file = "y" }', 3, "`env`, `file` at once", "one of"),
        (AT + 'key = { env = "A B" }', 3, "no name of a variable", "PRODUCTION_KEY"),
        (AT + 'key = { keyring = "braze" }', 3, "`keyring` needs a `user`", "user ="),
        (AT + 'key = { file = "x", user = "y" }', 3, "`user` is for a keyring", "keyring"),
    ],
)
def test_every_fault_at_its_place(text: str, line: int, message: str, help: str) -> None:
    (found,) = findings(text)
    assert found.code.slug == "settings"
    assert message in found.message
    assert help in (found.help or "")
    assert found.source is not None
    assert found.span is not None
    assert found.source.position(found.span.start).line == line


@pytest.mark.parametrize(
    "text",
    [
        f'{AT}key = "{KEY}"',
        f'{AT}key = """\n{KEY}"""',
        f'{AT}key = "\\u0062{KEY[1:]}"',
        f'{AT}key = {{ env = "{KEY}" }}',
        f'{AT}key = {{ file = "{KEY}" }}',
        f'{AT}key = {{ keyring = "{KEY}", user = "x" }}',
        f'{AT}key = {{ keyring = "x", user = "{KEY}" }}',
        f'{AT}key = ["{KEY}"]',
        f'{AT}api_key = "{KEY}"',
        f'{AT}rest-api-key = "{KEY}"',
        f'{AT}token = "{KEY}"',
    ],
)
def test_a_key_in_the_configuration_is_refused_and_not_repeated(text: str) -> None:
    found = findings(text)
    assert "key-in-configuration" in {each.code.slug for each in found}
    assert all("env =" in (each.help or "") for each in found if each.code.slug == "key-in-configuration")
    assert KEY[8:] not in shown(found)


@pytest.mark.parametrize(
    "text",
    [
        f'[env]\nkey = "{KEY}"',
        f'[env.a]\ninstance = "{KEY}"',
        f'[env.a]\nendpoint = "{KEY}"',
        f'{AT}braze = "{KEY}"',
        f'{AT}key = {{ value = "{KEY}" }}',
        f'api-key = "{KEY}"',
        f"{AT}key = {KEY}",
        f'{AT}key = "{KEY}',
        f'{AT}key = "{KEY}" oops',
        # On the line of a finding that is about something else.
        f'env.a = {{ instance = "EU-99", key = "{KEY}" }}',
    ],
)
def test_no_finding_about_something_else_repeats_a_key(text: str) -> None:
    assert KEY[8:] not in shown(findings(text))


def shown(found: tuple[Diagnostic, ...]) -> str:
    text = render(list(found), color=False)
    return text + "".join(f"{each.message}{each.help}{each.source and each.source.text}" for each in found)


@given(st.uuids(), st.sampled_from(['{} = "{}"', "{} = '{}'", '{} = {{ value = "{}" }}']), st.text("\n #", max_size=5))
def test_any_key_anywhere_near_its_name(key: object, form: str, around: str) -> None:
    written = form.format("key", key)
    assert str(key) not in shown(findings(f"{around}\n{AT}{written}\n"))


@pytest.mark.parametrize(
    ("text", "does"),
    [(KEY, True), (KEY.upper(), True), (KEY.replace("-", ""), True), ("storm", False), ("/run/secrets/braze", False)],
)
def test_what_looks_like_a_key(text: str, does: bool) -> None:
    assert looks_like_key(text) is does
