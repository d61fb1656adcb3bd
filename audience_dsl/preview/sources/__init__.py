"""Files of profiles as rows of DuckDB, one a profile, read as `profile_of` reads them.

Each source is a view `source` with the columns `readable`, `id`, `push`, `email`, `last_used` (microseconds since
1970), and one for each attribute that the filter names.
"""

from .cells import csv_source
from .json_lines import json_source
from .parquet import parquet_source
from .source import NO_LIMIT, Source

__all__ = ["NO_LIMIT", "Source", "csv_source", "json_source", "parquet_source"]
