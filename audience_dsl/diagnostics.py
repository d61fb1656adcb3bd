"""What the tools find: diagnostics, their codes, and the exceptions that carry them.

    AudienceError
    ├── CompileError     a text that is no audience: `.diagnostics`, each with a span
    ├── BindError        a parameter's value that does not fit: `.parameter`, `.expected`, `.code`
    ├── CatalogError     an attribute catalogue that cannot be used: `.diagnostics`, each with a span
    ├── RequestError     a request that breaks a rule of Braze: `.diagnostics`, each with a JSON pointer
    ├── LedgerError      a send that a ledger does not let go, or a ledger that cannot be used: `.code`, `.help`
    ├── PlanError        a plan that was changed, is too old, or is not for here: `.code`, `.help`
    ├── ProfileError     a profile that cannot be read: `.message`, `.help`
    ├── RegexError       a regex that cannot be run here as Braze would: `.offset`
    ├── RegexTimeoutError    a regex that takes too long on a value
    └── ConfigurationError   a setting, endpoint, key or file that cannot be used

Codes are stable: a number is never given to another finding. The first digit says the stage: 0 syntax,
1 names and files, 2 types and comparisons, 3 meaning, 4 parameters, 5 limits, 6 the connected audience
object, 7 the request, 8 the sender and its configuration, 9 profiles and what is run over them.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from .source import Source, Span

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "CODES",
    "ERROR",
    "NOTE",
    "WARNING",
    "AudienceError",
    "BindError",
    "CatalogError",
    "Code",
    "CompileError",
    "ConfigurationError",
    "Diagnostic",
    "Fix",
    "LedgerError",
    "PlanError",
    "Related",
    "RequestError",
    "by_severity",
    "code_named",
    "counted",
    "cut",
    "did_you_mean",
    "distinct",
    "listed",
    "nearest",
    "nearest_file",
    "quoted",
    "visible",
]

T = TypeVar("T")

ERROR = "error"
WARNING = "warning"
NOTE = "note"

# The most diagnostics that one run lists.
LISTED_AT_MOST = 100
# The most findings that a stage gathers before it stops looking.
GATHERED_AT_MOST = 1_000
# The most characters of a user's words in a message.
QUOTED_AT_MOST = 40
# The most names that one misspelt name is compared with.
COMPARED_AT_MOST = 1_000
# The longest name that is compared at all, in characters.
NAME_AT_MOST = 100


class Code:
    """A kind of finding: its stable code, its slug, and one line on what it means."""

    __slots__ = ("code", "slug", "summary")

    def __init__(self, code: str, slug: str, summary: str) -> None:
        self.code = code
        self.slug = slug
        self.summary = summary

    def __repr__(self) -> str:
        return f"Code({self.code} {self.slug})"


class Fix:
    """A change of the text that mends a finding: edits as (span, replacement)."""

    __slots__ = ("edits", "safe", "title")

    def __init__(self, title: str, edits: Sequence[tuple[Span, str]], *, safe: bool = True) -> None:
        self.title = title
        self.edits = tuple(edits)
        self.safe = safe

    def apply(self, text: str) -> str:
        pieces: list[str] = []
        end = 0
        for span, replacement in sorted(self.edits, key=lambda edit: edit[0].start):
            pieces += (text[end : span.start], replacement)
            end = span.end
        return "".join((*pieces, text[end:]))


class Related:
    """Another place that a finding speaks of, with what it has to do with it."""

    __slots__ = ("message", "source", "span")

    def __init__(self, source: Source, span: Span, message: str) -> None:
        self.source = source
        self.span = span
        self.message = message


class Diagnostic:
    """One finding.

    `message` is one sentence, lower case, without a full stop. The place is a `span` in a `source`, or a JSON
    `pointer` (RFC 6901) into the object that was checked. `help` is the way out.
    """

    __slots__ = ("code", "fix", "help", "message", "pointer", "related", "severity", "source", "span")

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        source: Source | None = None,
        span: Span | None = None,
        pointer: str | None = None,
        help: str | None = None,
        fix: Fix | None = None,
        related: Sequence[Related] = (),
        severity: str = ERROR,
    ) -> None:
        self.code = code
        self.message = visible(message)
        self.source = source
        self.span = span
        self.pointer = pointer
        self.help = None if help is None else visible(help)
        self.fix = fix
        self.related = tuple(related)
        self.severity = severity

    @property
    def place(self) -> str:
        """`file:line:column`, or the JSON pointer, or nothing."""
        if self.source is not None and self.span is not None:
            position = self.source.position(self.span.start)
            return f"{self.source.name}:{position.line}:{position.column}"
        if self.pointer is not None:
            return self.pointer or "(the whole object)"
        return self.source.name if self.source is not None else ""

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        way_out = f" (help: {self.help})" if self.help else ""
        return f"{place}{self.severity}[{self.code.code}]: {self.message}{way_out}"

    def __repr__(self) -> str:
        return f"<Diagnostic {self}>"


class AudienceError(Exception):
    """The base of every error that this package raises on purpose."""


class _FindingsError(AudienceError):
    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics[:LISTED_AT_MOST]))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.diagnostics,)


class CompileError(_FindingsError):
    """The text is not a valid audience. `diagnostics` has every finding, warnings included."""


class CatalogError(_FindingsError):
    """An attribute catalogue that cannot be read, or is not right. `diagnostics` has every finding."""


class RequestError(_FindingsError):
    """The object breaks a rule of Braze. Each of `diagnostics` names its field by JSON pointer."""


class BindError(AudienceError):
    """A parameter's value is missing, unknown or of the wrong type.

    `parameter` is its name without the `$`, `expected` says in words what it takes, `code` is the stable code and
    `message` the sentence without it.
    """

    def __init__(self, code: Code, parameter: str, message: str, *, expected: str) -> None:
        self.kind = code
        self.message = visible(message)
        self.code = code.code
        self.parameter = parameter
        self.expected = expected
        super().__init__(f"error[{code.code}]: {self.message}")

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), expected=self.expected), (self.kind, self.parameter, self.message)


class _CodedError(AudienceError):
    """`code` is the stable code, `message` the sentence without it, `help` the way out, `kind` the Code."""

    def __init__(self, code: Code, message: str, *, help: str | None = None) -> None:
        self.kind = code
        self.message = message
        self.code = code.code
        self.help = help
        super().__init__(f"error[{code.code}]: {message}" + (f" (help: {help})" if help else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), help=self.help), (self.kind, self.message)


class ConfigurationError(_CodedError):
    """A setting, an endpoint or a key that cannot be used. `code` is the stable code, `message` the sentence."""


class LedgerError(_CodedError):
    """A send that the ledger does not let go, or a ledger that cannot be used.

    Nothing was sent; or, where what became of a send could not be recorded, a note (`__notes__`) says what it was.
    """


class PlanError(_CodedError):
    """A plan that must not be applied: it was changed, is too old, was applied before, or is for another place."""


def quoted(text: str) -> str:
    """A user's own words in a message: in backticks, and cut where they are long."""
    return f"`{cut(text, QUOTED_AT_MOST)}`"


