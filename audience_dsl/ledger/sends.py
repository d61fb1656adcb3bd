"""The ledger of single sends: what the sender's protocol asks, and what people ask of it.

A send is what has one key, or, without a key, one body. Each attempt at it is a row of its own, so that whatever is
learned late, or said by a person, stands beside what was known before, and takes nothing away.
"""

import json
import os
import secrets
import shlex
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Final, Literal

from ..diagnostics import CODES, LedgerError, quoted
from ..sender.outcome import ACCEPTED, NOT_SENT, Receipt
from ..sender.requests import Request
from . import tables
from .database import Database
from .identifiers import hashed, identifiers, without_server_texts
from .keys import check_send_key
from .send import IN_FLIGHT, OPEN, STANDINGS, Send, damaged, read_send, stamp, stamped

__all__ = ["Ledger", "RecordedAttempt"]

# Sends that are read at once, so that a reader never keeps the file long.
_AT_A_TIME: Final = 500


class Ledger:
    """Records sends in a file, for the clients' `ledger=`. For any number of threads and processes at once.

    `file` is a path, or a Database that is open already. `create=False` refuses a file that does not exist;
    `read_only` opens one that nobody can write as well. With `hash_identifiers`, the recipients of sends from now on
    are kept as keyed hashes, the key being in the file, and nothing that the server says in words is kept; once
    asked for, that stays.

    Raises LedgerError over a file that cannot be used, here and wherever it is used.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | Database,
        *,
        create: bool = True,
        read_only: bool = False,
        hash_identifiers: bool = False,
    ) -> None:
        self._is_own = not isinstance(file, Database)
        self.database = file if isinstance(file, Database) else Database(file, create=create, read_only=read_only)
        try:
            tables.ensure_tables(self.database)
            self._salt = self._salted(hash_identifiers)
        except BaseException:
            self.close()
            raise

    @property
    def hashes_identifiers(self) -> bool:
        return self._salt is not None

    # --- What the sender asks ---

    def known(self, request: Request, /, *, key: str | None, repeat: bool) -> Receipt | None:
        """The receipt of a send that was accepted under this key, or with this body; marked as `replayed`.

        None where the request may be sent. With `repeat`, the same body under another key, or without one, is another
        send. Raises LedgerError (ledger-unresolved) where the send is in flight or its outcome unknown.
        """
        _check(key)
        with self.database.reading() as connection:
            found = self._found(connection, request, key=key, repeat=repeat)
        return found if isinstance(found, Receipt) else None

    def claim(self, request: Request, /, *, key: str | None, at: datetime, repeat: bool) -> "RecordedAttempt | Receipt":
        """Record an attempt as in flight, durable when this returns; or the receipt, or the error, that `known` has."""
        _check(key)
        named = identifiers(request)
        if self._salt is not None:
            named = [hashed(each, self._salt) for each in named]
        values = (
            request.digest,
            request.endpoint.path,
            request.subject,
            int(request.is_broadcast),
            json.dumps(named, ensure_ascii=False),
            stamped(at),
        )

        def begin(connection: sqlite3.Connection) -> "RecordedAttempt | Receipt":
            send = self._found(connection, request, key=key, repeat=repeat)
            if isinstance(send, Receipt):
                return send
            if send is None:
                send = connection.execute(tables.NEW_SEND, (key,)).lastrowid
            assert send is not None
            attempt = connection.execute(tables.NEW_ATTEMPT, (send, *values)).lastrowid
            _judge(connection, send)
            assert attempt is not None
            return RecordedAttempt(self, send, attempt)

        return self.database.submit(begin)

    # --- What people ask ---

    def sends(self, *, outcome: str | None = None) -> Iterator[Send]:
        """Every send in the order of their numbers, or those that stand so. Read as it is asked for."""
        last = 0
        while True:
            with self.database.reading() as connection:
                if outcome is None:
                    rows = connection.execute(tables.PAGE, (last, _AT_A_TIME)).fetchall()
                else:
                    rows = connection.execute(tables.PAGE_OF_OUTCOME, (last, outcome, _AT_A_TIME)).fetchall()
            if not rows:
                return
            for row in rows:
                yield read_send(row, self.database.path)
            last = rows[-1][0]

    def latest(self, count: int) -> list[Send]:
        """The last sends that were begun, the latest first."""
        with self.database.reading() as connection:
            rows = connection.execute(tables.LATEST, (count,)).fetchall()
        return [read_send(row, self.database.path) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many sends stand how, those that need a decision first."""
        with self.database.reading() as connection:
            found = dict(connection.execute(tables.COUNTS))
        return {outcome: found[outcome] for outcome in STANDINGS if outcome in found}

    def find(self, key_or_number: str | int) -> Send | None:
        """One send. A text is a key, or a number where there is no such key."""
        with self.database.reading() as connection:
            return self._find(connection, key_or_number)

    def resolve(self, key_or_number: str | int, *, as_: Literal["accepted", "not_sent"], by: str, at: datetime) -> Send:
        """Say what became of a send in flight or unknown, as the dashboard shows it. `by` is who says so.

        `accepted` counts as accepted from then on; `not_sent` may be sent again. Raises LedgerError where there is no
        such send, or its outcome is known.
        """
        if as_ not in (ACCEPTED, NOT_SENT):
            raise ValueError(f"a send is resolved as `accepted` or `not_sent`, not as {as_!r}")
        with self.database.writing() as connection:
            send = self._find(connection, key_or_number)
            if send is None:
                raise LedgerError(
                    CODES["ledger-unresolved"],
                    f"the ledger has no send {quoted(str(key_or_number))}",
                    help=f"`audience ledger show {shlex.quote(str(self.database.path))}` lists them",
                )
            if send.outcome not in OPEN:
                raise LedgerError(
                    CODES["ledger-unresolved"],
                    f"the send {quoted(send.name)} is {send.outcome.replace('_', ' ')}, and needs no decision",
                    help="only what is in flight or unknown is resolved",
                )
            receipt = Receipt(
                outcome=as_,
                reason=f"{by} said so at {stamp(at)}, when it was {send.outcome.replace('_', ' ')}",
                digest=send.digest,
                endpoint=send.endpoint,
                sent_at=send.begun_at,
                finished_at=at,
                attempts=send.attempts,
                key=send.key,
            )
            connection.execute(tables.RESOLVE, (as_, _json(receipt), stamped(at), stamped(at), by, send.number))
            _judge(connection, send.number)
            resolved = self._find(connection, send.number)
        assert resolved is not None
        return resolved

    def close(self) -> None:
        """Close the file, unless it was handed in open."""
        if self._is_own:
            self.database.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Ledger {self.database.path}>"

    # --- How it is done ---

    def _salted(self, wanted: bool) -> bytes | None:
        with self.database.reading() as connection:
            row = connection.execute("SELECT salt FROM send_salt").fetchone()
        if row is None and wanted and not self.database.read_only:
            with self.database.writing() as connection:
                # Another process may have been as quick.
                connection.execute(
                    "INSERT INTO send_salt SELECT ? WHERE NOT EXISTS (SELECT * FROM send_salt)",
                    (secrets.token_bytes(32),),
                )
                row = connection.execute("SELECT salt FROM send_salt").fetchone()
        return None if row is None else row[0]

    def _found(
        self, connection: sqlite3.Connection, request: Request, *, key: str | None, repeat: bool
    ) -> Receipt | int | None:
        """The receipt of a send that is not to be made again, or the number of one to attempt again, or None."""
        again = None
        if key is not None:
            send = self._by_key(connection, key)
            if send is not None:
                if receipt := self._decided(send, request, key):
                    return receipt
                again = send.number
        body = (request.digest, request.endpoint.path)
        if not repeat:
            row = connection.execute(tables.ACCEPTED_OR_OPEN_OF_BODY, body).fetchone()
            if row is not None and (receipt := self._decided(self._by_number(connection, *row), request, key)):
                return receipt
        if key is None:
            row = connection.execute(tables.KEYLESS_OF_BODY, body).fetchone()
            again = None if row is None else row[0]
        return again

    def _decided(self, send: Send | None, request: Request, key: str | None) -> Receipt | None:
        """The receipt that a send has already. Raises LedgerError where nobody knows what became of it."""
        if send is None or send.outcome not in (ACCEPTED, *OPEN):
            return None
        if send.outcome in OPEN:
            since = "has been in flight since" if send.outcome == IN_FLIGHT else "has an unknown outcome since"
            name = f"send {quoted(send.key)}" if send.key else f"send {send.number}"
            command = shlex.join(["audience", "ledger", "resolve", str(self.database.path), send.name])
            raise LedgerError(
                CODES["ledger-unresolved"],
                f"the {name} of {send.what} {since} {stamp(send.begun_at)}, and may have gone out",
                help="unless it is being sent right now, look for it in the dashboard, and say "
                f"`{command} --as accepted` or `--as not-sent`",
            )
        if send.receipt is None:
            raise damaged(self.database.path, send.number)
        reason = send.receipt.reason
        if send.digest != request.digest:
            reason += f"; what was sent then is not the body of now, which has the digest {request.digest[:12]}…"
        elif key is not None and send.key != key:
            under = "without a key" if send.key is None else f"under the key {quoted(send.key)}"
            reason += f"; the same body went out {under}, and goes out under another only with `repeat`"
        return replace(send.receipt, reason=reason, key=send.key, replayed=True)

    def _find(self, connection: sqlite3.Connection, key_or_number: str | int) -> Send | None:
        if isinstance(key_or_number, int):
            return self._by_number(connection, key_or_number)
        found = self._by_key(connection, key_or_number)
        if found is None and _is_number(key_or_number):
            found = self._by_number(connection, int(key_or_number))
        return found

    def _by_key(self, connection: sqlite3.Connection, key: str) -> Send | None:
        return self._one(connection, tables.BY_KEY, key)

    def _by_number(self, connection: sqlite3.Connection, number: int) -> Send | None:
        return self._one(connection, tables.BY_NUMBER, number)

    def _one(self, connection: sqlite3.Connection, question: str, value: str | int) -> Send | None:
        try:
            row = connection.execute(question, (value,)).fetchone()
        except (UnicodeEncodeError, OverflowError):
            # No file can have such a key or number.
            return None
        return None if row is None else read_send(row, self.database.path)


class RecordedAttempt:
    """An attempt that is in flight until it is settled: the claim of the sender's protocol."""

    __slots__ = ("_attempt", "_ledger", "send")

    def __init__(self, ledger: Ledger, send: int, attempt: int) -> None:
        self._ledger = ledger
        self._attempt = attempt
        self.send = send

    def settle(self, receipt: Receipt, /) -> None:
        """Record what became of it, durable when this returns. The first time counts.

        Where a person was quicker, what really became of it counts, unless that is unknown.
        """
        if self._ledger.hashes_identifiers:
            receipt = without_server_texts(receipt)
        outcome = receipt.outcome
        values = (outcome, _json(receipt), stamped(receipt.finished_at), self._attempt, outcome)

        def end(connection: sqlite3.Connection) -> None:
            connection.execute(tables.SETTLE, values)
            _judge(connection, self.send)

        self._ledger.database.submit(end)


def _judge(connection: sqlite3.Connection, send: int) -> None:
    """Write down how a send stands after its attempts."""
    connection.execute(tables.JUDGE, (send,))


def _json(receipt: Receipt) -> str:
    return json.dumps(receipt.to_dict())


def _check(key: str | None) -> None:
    if key is not None:
        check_send_key(key)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
