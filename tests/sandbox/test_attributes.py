"""`GET /custom_attributes` of the sandbox: its pages, its spellings, and where its attributes come from."""

from typing import Any

import pytest

from audience_dsl.braze_api import DATA_TYPES
from audience_dsl.catalog import Catalog
from audience_dsl.catalog.workspace import Pull, WorkspaceAttribute
from audience_dsl.sandbox import Sandbox, SandboxResponse
from audience_dsl.sandbox.attributes import SAMPLE

from .support import request, sandbox

ATTRIBUTES = "/custom_attributes"


def get(to: Sandbox, path: str = ATTRIBUTES, **settings: Any) -> SandboxResponse:
    return to.handle(request(raw=b"", method="GET", path=path, content_type=None, **settings))


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"name": f"a{number:03}", "data_type": "String"} for number in reversed(range(count))]


def test_a_sample_has_every_kind_of_answer() -> None:
    answer = get(sandbox())
    assert answer.status == 200
    assert answer.json() == {"message": "success", "attributes": list(SAMPLE)}
    assert answer.header("Link") is None
    assert answer.header("X-RateLimit-Limit") == "1000"
    found = [each for item in SAMPLE if (each := WorkspaceAttribute.of_item(item)) is not None]
    assert {each.data_type.removesuffix(" (Automatically Detected)").lower() for each in found} == set(DATA_TYPES)
    pull = Pull(Catalog([]), found)
    assert pull.added
    assert pull.objects
    assert pull.blocklisted
    assert not pull.unknown


def test_pages_of_fifty_by_name() -> None:
    braze = sandbox(attributes=numbered(120))
    names: list[str] = []
    sizes: list[int] = []
    path: str | None = ATTRIBUTES
    while path is not None:
        answer = get(braze, path)
        page = answer.json()["attributes"]
        names += [item["name"] for item in page]
        sizes.append(len(page))
        link = answer.header("Link")
        assert link is None or link.startswith("<https://sandbox.invalid/custom_attributes?cursor=")
        path = None if link is None else "/" + link.partition(">")[0].split("/", 3)[3]
    assert sizes == [50, 50, 20]
    assert names == [f"a{number:03}" for number in range(120)]


@pytest.mark.parametrize(
    ("path", "settings", "status"),
    [
        (f"{ATTRIBUTES}?cursor=other", {}, 400),
        (f"{ATTRIBUTES}/", {}, 403),
        (ATTRIBUTES, {"key": "other"}, 401),
        (f"{ATTRIBUTES}?cursor", {}, 200),
    ],
)
def test_answers(path: str, settings: dict[str, Any], status: int) -> None:
    assert get(sandbox(), path, **settings).status == status


def test_it_is_only_read() -> None:
    assert sandbox().handle(request({}, path=ATTRIBUTES)).status == 404


def test_a_workspace_of_profiles_has_their_attributes() -> None:
    people = [{"external_id": "a", "plan": "pro", "age": 5, "o": {"x": 1}, "since": "2026-01-31", "foods": ["pho"]}]
    items = get(sandbox(profiles=people)).json()["attributes"]
    assert {item["name"]: item["data_type"] for item in items} == {
        "age": "Number (Automatically Detected)",
        "foods": "Array (Automatically Detected)",
        "o": "Object (Automatically Detected)",
        "plan": "String (Automatically Detected)",
        "since": "Date (Automatically Detected)",
    }
