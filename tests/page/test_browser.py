"""The pages in a real browser: nothing hostile runs, all can be read and used, and what comes in moves nothing.

Skipped where there is no Chromium; `.ci/run` installs it.
"""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from audience_dsl.sandbox import Sandbox, running
from tests.sandbox.support import sandbox as empty_sandbox

from .support import HOSTILE, full_of, send, with_ten_requests

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

UI = "/_sandbox/ui"
PATHS = [
    *("/", "/requests/1?user=user-quiet", "/requests/3", "/requests/4", "/requests/6", "/activity", "/faults"),
    *("/schedules", "/profiles", "/settings"),
]
TO_ONE = {"campaign_id": "more", "recipients": [{"external_user_id": "user-blue"}]}

Opened = Callable[..., "Page"]


@pytest.fixture
def opened(browser: "Browser") -> Iterator[Opened]:
    """Opens a page of a sandbox; at the end nothing may have gone wrong in any."""
    told: list[str] = []
    ends: list[Callable[[], object]] = []

    def dismiss(dialog: "Dialog") -> None:
        told.append(f"a dialog says {dialog.message}")
        dialog.dismiss()

    def open_page(sandbox: Sandbox, path: str = "/", **options: Any) -> "Page":
        at = running(sandbox)
        url = at.__enter__()
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        ends[:0] = [context.close, lambda: at.__exit__(None, None, None)]
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("dialog", dismiss)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("console", lambda message: told.extend([message.text] if message.type == "error" else []))
        page.on("request", lambda sent: told.extend([] if sent.url.startswith(url) else [f"asked {sent.url}"]))
        page.goto(f"{url}{UI}{path}")
        return page

    yield open_page
    for end in ends:
        end()
    assert told == []


def go(page: "Page", path: str) -> None:
    page.goto(page.url.partition(UI)[0] + UI + path)


# --- Hostile ---


def test_nothing_that_was_sent_runs(opened: Opened) -> None:
    sandbox = full_of(HOSTILE)
    page = opened(sandbox)
    for path in ["/", "/activity", "/profiles", "/settings", "/schedules", *(f"/requests/{n}" for n in range(1, 9))]:
        go(page, path)
        assert "Braze sandbox" in page.title(), path
        assert page.locator("script").count() == 2, path
        assert page.locator("main img, main b, main iframe, main [onerror]").count() == 0, path
    go(page, "/requests/1")
    assert HOSTILE in json.loads(page.locator("#body").inner_text())["campaign_id"]
    # The log that htmx puts in is text too.
    go(page, "/")
    send(sandbox, {"campaign_id": HOSTILE, "recipients": [{"external_user_id": HOSTILE}]})
    page.locator("#row-9").wait_for()
    assert page.locator("main img, main script, main b").count() == 0
    assert HOSTILE[:40] in page.locator("#row-9").inner_text()


# --- The log, live ---


def test_the_first_request_takes_the_place_of_the_first_steps(opened: Opened) -> None:
    sandbox = empty_sandbox()
    page = opened(sandbox)
    assert page.get_by_role("heading", name="Nothing has come in yet").is_visible()
    assert not page.get_by_label("Find").is_visible()
    send(sandbox, TO_ONE)
    page.locator("#row-1").wait_for()
    assert not page.get_by_role("heading", name="Nothing has come in yet").is_visible()
    assert page.get_by_label("Find").is_visible()


def test_a_pause_and_going_on(opened: Opened) -> None:
    sandbox = with_ten_requests()
    page = opened(sandbox)
    page.get_by_role("button", name="Pause").click()
    assert page.locator("#live").inner_text() == "paused"
    send(sandbox, TO_ONE)
    page.wait_for_timeout(1_500)
    assert page.locator("#row-11").count() == 0
    page.get_by_role("button", name="Go on").click()
    page.locator("#row-11").wait_for()


def test_what_is_read_stays_where_it_is(opened: Opened) -> None:
    sandbox = with_ten_requests()
    for _ in range(40):
        send(sandbox, TO_ONE)
    page = opened(sandbox)
    page.evaluate("document.getElementById('row-20').scrollIntoView()")
    page.locator("#open-15").focus()
    before = page.locator("#row-15").bounding_box()
    for _ in range(5):
        send(sandbox, TO_ONE)
    page.locator("#row-55").wait_for()
    after = page.locator("#row-15").bounding_box()
    assert before is not None
    assert after is not None
    # The browser scrolls by whole pixels of the screen.
    assert abs(after["y"] - before["y"]) < 1
    assert page.evaluate("document.activeElement.id") == "open-15"


def test_what_is_typed_stays_while_the_log_goes_on(opened: Opened) -> None:
    sandbox = with_ten_requests()
    page = opened(sandbox)
    page.get_by_label("Find").press_sequentially("winter")
    send(sandbox, {**TO_ONE, "campaign_id": "winter-more"})
    # The log already goes by what is typed.
    page.locator("#row-11").wait_for()
    page.locator("#row-8").wait_for(state="detached")
    assert page.get_by_label("Find").input_value() == "winter"
    assert page.evaluate("document.activeElement.name") == "q"


def test_nothing_moves_when_nothing_comes_in(opened: Opened) -> None:
    page = opened(with_ten_requests())
    page.evaluate(
        """() => {
            window.moved = 0;
            new PerformanceObserver((list) => { for (const each of list.getEntries()) window.moved += each.value; })
              .observe({type: "layout-shift", buffered: true});
            document.getElementById("log").addEventListener("htmx:afterSwap", () => { window.swapped = true; });
        }"""
    )
    page.wait_for_timeout(2_500)
    assert page.evaluate("window.moved") < 0.01
    assert page.evaluate("window.swapped") is None


