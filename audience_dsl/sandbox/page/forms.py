"""What a form sent: fields and their texts, and nothing that is no form."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ..bodies import UnreadableBodyError, read_json
from ..numbers import whole_number

__all__ = ["Form", "FormError", "exact", "form_of", "json_of"]

_FIELDS_AT_MOST = 10_000


class FormError(Exception):
    """What a form asked for cannot be done; `help` says how it can, where there is a way."""

    def __init__(self, message: str, help: str | None = None, *, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.status = status


class Form:
    """The fields of a form, of which the last of one name counts; `all` has the others."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def text(self, name: str) -> str:
        """The field without blanks around it; empty where there is none."""
        return next((value.strip() for key, value in reversed(self.pairs) if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value.strip() for key, value in self.pairs if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    def whole(self, name: str, label: str, default: int) -> int:
        """The field as a whole number from 0; `label` is what the page calls it. Raises FormError."""
        text = self.text(name)
        if not text:
            return default
        number = whole_number(text)
        if number is None:
            raise FormError(f"{label} is a whole number from 0")
        return number

    def number(self, name: str, label: str) -> float | None:
        """The field as a number, None where it is empty. Raises FormError."""
        text = self.text(name)
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            raise FormError(f"{label} is a number") from None


async def form_of(request: Request) -> Form:
    """Raises FormError where the body is no form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise FormError("this takes a form", "programs use the control API under /_sandbox/", status=415)
    # A state that is read from a file has megabytes, and takes seconds.
    return await run_in_threadpool(_form, await request.body())


def _form(raw: bytes) -> Form:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST)
    except ValueError:
        raise FormError("the form cannot be read") from None
    # Browsers send line ends of their own.
    return Form([(key, value.replace("\r\n", "\n")) for key, value in pairs])


def json_of(text: str, label: str, *, nesting: int | None = None) -> Any:
    """The JSON value that a field holds; `label` is what the page calls it. Raises FormError."""
    raw = text.encode("utf-8", "surrogatepass")
    try:
        return read_json(raw) if nesting is None else read_json(raw, nesting=nesting)
    except UnreadableBodyError as error:
        raise FormError(f"{label} is not JSON: {error}") from None


def exact(text: str) -> str:
    """A text as a field carries it, to be had again by `json_of`: a browser changes the ends of lines in others."""
    return json.dumps(text)
