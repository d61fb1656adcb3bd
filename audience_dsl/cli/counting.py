"""Counting the profiles of a file for a command: with its progress, and with findings for what cannot be counted."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import CODES, Diagnostic
from .console import Console, ShareProgress
from .exits import FindingsError

if TYPE_CHECKING:
    from ..api import Audience
    from ..filters import Leaf
    from ..preview import Engine
    from ..report.funnel import Funnel

__all__ = ["count", "files_of"]


def files_of(profiles: str) -> list[Path]:
    """The files of profiles below a path. Raises ConfigurationError where there are none."""
    from ..profiles.files import ProfileFiles

    return [path for path, _ in ProfileFiles(Path(profiles)).files]


def count(
    console: Console,
    audience: "Audience",
    *,
    title: str,
    profiles: str,
    files: Sequence[Path],
    now: datetime,
    sample: int = 0,
    engine: "Engine" = "auto",
) -> "tuple[Funnel, float]":
    """The preview of these profiles with what it was counted of, and the seconds that it took.

    Raises FindingsError for what cannot be counted.
    """
    from ..regexes import RegexError, RegexTimeoutError
    from ..report.funnel import Funnel

    progress = ShareProgress(console, "counting")
    start = time.monotonic()
    try:
        counted = audience.preview(profiles, now=now, sample=sample, engine=engine, progress=progress.step)
    except (RegexError, RegexTimeoutError) as error:
        place = _place(_leaf_of(audience, error))
        raise FindingsError([Diagnostic(error.kind, error.message, help=error.help, **place)]) from None
    except Exception as error:
        finding = _inexact(error)
        if finding is None:
            raise
        raise FindingsError([finding]) from None
    finally:
        progress.done()
    modified = _modified(files)
    funnel = Funnel(
        counted,
        title=title,
        filter=audience.filter,
        now=now,
        path=profiles,
        files=[str(path) for path in files],
        modified=modified,
        age=None if modified is None else datetime.now(UTC) - modified,
        assumptions=audience.settings.digest,
    )
    return funnel, time.monotonic() - start


def _inexact(error: Exception) -> Diagnostic | None:
    """The finding of what `--engine duckdb` cannot say; None for another error."""
    if find_spec("sqlglot") is None:
        return None
    from ..sql import SqlError

    if not isinstance(error, SqlError):
        return None
    way = "; ".join(each for each in (error.help, "leave the engine to `auto`") if each)
    return Diagnostic(CODES["sql-inexact"], error.message, help=way, **_place(error.leaf))


def _leaf_of(audience: "Audience", error: Any) -> "Leaf | None":
    """The clause whose regex it is, if it can be told."""
    from ..clauses import clause_tree, clauses_of
    from ..evaluate import Evaluator
    from ..filters import And, CustomAttribute, Or
    from ..regexes import RegexError

    for clause in clauses_of(clause_tree(audience.filter)):
        pending = [clause.filter]
        while pending:
            node = pending.pop()
            if isinstance(node, (And, Or)):
                pending.extend(node.operands)
            elif isinstance(node, CustomAttribute) and node.comparison.endswith("_regex"):
                if node.value == getattr(error, "pattern", None):
                    return node
                try:
                    Evaluator(node, audience.settings)
                except RegexError:
                    return node
    return None


def _place(leaf: "Leaf | None") -> dict[str, Any]:
    origin: Any = None if leaf is None else leaf.origin
    return {} if origin is None else {"source": origin.source, "span": origin.span}


def _modified(files: Sequence[Path]) -> datetime | None:
    """When the newest of the files was written."""
    try:
        return datetime.fromtimestamp(max(int(path.stat().st_mtime) for path in files), UTC)
    except (OSError, ValueError, OverflowError):
        # It is gone by now, or its time is none that a calendar has.
        return None
