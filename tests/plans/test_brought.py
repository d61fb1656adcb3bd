"""What recipients bring: counted by field, and never more names than a plan has room for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.plans.brought import Brought, brought_by


@pytest.mark.parametrize(
    ("recipient", "counts"),
    [
        ({"external_user_id": "u"}, {"external_user_id": 1}),
        (
            {"email": "a@example.com", "prioritization": ["identified", "most_recently_updated"]},
            {"email": 1, "prioritization: identified, most_recently_updated": 1},
        ),
        ({"user_alias": {"alias_name": "a", "alias_label": "b"}}, {"user_alias": 1}),
        ({"attributes": {"tier": "gold", "seen": None}}, {"attributes": 1, "attributes.tier": 1, "attributes.seen": 1}),
        ({"trigger_properties": {"a": {"b": 1}}}, {"trigger_properties": 1, "trigger_properties.a": 1}),
        ({"send_to_existing_only": True}, {}),
        ({"send_to_existing_only": False}, {"send_to_existing_only: false": 1}),
    ],
)
def test_fields_by_their_names(recipient: dict[str, Any], counts: dict[str, int]) -> None:
    assert brought_by([recipient]) == counts
    assert brought_by([recipient] * 3) == dict.fromkeys(counts, 3)


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.dictionaries(st.text(max_size=3), st.none()))))
def test_no_field_goes_uncounted(recipients: list[dict[str, Any]]) -> None:
    counts = brought_by(recipients)
    for recipient in recipients:
        for name, value in recipient.items():
            assert counts[name]
            assert all(counts[f"{name}.{each}"] for each in (value if isinstance(value, dict) else ()))


def test_names_beyond_number_are_counted_under_one() -> None:
    brought = Brought()
    for at in range(5_000):
        brought.take({"external_user_id": "u", "attributes": {f"a{at}": 1}})
    assert len(brought.counts) == 1_001
    assert brought.counts["attributes"] == 5_000
    assert brought.counts["attributes.…"] == 5_000 - (1_000 - 2)
