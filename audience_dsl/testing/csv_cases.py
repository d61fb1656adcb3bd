"""Cases in CSV: a row for each user, the attributes as columns, and `match` beside them."""

from ..csv_text import read_rows
from ..diagnostics import listed, nearest, quoted
from ..profiles import FLAT_FIELDS, ProfileError, profile_of
from ..source import Span
from .cases import Case, CaseFile, duplicates, instant

__all__ = ["read_csv_cases"]

_OWN = ("match", "name", "now", "audience")
_PARAM, _ATTRIBUTE = "param:", "attribute:"
_MATCH = {"true": True, "yes": True, "false": False, "no": False}


def read_csv_cases(file: CaseFile) -> None:
    """Read the rows into the file, and its mistakes."""
    rows = read_rows(file.source, lambda message, place: file.fault(message, place))
    first = next(rows, None)
    if first is None:
        return
    header, place = first
    header = [name.strip() for name in header]
    if not _check_header(file, header, place):
        return
    for number, (cells, place) in enumerate(rows, 1):
        if len(cells) != len(header):
            cells_in_words = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
            message = f"the row has {cells_in_words}, and the header has {len(header)}"
            file.fault(message, place, 'a comma inside a cell needs quotes around the cell: "…"')
        else:
            _read_row(file, number, dict(zip(header, cells, strict=True)), place)


def _check_header(file: CaseFile, header: list[str], place: Span) -> bool:
    if "match" not in header:
        close = nearest("match", header, most=1)
        way = f"did you mean `match` by `{close[0]}`?" if close else "it says `true` or `false` for each user"
        if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
            way = "separate the cells by commas"
        file.fault("the header has no column `match`", place, way)
    for name in duplicates([_meant(name) for name in header]):
        if name:
            file.fault(f"the column {quoted(name)} stands twice", place)
    for index, name in enumerate(header):
        if not name or name in (_PARAM, _ATTRIBUTE):
            way = f"besides {listed((*_OWN, 'param:NAME'))}, a column bears the name of an attribute"
            file.fault(f"the column {index + 1} has no name", place, way)
    return not file.findings


def _meant(name: str) -> str:
    """The column without the prefix, where that changes nothing."""
    bare = name.removeprefix(_ATTRIBUTE)
    return name if bare in (*_OWN, *FLAT_FIELDS) else bare


def _read_row(file: CaseFile, number: int, row: dict[str, str], place: Span) -> None:
    before = len(file.findings)
    case = Case(row.get("name", "").strip() or f"row {number}", span=place)
    match = row["match"].strip()
    case.match = _MATCH.get(match.lower())
    if case.match is None:
        message = f"{quoted(match)} in `match` is neither `true` nor `false`" if match else "the row has no `match`"
        file.fault(message, place, "write `true` where the user must match, and `false` where not")
    case.audience = row.get("audience", "").strip() or None
    stated = row.get("now", "").strip()
    if stated:
        now = instant(stated)
        if isinstance(now, str):
            file.fault(now, place, "write it with an offset: `2026-11-01T09:00:00Z`")
        else:
            case.now = now
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for name, cell in row.items():
        if name in _OWN or not cell:
            continue
        if name.startswith(_PARAM):
            case.texts[name.removeprefix(_PARAM)] = cell
        elif name in FLAT_FIELDS:
            fields[name] = cell
        else:
            attributes[name.removeprefix(_ATTRIBUTE)] = cell
    try:
        case.profile = profile_of(fields, untyped=True)
    except ProfileError as error:
        file.fault(error.message, place, error.help)
    else:
        # Beside what was read, since an attribute may bear the name of a field.
        case.profile.attributes = attributes
    if len(file.findings) == before:
        file.cases.append(case)
