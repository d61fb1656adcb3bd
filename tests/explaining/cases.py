"""What the forms of an explanation are compared with: audiences, and each form of them in `golden/`.

    python -m tests.explaining.cases

writes them anew. Look at the difference before you commit it, and at the pictures and sheets in a browser.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from audience_dsl import Audience, Settings, compile
from audience_dsl.explaining import Explanation, as_text
from audience_dsl.explaining.data import as_data
from audience_dsl.explaining.html import as_html
from audience_dsl.explaining.markdown import as_markdown
from audience_dsl.explaining.svg import as_svg
from tests.report.funnel_cases import CASES as FUNNELS

__all__ = ["CASES", "GOLDEN", "NOW", "deep", "explanation", "rendered", "wide", "write"]

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
FIVE_LINES = """\
# Blue-eyed lovers of pizza who bought lately or take push messages.
eye_color == "blue"
and favorite_foods includes "pizza"
and (last_purchase_time less than 2 days ago or push is opted_in)
"""
HOSTILE = (
    'name == "<script>alert(1)</script>|`x` *b* \\u202e&amp;" and `</title>|` matches /a|b/ and (`名前` == "'
    + "日本" * 60
    + '" or city in ['
    + ", ".join(f'"Wmwm City {number}"' for number in range(60))
    + ']) and code == "'
    + "W" * 200
    + '" and note contains "  two  "'
)
EVERY_KIND = """\
plan in ["gold", "silver"] and plan != "gold" and not (city == "Huế")
and (age between 18 and 65 or not (age in [1, 2]) or score < 0)
and (vip is true or not (beta is true))
and name starts with "Ann." and not (name ends with "Lee") and code does not match /^x[0-9]/
and foods includes all of ["pho", "pizza"] and tags includes none of ["spam"]
and (seen between 60 and 180 days ago or not (seen in the next 2 weeks))
and (signed_up after 2026-01-01T08:30:15+0700 or signed_up before 2020-02-29)
and last_used_app less than 30 days ago
and email is not unsubscribed and push in [opted_in, subscribed]
and nickname exists and not (fax exists)
"""


def explanation(text: str, *, title: str | None = None, settings: Settings | None = None) -> Explanation:
    audience = compile(text, now=NOW, settings=settings)
    return Explanation(audience.filter, audience.settings, title=title, written=text)


def deep(levels: int) -> str:
    text = "n == 1"
    for level in range(levels):
        text = f'(a{level} == "{level}" {("and", "or")[level % 2]} ({text}))'
    return text


def wide(clauses: int) -> str:
    return " and ".join(
        f"(attribute_{number} > {number} or attribute_{number} does not exist)"
        if number % 7 == 0
        else f'attribute_{number} == "value {number}"'
        for number in range(clauses)
    )


def _counted() -> Explanation:
    found = explanation("orders >= 1", title="buyers")
    return Explanation(found.filter, Settings(), title="buyers", written="orders >= 1", count=FUNNELS["single"]())


def _read() -> Explanation:
    """Of JSON, which has no clauses: neighbours that one sentence can say are one statement."""
    text = 'not (age > 21) and score >= 0 and score < 10 and not (seen less than 9 days ago) and plan != "gold"'
    audience = Audience.from_dict(compile(text).to_dict())
    return Explanation(audience.filter, audience.settings, title="body.json", written=audience.to_json(indent=2))


CASES: dict[str, Callable[[], Explanation]] = {
    "five-lines": lambda: explanation(FIVE_LINES, title="pizza"),
    "not": lambda: explanation("not (age > 21)", title="young"),
    "every-kind": lambda: explanation(EVERY_KIND, title="every-kind"),
    "settled": lambda: explanation(
        "age > 21 or n == 0", title="settled", settings=Settings(assume={"greater_than.number.other": True})
    ),
    "counted": _counted,
    "read": _read,
    "deep": lambda: explanation(deep(10), title="deep"),
    "sixty": lambda: explanation(wide(60), title="sixty"),
    "hostile": lambda: explanation(HOSTILE, title="<b>|`w`\x1b[31m"),
}


def rendered(found: Explanation) -> dict[str, str]:
    """Each form by the ending of its file."""
    return {
        "txt": as_text(found),
        "md": as_markdown(found),
        "svg": as_svg(found),
        "html": as_html(found),
        "json": json.dumps(as_data([found]), ensure_ascii=True, indent=2) + "\n",
    }


def write() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, case in CASES.items():
        for ending, text in rendered(case()).items():
            (GOLDEN / f"{name}.{ending}").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
