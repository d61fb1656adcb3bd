"""A preview counted by DuckDB, one query a file: the filter as SQL, over rows that `sources` makes of the file."""

import csv
import gzip
import zlib
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
from sqlglot import exp

from ..attribute_types import attribute_types
from ..profiles import since_epoch
from ..profiles.files import Unreadable, read_profiles
from ..settings import Settings
from ..sql import Translator
from ..sql.building import all_of, any_of, column
from ..sql.query import layers
from .counts import NAMED_AT_MOST, Measures, Preview
from .sources import NO_LIMIT, Source, csv_source, json_source, parquet_source

__all__ = ["DuckCounter", "NotTakenError"]

# The endings that DuckDB reads as the other reader does. The rest goes there.
_TAKEN = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".csv", ".csv.gz", ".parquet")
# Between two looks at how far a query is, in seconds.
_LOOK = 0.1


class NotTakenError(Exception):
    """A file that the other reader has to look at: it can read it, or says what is wrong."""


class DuckCounter:
    """Adds files to a preview. `progress` is told which share of a file is read, of 1."""

    def __init__(
        self,
        measures: Measures,
        preview: Preview,
        settings: Settings,
        *,
        now: datetime,
        sample: int,
    ) -> None:
        self.measures = measures
        self.preview = preview
        self.settings = settings
        self.now = now
        self.sample = sample
        self.progress: Callable[[float], None] | None = None
        self.names = list(attribute_types(measures.audience))
        # Nothing is to be fetched from anywhere over a file.
        self._connection = duckdb.connect(
            config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        self._connection.execute("SET enable_progress_bar = true")
        self._connection.execute("SET enable_progress_bar_print = false")
        self._connection.execute("SET TimeZone = 'UTC'")
        # A limit counts on all cores only where order does not matter to it.
        self._connection.execute("SET preserve_insertion_order = false")

    def close(self) -> None:
        self._connection.close()

    def check(self) -> None:
        """Raise SqlError for a filter that DuckDB cannot say exactly."""
        self._numbers(json_source(Path(), self.names))

    @staticmethod
    def takes(path: Path) -> bool:
        return _ending(path) in _TAKEN

    def add(self, path: Path) -> None:
        """Count the profiles of a file. Raises duckdb.Error or NotTakenError, and then has added nothing."""
        ending = _ending(path)
        if ending == ".parquet":
            self._count(path, parquet_source(self._connection, path, self.names))
        elif ending.startswith(".csv"):
            self._count(path, csv_source(path, self.names, _header(path)))
        else:
            quick = json_source(path, self.names)
            if not self._count(path, quick):
                self._count(path, json_source(path, self.names, quick=False))

    def _count(self, path: Path, source: Source) -> bool:
        """Count with this view of the file; False where it leaves doubts, and then nothing has been added."""
        connection, preview = self._connection, self.preview
        connection.execute(source.view)
        numbers, parameters = self._numbers(source)
        row = [int(each or 0) for each in self._run(numbers, parameters)[0]]
        total, readable, doubtful, matched, *rest = row
        if doubtful:
            return False
        unreadable = total - readable
        if source.rejects:
            (lost,) = self._run("SELECT count(DISTINCT line) FROM reject_errors", {})[0]
            unreadable += int(lost)
            connection.execute("DROP TABLE IF EXISTS reject_errors")
            connection.execute("DROP TABLE IF EXISTS reject_scans")
        ids: list[tuple[Any, ...]] = []
        if matched and len(preview.sample) < self.sample:
            connection.execute("SET preserve_insertion_order = true")
            ids = self._run(*self._sampled(source, self.sample - len(preview.sample)))
            connection.execute("SET preserve_insertion_order = false")
        # From here on nothing of DuckDB's can fail.
        preview.sample.extend("" if id is None else str(id) for (id,) in ids)
        preview.total += readable
        preview.matched += matched
        preview.unreadable += unreadable
        for step in self.measures.steps:
            step.alone += rest.pop(0)
            if step.together_filter is not None:
                step.together = (step.together or 0) + rest.pop(0)
        for name in self.measures.values:
            preview.values[name] += rest.pop(0)
        if unreadable and len(preview.named) < NAMED_AT_MOST:
            # DuckDB has no numbers of lines: the other reader says which they are, and why.
            found = (each for each in read_profiles(path) if isinstance(each, Unreadable))
            preview.named.extend(islice(found, min(unreadable, NAMED_AT_MOST - len(preview.named))))
        return True

    def _translator(self, source: Source) -> Translator:
        return Translator(self.measures.audience, source.table, dialect="duckdb", settings=self.settings)

    def _numbers(self, source: Source) -> tuple[str, dict[str, object]]:
        """The query for all numbers, in one row, and its parameters."""
        translator, measures = self._translator(source), self.measures
        whole = translator.condition(measures.audience)
        steps = [translator.condition(step.filter) for step in measures.steps]
        values = [translator.condition(filter) for filter in measures.values.values()]
        doubtful = exp.false() if source.doubtful is None else exp.maybe_parse(source.doubtful, dialect="duckdb")
        kept = [column("readable"), exp.alias_(doubtful, "doubtful", quoted=True)]
        judged = {"whole": whole, **_numbered("step", steps), **_numbered("value", values)}
        users = layers(
            translator,
            kept,
            [column("readable"), column("doubtful"), *(exp.alias_(_sure(each), name) for name, each in judged.items())],
            limit=NO_LIMIT,
        )
        counted: list[exp.Expr] = [column("readable"), column("doubtful"), _read(exp.column("whole"))]
        join = any_of if measures.either else all_of
        before: list[exp.Expr] = []
        for at, step in enumerate(measures.steps):
            counted.append(_read(exp.column(f"step{at}")))
            if step.together_filter is not None:
                before.append(exp.column(f"step{at}"))
                counted.append(_read(exp.paren(join([each.copy() for each in before]))))
        counted += [_read(exp.column(f"value{at}")) for at in range(len(values))]
        numbers = [exp.Count(this=exp.Star()), *(exp.CountIf(this=each) for each in counted)]
        query = exp.select(*numbers).from_(users.subquery("judged"))
        return query.sql(dialect="duckdb"), self._bound(translator)

    def _sampled(self, source: Source, count: int) -> tuple[str, dict[str, object]]:
        """The query for the first ids of those who match, and its parameters."""
        translator = self._translator(source)
        whole = translator.condition(self.measures.audience)
        query = layers(translator, [column("id"), column("readable")], [column("id")]).where(_read(exp.paren(whole)))
        return query.limit(count).sql(dialect="duckdb"), self._bound(translator)

    def _bound(self, translator: Translator) -> dict[str, object]:
        now = {"now": since_epoch(self.now)} if translator.needs_now else {}
        return translator.parameters | now

    def _run(self, query: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
        """The rows of a query. It runs beside this thread, which looks how far it is, and stops it when interrupted."""
        connection = self._connection
        found: list[list[tuple[Any, ...]]] = []
        failed: list[BaseException] = []
        done = Event()

        def work() -> None:
            try:
                found.append(connection.execute(query, parameters or None).fetchall())
            except BaseException as error:
                failed.append(error)
            finally:
                done.set()

        worker = Thread(target=work, daemon=True)
        worker.start()
        try:
            while not done.wait(_LOOK):
                if self.progress is not None:
                    self.progress(max(connection.query_progress(), 0.0) / 100)
        except BaseException:
            connection.interrupt()
            worker.join()
            raise
        worker.join()
        if failed:
            raise failed[0]
        return found[0]


def _numbered(name: str, conditions: list[exp.Expr]) -> dict[str, exp.Expr]:
    return {f"{name}{at}": condition for at, condition in enumerate(conditions)}


def _read(condition: exp.Expr) -> exp.Expr:
    return exp.and_(column("readable"), condition)


def _sure(condition: exp.Expr) -> exp.Expr:
    """NULL as FALSE, since it counts as not selected."""
    return exp.Coalesce(this=condition, expressions=[exp.false()])


def _ending(path: Path) -> str:
    parts = path.suffixes[-2:] if path.suffix.lower() == ".gz" else path.suffixes[-1:]
    return "".join(parts).lower()


def _header(path: Path) -> list[str]:
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            header = [name.strip() for name in next(csv.reader(file, strict=True), [])]
    except (OSError, EOFError, ValueError, zlib.error, csv.Error) as error:
        raise NotTakenError(str(error)) from None
    if not header or not all(header):
        raise NotTakenError("the header has columns without names")
    return header
