import pytest
from storm import warn

pytestmark = pytest.mark.braze_sandbox(mode="strict", campaigns=["storm"])


@pytest.mark.braze_sandbox(faults={"no-connection": 0.2, "429": 0.1, "lost-answer": 0.1})
def test_nobody_is_warned_twice(braze_sandbox):
    with braze_sandbox.client() as braze:
        outcomes = {city: warn(braze, city).outcome for city in ("Huế", "Vinh", "Hội An", "Đà Lạt", "Hà Tiên")}

    for city, outcome in outcomes.items():
        sent = braze_sandbox.sent(audience=f'city == "{city}" and push is opted_in')
        assert len(sent) == 1 if outcome == "accepted" else len(sent) <= 1
