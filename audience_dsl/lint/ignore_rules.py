"""The rules of `# audience: ignore` itself, whose findings `ignores` makes."""

from .rule import Rule

__all__ = ["BAD_IGNORE", "UNUSED_IGNORE"]

UNUSED_IGNORE = Rule(
    "unused-ignore",
    why="A directive that ignores nothing is left over: the finding is gone, or stands on another line. It would hide "
    "the next one that comes.",
    bad="vip is true  # audience: ignore missing-value\n",
    good="vip is true\n",
    check=None,
    fix="safe",
)
BAD_IGNORE = Rule(
    "bad-ignore",
    why="A directive names rules by code or name, such as `AUD310` or `missing-value`. A name that there is not "
    "ignores nothing, and an error of the compiler cannot be ignored: such a text is no audience.",
    bad="age < 18  # audience: ignore AUD310, missing-valeu\n",
    good="age < 18  # audience: ignore AUD310, missing-value\n",
    check=None,
    fix="unsafe",
)
