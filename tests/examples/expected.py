"""What the examples must come to: the committed JSON beside them.

    python -m tests.examples.expected

writes it anew. Look at the difference before you commit it.
"""

from pathlib import Path
from typing import Any, NamedTuple

from audience_dsl.api import compile

__all__ = ["AUDIENCES", "EXAMPLES", "REQUESTS", "Example", "audience_json", "write"]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Example(NamedTuple):
    """An audience of an example file, and the file with the JSON that it compiles to."""

    file: str
    expected: str
    name: str | None = None
    params: dict[str, Any] = {}  # noqa: RUF012


AUDIENCES = [
    Example("endpoint-page/page.audience", "endpoint-page/expected.json"),
    Example("weather-alert/alert.audience", "weather-alert/expected.json", params={"city": "Đà Nẵng"}),
    Example("win-back/win-back.audience", "win-back/expected.win_back.json", name="win_back"),
    Example(
        "win-back/win-back.audience",
        "win-back/expected.win_back_small_baskets.json",
        name="win_back_small_baskets",
    ),
    Example("shared-consent/newsletter.audience", "shared-consent/expected.newsletter.json"),
    Example("shared-consent/birthday.audience", "shared-consent/expected.birthday.json"),
]
# A request file → the file with its body.
REQUESTS = {
    "endpoint-page/request.toml": "endpoint-page/expected.body.json",
    "weather-alert/request.toml": "weather-alert/expected.body.json",
    "order-shipped/request.toml": "order-shipped/expected.body.json",
    "trial-canvas/request.toml": "trial-canvas/expected.body.json",
    "winter-sale/request.toml": "winter-sale/expected.body.json",
}


def audience_json(example: Example) -> str:
    text = (EXAMPLES / example.file).read_text(encoding="utf-8")
    audience = compile(text, name=example.name, params=example.params, base_path=EXAMPLES, filename=example.file)
    assert audience.warnings == ()
    return audience.to_json(indent=2) + "\n"


def write() -> None:
    from .command import run

    for example in AUDIENCES:
        (EXAMPLES / example.expected).write_text(audience_json(example), encoding="utf-8")
    for request, expected in REQUESTS.items():
        done = run("request", str(EXAMPLES / request))
        assert done.status == 0, done.errors
        (EXAMPLES / expected).write_text(done.output, encoding="utf-8")


if __name__ == "__main__":
    write()
