"""The options of `audience sandbox` about the users that it knows: those of files, or made for an audience."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..diagnostics import CODES, Diagnostic
from .console import Console
from .exits import FindingsError, UsageFault
from .options import gathered, parameter_options, project_options
from .sandbox_state import StatePath

if TYPE_CHECKING:
    from ..api import Audience

__all__ = ["PeopleOptions", "people_options"]

F = TypeVar("F", bound=Callable[..., Any])


class PeopleOptions:
    """Which users a sandbox knows: those of a file, or made at the edges of an audience; or it knows none."""

    __slots__ = ("_count", "_edges_of", "_pairs", "_params_file", "_profiles", "_project")

    def __init__(
        self,
        profiles: str | None,
        edges_of: str | None,
        count: int | None,
        pairs: tuple[str, ...],
        params_file: str | None,
        **project: str | None,
    ) -> None:
        if profiles is not None and edges_of is not None:
            raise UsageFault("`--profiles` and `--edges-of` are both given", "keep one of them")
        of_edges = {"count": count, "param": pairs or None, "params": params_file, **project}
        stray = next((name for name, value in of_edges.items() if value is not None), None)
        if edges_of is None and stray is not None:
            option = f"--{stray.replace('_', '-')}"
            raise UsageFault(
                f"`{option}` is about the users of `--edges-of`, which is not given", "add `--edges-of FILE`"
            )
        self._profiles = profiles
        self._edges_of = edges_of
        self._count = count
        self._pairs = pairs
        self._params_file = params_file
        self._project = project

    @property
    def decided(self) -> set[StatePath]:
        """The places in a state for which they stand."""
        return set() if self._profiles is None and self._edges_of is None else {("profiles",)}

    def settings(self, console: Console, seed: int) -> dict[str, Any]:
        """What they are for `Sandbox`, and say so.

        Raises UsageFault and ConfigurationError for a file that cannot be read, and FindingsError for an audience that
        is wrong.
        """
        from .known_profiles import caveat, read_known

        settings: dict[str, Any] = {}
        if self._profiles is not None:
            settings = {"profiles": read_known(console, self._profiles), "profiles_origin": f"file {self._profiles}"}
        elif self._edges_of is not None:
            settings = self._made(console, self._edges_of, seed)
        if settings:
            console.note(caveat())
        return settings

    def _made(self, console: Console, file: str, seed: int) -> dict[str, Any]:
        from ..regexes import RegexError
        from ..sandbox.edges import profiles_at_edges

        now = datetime.now(UTC).replace(microsecond=0)
        audience = self._audience(console, file, now)
        count = {} if self._count is None else {"count": self._count}
        try:
            made = profiles_at_edges(audience.filter, seed=seed, now=now, settings=audience.settings, **count)
        except RegexError as error:
            raise FindingsError([Diagnostic(CODES["regex-unsupported"], error.message, help=error.help)]) from None
        selected = sum(each.selected for each in made)
        console.note(f"{len(made):,} users at the edges of {file}, {selected:,} of them selected by it")
        return {"profiles": made, "profiles_origin": f"edges of {file}", "settings": audience.settings}

    def _audience(self, console: Console, file: str, now: datetime) -> "Audience":
        """That of a text, or of JSON: by itself, or in the body of a request."""
        from .parameters import read_given
        from .project import Projects

        path, projects = Path(file), Projects(**self._project)
        given = read_given(self._pairs, self._params_file)
        if path.suffix.lower() == ".json":
            from .audience_file import read_audience
            from .files import open_argument, without_bom

            return read_audience(without_bom(open_argument(file)), projects.of(path).settings)
        from .compiling import compile_one

        _, audience, warnings = compile_one(file, None, given, projects, now)
        console.diagnostics(warnings)
        return audience


def people_options(function: F) -> F:
    """`--profiles`, `--edges-of`, `--count`, and what compiles the audience of the second, as `people`."""
    return gathered(
        function,
        "people",
        PeopleOptions,
        click.option("--profiles", metavar="PATH", help="Say whom each request would have reached, by these profiles."),
        click.option(
            "--edges-of",
            metavar="FILE",
            help="The same, by users who are made for this audience: just in, and just out. A text or JSON.",
        ),
        click.option("--count", type=click.IntRange(1), metavar="N", help="So many of them at most. [default: 50]"),
        parameter_options,
        project_options,
    )
