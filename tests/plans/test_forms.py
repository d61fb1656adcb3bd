"""The forms of a plan: what decides can be seen, and whatever stands in a plan is shown as text."""

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.plans import Plan, PlannedPreview, as_html, as_markdown, as_text, make_plan
from audience_dsl.report.display import width
from audience_dsl.sender import build_request, endpoint_for

from .samples import AUDIENCE, COMMON, HOSTILE, KINDS, broadcast, plans, rich, run, whole


def _wide(plan: Plan) -> str:
    return as_text(plan, columns=120)


FORMS: dict[str, Callable[[Plan], str]] = {"text": _wide, "markdown": as_markdown, "html": as_html}


def words(form: str, plan: Plan) -> str:
    """All that a form says, in one line, without what marks it."""
    found = FORMS[form](plan)
    if form == "html":
        reader = _Tags()
        reader.feed(found)
        found = "".join(reader.said)
    return _squeezed(unescape(found))


def _squeezed(text: str) -> str:
    return re.sub(r" ([,:.])", r"\1", re.sub(r"[`*|>\s]+", " ", text))


# --- What can be seen ---


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (broadcast(), "Broadcast the campaign winback"),
        (
            broadcast(),
            "BROADCAST: all users of the campaign's own audience in the dashboard, who also match the audience below.",
        ),
        (broadcast(), "the environment production , at https://rest.fra-01.braze.eu"),
        (broadcast(), "as soon as the plan is applied"),
        (broadcast(), 'city = "Porto"'),
        (broadcast(), "winback.toml , 1 request of"),
        (broadcast(), "2026-11-24 18:00 UTC by Ana"),
        (broadcast(), "2026-11-25 18:00 UTC, 1 day after it was made"),
        (broadcast(), 'tier != "free"'),
        (broadcast(), "spent is more than 1000"),
        (broadcast(), broadcast().digest),
        (broadcast(), broadcast().settings_digest),
        (broadcast(), broadcast().requests[0].digest),
        (broadcast(), f"audience send --plan plan.json --digest {broadcast().digest} --yes"),
        (
            whole(),
            "BROADCAST WITHOUT ANY AUDIENCE. It reaches all users of the campaign's own audience in the dashboard",
        ),
        (whole(), "NOBODY HAS SAID WHERE IT GOES."),
        (whole(), "--yes --entire-segment --instance NAME"),
        (whole(base_url="http://localhost:1"), "--entire-segment --endpoint http://localhost:1"),
        (run(), "Send the campaign winback to 12,841 recipients"),
        (run(), "12,841 recipients of the file people.csv , as far as they match the audience below"),
        (run(), "3 lines that cannot be sent to"),
        (run(), "Mail is email"),
        (run(), "email : 12,841 lines"),
        (run(), "IT WRITES INTO THE PROFILES of the recipients of 40 lines: tier ."),
        (run(), "IT CREATES USERS, for those of the recipients of 1 line whom Braze does not know."),
        (rich(), "user-1 , user-2"),
        (run(), "A rehearsal: this plan is for the sandbox, and nothing of it leaves the machine."),
        (run(), "audience send --plan plan.json --recipients people.csv --sandbox --digest"),
        (rich(), "2 recipients, as far as they match the audience below"),
        (rich(), "about 1 to 2 of 2 recipients, by export.zip , 2 hours old"),
        (rich(), '$markets = "PT" , "ES"'),
        (rich(), "$vip = true"),
        (rich(), "Body 2 of 2"),
        (rich(), "town is not in the catalogue"),
    ],
)
def test_what_decides_is_said(form: str, plan: Plan, said: str) -> None:
    assert _squeezed(said) in words(form, plan)


