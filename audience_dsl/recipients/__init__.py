"""Recipients from files of any length: one after another in constant memory, each checked alone, at its line.

    people = RecipientsFile(Path("people.csv"), endpoint=CAMPAIGN_TRIGGER_SEND)
    for entry in people.entries():
        ...

Two formats: JSON Lines (`.jsonl`), and CSV (`.csv`) as RFC 4180 has it.
"""

from .entry import Entry
from .file import SUFFIXES, RecipientsFile
from .identity import identity_of
from .lines import RECORD_AT_MOST
from .mapping import pair_of
from .records import RECORD_LINES_AT_MOST

__all__ = ["RECORD_AT_MOST", "RECORD_LINES_AT_MOST", "SUFFIXES", "Entry", "RecipientsFile", "identity_of", "pair_of"]
