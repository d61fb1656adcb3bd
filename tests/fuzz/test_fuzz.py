"""A little of the long run, so that it keeps running."""

from random import Random

import pytest

from .targets import TARGETS, Target


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_only_errors_of_ours_come_out(target: Target) -> None:
    for seed in range(150):
        target.run(target.make(Random(seed)), Random(seed))
