"""A time that a profile holds as text, in SQL.

Casts of engines take more texts for times than `profiles.instant_of` does, and each takes others. So one regex says
what is a time, down to the days of February, and the text is brought into the one form that all of them take:
`2026-01-31T09:00:00.000001+07:00`.
"""

__all__ = ["CANONICAL", "EXPORTED_TIME", "TIME"]

# Years from 0001 to 3000, in groups that every engine has.
_YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)"
_LEAP_YEAR = "([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)"
_DAY = (
    f"({_YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_CLOCK = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?"
_ZONE = "( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?"
# All of a text that is a time.
TIME = f"{_DAY}({_CLOCK}{_ZONE})?"
# The form in which exports write most times. It leaves the days of a month to the cast.
EXPORTED_TIME = "([12][0-9]{3}|3000)-[0-1][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z"

# Replacements in their order: a regex, and what stands in its place; `{}` is the group, of which each has one.
CANONICAL = (
    # A day alone; a clock without seconds.
    ("^(.{10})$", "{}T00:00:00"),
    ("^(.{16})(Z|UTC| |[+-]|$)", "{}:00{}"),
    # A fraction, cut off after the microsecond.
    ("^(.{19})[.:]([0-9]{1,6})[0-9]*", "{}.{}"),
    # UTC by its names or by none; an offset, with a blank before it or without a colon.
    ("^(.{19}[.0-9]*)( ?(Z|UTC))?$", "{}+00:00"),
    (" ?([+-][0-9]{2}):?([0-9]{2})$", "{}:{}"),
)
