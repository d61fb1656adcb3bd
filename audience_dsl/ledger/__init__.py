"""A file that remembers every send, so that none is made twice and none forgotten.

    with Ledger("sends.db") as ledger:
        client.send(request, key="storm/porto/1122", ledger=ledger)

It has the identifiers of recipients, or their hashes, and never a body, a property or a key of the API.
"""

from .sends import Ledger

__all__ = ["Ledger"]