def test_a_sandbox_that_has_gone_is_told(browser: "Browser") -> None:
    with running(with_ten_requests()) as url:
        page = browser.new_page()
        page.goto(f"{url}{UI}/")
    page.get_by_text("the sandbox does not answer").wait_for()
    page.close()


# --- One request, and forms ---


def test_from_the_log_to_why_not_one_user(opened: Opened) -> None:
    page = opened(with_ten_requests())
    page.locator("#open-1").click()
    page.get_by_role("heading", name="Request 1").wait_for()
    page.get_by_label("Would this user get it").fill("user-quiet")
    page.get_by_role("button", name="Explain").click()
    page.get_by_text("would not get it", exact=True).wait_for()
    assert "push is unsubscribed" in page.locator("#who").inner_text()


def test_profiles_made_for_a_request(opened: Opened) -> None:
    sandbox = with_ten_requests()
    sandbox.set_profiles(None)
    page = opened(sandbox, "/requests/1")
    page.get_by_role("button", name="Make profiles for this audience").click()
    page.get_by_role("status").wait_for()
    page.locator("#who .ids a").first.click()
    page.locator("#who .badge").get_by_text("would get it").wait_for()


def test_a_fault_is_played_once(opened: Opened) -> None:
    sandbox = with_ten_requests()
    page = opened(sandbox, "/faults")
    page.get_by_role("button", name="The next request meets lost-answer").click()
    page.get_by_text("The next request meets: lost-answer").wait_for()
    send(sandbox, TO_ONE)
    assert sandbox.requests[-1].fault == "lost-answer"
    page.get_by_label("How often 503 is met").fill("5")
    page.keyboard.press("Enter")
    page.get_by_text("On: 503 5 %").wait_for()
    page.get_by_role("button", name="Turn all off").click()
    page.get_by_text("All are off").wait_for()


def test_copying(opened: Opened) -> None:
    page = opened(empty_sandbox(), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#curl").inner_text()
    assert copied.startswith("curl http://127.0.0.1:")


def test_without_javascript_all_can_be_read_and_forms_work(opened: Opened) -> None:
    sandbox = with_ten_requests()
    page = opened(sandbox, java_script_enabled=False)
    assert page.locator("#log tbody tr").count() == 10
    assert not page.get_by_role("button", name="Pause").is_visible()
    page.get_by_label("Find").fill("reminder")
    page.get_by_role("button", name="Show").click()
    assert page.locator("#log tbody tr").count() == 1
    go(page, "/faults")
    page.get_by_role("button", name="The next request meets 503", exact=True).click()
    assert sandbox.switches.waiting == ("503",)
    go(page, "/settings")
    page.get_by_text("Empty the sandbox").click()
    page.get_by_role("button", name="Empty the log").click()
    assert page.get_by_role("heading", name="Nothing has come in yet").is_visible()


# --- For everyone ---


def test_by_keyboard_alone(opened: Opened) -> None:
    page = opened(with_ten_requests())
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    seen: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.name || ''"))
        outline = page.evaluate(
            """() => { const at = document.activeElement;
              return [at, at.closest("tr")].some((each) => each && getComputedStyle(each).outlineStyle !== "none"); }"""
        )
        assert outline, seen[-1]
        if seen[-1] == "open-10":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Request 10").wait_for()


NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.innerText || "").trim() && !each.ariaLabel && !(each.labels && each.labels.length))
  .map((each) => each.outerHTML)"""


@pytest.mark.parametrize("path", PATHS)
def test_everything_that_can_be_used_has_a_name(opened: Opened, path: str) -> None:
    page = opened(with_ten_requests(), path)
    assert page.evaluate(NAMELESS) == []
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((each) => Number(each.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))


# The contrast of each text with the ground behind it, by WCAG 2.
CONTRAST = """() => {
  const curve = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const channel = (value) => curve(value / 255);
  const parsed = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parsed(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
      if (color[3] !== 0) throw new Error("half a colour");
    }
    return [255, 255, 255];
  };
  const low = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(parsed(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push([walk.currentNode.data.trim().slice(0, 40), Math.round(ratio * 100) / 100]);
  }
  return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(opened: Opened, scheme: str) -> None:
    sandbox = with_ten_requests()
    sandbox.switches.set({"503": 0.05})
    page = opened(sandbox, color_scheme=scheme)
    for path in [*PATHS, "/settings?done=settings"]:
        go(page, path)
        assert page.evaluate(CONTRAST) == [], path
    go(page, "/requests/1")
    page.get_by_role("button", name="Make other profiles").click()
    page.get_by_text("Would not get it:").wait_for()
    assert page.evaluate(CONTRAST) == []
    page = opened(empty_sandbox(), color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [360, 640, 1280])
def test_nothing_is_cut_off_on_a_screen_of_any_width(opened: Opened, width: int) -> None:
    page = opened(with_ten_requests(), viewport={"width": width, "height": 740})
    for path in PATHS:
        go(page, path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        over = page.evaluate(
            """() => [...document.querySelectorAll("main *")]
              .filter((each) => each.checkVisibility() && !each.closest("pre, option, thead"))
              .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
              .map((each) => each.outerHTML.slice(0, 80))"""
        )
        assert over == [], path


def test_who_wants_no_motion_gets_none(opened: Opened) -> None:
    sandbox = with_ten_requests()
    for motion, expected in (("reduce", "none"), ("no-preference", "new")):
        page = opened(sandbox, reduced_motion=motion)
        send(sandbox, TO_ONE)
        row = page.locator(f"#row-{len(sandbox.requests)}")
        row.wait_for()
        assert row.evaluate("(each) => getComputedStyle(each).animationName") == expected
