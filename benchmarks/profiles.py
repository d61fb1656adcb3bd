"""Generated users in the exported shape, the same for the same seed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["NOW", "write_profiles"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_STATES = ["opted_in", "subscribed", "unsubscribed"]
_FOODS = ["pizza", "pho", "banh mi", "sushi", "curry"]


def write_profiles(path: Path, count: int, seed: int = 1) -> None:
    """JSON Lines of about 600 bytes each, with the fields of an export that no filter asks for."""
    rng = Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(_profile(rng, number)) + "\n")


def _profile(rng: Random, number: int) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "city": rng.choice(["Hue", "Hanoi", "Da Nang"]),
        "lifetime_value": round(rng.random() * 1000, 2),
    }
    if rng.random() < 0.8:
        attributes["eye_color"] = rng.choice(["blue", "brown", "green"])
    if rng.random() < 0.7:
        attributes["favorite_foods"] = rng.sample(_FOODS, rng.randrange(3))
    if rng.random() < 0.6:
        attributes["last_purchase_time"] = _time(rng, 365)
    if rng.random() < 0.7:
        attributes["age"] = rng.randrange(14, 90)
    profile: dict[str, Any] = {
        "external_id": f"user-{number}",
        "braze_id": f"{number:024x}",
        "email": f"user{number}@example.com",
        "created_at": _time(rng, 1000),
        "first_name": "Anna",
        "country": "VN",
        "language": "vi",
        "custom_attributes": attributes,
        "push_subscribe": rng.choice(_STATES),
        "email_subscribe": rng.choice(_STATES),
    }
    if rng.random() < 0.9:
        profile["apps"] = [
            {"name": "iOS", "platform": "iOS", "sessions": rng.randrange(100), "last_used": _time(rng, 200)}
            for _ in range(rng.choice([1, 1, 2]))
        ]
    return profile


def _time(rng: Random, days: int) -> str:
    moment = NOW - timedelta(seconds=rng.random() * days * 86_400)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