ZONED = {"time": "2026-12-01T09:00:00+01:00"}
MESSAGES = {"messages": {"email": {"app_id": "a", "from": "A <a@example.com>", "body": "x", "subject": "y"}}}
ACTIVITY = {
    "app_id": "a",
    "activity_id": "game",
    "activity_attributes_type": "T",
    "activity_attributes": {"a": 1},
    "content_state": {"a": 1},
    "notification": {"alert": {"title": "x", "body": "y"}},
}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"canvas_id": "c", "broadcast": True}, "Broadcast the Canvas `c`"),
        ({"canvas_id": "c", "broadcast": True}, "all users of the Canvas's own audience in the dashboard"),
        ({"broadcast": True, "segment_id": "s", **MESSAGES}, "Broadcast the messages of the request"),
        ({"broadcast": True, "segment_id": "s", **MESSAGES}, "BROADCAST: all users of the segment `s`"),
        ({"broadcast": True, "audience": AUDIENCE, **MESSAGES}, "BROADCAST: all users who match the audience below"),
        ({"external_user_ids": ["user-1"], **MESSAGES}, "Send the messages of the request to 1 recipient"),
        ({"campaign_id": "a", "broadcast": True, "schedule": ZONED}, "Schedule a broadcast of the campaign `a`"),
        ({"campaign_id": "a", "broadcast": True, "schedule": ZONED}, "at `2026-12-01T09:00:00+01:00`\n"),
        ({"campaign_id": "a", "broadcast": True, "schedule": {"time": "2026-12-01T09:00:00"}}, "`, in UTC"),
        (
            {"campaign_id": "a", "broadcast": True, "schedule": {"time": "2026-12-01T09:00:00", "in_local_time": True}},
            "in each user's own time zone",
        ),
        (
            {
                "campaign_id": "a",
                "broadcast": True,
                "schedule": {"time": "2026-12-01T09:00:00", "at_optimal_time": True},
            },
            "at `2026-12-01`, at each user's optimal time",
        ),
        ({"campaign_id": "a", "schedule_id": "s", "schedule": ZONED}, "Change the schedule `s` of the campaign `a`"),
        ({"segment_id": "s", **ACTIVITY}, "Start the activity `game`"),
    ],
)
def test_each_kind_of_request_is_told_as_what_it_is(body: dict[str, Any], said: str) -> None:
    plan = make_plan([build_request(body, endpoint=endpoint_for(body))], **COMMON)
    assert said in as_text(plan, columns=120)


RECIPIENT = {"external_user_id": "u", "attributes": {"tier": "gold"}, "send_to_existing_only": False}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"campaign_id": "a", "recipients": [RECIPIENT] * 2}, "IT WRITES INTO THE PROFILES of 2 recipients: tier ."),
        ({"campaign_id": "a", "recipients": [RECIPIENT]}, "IT CREATES USERS, for those of 1 recipient whom Braze"),
        ({"campaign_id": "a", "recipients": [RECIPIENT]}, "attributes.tier : 1 recipient"),
        (
            {
                "campaign_id": "a",
                "recipients": [{"email": "a@example.com", "prioritization": ["identified"]}],
            },
            "prioritization: identified : 1 recipient",
        ),
        ({"campaign_id": "a", "recipients": [{"external_user_id": f"u{n}"} for n in range(50)]}, "u19 and 30 more"),
        (
            {"campaign_id": "a", "recipients": [{"user_alias": {"alias_name": "n", "alias_label": "crm"}}]},
            "crm: n",
        ),
        ({"campaign_id": "a", "send_id": "s", "broadcast": True}, 'send_id = "s"'),
        (
            {
                "campaign_id": "a",
                "recipients": [{"external_user_id": "u"}],
                "attachments": [{"file_name": "a.pdf", "url": "https://example.com/a.pdf"}],
            },
            'attachments = [{"file_name": "a.pdf", "url": "https://example.com/a.pdf"}]',
        ),
        ({"canvas_id": "c", "broadcast": True, "canvas_entry_properties": {"a": "x"}}, 'a = "x"'),
        ({"external_user_ids": ["u"], **MESSAGES}, 'email = {"app_id": "a", "from": "A <a@example.com'),
        ({"external_user_ids": ["u"], "segment_id": "s", **MESSAGES}, "1 recipient, as far as they are in the segment"),
        (
            {"external_user_ids": ["u"], "recipient_subscription_state": "all", **MESSAGES},
            "IT REACHES USERS WHO HAVE UNSUBSCRIBED, by recipient_subscription_state",
        ),
        (
            {"external_user_ids": ["u"], "override_frequency_capping": True, **MESSAGES},
            "IT PASSES OVER FREQUENCY CAPPING, by override_frequency_capping",
        ),
        (
            {"external_user_ids": ["u"], "schedule": ZONED, "override_messaging_limits": True, **MESSAGES},
            "IT PASSES OVER THE LIMITS OF MESSAGES, by override_messaging_limits",
        ),
        ({"segment_id": "s", **ACTIVITY}, 'notification = {"alert": {"title": "x", "body": "y"}}'),
        ({"campaign_id": "a", "broadcast": True, "trigger_properties": {"a": "x" * 900}}, ", of 900 characters"),
    ],
)
def test_all_that_changes_whom_or_what_is_reached_is_told(form: str, body: dict[str, Any], said: str) -> None:
    plan = make_plan([build_request(body, endpoint=endpoint_for(body))], **COMMON)
    # Before the bodies, which are folded away.
    told, _, _ = words(form, plan).partition("What is sent, exactly")
    assert _squeezed(said).strip() in told


def test_what_widens_nothing_is_no_alarm() -> None:
    body = {"external_user_ids": ["u"], "override_frequency_capping": False, "recipient_subscription_state": "opted_in"}
    assert "!! IT" not in as_text(make_plan([build_request({**body, **MESSAGES}, endpoint="messages-send")], **COMMON))


