"""The long run: `python -m tests.fuzz [--seconds N] [--seed S] [--only NAME]`, for as long as one likes.

Exit 1 on the first input that brings out anything but an error of ours, with what it takes to see it again.
"""

import argparse
import sys
import traceback
from collections import Counter
from random import Random
from time import monotonic

from tests.fuzz.targets import TARGETS, Target

# An input that takes longer, in seconds, is told of at the end: most are done in a few thousandths.
SLOW = 5.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Hand anything to everything.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the first input; the next has the next one")
    parser.add_argument("--only", choices=[each.name for each in TARGETS], help="one target alone")
    given = parser.parse_args(arguments)
    targets = [each for each in TARGETS if given.only in (None, each.name)]
    started = shown = monotonic()
    counts: Counter[str] = Counter()
    slow: list[str] = []
    seed = given.seed
    while (now := monotonic()) - started < given.seconds:
        target = targets[seed % len(targets)]
        value = target.make(Random(seed))
        try:
            target.run(value, Random(seed))
        except Exception:
            traceback.print_exc()
            if isinstance(value, str):
                value = _smaller(target, value, seed)
            print(f"\n{target.name} of {value!r}")
            print(f"seen again by: python -m tests.fuzz --only {target.name} --seed {seed} --seconds 0.001")
            return 1
        took = monotonic() - now
        if took > SLOW:
            slow.append(f"{target.name} {seed}: {took:.1f} s")
        counts[target.name] += 1
        seed += 1
        if sys.stderr.isatty() and now - shown > 1:
            shown = now
            print(f"\r{counts.total():,} inputs in {now - started:,.0f} s", end="", file=sys.stderr)
    print(
        f"{counts.total():,} inputs in {monotonic() - started:,.0f} s, seeds {given.seed} to {seed - 1}: {dict(counts)}"
    )
    print("slow: " + ("; ".join(slow) or "none"))
    return 0


def _smaller(target: Target, text: str, seed: int) -> str:
    """The text with everything left out that the failure does not need."""
    size = len(text)
    while size:
        for start in range(0, len(text), size):
            less = text[:start] + text[start + size :]
            try:
                target.run(less, Random(seed))
            except Exception:
                text = less
                break
        else:
            size //= 2
    return text


if __name__ == "__main__":
    sys.exit(main())
