"""Request files for every endpoint: implied or named, with names for identifiers, or with recipients from elsewhere."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.cli.exits import FindingsError
from audience_dsl.cli.parameters import read_given
from audience_dsl.cli.project import Projects
from audience_dsl.cli.request_file import Ids, PreparedRequest, read_request
from audience_dsl.diagnostics import CODES, ConfigurationError
from tests.sender.test_endpoints import LEAST

from .support import files, run

ONE = 'recipients = [{ external_user_id = "u" }]\n'


def read(name: str, *, ids: Ids | None = None, apart: bool = False) -> PreparedRequest:
    return read_request(
        name,
        given=read_given((), None),
        projects=Projects(config=None, catalog=None, base_path=None),
        now=datetime(2026, 11, 1, tzinfo=UTC),
        ids=ids,
        recipients_apart=apart,
    )


def faults(name: str, **settings: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(FindingsError) as caught:
        read(name, **settings)
    return sorted((each.pointer, each.code.code) for each in caught.value.diagnostics)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_named_and_implied(here: Path, name: str) -> None:
    endpoint = ENDPOINTS[name]
    for said in ({"endpoint": name}, {"endpoint": endpoint.path}, {} if endpoint.kind != "send-id" else None):
        if said is None:
            continue
        files(here, {"r.json": json.dumps({**LEAST[name], **said})})
        prepared = read("r.json")
        assert prepared.endpoint is prepared.request.endpoint is endpoint
        assert prepared.request.to_dict() == LEAST[name]


def test_the_command_prints_the_path_of_the_endpoint(here: Path) -> None:
    files(here, {"r.toml": 'canvas_id = "c"\nbroadcast = true\n'})
    done = run("request", "r.toml", "--curl", "--instance", "EU-01")
    assert done.code == 0
    assert done.out.startswith("curl --request POST https://rest.fra-01.braze.eu/canvas/trigger/send ")
    assert json.loads(run("request", "r.toml").out) == {"canvas_id": "c", "broadcast": True}


@pytest.mark.parametrize(
    ("endpoint", "way"),
    [
        ('"canvas-send"', "did you mean `canvas-trigger-send`?"),
        ('"/users/track"', "write one of `campaign-trigger-send`"),
        ("5", "write one of"),
        ('""', "write one of"),
    ],
)
def test_an_endpoint_that_there_is_not(here: Path, endpoint: str, way: str) -> None:
    files(here, {"r.toml": f'endpoint = {endpoint}\ncampaign_id = "c"\n'})
    done = run("request", "r.toml")
    assert done.code == 1
    assert "error[AUD726]" in done.err
    assert "--> r.toml:1:1 (/endpoint)" in done.err
    assert way in done.err


def test_a_custom_audience_in_the_language(here: Path) -> None:
    body = {key: value for key, value in LEAST["messages-live-activity-start"].items() if key != "external_user_ids"}
    files(here, {"r.json": json.dumps({**body, "custom_audience": {"text": "a is true"}})})
    prepared = read("r.json")
    assert "custom_attribute" in prepared.request.to_dict()["custom_audience"]
    assert prepared.audience_text == "a is true"
    assert prepared.request.is_broadcast
    files(here, {"r.json": json.dumps({**body, "custom_audience": {"text": "a is"}})})
    done = run("request", "r.json")
    assert done.code == 1
    assert "--> r.json#/custom_audience/text:1:" in done.err


def test_datetimes_of_toml_in_a_schedule(here: Path) -> None:
    files(here, {"r.toml": f'campaign_id = "c"\n{ONE}schedule = {{ time = 2026-12-24T09:00:00+07:00 }}\n'})
    assert read("r.toml").request.to_dict()["schedule"] == {"time": "2026-12-24T09:00:00+07:00"}
    files(here, {"r.toml": f'campaign_id = "c"\n{ONE}schedule = {{ time = 2026-12-24 }}\n'})
    assert faults("r.toml") == [("/schedule/time", "AUD721")]


def test_a_schedule_that_has_passed(here: Path) -> None:
    files(here, {"r.toml": f'campaign_id = "c"\n{ONE}schedule = {{ time = 2026-12-24T09:00:00Z }}\n'})
    done = run("request", "r.toml", "--now", "2026-12-24T09:00:01Z")
    assert done.code == 0
    assert "warning[AUD721]: the `time` has passed\n  --> r.toml:3:14 (/schedule/time)" in done.err
    assert run("request", "r.toml", "--now", "2026-12-24T09:00:00Z").err == run("request", "r.toml").err == ""


def test_a_warning_does_not_stop_a_request(here: Path) -> None:
    attributes = '{ subscription_groups = [{ subscription_group_id = "g", subscription_state = "subscribed" }] }'
    files(
        here, {"r.toml": f'canvas_id = "c"\nrecipients = [{{ external_user_id = "u", attributes = {attributes} }}]\n'}
    )
    done = run("request", "r.toml")
    assert done.code == 0
    assert "warning[AUD725]" in done.err
    assert "--> r.toml:2:56 (/recipients/0/attributes/subscription_groups)" in done.err


PLACES = {
    "r.toml": """\