@pytest.mark.parametrize(
    ("endpoint", "body", "said"),
    [
        (
            "campaign-trigger-schedule-delete",
            {"campaign_id": "a", "schedule_id": "s"},
            "Delete the schedule `s` of the campaign `a`",
        ),
        (
            "campaign-trigger-schedule-delete",
            {"campaign_id": "a", "schedule_id": "s"},
            "no more: the schedule is deleted",
        ),
        ("send-id-create", {"campaign_id": "a"}, "Make a send id for the campaign `a`"),
        ("send-id-create", {"campaign_id": "a"}, "nothing goes out"),
        ("messages-schedule-update", {"schedule_id": "s", **MESSAGES}, "when it was scheduled for"),
    ],
)
def test_endpoints_that_reach_nobody(endpoint: str, body: dict[str, Any], said: str) -> None:
    text = as_text(make_plan([build_request(body, endpoint=endpoint)], **COMMON), columns=120)
    assert said in text
    assert "Whom" not in text
    assert "BROADCAST" not in text


def test_a_broadcast_is_red_where_there_is_colour() -> None:
    assert "\x1b[1;31m!! BROADCAST WITHOUT ANY AUDIENCE" in as_text(whole(), color=True)
    assert "\x1b" not in as_text(whole())
    assert "!! " not in as_text(rich(is_for_sandbox=True))


def test_the_name_of_the_file_is_in_the_command() -> None:
    for form in (as_text, as_markdown):
        assert "--plan 'plans/winter sale.json'" in form(whole(), name="plans/winter sale.json")


def test_very_many_properties_and_values_are_counted() -> None:
    body = {"campaign_id": "a", "broadcast": True, "trigger_properties": {f"p{at}": [at] for at in range(50)}}
    given = {"parameters": {"many": list(range(1_000)), **dict.fromkeys(map(str, range(41)))}, "notes": ["x"] * 23}
    text = words("text", make_plan([build_request(body)], **{**COMMON, **given}))
    for rest in ("and 30 more", "and 980 more", "and 22 more", "and 3 more warnings"):
        assert rest in text


def test_profiles_that_could_not_be_read_are_counted() -> None:
    preview = PlannedPreview(selected_least=0, selected_most=0, total=3, profiles="x", profiles_age=5, unreadable=2)
    text = words("text", broadcast(preview=preview))
    assert "about 0 of 3 profiles, by x, less than a minute old; 2 profiles could not be read" in text


# --- Large ones ---


def large() -> Plan:
    leaf = {"custom_attribute": {"custom_attribute_name": "a", "comparison": "equals", "value": "x"}}
    leaves = [{"custom_attribute": {**leaf["custom_attribute"], "value": f"x{at}"}} for at in range(2_000)]
    return broadcast_of({"OR": leaves})


def broadcast_of(audience: dict[str, Any]) -> Plan:
    request = build_request({"campaign_id": "winback", "broadcast": True, "audience": audience})
    return make_plan([request], **COMMON)


def test_a_large_plan_fits_into_a_comment_of_github_and_says_what_is_left_out() -> None:
    text = as_markdown(large())
    assert len(text) < 65_536
    assert len(re.findall(r"\*… and [0-9,]+ more lines", text)) >= 2
    assert text.rstrip().endswith("```")
    assert large().digest in text


def test_what_is_cut_within_a_line_is_told() -> None:
    values = [f"`value` {at}" for at in range(5_000)]
    audience = {"custom_attribute": {"custom_attribute_name": "a", "comparison": "is_any_of", "value": values}}
    text = as_markdown(broadcast_of(audience))
    assert len(text) < 65_536
    assert text.count("*… and ") >= 2
    # Whatever is cut, no markup is left open.
    assert all(not set("<`") & set(OURS.sub("", line)) for line in bare(text))


@pytest.mark.parametrize("form", [as_text, as_markdown])
def test_that_something_is_cut_stands_above_all(form: Callable[[Plan], str]) -> None:
    assert "NOT ALL OF IT IS SHOWN HERE: it is longer by " in form(large())[:700]
    assert "NOT ALL OF IT" not in form(broadcast())


@pytest.mark.parametrize("form", [as_text, as_markdown])
def test_of_very_many_bodies_the_first_are_shown(form: Callable[[Plan], str]) -> None:
    users = [{"campaign_id": "c", "recipients": [{"external_user_id": f"u{n}"}]} for n in range(500)]
    text = form(make_plan([build_request(body) for body in users], **COMMON))
    assert len(text) < 65_536
    assert "Body 5 of 500" in text
    assert "Body 21 of 500" not in text
    assert "NOT ALL OF IT IS SHOWN HERE" in text


