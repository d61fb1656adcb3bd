"""What each engine can say of a regex, and how."""

__all__ = ["ENGINES", "JAVA_WHOLE", "REPEAT_AT_MOST", "Engine"]

# PCRE's limit for a repeat, and ours for repeats inside each other.
REPEAT_AT_MOST = 65_535
PRODUCT_AT_MOST = 200_000


class Engine:
    """What an engine can say: `looks` around, `atomic` groups, so long a `repeat`, and repeats of repeats (`product`).

    `dollar` is `$`, which also stands before a last line feed. RE2 has to consume that, so nothing may come behind.
    """

    def __init__(
        self,
        title: str,
        *,
        end: str,
        dollar: str,
        boundary: str,
        no_boundary: str | None,
        group: str = "(?:",
        looks: bool = False,
        atomic: bool = False,
        repeat: int = REPEAT_AT_MOST,
        product: int = PRODUCT_AT_MOST,
    ) -> None:
        self.title = title
        self.end = end
        self.dollar = dollar
        self.boundary = boundary
        self.no_boundary = no_boundary
        self.group = group
        self.looks = looks
        self.atomic = atomic
        self.repeat = repeat
        self.product = product


# `\b` of Java and of Postgres knows more letters than ASCII has.
_W = "[0-9A-Z_a-z]"
_EDGE, _NO_EDGE = f"(?:(?<={_W})(?!{_W})|(?<!{_W})(?={_W}))", f"(?:(?<={_W})(?={_W})|(?<!{_W})(?!{_W}))"
ENGINES = {
    "python": Engine(
        "Python", end=r"\Z", dollar="$", boundary=r"(?a:\b)", no_boundary=r"(?a:\B)", looks=True, atomic=True
    ),
    "java": Engine(
        "Java", end=r"\z", dollar=r"(?=\n?\z)", boundary=_EDGE, no_boundary=_NO_EDGE, looks=True, atomic=True
    ),
    "postgres": Engine(
        "Postgres", end="$", dollar=r"(?=\n?$)", boundary=_EDGE, no_boundary=_NO_EDGE, looks=True, repeat=255
    ),
    # RE2 finds a \B between the bytes of one character.
    "re2": Engine("RE2", end="$", dollar=r"\n?$", boundary=r"\b", no_boundary=None, repeat=1000, product=1000),
    "snowflake": Engine(
        "Snowflake", end="$", dollar=r"\n?$", boundary=r"\b", no_boundary=None, group="(", repeat=1000, product=1000
    ),
}
# Java finds matches between the two halves of a character beyond U+FFFF, unless the regex itself speaks of such a one.
JAVA_WHOLE = r"\x{10FFFF}{0}"
