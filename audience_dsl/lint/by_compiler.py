"""The warnings that the compiler itself gives, as rules: they are explained, selected and ignored like the others."""

from ..catalog import CatalogAttribute
from .rule import Rule

__all__ = ["BY_COMPILER"]

BY_COMPILER = (
    Rule(
        "mixed-connectives",
        why="`and` binds tighter than `or`, as in most languages, and not all readers know. Parentheses say what "
        "belongs together; the fix adds those that the text means already.",
        bad='plan == "gold" or plan == "silver" and vip is true\n',
        good='plan == "gold" or (plan == "silver" and vip is true)\n',
        check=None,
        fix="safe",
    ),
    Rule(
        "unused",
        why="A `let`, a `param` or a name of a `use` that nothing uses was forgotten, or belongs elsewhere. A file "
        "without an audience is there for others to use, and does not warn.",
        bad="let lapsed = last_order_at more than 90 days ago\naudience members = club_member is true\n",
        good="let lapsed = last_order_at more than 90 days ago\naudience members = club_member is true and lapsed\n",
        check=None,
    ),
    Rule(
        "alike-names",
        why="Two definitions of a file whose names differ in nothing but letter case are easily taken for one. Where a "
        "disk does not tell letters from capitals, the files of two such audiences are one.",
        bad="audience Winback = last_order_at more than 90 days ago\n"
        "audience winback = last_order_at more than 30 days ago\n",
        good="audience winback_late = last_order_at more than 90 days ago\n"
        "audience winback = last_order_at more than 30 days ago\n",
        check=None,
    ),
    Rule(
        "blank-text",
        why='Braze counts empty text as no value, so `nickname == ""` is better asked with `does not exist`, which '
        "says so.",
        bad='nickname == ""\n',
        good="nickname does not exist\n",
        check=None,
        fix="unsafe",
    ),
    Rule(
        "unknown-value",
        why="The catalogue may say which values an attribute has. A text that is none of them selects nobody, or with "
        "`!=` everyone; mostly it is misspelt, or in other letter case. Values that came to be after the catalogue are "
        "added there.",
        bad='email is opted_in and tier == "glod"\n',
        good='email is opted_in and tier == "gold"\n',
        check=None,
        fix="unsafe",
        catalog=(CatalogAttribute("tier", "string", values=("gold", "silver")),),
    ),
    Rule(
        "differs-in-case",
        why="Names of attributes are case-sensitive in Braze, so `Plan` and `plan` are two attributes. Where one file "
        "uses both, one of them is likely to be misspelt, and nobody has it.",
        bad='Plan == "gold" or plan == "silver"\n',
        good='plan == "gold" or plan == "silver"\n',
        check=None,
    ),
    Rule(
        "assumed-complement",
        why="Of some comparisons no source says whether they select users without a value. A `not` around one needs to "
        "know, and follows the assumption of the settings. A guard beside it decides the matter, and so does an "
        "assumption that a workspace has tried and set.",
        bad="not (points > 100)\n",
        good="points exists and not (points > 100)\n",
        check=None,
    ),
)
