"""Settings of a session under which the same query would mean something else."""

from ..diagnostics import CODES, ConfigurationError
from ..extras import needed

with needed("spark", "Spark"):
    from pyspark.sql import SparkSession

__all__ = ["check_session", "is_on"]

_READ_OTHERWISE = {
    "spark.sql.parser.escapedStringLiterals": "reads backslashes as Spark 1.6 did, and names would be other names",
    "spark.sql.parser.quotedRegexColumnNames": "reads names of columns as regexes, which may find other columns",
    "spark.sql.variant.allowDuplicateKeys": "takes JSON in which a key stands twice, which no other reader here does",
}


def check_session(session: SparkSession) -> None:
    """Raises ConfigurationError for a session that would read a query or JSON otherwise."""
    for setting, meaning in _READ_OTHERWISE.items():
        if is_on(session, setting):
            raise ConfigurationError(CODES["settings"], f"this session {meaning}", help=f"set `{setting}` to false")


def is_on(session: SparkSession, setting: str) -> bool:
    return (session.conf.get(setting, "false") or "").lower() == "true"
