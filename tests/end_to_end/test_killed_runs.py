"""A run that is killed by SIGKILL, again and again, loses nobody and sends to nobody twice; `killed_runs` has more."""

import pytest

from .killed_runs import killed_run


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_is_killed_again_and_again(seed: int) -> None:
    tally = killed_run(seed, people=1_500, kills=3, longest=0.5)
    assert tally["kills"] > 0
    assert tally["accepted twice without order"] == 0
