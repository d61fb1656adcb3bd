"""How many of these profiles would an audience select, and how many does each clause let through?

`preview` counts with DuckDB where that is installed and can say the filter exactly, and with the evaluator where it
is not or cannot; both come to the same numbers. docs/preview.md has the rest.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..diagnostics import CODES, ConfigurationError, visible
from ..extras import needed
from ..filters import Filter
from ..profiles.files import ProfileFiles
from ..settings import Settings, check_instant
from .by_python import count_profiles
from .counts import Measures, Preview, Step, measures_of

if TYPE_CHECKING:
    from .by_duckdb import DuckCounter

__all__ = ["Engine", "Preview", "Step", "preview"]

Engine = Literal["auto", "duckdb", "python"]


def preview(
    filter: Filter,
    path: Path,
    *,
    settings: Settings | None = None,
    now: datetime,
    sample: int = 0,
    engine: Engine = "auto",
    regex_timeout: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> Preview:
    """Count the profiles of a file or a directory. `progress` is told the share that is read, from 0 to 1.

    Raises ConfigurationError for files that cannot be read, RegexError and RegexTimeoutError; with the engine
    `duckdb` also SqlError, and ConfigurationError where it is not installed.
    """
    check_instant(now)
    settings = settings or Settings()
    measures = measures_of(filter)
    found = Preview(measures)
    files = ProfileFiles(path).files
    total = sum(size for _, size in files) or 1
    counter = None if engine == "python" else _duck_counter(measures, found, settings, now, sample, engine)
    done = 0

    def share(read: float) -> None:
        if progress is not None:
            progress(min((done + read) / total, 1.0))

    try:
        for file, size in files:
            if counter is not None and _added(counter, file, size, engine, share):
                found.engines.add("duckdb")
            else:
                _count(file, measures, found, settings, now, sample, regex_timeout, share)
                found.engines.add("python")
            done += size
    finally:
        if counter is not None:
            counter.close()
    return found


def _count(
    file: Path,
    measures: Measures,
    found: Preview,
    settings: Settings,
    now: datetime,
    sample: int,
    regex_timeout: float,
    share: Callable[[float], None],
) -> None:
    one = ProfileFiles(file)
    count_profiles(
        one,
        measures,
        found,
        settings,
        now=now,
        sample=sample,
        regex_timeout=regex_timeout,
        progress=lambda: share(one.bytes_read),
    )


def _duck_counter(
    measures: Measures, found: Preview, settings: Settings, now: datetime, sample: int, engine: Engine
) -> "DuckCounter | None":
    """The counter on DuckDB; None where `auto` has to do without it."""
    try:
        with needed("preview", "the engine `duckdb`"):
            import duckdb  # noqa: F401
            import sqlglot  # noqa: F401
    except ConfigurationError:
        if engine == "duckdb":
            raise
        return None
    from ..sql import SqlError
    from .by_duckdb import DuckCounter

    counter = DuckCounter(measures, found, settings, now=now, sample=sample)
    try:
        counter.check()
    except SqlError as error:
        counter.close()
        if engine == "duckdb":
            raise
        found.reason = error.message
        return None
    return counter


def _added(counter: "DuckCounter", file: Path, size: int, engine: Engine, share: Callable[[float], None]) -> bool:
    """Whether DuckDB has counted the file; where it cannot read it, the other reader can, or says what is wrong."""
    import duckdb

    from .by_duckdb import NotTakenError

    if not counter.takes(file):
        if engine == "duckdb":
            raise ConfigurationError(
                CODES["unreadable"],
                f"`{visible(str(file))}` is of a format that the engine `duckdb` does not read",
                help="leave the engine to `auto`, or unpack the file",
            )
        return False
    counter.progress = lambda part: share(part * size)
    try:
        counter.add(file)
    except (duckdb.Error, NotTakenError) as error:
        if engine == "duckdb":
            said = str(error).partition("\n")[0]
            message = f"DuckDB cannot read `{visible(str(file))}`: {visible(said)}"
            raise ConfigurationError(CODES["unreadable"], message) from None
        return False
    return True