# by hand
"brod/cast" = true
campaign = 5
context = { a = 1 }
[[recipients]]
external_user_id = "u"
[[recipients]]
email = 3
[recipients.attributes]
subscription_groups = [{ subscription_group_id = "g", subscription_state = "on" }]
""",
    "r.json": """\
{
  "brod/cast": true,
  "campaign": 5, "context": {"a": 1},
  "recipients": [
    {"external_user_id": "u"},
    {"email": 3,
     "attributes": {"subscription_groups": [{"subscription_group_id": "g", "subscription_state": "on"}]}}
  ]
}
""",
}
GROUP = "/recipients/1/attributes/subscription_groups/0/subscription_state"


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("r.toml", ["2:1", "3:1", "4:1", "7:1", "8:1", "10:55"]),
        ("r.json", ["2:3", "3:15", "3:18", "6:5", "6:15", "7:98"]),
    ],
)
def test_findings_stand_where_their_values_do(here: Path, name: str, places: list[str]) -> None:
    files(here, {name: "\ufeff" + PLACES[name]})
    with pytest.raises(FindingsError) as caught:
        read(name)
    found = {(each.place.removeprefix(f"{name}:"), each.pointer) for each in caught.value.diagnostics}
    pointers = ["/brod~1cast", "/campaign", "/context", "/recipients/1", "/recipients/1/email", GROUP]
    assert found == set(zip(places, pointers, strict=True))


def test_a_finding_about_the_identifier_stands_at_the_name(here: Path) -> None:
    files(here, {"r.toml": f"messages = {{}}\nendpoint = 'canvas-trigger-send'\n{ONE}campaign = 'storm'\n"})
    with pytest.raises(FindingsError) as caught:
        read("r.toml", ids=known)
    assert ("/campaign", "r.toml:4:1") in [(each.pointer, each.place) for each in caught.value.diagnostics]


# --- Names ---


def known(kind: str, name: str) -> str:
    found = {("campaign", "storm"): "id-of-storm", ("canvas", "trial"): "id-of-trial"}.get((kind, name))
    if found is None:
        raise ConfigurationError(CODES["settings"], f"there is no {kind} `{name}`", help="add it")
    return found


def test_names_become_identifiers_at_their_place(here: Path) -> None:
    files(here, {"r.toml": 'broadcast = true\ncampaign = "storm"\n', "c.toml": 'canvas = "trial"\nbroadcast = true\n'})
    assert list(read("r.toml", ids=known).request.to_dict().items()) == [
        ("broadcast", True),
        ("campaign_id", "id-of-storm"),
    ]
    prepared = read("c.toml", ids=known)
    assert prepared.endpoint.name == "canvas-trigger-send"
    assert prepared.request.subject == "id-of-trial"


def test_names_that_stand_for_nothing(here: Path) -> None:
    files(
        here,
        {
            "r.toml": 'broadcast = true\ncampaign = "strom"\n',
            "both.toml": 'broadcast = true\ncampaign = "storm"\ncampaign_id = "c"\n',
            "odd.toml": "broadcast = true\ncampaign = 5\n",
        },
    )
    assert faults("r.toml") == faults("r.toml", ids=known) == [("/campaign", "AUD727")]
    assert faults("both.toml", ids=known) == faults("odd.toml", ids=known) == [("/campaign", "AUD727")]


# --- Recipients from elsewhere ---


def test_a_template(here: Path) -> None:
    files(
        here,
        {
            "r.toml": 'campaign_id = "c"\naudience = { text = "a is true" }\ntrigger_properties = { n = 1 }\n',
            "c.toml": 'canvas_id = "c"\nschedule = { time = 2026-12-24T09:00:00Z }\n',
        },
    )
    prepared = read("r.toml", apart=True)
    assert [*prepared.template] == ["campaign_id", "audience", "trigger_properties"]
    assert "custom_attribute" in prepared.template["audience"]
    assert prepared.endpoint.name == "campaign-trigger-send"
    with pytest.raises(TypeError, match="recipients"):
        _ = prepared.request
    later = read("c.toml", apart=True)
    assert later.endpoint.name == "canvas-trigger-schedule-create"
    assert later.template == {"canvas_id": "c", "schedule": {"time": "2026-12-24T09:00:00+00:00"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'campaign_id = "c"\n{ONE}', [("/recipients", "AUD728")]),
        ('campaign_id = "c"\nbroadcast = true\n', [("/broadcast", "AUD728")]),
        (f'campaign_id = "c"\nbroadcast = true\n{ONE}', [("/broadcast", "AUD728"), ("/recipients", "AUD728")]),
        ('endpoint = "messages-send"\nmessages = { sms = {} }\n', [("", "AUD728")]),
        ('campaign_id = "c"\ntrigger_propertys = {}\n', [("/trigger_propertys", "AUD703")]),
        ('trigger_properties = ""\n', [("", "AUD702"), ("/trigger_properties", "AUD701")]),
    ],
)
def test_faults_of_a_template(here: Path, text: str, expected: list[tuple[str, str]]) -> None:
    files(here, {"r.toml": text})
    assert faults("r.toml", apart=True) == expected
