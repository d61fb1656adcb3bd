"""What the forms of a funnel are compared with: previews made by hand, and each form of them in `funnels/`.

    python -m tests.report.funnel_cases

writes them anew. Look at the difference before you commit it, and at the pictures in a browser.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audience_dsl import compile
from audience_dsl.preview.counts import Preview, measures_of
from audience_dsl.profiles.files import Unreadable
from audience_dsl.report.funnel import Funnel, as_data, as_markdown, as_svg, as_text

__all__ = ["CASES", "GOLDEN", "NOW", "funnel", "rendered", "write"]

GOLDEN = Path(__file__).parent / "funnels"
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)


def funnel(
    text: str,
    total: int,
    counts: Sequence[tuple[int | None, int]],
    *,
    title: str = "winback",
    values: dict[str, int] | None = None,
    unreadable: Sequence[Unreadable] = (),
    sample: Sequence[str] = (),
    files: Sequence[str] = ("users.jsonl",),
) -> Funnel:
    """A funnel with these numbers, `(together, alone)` for each step; the last `together` are those who match."""
    filter = compile(text, now=NOW).filter
    preview = Preview(measures_of(filter))
    preview.total = total
    for step, (together, alone) in zip(preview.steps, counts, strict=True):
        step.together, step.alone = together, alone
    preview.matched = [together for together, _ in counts if together is not None][-1]
    preview.values = values if values is not None else dict.fromkeys(preview.values, total)
    preview.unreadable, preview.named = len(unreadable), list(unreadable)
    preview.sample = list(sample)
    preview.engines = {"duckdb"}
    return Funnel(
        preview,
        title=title,
        filter=filter,
        now=NOW,
        path=files[0] if len(files) == 1 else "exports",
        files=files,
        modified=datetime(2026, 10, 29, 6, tzinfo=UTC),
        age=timedelta(days=3, hours=3),
        assumptions="0123abcd",
    )


def _plain() -> Funnel:
    return funnel(
        'last_purchase_time more than 60 days ago and not (plan in ["trial", "internal"])'
        ' and (push is opted_in or (email is opted_in and newsletters includes "weekly")) and orders >= 1',
        1_234_567,
        [
            (667_193, 667_193),
            (520_410, 1_083_455),
            (375_995, 900_001),
            (None, 700_000),
            (None, 415_338),
            (None, 1_000_000),
            (None, 437_436),
            (287_109, 740_929),
        ],
        values={"last_purchase_time": 1_234_567, "plan": 1_000_000, "newsletters": 1_234_566, "orders": 1_200_000},
        sample=["anna", "ben", ""],
    )


def _either() -> Funnel:
    return funnel(
        'push is opted_in or email is opted_in or (city == "Huế" and orders > 3)',
        100_000,
        [(40_000, 40_000), (99_999, 80_000), (99_999, 4), (None, 12), (None, 3_000)],
        title="reachable",
        files=["exports/1.csv", "exports/2.csv"],
    )


def _single() -> Funnel:
    return funnel("orders >= 1", 1_000_000, [(3, 3)], title="stdin", sample=["anna", "ben", "chi"])


def _typo() -> Funnel:
    unreadable = [Unreadable("users.jsonl", line, "the line is no JSON", "see `docs`") for line in (3, 17)]
    return funnel(
        'orders >= 1 and eye_colour == "blue"',
        120,
        [(90, 90), (0, 0)],
        values={"orders": 120, "eye_colour": 0},
        unreadable=unreadable,
    )


def _everybody() -> Funnel:
    return funnel("orders >= 0 and orders < 100", 12, [(12, 12), (12, 12)])


def _nothing() -> Funnel:
    unreadable = [Unreadable("users.jsonl", 1, "the line is no JSON")]
    return funnel("orders >= 0", 0, [(0, 0)], unreadable=unreadable)


def _hostile() -> Funnel:
    text = (
        'name == "<script>alert(1)</script>|`x` *b* \\u202e&amp;" and `</title>|` matches /a|b/ and `名前` == "'
        + "日本" * 60
    )
    found = funnel(
        f'{text}"',
        10,
        [(5, 5), (5, 7), (2, 4)],
        title="<b>|`w`\x1b[31m",
        values={"name": 0, "</title>|`": 0, "名前": 3},
        unreadable=[Unreadable("<i>|`u`\u202e.jsonl", 1, "the key `<x>|*` stands twice")],
        sample=["<u>|`1`", "\x1b[2J"],
    )
    found.preview.steps[0].text += "\x1b[31m"
    return found


def _wide() -> Funnel:
    text = " and ".join(f"a{number} == {number}" for number in range(210))
    return funnel(text, 1_000, [(1_000 - number, 1_000 - number) for number in range(200)])


CASES = {
    "plain": _plain,
    "either": _either,
    "single": _single,
    "typo": _typo,
    "everybody": _everybody,
    "nothing": _nothing,
    "hostile": _hostile,
    "wide": _wide,
}


def rendered(found: Funnel) -> dict[str, str]:
    """Each form by the ending of its file."""
    return {
        "60.txt": as_text(found, columns=60),
        "100.txt": as_text(found, columns=100),
        "ascii.txt": as_text(found, columns=80, unicode=False),
        "color.ansi": as_text(found, columns=100, color=True),
        "md": as_markdown(found),
        "svg": as_svg(found),
        "json": json.dumps(as_data(found), ensure_ascii=True, indent=2) + "\n",
    }


def write() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, case in CASES.items():
        for ending, text in rendered(case()).items():
            # Of the widest one, a single text says enough.
            if name != "wide" or ending == "100.txt":
                (GOLDEN / f"{name}.{ending}").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
