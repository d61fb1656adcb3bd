"""Files of profiles, written for a test, and what is read of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from audience_dsl import ConfigurationError
from audience_dsl.profiles.files import Unreadable, read_profiles

__all__ = ["EXPORTED", "lines", "of", "refusal", "told", "write"]

EXPORTED = {
    "external_id": "u1",
    "custom_attributes": {"age": 30},
    "push_subscribe": "opted_in",
    "apps": [{"last_used": "2026-10-31T08:00:00.000Z"}, {"last_used": "2026-10-30 08:00:00 UTC"}, {}],
}


def write(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def told(path: Path) -> list[str]:
    """The ids of what is read, and the places and messages of what is not."""
    return [
        f"{each.place}: {each.message}" if isinstance(each, Unreadable) else str(each.id)
        for each in read_profiles(path)
    ]


def of(name: str, content: str | bytes) -> list[str]:
    return told(write(name, content))


def refusal(path: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as raised:
        list(read_profiles(path))
    return raised.value


def lines(*objects: Any) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)