def cut(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1] + "…"


def counted(count: int, what: str) -> str:
    """A number of things, as in `1 file` and `2,000 files`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Names in a message, each in backticks."""
    return ", ".join(f"`{name}`" for name in names)


def visible(text: str) -> str:
    """The text on one line, with what a terminal would obey, or not show, written as an escape."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def by_severity(diagnostics: Iterable[Diagnostic], severity: str) -> list[Diagnostic]:
    return [diagnostic for diagnostic in diagnostics if diagnostic.severity == severity]


def distinct(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without repetitions: a file that several others use is read, and judged, with each of them."""
    by_content = {
        (
            each.code.code,
            each.message,
            each.pointer,
            each.source and each.source.name,
            each.span and (each.span.start, each.span.end),
        ): each
        for each in reversed(list(found))
    }
    return list(reversed(by_content.values()))


def nearest(name: str, candidates: Iterable[str], *, most: int = 3) -> list[str]:
    """The candidates that a person may have meant by `name`, best first."""
    from difflib import get_close_matches

    spelled = {candidate.lower(): candidate for candidate in candidates if candidate != name}
    if len(name) > NAME_AT_MOST:
        return []
    if len(spelled) > COMPARED_AT_MOST:
        # Comparing is slow, and among so many names only a near miss is worth a suggestion.
        alike = (each for each in spelled if each[:1] == name[:1].lower() and abs(len(each) - len(name)) <= 2)
        spelled = {each: spelled[each] for each in list(alike)[:COMPARED_AT_MOST]}
    return [spelled[match] for match in get_close_matches(name.lower(), spelled, n=most, cutoff=0.6)]


