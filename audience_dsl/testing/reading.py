"""From a test file to its cases.

`NAME.test.toml` and `NAME.test.csv` have cases for `NAME.audience` in the same folder. All mistakes of a file are
found in one run, each at its line.
"""

from pathlib import Path

from ..source import Source, Span
from .cases import SUFFIXES, CaseFile
from .csv_cases import read_csv_cases
from .toml_cases import read_toml_cases

__all__ = ["read_cases"]

# As much as an audience may have.
_BYTES_AT_MOST = 64 * 1024 * 1024


def read_cases(path: Path) -> CaseFile:
    """The cases of a test file. Raises nothing over what it says, or over its not being there: see `.findings`."""
    file = CaseFile(path, Source("", str(path)))
    if not path.name.endswith(SUFFIXES):
        file.fault("this is no test file", None, f"the name of one ends with {' or '.join(SUFFIXES)}")
        return file
    raw = _bytes(path, file)
    if raw is None:
        return file
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        file.source = Source(raw.decode("utf-8", "replace"), str(path))
        offset = len(raw[: error.start].decode("utf-8"))
        message = f"the byte {raw[error.start]:#04x} here is not UTF-8"
        file.fault(message, Span(offset, offset + 1), "save the file as UTF-8")
        return file
    file.source = Source(text, str(path))
    (read_csv_cases if path.name.endswith(".csv") else read_toml_cases)(file)
    if not file.cases and not file.findings:
        file.fault("the file has no case", Span(0, 0), "write one, as `audience test --help` shows")
    return file


def _bytes(path: Path, file: CaseFile) -> bytes | None:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_BYTES_AT_MOST + 1)
    except FileNotFoundError:
        file.fault("there is no such file", None)
    except OSError as error:
        file.fault(f"the file cannot be read: {error.strerror or error}", None)
    except ValueError:
        file.fault("this is no path of a file", None)
    else:
        if len(raw) <= _BYTES_AT_MOST:
            return raw
        file.fault(f"the file is larger than {_BYTES_AT_MOST // 1024**2} MiB", None)
    return None
