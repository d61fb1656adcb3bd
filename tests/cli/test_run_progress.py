"""What is told while a run goes: a bar on a terminal, a line now and then in a log."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.cli.console import Console
from audience_dsl.cli.run_progress import RunProgress
from audience_dsl.cli.waits import wait_in_words
from audience_dsl.report.display import width
from audience_dsl.runs import STATES, Progress
from audience_dsl.sender.outcome import not_sent, receipt_for
from audience_dsl.sender.retrying import Wait

INSTANT = datetime(2026, 1, 31, 9, tzinfo=UTC)
RECEIPT = receipt_for(not_sent("no connection"), digest="d", endpoint="/e", sent_at=INSTANT, finished_at=INSTANT)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Stream(io.TextIOWrapper):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


@contextmanager
def progress(*, terminal: bool, columns: int = 120) -> Iterator[tuple[RunProgress, Clock, Stream]]:
    stream, clock = Stream(terminal=terminal), Clock()
    environment = {"COLUMNS": str(columns), "LINES": "40"}
    with mock.patch.object(sys, "stderr", stream), mock.patch.dict("os.environ", environment):
        yield RunProgress(Console(), clock=clock), clock, stream


def after(accepted: int, total: int = 1_000, *, rate: float = 100.0, unknown: int = 0, rejected: int = 0) -> Progress:
    counts = dict.fromkeys(STATES, 0)
    counts |= {"accepted": accepted, "unknown": unknown, "rejected": rejected}
    counts["pending"] = total - accepted - unknown - rejected
    return Progress(1, RECEIPT, total, counts, rate)


def wait(seconds: float) -> Wait:
    return Wait(seconds, INSTANT, "the rate limit is spent")


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    with progress(terminal=False) as (told, clock, stream):
        told.begin(1_000)
        for step in range(1, 41):
            clock.now += 1
            told.batch(after(step * 20))
        told.done()
    assert stream.text().splitlines() == [
        "200 of 1,000 (20%), 200 accepted, 0 rejected, 0 unknown, 100 a second, 8 s left",
        "400 of 1,000 (40%), 400 accepted, 0 rejected, 0 unknown, 100 a second, 6 s left",
        "600 of 1,000 (60%), 600 accepted, 0 rejected, 0 unknown, 100 a second, 4 s left",
        "800 of 1,000 (80%), 800 accepted, 0 rejected, 0 unknown, 100 a second, 2 s left",
    ]


def test_a_log_is_told_of_a_wait_once() -> None:
    with progress(terminal=False) as (told, clock, stream):
        told.begin(1_000)
        for _ in range(8):
            told.wait(wait(600))
            told.wait(wait(1))
        clock.now += 10
        told.batch(after(20, rejected=50, unknown=30))
    lines = stream.text().splitlines()
    assert lines[0] == wait_in_words(wait(600))
    assert "waiting 10 min 0 s, until " in lines[0]
    assert lines[1].startswith("100 of 1,000 (10%), 20 accepted, 50 rejected, 30 unknown, waiting until ")
    assert len(lines) == 2


def test_a_bar_is_renewed_in_its_place() -> None:
    with progress(terminal=True) as (told, clock, stream):
        told.begin(1_000)
        for accepted in (250, 500):
            clock.now += 1
            told.batch(after(accepted))
            # Within the tenth of a second nobody sees more.
            told.batch(after(accepted + 1))
        told.done()
    looks = stream.text().split("\r")
    assert looks[1].startswith("██████░░░░░░░░░░░░░░░░░░  250 of 1,000 (25%)  250 accepted  0 rejected  0 unknown")
    assert looks[2].startswith("████████████░░░░░░░░░░░░  500 of 1,000 (50%)")
    assert looks[3:] == ["\x1b[K"]


@pytest.mark.parametrize("total", [0, 1, 10**9])
@given(columns=st.integers(1, 300), share=st.floats(0, 1), rate=st.floats(0, 1e9))
def test_a_bar_is_one_line(total: int, columns: int, share: float, rate: float) -> None:
    with progress(terminal=True, columns=columns) as (told, clock, stream):
        told.begin(total)
        told.wait(wait(60))
        clock.now += 1
        told.batch(after(int(total * share), total, rate=rate))
    for look in stream.text().split("\r")[1:]:
        assert width(look.partition("\x1b")[0]) < max(columns, 2)
