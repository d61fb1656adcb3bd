"""Reading: what was written comes back, and everything else is refused."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.diagnostics import PlanError
from audience_dsl.plans import Plan, PlannedAudience, read_plan
from audience_dsl.plans.describing import described
from audience_dsl.settings import Settings

from .samples import AUDIENCE, HOSTILE, KINDS, MADE, broadcast, forged, plans, rich, run, whole

TEXTS = {name: kind().to_json() for name, kind in KINDS.items()}


def refusal(text: str | bytes) -> PlanError:
    with pytest.raises(PlanError) as caught:
        read_plan(text, "plan.json")
    assert caught.value.code == "AUD840"
    assert caught.value.help
    return caught.value


# --- Round trip ---


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_comes_back(kind: str) -> None:
    plan = KINDS[kind]()
    again = read_plan(plan.to_json(), "plan.json")
    assert again == plan
    assert again.to_json() == plan.to_json()
    assert [each.request.body for each in again.requests] == [each.request.body for each in plan.requests]
    assert again.settings.digest == plan.settings.digest
    assert (again.run and again.run.to_dict()) == (plan.run and plan.run.to_dict())


@settings(max_examples=150)
@given(plans())
def test_any_plan_comes_back(plan: Plan) -> None:
    again = read_plan(plan.to_json().encode(), "plan.json")
    assert again.to_json() == plan.to_json()
    assert again.requests == plan.requests


def test_line_ends_may_be_those_of_another_machine() -> None:
    text = TEXTS["rich"].replace("\n", "\r\n")
    assert read_plan(text, "plan.json") == read_plan(text.encode(), "plan.json") == rich()


def test_line_ends_of_two_kinds_are_a_change() -> None:
    refusal(TEXTS["rich"].replace("\n", "\r\n", 1))
    refusal(TEXTS["rich"].replace("\n", "\r"))


# --- Any change ---


def test_every_byte_counts() -> None:
    """Of one plan, each byte in its turn, replaced by its neighbour and by signs that JSON may not care about."""
    whole_text = TEXTS["whole"].encode()
    for at, byte in enumerate(whole_text):
        for other in {byte ^ 1, byte ^ 0x20, *b' \n\r\t"0'} - {byte}:
            with pytest.raises(PlanError):
                read_plan(b"%b%c%b" % (whole_text[:at], other, whole_text[at + 1 :]), "plan.json")


def test_every_byte_that_is_left_out_counts() -> None:
    text = TEXTS["whole"].encode()
    for at in range(len(text)):
        with pytest.raises(PlanError):
            read_plan(text[:at] + text[at + 1 :], "plan.json")


@settings(max_examples=400)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_any_byte_replaced_is_refused(kind: str, data: st.DataObject) -> None:
    text = TEXTS[kind].encode()
    at = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
    refusal(b"%b%c%b" % (text[:at], byte, text[at + 1 :]))


@settings(max_examples=400)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_any_bytes_put_in_are_refused(kind: str, data: st.DataObject) -> None:
    text = TEXTS[kind].encode()
    at = data.draw(st.integers(0, len(text)))
    more = data.draw(st.sampled_from([b" ", b"\n", b"\r", b"\t", b"\xef\xbb\xbf", b"\0"]) | st.binary(min_size=1))
    refusal(text[:at] + more + text[at:])


@pytest.mark.parametrize(
    "spelled",
    [
        lambda value: json.dumps(value),
        lambda value: json.dumps(value, indent=4) + "\n",
        lambda value: json.dumps(value, indent=2),
        lambda value: json.dumps({name: value[name] for name in reversed(value)}, indent=2) + "\n",
        lambda value: json.dumps(value, indent=2).replace("Ana", "\\u0041na") + "\n",
    ],
)
def test_the_same_in_other_letters_is_refused(spelled: Any) -> None:
    assert "written otherwise" in refusal(spelled(json.loads(TEXTS["broadcast"]))).message


def test_a_key_twice_is_refused() -> None:
    text = TEXTS["broadcast"].replace('"made_by": "Ana",', '"made_by": "Bob",\n  "made_by": "Ana",')
    assert "twice" in refusal(text).message


# --- With a digest that is right ---


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": 'tier == "free"\n'}, "`/audience`"),
        ({"text": None, "reason": "no text"}, "`/audience`"),
        ({"explanation": "Nobody gets it.\n"}, "`/audience`"),
        ({"explanation": None}, "`/audience`"),
    ],
)
def test_words_that_are_not_those_of_the_body(changed: dict[str, Any], said: str) -> None:
    plan = broadcast()
    assert plan.audience is not None
    lying = PlannedAudience(**{**plan.audience.to_dict(), **changed})
    assert said in refusal(forged(plan, audience=lying).to_json()).message


def test_words_about_an_audience_that_is_not_there() -> None:
    words = described(AUDIENCE, Settings(), title="winback.audience")
    assert "`/audience`" in refusal(forged(whole(), audience=words).to_json()).message
    assert "`/audience`" in refusal(forged(broadcast(), audience=None).to_json()).message


def test_words_under_other_settings_are_not_those_of_the_body() -> None:
    tried = Settings(assume={"greater_than.number.other": True})
    assert "`/audience`" in refusal(forged(broadcast(), settings=tried).to_json()).message


def test_the_words_of_another_version_are_read_and_never_shown() -> None:
    from audience_dsl.plans import as_html, as_markdown, as_text

    plan = broadcast()
    assert plan.audience is not None
    lying = PlannedAudience(**{**plan.audience.to_dict(), "text": "nobody", "explanation": "Nobody gets it.\n"})
    again = read_plan(forged(plan, audience=lying, made_with="99.0").to_json(), "plan.json")
    for form in (as_text, as_markdown, as_html):
        assert "99.0" in form(again)
        assert "obody gets it" not in form(again)
        assert "spent" in form(again)


@pytest.mark.parametrize(
    ("plan", "changed", "said"),
    [
        (broadcast, {"expires_at": MADE}, "expires before it is made"),
        (broadcast, {"is_for_sandbox": True}, "sandbox"),
        (broadcast, {"base_url": None}, "environment"),
        (broadcast, {"base_url": "https://rest.fra-01.braze.eu/"}, "`/base_url`"),
        (broadcast, {"base_url": "http://example.com"}, "`/base_url`"),
        (broadcast, {"base_url": "EU-01"}, "`/base_url`"),
        (broadcast, {"settings_digest": "AB" * 32}, "`/settings/digest`"),
        (broadcast, {"parameters": {"a": {"b": 1}}}, "`/parameters`"),
        (broadcast, {"notes": (1,)}, "`/notes`"),
        (broadcast, {"made_by": 1}, "`/made_by`"),
        (broadcast, {"source": None}, "`/source`"),
        (run, {"requests": broadcast().requests}, "`/requests`"),
        (whole, {"requests": whole().requests * 2}, "differ in more than the users that they name"),
        (
            rich,
            {"requests": (*rich().requests, *broadcast().requests, *whole().requests)},
            "differ in more than the users that they name",
        ),
    ],
)
def test_fields_that_no_plan_has(plan: Any, changed: dict[str, Any], said: str) -> None:
    assert said in refusal(forged(plan(), **changed).to_json()).message


PLACES = (
    *("/format", "/digest", "/made_at", "/made_by", "/is_for_sandbox", "/base_url", "/endpoint", "/notes", "/notes/0"),
    *("/parameters", "/audience", "/audience/text", "/preview", "/preview/total", "/preview/counted"),
    *("/settings", "/settings/time_zone", "/settings/assume", "/requests", "/requests/0", "/requests/0/body"),
    *("/run/template", "/run/mapping", "/run/sha256", "/run/count", "/run/fields", "/run/fields/email"),
)


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize(
    "value",
    [None, True, 2.5, -1, "x", "\x1b[31m", "\ud800", [], {}, [[[[]]]], {"a": {}}, {"a": 1}, 10**400],
    ids=range(13),
)
def test_any_value_in_any_place(path: str, value: Any) -> None:
    document = json.loads(TEXTS["run" if path.startswith("/run") else "rich"])
    *steps, last = path[1:].split("/")
    inside: Any = document
    for step in steps:
        inside = inside[int(step) if step.isdigit() else step]
    place = int(last) if last.isdigit() else last
    if inside[place] == value:
        return
    inside[place] = value
    # As a plan is written, so that no blank gives it away.
    assert refusal(json.dumps(document, indent=2) + "\n").message.isprintable()


def test_without_requests_there_is_no_plan() -> None:
    assert "`/requests`" in refusal(json.dumps({**json.loads(TEXTS["broadcast"]), "requests": []})).message


def test_each_field_is_needed_and_none_is_left_over() -> None:
    document = json.loads(TEXTS["rich"])
    for name in document:
        refusal(json.dumps({key: value for key, value in document.items() if key != name}))
    assert "no plan has" in refusal(json.dumps({**document, "more": 1})).message


def test_a_body_is_checked_by_the_rules_of_the_sender() -> None:
    document = json.loads(TEXTS["whole"])
    document["requests"][0]["body"]["recipients"] = [{"external_user_id": "user-1"}]
    assert "breaks a rule of Braze" in refusal(json.dumps(document)).message


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_wrong_with_a_body_is_shown_safely(text: str) -> None:
    document = json.loads(TEXTS["whole"])
    document["requests"][0]["body"][text] = text
    assert refusal(json.dumps(document)).message.isprintable()


# --- What is no plan at all ---


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"campaign_id": "a", "broadcast": true}',
        b"\xff\xfe",
        b'{"format": NaN, "requests": []}',
        b'{"format": 1, "requests": 1e999}',
        b'{"format": "\\ud800", "requests": []}',
    ],
)
def test_what_is_no_plan(text: bytes) -> None:
    refusal(text)


def test_a_plan_of_a_later_format_says_who_can_read_it() -> None:
    error = refusal(TEXTS["whole"].replace('"format": 1', '"format": 2'))
    assert "format 2" in error.message
    assert error.help is not None
    assert "0.1.0" in error.help


@pytest.mark.parametrize(
    "rubbish",
    [
        b"x" * 10_000_000,
        b"[" * 10_000_000,
        b'{"a":' * 2_000_000,
        b'{"format":1,"requests":[' + b"1," * 5_000_000 + b"1]}",
        b'{"format":1,"requests":1,' + b'"a":1,' * 1_600_000 + b'"a":1}',
        b'{"format":' + b"1" * 10_000_000 + b"}",
        b'{"format":1,"requests":["' + b'\\"' * 5_000_000,
        random.Random(6).randbytes(10_000_000),
    ],
    ids=range(8),
)
def test_ten_megabytes_of_rubbish(rubbish: bytes) -> None:
    error = refusal(rubbish)
    assert len(error.message) < 500
    assert error.message.isprintable()


@pytest.mark.parametrize("name", ["\x1b[31m.json", "x" * 10_000, "a\nb", "\udcff.json"])
def test_the_name_is_shown_safely(name: str) -> None:
    with pytest.raises(PlanError) as caught:
        read_plan("rubbish", name)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 500


def test_half_a_character_is_refused() -> None:
    for place in ('"made_by": "Ana"', '"source": "winback.toml"', '"title": "winback.audience"'):
        key = place.partition(":")[0]
        refusal(TEXTS["broadcast"].replace(place, f'{key}: "\\ud800"'))