def test_a_page_cuts_no_line() -> None:
    body = {"campaign_id": "c", "broadcast": True, "trigger_properties": {"a": "x" * 40_000 + "END"}}
    assert "END" in as_html(make_plan([build_request(body)], **COMMON))
    body = {
        "external_user_ids": ["u"],
        "messages": {"email": {**MESSAGES["messages"]["email"], "body": "é" * 1_900_000}},
    }
    assert as_html(make_plan([build_request(body, endpoint="messages-send")], **COMMON)).count("é") > 1_900_000 - 1


def test_a_large_plan_fills_no_terminal() -> None:
    text = as_text(large())
    assert len(text.splitlines()) < 250
    assert "more lines" in text


def test_a_page_has_all_of_a_large_plan() -> None:
    assert "more line" not in as_html(large())
    assert "NOT ALL OF IT" not in as_html(large())
    assert "x1999" in as_html(large())


@pytest.mark.parametrize("form", FORMS)
def test_an_audience_without_text_or_explanation_says_so(form: str) -> None:
    values = [str(number) for number in range(100_001)]
    audience = {"custom_attribute": {"custom_attribute_name": "a", "comparison": "includes_value", "value": values}}
    plan = broadcast_of(audience)
    assert plan.audience is not None
    assert plan.audience.explanation is None
    text = words(form, plan)
    assert "There is no text for it: the list has 100,001 items" in text
    assert "It has more clauses than can be explained: read the body." in text


# --- Hostile ones ---


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


PLAIN = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "section", "div", "span", "code"}


@settings(max_examples=150)
@given(plans())
def test_any_page_is_balanced_and_loads_nothing(plan: Plan) -> None:
    text = as_html(plan)
    tags = _Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    assert tags.found <= PLAIN | {"ul", "li", "pre", "table", "tr", "th", "td", "details", "summary"}
    assert tags.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "scope"}
    assert "url(" not in text.partition("</style>")[0]
    assert all(each.isprintable() or each == "\n" for each in text)


OURS = re.compile(r"</?(?:code|details|summary)>")
FENCE = re.compile(r"(`{3,})(json|sh)?")
SPAN = re.compile(r"`[^`]+`")


def bare(text: str) -> list[str]:
    """The lines of Markdown that are no block of code, without their spans of code. No block is left open."""
    found, fence = [], ""
    for line in text.split("\n"):
        opening = FENCE.fullmatch(line)
        if fence:
            fence = "" if line.startswith(fence) and not line.strip("`") else fence
        elif opening:
            fence = opening[1]
        else:
            found.append(SPAN.sub("", re.sub(r"<code>[^<]*</code>", "", line)))
    assert not fence
    return found


@settings(max_examples=150)
@given(plans())
def test_any_markdown_has_no_markup_but_ours(plan: Plan) -> None:
    text = as_markdown(plan)
    assert all(each.isprintable() or each == "\n" for each in text)
    for line in bare(text):
        left = OURS.sub("", line).removeprefix("> ").replace("[!CAUTION]", "").replace("[!NOTE]", "")
        assert not set("<>`[]@\\") & set(left), line
        assert left.count("|") in ((3,) if left.startswith("| ") else (0,)), line
        assert "://" not in left
    assert sum(line.startswith("#") for line in bare(text)) <= 12


def test_a_fence_is_longer_than_all_that_stands_in_it() -> None:
    plan = broadcast_of(
        {"custom_attribute": {"custom_attribute_name": "a", "comparison": "equals", "value": "```` \n```\n</details>"}}
    )
    assert "\n`````\n" in as_markdown(plan)
    bare(as_markdown(plan))


@settings(max_examples=150)
@given(plans(), st.integers(0, 200))
def test_any_text_is_printable_and_keeps_its_width(plan: Plan, columns: int) -> None:
    text = as_text(plan, columns=columns)
    assert all(each.isprintable() or each == "\n" for each in text)
    facts = text.partition("\nWhat is sent, exactly\n")[0].partition("\nThe audience\n")[0]
    assert all(width(line) <= max(columns, 40) for line in facts.splitlines())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_word_of_a_plan_begins_a_line_of_its_own(text: str) -> None:
    """A name with line breaks in it cannot pretend to be another row."""
    lying = f"{text}\nDigest      `{'0' * 64}`\n"
    shown = as_text(whole(made_by=lying, source=lying, notes=[lying], parameters={lying: lying}))
    assert len([line for line in shown.splitlines() if line.startswith("Digest")]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_is_the_same_each_time(kind: str) -> None:
    for form in FORMS.values():
        assert form(KINDS[kind]()) == form(KINDS[kind]())
