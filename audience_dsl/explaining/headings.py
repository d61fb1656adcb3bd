"""The headings that all forms of an explanation share, in their order."""

__all__ = [
    "COUNT",
    "HOW_TO_READ",
    "NARROWER",
    "NOT_CERTAIN",
    "SIGNED",
    "WHO_IS_IN",
    "WHO_IS_OUT",
    "WITHOUT",
    "WRITTEN",
]

WHO_IS_IN = "Who is in"
WHO_IS_OUT = "Who is out"
WITHOUT = "Users without a value"
NARROWER = "The campaign narrows it further"
COUNT = "How many that is"
HOW_TO_READ = "How to read this"
NOT_CERTAIN = "What is not certain"
WRITTEN = "The text as written"
SIGNED = "Signed"
