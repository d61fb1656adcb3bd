"""`audience request`: request files to bodies, and every fault at its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from .support import files, run

BLUE = 'eye_color == "blue"'
BLUE_JSON = {"custom_attribute": {"custom_attribute_name": "eye_color", "comparison": "equals", "value": "blue"}}
ONE = 'recipients = [{ external_user_id = "u" }]\n'


def body_of(name: str, *options: str) -> dict[str, Any]:
    done = run("request", name, *options)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("{\n  ")
    body: dict[str, Any] = json.loads(done.out)
    return body


AUDIENCES: list[tuple[str, object]] = [
    ('{ file = "../a.audience" }', BLUE_JSON),
    ("{ text = 'eye_color == \"blue\"' }", BLUE_JSON),
    ('{ text = "eye_color == $c", params = { c = "blue" } }', BLUE_JSON),
    ('{ file = "../m.audience", name = "one" }', BLUE_JSON),
    (
        '{ custom_attribute = { custom_attribute_name = "eye_color", comparison = "equals", value = "blue" } }',
        BLUE_JSON,
    ),
]


@pytest.mark.parametrize(("audience", "expected"), AUDIENCES)
def test_audiences(here: Path, audience: str, expected: object) -> None:
    files(
        here,
        {
            "a.audience": BLUE,
            "m.audience": f'audience one = {BLUE}\naudience two = b == "x"\n',
            "r/r.toml": f'campaign_id = "c"\nbroadcast = true\naudience = {audience}\n',
        },
    )
    assert body_of("r/r.toml") == {"campaign_id": "c", "broadcast": True, "audience": expected}


def test_json_by_file_and_by_stdin(here: Path) -> None:
    text = json.dumps({"broadcast": True, "campaign_id": "c", "audience": {"text": BLUE}})
    files(here, {"r.json": text, "bom.json": "\ufeff" + text})
    expected = {"broadcast": True, "campaign_id": "c", "audience": BLUE_JSON}
    assert body_of("r.json") == body_of("bom.json") == expected
    assert list(body_of("r.json")) == list(expected)
    assert json.loads(run("request", "-", stdin=text).out) == expected


def test_values(here: Path) -> None:
    files(
        here,
        {
            "r.toml": 'campaign_id = "c"\nbroadcast = true\n'
            'audience = { text = "a == $c and n > $n", params = { c = "blue", n = 2 } }\n',
            "p.json": '{"c": "green", "n": 4}',
        },
    )

    def values(*options: str) -> list[object]:
        body = body_of("r.toml", *options)
        return [leaf["custom_attribute"]["value"] for leaf in body["audience"]["AND"]]

    assert values() == ["blue", 2]
    assert values("--param", "c=red") == ["red", 2]
    assert values("--params", "p.json") == ["green", 4]
    assert values("--params", "p.json", "--param", "n=7") == ["green", 7]


def test_instants_become_text(here: Path) -> None:
    files(
        here,
        {
            "r.toml": 'campaign_id = "c"\n[trigger_properties]\na = 2026-01-31T09:00:00Z\nb = 2026-01-31\n'
            "c = [09:30:00, { d = 2026-01-31T09:00:00 }]\n"
            '[[recipients]]\nexternal_user_id = "u"\nattributes = { since = 2026-01-31T09:00:00+07:00 }\n'
        },
    )
    body = body_of("r.toml")
    assert body["trigger_properties"] == {
        "a": "2026-01-31T09:00:00+00:00",
        "b": "2026-01-31",
        "c": ["09:30:00", {"d": "2026-01-31T09:00:00"}],
    }
    assert body["recipients"][0]["attributes"] == {"since": "2026-01-31T09:00:00+07:00"}


def test_now(here: Path) -> None:
    text = "last_used_app less than 30 days ago"
    files(here, {"r.toml": f'campaign_id = "c"\nbroadcast = true\naudience = {{ text = "{text}" }}\n'})
    done = run("request", "r.toml")
    assert (done.code, done.out) == (1, "")
    assert "AUD302" in done.err
    assert "--> r.toml#/audience/text:1:1\n" in done.err
    body = body_of("r.toml", "--now", "2026-01-31T09:00:00Z")
    assert body["audience"]["last_used_app"]["value"] == "2026-01-01T09:00:00+0000"


def test_audience_without_broadcast(here: Path) -> None:
    files(here, {"r.toml": 'campaign_id = "c"\naudience = { text = "a == 1" }\n'})
    done = run("request", "r.toml")
    assert done.code == 1
    assert "error[AUD711]" in done.err
    assert "--> r.toml:2:1 (/audience)\n" in done.err
    assert body_of("r.toml", "--audience-without-broadcast")["campaign_id"] == "c"


def test_warnings_of_the_audience(here: Path) -> None:
    text = "a == 'x' or b == 'y' and c == 'z'"
    files(here, {"r.toml": f'campaign_id = "c"\nbroadcast = true\naudience = {{ text = "{text}" }}\n'})
    done = run("request", "r.toml")
    assert done.code == 0
    assert "warning[AUD016]" in done.err
    assert json.loads(done.out)


FAULTS: list[tuple[str, list[str]]] = [
    # the request, and what is said about it
    (ONE, ["AUD702", "r.toml: (the whole object)"]),
    (f'campaign_id = "c"\nbrodcast = true\n{ONE}', ["AUD703", "r.toml:2:1 (/brodcast)", "did you mean `broadcast`?"]),
    (f'campaign_id = "c"\nsegment_id = "s"\n{ONE}', ["AUD717", "r.toml:2:1 (/segment_id)"]),
    ('campaign_id = "c"\nbroadcast = true\n' + ONE, ["AUD708", "r.toml:3:1 (/recipients)"]),
    ('campaign_id = "c"\n', ["AUD710"]),
    (f'campaign_id = "c"\naudience = "a == 1"\n{ONE}', ["AUD701", "r.toml:2:1 (/audience)", "{ text = … }"]),
    (f'campaign_id = "c"\naudience = 3\n{ONE}', ["AUD601", "r.toml:2:1 (/audience)"]),
    (f'campaign_id = "c"\naudience = {{ fil = "a" }}\n{ONE}', ["AUD703", "/audience/fil", "did you mean `file`?"]),
    (f'campaign_id = "c"\naudience = {{ name = "a" }}\n{ONE}', ["AUD702", "/audience", "`file` and `text`"]),
    (f'campaign_id = "c"\naudience = {{ text = "a == 1", file = "x" }}\n{ONE}', ["both `file` and `text`"]),
    (f'campaign_id = "c"\naudience = {{ text = "a == 1", AND = [] }}\n{ONE}', ["/audience/AND", "`file`, `text`"]),
    (f'campaign_id = "c"\naudience = {{ text = "a == 1", params = 3 }}\n{ONE}', ["AUD701", "/audience/params"]),
    (f'campaign_id = "c"\naudience = {{ text = "a == 1", name = "" }}\n{ONE}', ["AUD701", "/audience/name"]),
    (f'campaign_id = "c"\naudience = {{ text = 3 }}\n{ONE}', ["AUD701", "/audience/text"]),
    (
        f'campaign_id = "c"\naudience = {{ file = "no.audience" }}\n{ONE}',
        ["AUD719", "/audience/file", "there is no file"],
    ),
    (f'campaign_id = "c"\naudience = {{ file = "latin.audience" }}\n{ONE}', ["AUD805", "latin.audience:1:1"]),
    (f'campaign_id = "c"\naudience = {{ text = "a = 1" }}\n{ONE}', ["AUD006", "r.toml#/audience/text:1:3"]),
    (f'campaign_id = "c"\naudience = {{ file = "bad.audience" }}\n{ONE}', ["AUD006", "--> bad.audience:1:3"]),
    (f'campaign_id = "c"\naudience = {{ text = "a == $x" }}\n{ONE}', ["AUD401", "--> r.toml#/audience/text\n"]),
    (
        f'campaign_id = "c"\naudience = {{ text = "a > $x", params = {{ x = "3" }} }}\n{ONE}',
        ["AUD403", "the value comes from `r.toml: /audience/params`"],
    ),
    (f'campaign_id = "c"\naudience = {{ OR = [] }}\n{ONE}', ["AUD605", "r.toml:2:14 (/audience/OR)"]),
    ('campaign_id = "c"\nrecipients = {}\n', ["AUD701", "/recipients", "{ file = … }"]),
    ('campaign_id = "c"\nrecipients = { file = 3 }\n', ["AUD701", "/recipients"]),
    ('campaign_id = "c"\nrecipients = { path = "x" }\n', ["AUD703", "/recipients/path"]),
    ('campaign_id = "c"\nrecipients = { file = "x.xlsx" }\n', ["AUD720", "/recipients/file", ".csv nor a .jsonl"]),
    ('campaign_id = "c"\nrecipients = { file = "x.csv" }\n', ["AUD720", "/recipients/file", "there is no file"]),
    ('campaign_id = "c"\nrecipients = { file = "latin.csv" }\n', ["AUD720", "--> latin.csv:1:1\n"]),
    ('campaign_id = "c"\nrecipients = 3\n', ["AUD701", "r.toml:2:1 (/recipients)"]),
    (f'campaign_id = "c"\n{ONE}x = {{\n', ["AUD719", "--> r.toml:3:6\n", "this is no TOML"]),
]


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_faults(here: Path, text: str, said: list[str]) -> None:
    files(here, {"r.toml": text, "latin.audience": b"\xff", "latin.csv": b"\xff", "bad.audience": "a = 1"})
    done = run("request", "r.toml")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1].startswith("1 error"), done.err
    for each in said:
        assert each in done.err


INSIDE = [
    # the request, and the paths of what a table has taken in
    ('campaign_id = "c"\nbroadcast = true\n[trigger_properties]\naudience = {}\n', ["/trigger_properties/audience"]),
    (
        '[messages.email]\nsubject = "s"\nsegment_id = "s"\nbroadcast = true\n',
        ["/messages/email/broadcast", "/messages/email/segment_id"],
    ),
    ('canvas_id = "c"\n[context.a]\nrecipients = []\ncampaign_id = "d"\n', ["/context/a/recipients"]),
    ('[context]\ncanvas_id = "c"\n', ["/context/canvas_id"]),
    (
        (
            'campaign_id = "c"\n[[recipients]]\nexternal_user_id = "u"\n'
            '[recipients.attributes]\nschedule = { time = "t" }\n'
        ),
        ["/recipients/0/attributes/schedule"],
    ),
    # Meant so, or by their values no fields of a request.
    ('campaign_id = "c"\ntrigger_properties = { audience = {} }\n' + ONE, []),
    ('campaign_id = "c"\ntrigger_properties.audience.x = 1\n' + ONE, []),
    (
        'campaign_id = "c"\n'
        + ONE
        + '[trigger_properties]\nschedule = "weekly"\nbroadcast = "9 pm"\nrecipients = 3\ncanvas_id = "d"\n',
        [],
    ),
    (
        (
            'campaign_id = "c"\nbroadcast = true\naudience = { text = "a == 1" }\n'
            "[trigger_properties]\naudience = { x = 1 }\n"
        ),
        [],
    ),
]


@pytest.mark.parametrize(("text", "paths"), INSIDE)
def test_what_a_table_has_taken_in(here: Path, text: str, paths: list[str]) -> None:
    files(here, {"r.toml": text})
    done = run("request", "r.toml")
    told = [line.partition("(")[2].rstrip(")") for line in done.err.splitlines() if "-->" in line]
    assert done.err.count("error[AUD729]") == len(paths)
    assert {*paths} <= {*told}
    assert (done.code == 0) == (not paths)


def test_a_key_in_a_request_is_not_shown(here: Path) -> None:
    files(here, {"r.toml": f'campaign_id = "c"\napi_key = "0123-4567"\n{ONE}'})
    for arguments, stdin in ((("r.toml",), ""), (("-",), '{"campaign_id": "c", "API-Token": "0123-4567"}')):
        done = run("request", *arguments, stdin=stdin)
        assert done.code == 1
        assert "error[AUD703]" in done.err
        assert "0123" not in done.err


def test_values_that_nothing_takes(here: Path) -> None:
    files(
        here,
        {
            "r.toml": f'campaign_id = "c"\n{ONE}',
            "t.toml": f'campaign_id = "c"\naudience = {{ text = "a == 1" }}\n{ONE}',
        },
    )
    for name in ("r.toml", "t.toml"):
        done = run("request", name, "--param", "x=1")
        assert done.code == 1
        assert "error[AUD402]" in done.err


def test_everything_wrong_in_one_run(here: Path) -> None:
    files(
        here,
        {
            "r.toml": 'brodcast = true\naudience = { file = "a.audience" }\nrecipients = { file = "p.csv" }\n'
            'trigger_properties = ""\n',
            "a.audience": "a = 1\nand b == null",
            "p.csv": "external_user_id,email\nu1,\nu2,a@example.com\nu3\n,\nu4,,x\n",
        },
    )
    done = run("request", "r.toml")
    assert done.code == 1
    places = {line.strip().removeprefix("--> ") for line in done.err.splitlines() if "-->" in line}
    assert {
        "a.audience:1:3",
        "p.csv:3:1",
        "p.csv:4:1",
        "p.csv:6:1",
        "r.toml: (the whole object)",
        "r.toml:1:1 (/brodcast)",
        "r.toml:4:1 (/trigger_properties)",
    } <= places
    assert "AUD710" not in done.err


# The request as printed on the endpoint's page of Braze's documentation, without its audience.
PRINTED = """{
  "campaign_id": "campaign_identifier",
  "send_id": "send_identifier",
  "trigger_properties": "",
  "broadcast": false,
  "audience": {"AND": [{"push_subscription_status": {"comparison": "is", "value": "opted_in"}}]},
  "recipients": [
    {
      "user_alias": {
        "alias_name" : "example_name",
        "alias_label" : "example_label"
      },
      "external_user_id": "external_user_identifier",
      "trigger_properties": "",
      "send_to_existing_only": true,
      "attributes": {
        "first_name" : "Alex"
      }
    }
  ],
  "attachments": [
    {
      "file_name" : "YourFileName",
      "url" : "https://exampleurl.com/YourFileName.pdf"
    }
  ]
}"""


def test_the_request_that_braze_prints(here: Path) -> None:
    mended = PRINTED.replace('"trigger_properties": ""', '"trigger_properties": {}').replace(
        '"external_user_id": "external_user_identifier",\n', ""
    )
    files(here, {"printed.json": PRINTED, "mended.json": mended})
    done = run("request", "printed.json")
    assert done.code == 1
    for place in ("/recipients/0", "/trigger_properties", "/recipients/0/trigger_properties"):
        assert f" ({place})\n" in done.err
    assert done.err.count("--> printed.json:") == 3
    assert done.err.endswith("\n3 errors\n")
    assert body_of("mended.json") == json.loads(mended)
    assert run("send", "mended.json", "--sandbox").code == 0


def test_curl_names_the_key_and_never_has_it(here: Path) -> None:
    files(here, {"r.toml": f'campaign_id = "c"\n{ONE}'})
    done = run("request", "r.toml", "--curl", env={"BRAZE_API_KEY": "my-secret-key"})
    assert done.code == 0
    assert done.out.startswith('curl --request POST "$BRAZE_REST_ENDPOINT/campaigns/trigger/send" \\\n')
    assert '"Authorization: Bearer $BRAZE_API_KEY"' in done.out
    assert "my-secret-key" not in done.out
    done = run("request", "r.toml", "--curl", "--instance", "eu-01")
    assert done.out.startswith("curl --request POST https://rest.fra-01.braze.eu/campaigns/trigger/send \\\n")
    done = run("request", "r.toml", "--curl", "--endpoint", "http://127.0.0.1:8787/")
    assert done.out.startswith("curl --request POST http://127.0.0.1:8787/campaigns/trigger/send \\\n")


EYES = '{ custom_attribute = { custom_attribute_name = "eyes", comparison = "equals", value = "blue" } }'
ALLOWED = '{ push_subscription_status = { comparison = "is", value = "opted_in" } }'


@pytest.mark.parametrize(
    ("name", "audience", "code"),
    [
        ("r.toml", """{ text = 'eyes == "blue"' }""", 1),
        ("r.toml", EYES, 1),
        ("r.toml", f"{{ OR = [{ALLOWED}, {EYES}] }}", 1),
        ("r.toml", "{ file = 'a.audience' }", 1),
        ("r.toml", ALLOWED, 0),
        ("r.toml", f"{{ AND = [{ALLOWED}, {EYES}] }}", 0),
        ("r.toml", f"{{ AND = [{EYES}, {{ AND = [{ALLOWED}] }}] }}", 0),
        ("free/r.toml", EYES, 0),
        ("free/r.toml", """{ text = 'eyes == "blue"' }""", 0),
        ("free/r.toml", "{ file = '../a.audience' }", 1),
    ],
)
def test_no_form_of_an_audience_gets_around_what_is_required(here: Path, name: str, audience: str, code: int) -> None:
    files(
        here,
        {
            "audience.toml": '[[require]]\npaths = ["**", "!free/**"]\nfilters = ["push is opted_in"]\n',
            "a.audience": 'eyes == "blue"',
            name: f'campaign_id = "c"\nbroadcast = true\naudience = {audience}\n',
        },
    )
    for done in (run("request", name), run("send", name, "--sandbox")):
        assert done.code == code
        assert ("AUD304" in done.err) == bool(code)


def test_stdin_stands_in_the_working_directory(here: Path) -> None:
    files(here, {"audience.toml": '[[require]]\npaths = ["**"]\nfilters = ["push is opted_in"]\n'})
    assert "AUD304" in run("compile", "-", stdin="x is true").err
    body = {"campaign_id": "c", "broadcast": True, "audience": {"text": "x is true"}}
    assert "AUD304" in run("request", "-", stdin=json.dumps(body)).err
