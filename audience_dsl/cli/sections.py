"""The help of a command with many options: in sections by what they are for, and the examples before them."""

from collections.abc import Mapping
from typing import Any

import click

__all__ = ["Sectioned"]


class Sectioned(click.Command):
    """`sections` gives each heading its options by their longest name; the rest stand under `Options`."""

    def __init__(self, *args: Any, sections: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._heading_of = {option: heading for heading, options in sections.items() for option in options}
        self._headings = [*sections, _REST]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in self._headings}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, click.Option) and record is not None:
                rows[self._heading_of.get(max(parameter.opts, key=len), _REST)].append(record)
        for heading, records in rows.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


_REST = "Options"