def did_you_mean(name: str, candidates: Iterable[str], otherwise: T) -> str | T:
    """The way out of a name that there is not: the candidate that was probably meant, or else what is said instead."""
    close = nearest(name, candidates, most=1)
    return f"did you mean `{close[0]}`?" if close else otherwise


def nearest_file(path: "Path") -> "Path | None":
    """The file beside it whose name somebody may have meant; None where there is none, or nobody may look."""
    try:
        names = [each.name for each in path.parent.iterdir()]
    except (OSError, ValueError):
        return None
    close = nearest(path.name, names, most=1)
    return path.parent / close[0] if close else None


def _registry(*rows: tuple[str, str, str]) -> dict[str, Code]:
    codes = {slug: Code(code, slug, summary) for code, slug, summary in rows}
    assert len({code.code for code in codes.values()}) == len(rows) == len(codes)
    return codes


def code_named(name: str) -> Code | None:
    """The code of this number or slug, in whatever letter case; None where there is none."""
    return _BY_NUMBER.get(name.upper()) or CODES.get(name.lower())


# Every code there is, by slug.
CODES = _registry(
    # 0: syntax
    ("AUD001", "syntax", "the text does not follow the grammar"),
    ("AUD002", "unclosed-text", "a quote, backtick or regex is opened and never closed on its line"),
    ("AUD003", "foreign-character", "a curly quote, an invisible space or a byte order mark"),
    ("AUD004", "unclosed-group", "a parenthesis or bracket is opened and never closed, or closed twice"),
    ("AUD005", "missing-connective", "two filters stand side by side without `and` or `or`"),
    ("AUD006", "single-equals", "`=` stands where a comparison is meant"),
    ("AUD007", "unquoted-text", "a text value stands without quotes"),
    ("AUD008", "bad-number", "a number is written in a way that has no single meaning"),
    ("AUD009", "bad-datetime", "a datetime that is not ISO 8601, or a day that does not exist"),
    ("AUD010", "bad-escape", "a backslash in a text takes a character that it cannot"),
    ("AUD011", "stray-expression", "a bare expression stands beside definitions"),
    ("AUD012", "less-than-on-time", "`<` or `>` is used on a span of days, where it has two readings"),
    ("AUD013", "empty", "the text holds no audience"),
    ("AUD014", "bad-unit", "a span of time in a unit that Braze does not count in"),
    ("AUD015", "bad-name", "a name that cannot be used where it stands"),
    ("AUD016", "mixed-connectives", "`and` and `or` are mixed without parentheses"),
    ("AUD017", "not-formatted", "a text that is not in its canonical form"),
    ("AUD018", "format-refused", "a text that the formatter leaves alone, since it would come to say something else"),
    # 1: names and files
    ("AUD101", "unknown-name", "a name is used that no `let` above it defines"),
    ("AUD102", "defined-twice", "a name is defined more than once"),
    ("AUD103", "unused", "a definition is never used"),
    ("AUD104", "no-base-path", "`use` needs a project root to read from"),
    ("AUD105", "file-not-found", "a file named by `use` cannot be read"),
    ("AUD106", "outside-base-path", "a path leaves the project's root"),
    ("AUD107", "use-cycle", "files use each other in a circle"),
    ("AUD108", "name-is-attribute", "a `let` bears the name of an attribute of the same file"),
    ("AUD109", "no-such-audience", "the audience asked for is not in the file, or none was chosen"),
    ("AUD110", "alike-names", "two definitions whose names differ in nothing but letter case"),
    # 2: types and comparisons
    ("AUD201", "default-attribute", "a default attribute of Braze cannot stand in a connected audience"),
    ("AUD202", "not-filterable", "a connected audience cannot filter on this"),
    ("AUD203", "two-types", "an attribute is used as two types"),
    ("AUD204", "wrong-value-type", "the comparison does not take a value of this type"),
    ("AUD205", "null", "`null` is no value; a missing value is asked for with `does not exist`"),
    ("AUD206", "blank-text", "a comparison with empty text, which Braze counts as no value"),
    ("AUD207", "unknown-status", "a subscription status that Braze does not have"),
    ("AUD208", "bad-list", "a list that mixes types, or holds what cannot be listed"),
    ("AUD209", "empty-list", "a list without items, which selects nobody or everybody"),
    ("AUD210", "number-out-of-range", "a number that JSON readers do not hold exactly"),
    ("AUD211", "bad-days", "a count of days that is not a whole number from 1 to 36,500"),
    ("AUD212", "bad-range", "a range whose ends are the wrong way round, or are not numbers"),
    ("AUD213", "bad-attribute-name", "an attribute name that Braze cannot hold"),
    ("AUD214", "bad-regex", "a regex that Braze cannot take"),
    ("AUD216", "unknown-attribute", "an attribute that the catalogue does not have"),
    ("AUD215", "undecided-boolean", "a name stands alone where a comparison or a `let` is needed"),
    ("AUD217", "unknown-value", "a text that is none of the values that the catalogue knows of the attribute"),
    ("AUD218", "differs-in-case", "two attributes whose names differ in nothing but letter case"),
    # 3: meaning
    ("AUD301", "no-complement", "a filter whose opposite Braze cannot express"),
    ("AUD302", "needs-now", "a filter that depends on the instant of the send"),
    ("AUD303", "assumed-complement", "a complement that rests on an open assumption"),
    ("AUD304", "required-filter", "an audience lacks a filter that the configuration requires of it"),
    ("AUD305", "simplified", "a part of a filter says nothing of its own, and was left out"),
    # Lint rules, each an object in lint/; their page is docs/rules.md.
    ("AUD310", "missing-value", "a comparison that surprises for users without a value"),
    ("AUD311", "unequal-twins", "a comparison, and a negated one that reads the same and is not"),
    ("AUD312", "regex-capitals", "a regex with capital letters, though Braze ignores letter case"),
    ("AUD313", "regex-unanchored", "a regex that finds a piece where a whole value looks meant"),
    ("AUD314", "invalid-regex", "a regex that Braze's engine does not take"),
    ("AUD315", "regex-is-list", "a regex that is only an equality or a list"),
    ("AUD316", "regex-is-piece", "a regex that is only a `starts with`, `ends with` or `contains`"),
    ("AUD317", "only-subscribed", "`is subscribed`, which leaves out users who opted in"),
    ("AUD318", "far-instant", "an instant so far off that the clause says nothing"),
    ("AUD319", "bare-date", "a date after `after`, where the day itself is included"),
    ("AUD320", "number-as-text", "a quantity that is compared with a number in quotes"),
    ("AUD321", "boolean-as-text", "`true` or `false` in quotes"),
    ("AUD322", "look-alike", "a letter of one script in a word of another, where both look the same"),
    ("AUD323", "invisible-character", "a character that is not seen, or a blank at the end of a value"),
    ("AUD324", "long-value", "a value longer than Braze keeps"),
    ("AUD325", "long-list", "a list longer than Braze documents"),
    ("AUD326", "repeated-value", "a value that stands twice in a list"),
    ("AUD330", "unused-ignore", "an ignore that ignores nothing"),
    ("AUD331", "bad-ignore", "an ignore of something that cannot be ignored"),
    ("AUD340", "or-of-negations", "negations of one attribute joined by `or`, which select everyone"),
    ("AUD341", "contradiction", "clauses on one attribute joined by `and` that no value fits"),
    ("AUD342", "tautology", "clauses on one attribute joined by `or` of which every value fits one"),
    ("AUD343", "duplicate", "a clause that stands twice in one group"),
    ("AUD344", "redundant", "a clause that another one of its group makes needless"),
    # 4: parameters
    ("AUD401", "parameter-missing", "a parameter has no value"),
    ("AUD402", "parameter-unknown", "a value is given for a parameter that does not exist"),
    ("AUD403", "parameter-type", "a parameter's value is of the wrong type"),
    ("AUD404", "parameter-undeclared", "a parameter of a module is not declared, or its type is not known"),
    ("AUD405", "parameter-conflict", "a parameter is declared or used as two types"),
    ("AUD406", "bad-parameter-type", "a type that parameters do not have"),
    ("AUD407", "parameter-place", "a parameter stands where only a fixed text can"),
    # 5: limits
    ("AUD501", "source-too-large", "the text is longer than the limit"),
    ("AUD502", "too-many-clauses", "the expanded filter has more clauses than the limit"),
    ("AUD503", "too-deep", "groups are nested deeper than the limit"),
    ("AUD504", "list-too-long", "a list has more items than the limit"),
    ("AUD505", "too-many-files", "`use` brings in more files than the limit"),
    # 6: the connected audience object
    ("AUD601", "not-an-audience", "the object is no connected audience"),
    ("AUD602", "audience-unknown-key", "a key that a connected audience does not have"),
    ("AUD603", "audience-comparison", "a comparison that this kind of filter does not have"),
    ("AUD604", "audience-value", "a value that this comparison does not take"),
    ("AUD605", "audience-empty-group", "a group without members"),
    ("AUD606", "audience-too-deep", "an object nested deeper than the limit"),
    ("AUD607", "audience-two-types", "an attribute that is compared as two types"),
    ("AUD608", "audience-placeholder", "a placeholder of a printed sample, where a name or a value is meant"),
    ("AUD609", "audience-unwritable", "a name or a value that the language has no text for"),
    ("AUD610", "audience-missing", "a request body without an audience"),
    ("AUD611", "audience-file", "a file that is no JSON, or has a key twice"),
    ("AUD612", "audience-respelled", "a note: what the canonical form of the object says otherwise"),
    ("AUD613", "audience-old-spelling", "a note: a comparison of older pages, read as the one of today"),
    ("AUD614", "audience-zone", "a note: a datetime without offset, completed in the time zone of the settings"),
    # 7: the request
    ("AUD701", "request-field-type", "a field of the wrong type"),
    ("AUD702", "request-field-missing", "a required field is missing"),
    ("AUD703", "request-field-unknown", "a field that the endpoint does not have"),
    ("AUD704", "request-identifiers", "a recipient without exactly one identifier"),
    ("AUD705", "request-prioritization", "`email` without a valid `prioritization`, or one without `email`"),
    ("AUD706", "request-existing-only", "`send_to_existing_only: false` where Braze does not allow it"),
    ("AUD707", "request-too-many-recipients", "more than 50 users"),
    ("AUD708", "request-broadcast-recipients", "`broadcast: true` together with users"),
    ("AUD709", "request-broadcast-attachments", "`broadcast: true` together with `attachments`"),
    ("AUD710", "request-no-target", "no users, and nothing else that says who gets the message"),
    (
        "AUD711",
        "request-audience-needs-broadcast",
        "`audience` or `segment_id` without users and without `broadcast: true`",
    ),
    ("AUD712", "request-properties-too-large", "trigger properties over 50 KB"),
    ("AUD713", "request-body-too-large", "a body over 4 MB"),
    ("AUD714", "request-send-id", "a `send_id` that is not ASCII or longer than 64 characters"),
    ("AUD715", "request-attachment", "an attachment that Braze cannot fetch"),
    ("AUD716", "request-subscription-groups", "`subscription_groups` in a shape that Braze does not take"),
    ("AUD717", "request-segment", "`segment_id`, which this endpoint does not support"),
    ("AUD718", "request-not-json", "a value that JSON cannot carry"),
    ("AUD719", "request-file", "a request file that cannot be read"),
    ("AUD720", "recipients-file", "a file of recipients, or a line of it, that cannot be read"),
    ("AUD721", "request-time", "a time that is not ISO 8601, or has a zone where it must not"),
    ("AUD722", "request-messages", "`messages` that send nothing, or lack what `campaign_id` demands of them"),
    ("AUD723", "request-two-targets", "a live activity whose users are named in more than one way"),
    ("AUD724", "request-two-contexts", "`context` together with its old name, `canvas_entry_properties`"),
    ("AUD725", "request-canvas-groups", "a warning: `subscription_groups` on a Canvas send, which Braze leaves alone"),
    ("AUD726", "request-endpoint", "an endpoint that a request file cannot have"),
    ("AUD727", "request-name", "a campaign or Canvas by a name that stands for no identifier"),
    ("AUD728", "request-recipients-apart", "a request that cannot take its recipients from elsewhere"),
    ("AUD729", "request-inside-table", "a field of the request that a table of TOML above it has taken in"),
    # 8: the sender and its configuration
    ("AUD801", "endpoint", "an instance or endpoint that cannot be used"),
    ("AUD802", "api-key", "an API key that is missing or cannot be used"),
    ("AUD803", "settings", "a setting that does not exist or cannot have this value"),
    ("AUD804", "not-confirmed", "a send that nobody confirmed"),
    ("AUD805", "unreadable", "a file that cannot be read or written"),
    ("AUD806", "missing-extra", "an optional part that is not installed"),
    ("AUD807", "collision", "two outputs of the same name"),
    ("AUD812", "out-of-date", "an output that is not what its source compiles to"),
    ("AUD813", "stale-baseline", "a note: a baseline that knows a finding which is mended"),
    ("AUD808", "catalog-file", "an attribute catalogue that is not right"),
    ("AUD809", "workspace", "a workspace whose attributes cannot be read"),
    ("AUD820", "ledger-unresolved", "a send that is in flight or unknown, until somebody says what became of it"),
    ("AUD821", "ledger-file", "a ledger that cannot be used"),
    ("AUD822", "ledger-changed", "another input or request than the run was begun with"),
    ("AUD823", "ledger-held", "a ledger that another run holds"),
    ("AUD830", "environment", "an environment that does not exist, that nobody named, or that lacks what is needed"),
    ("AUD831", "key-in-configuration", "an API key that stands in the configuration itself"),
    ("AUD832", "read-only", "a send to an environment that is only read"),
    ("AUD833", "only-from-plan", "a send that is no plan's, to an environment that takes plans only"),
    ("AUD834", "not-allowed", "a campaign or Canvas that an environment does not allow"),
    ("AUD840", "plan-file", "a file that is no plan, or is not as it was written"),
    ("AUD841", "plan-expired", "a plan that is too old, or not of this time yet"),
    ("AUD842", "plan-applied", "a plan that was applied before, or of which nobody knows whether it was"),
    ("AUD843", "plan-elsewhere", "a plan for another place or under other settings than those it is to be applied in"),
    ("AUD844", "entire-segment", "a broadcast without an audience that nobody asked for in so many words"),
    ("AUD850", "sandbox-unplayed", "a request to an endpoint that the sandbox does not play"),
    ("AUD851", "sandbox-request", "a request to the sandbox that is refused for its path, method, key or content type"),
    ("AUD852", "sandbox-unknown", "what a request names, and the sandbox does not have, or not so"),
    # Profiles, evaluation and previews.
    ("AUD901", "profile-unreadable", "a profile that cannot be read"),
    ("AUD902", "regex-unsupported", "a regex that cannot be run here as Braze would run it"),
    ("AUD903", "regex-timeout", "a regex that takes too long on a value"),
    ("AUD904", "sql-inexact", "a filter that the SQL dialect or the table cannot say exactly"),
    ("AUD905", "no-profile", "no profile of this id"),
    ("AUD906", "test-file", "a test file that cannot be read, or is not right"),
    ("AUD907", "unexpected-count", "a request that would reach fewer or more users than expected"),
    ("AUD908", "profiles-too-old", "profiles that are older than allowed"),
    ("AUD909", "mapping-file", "a mapping of attributes to columns that is not right"),
    ("AUD910", "case-failed", "a case of a test file that fails"),
)
_BY_NUMBER = {each.code: each for each in CODES.values()}
