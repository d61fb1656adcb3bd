"""Whether a file may be opened as a ledger: looked at before sqlite touches it.

A look at a file that this process has open would drop sqlite's locks on it, since POSIX drops all of a process's
locks on a file when it closes any handle of it. So the files that are open are counted, and not looked at again.
"""

import os
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

from .faults import fault

__all__ = ["APPLICATION_ID", "Identity", "identify", "release"]

# In the header of the file, so that no other program's database is ever taken for a ledger: "AUDL".
APPLICATION_ID: Final = 0x4155444C
_HEADER: Final = b"SQLite format 3\x00"
_APPLICATION_ID_AT: Final = 68

# Device and number: one file, whatever its names.
Identity = tuple[int, int]
_open: Counter[Identity] = Counter()
_lock = threading.Lock()


def identify(path: Path, *, create: bool) -> Identity:
    """The file, counted as open until `release`. An empty one becomes a ledger where it may be created.

    Raises LedgerError over what is no ledger, which then is as it was.
    """
    with _lock:
        try:
            if create:
                # It has identifiers of people.
                with suppress(FileExistsError):
                    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            status = path.stat()
            identity = status.st_dev, status.st_ino
            if not _open[identity]:
                _look(path, create=create)
        except FileNotFoundError:
            if create:
                raise fault(path, "has no directory to stand in", "make the directory first") from None
            way = "name the file that a send or a run was given as `--ledger`"
            raise fault(path, "does not exist", way) from None
        except IsADirectoryError:
            raise fault(path, "is a directory", "name a file in it") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            way = "let this user read and write it, or name another file"
            raise fault(path, f"cannot be opened: {reason}", way) from None
        _open[identity] += 1
        return identity


def release(identity: Identity) -> None:
    with _lock:
        _open[identity] -= 1


def _look(path: Path, *, create: bool) -> None:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise fault(path, "is no file", "name a file on a local disk")
    with path.open("rb") as file:
        head = file.read(100)
    if not head and create:
        return
    if not head.startswith(_HEADER):
        raise fault(path, "is no ledger, and stays as it is", "name another file")
    if int.from_bytes(head[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4], "big") != APPLICATION_ID:
        raise fault(path, "is another program's database, and stays as it is", "name another file")
