"""A request made of what was checked before, and recipients that are read again: as if all of it were checked anew."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.braze_api import ENDPOINTS, Endpoint
from audience_dsl.diagnostics import LedgerError, RequestError
from audience_dsl.ledger.database import Database
from audience_dsl.recipients import RecipientsFile
from audience_dsl.runs import Run, prepare
from audience_dsl.runs.batches import body_of
from audience_dsl.sender.requests import build_request

from .support import NOW, TEMPLATE, begin, go_on, write_people

TEXTS = st.text(max_size=9)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
PROPERTIES = st.dictionaries(TEXTS, VALUES, max_size=3)
AUDIENCE = {"AND": [{"email_subscription_status": {"comparison": "is_not", "value": "unsubscribed"}}]}
TRIGGERS = [each for each in ENDPOINTS.values() if each.kind == "send" and "recipients" in each.users_fields]


@pytest.mark.parametrize("endpoint", TRIGGERS, ids=lambda each: each.path)
@given(data=st.data())
def test_every_request_is_the_one_that_would_be_built(endpoint: Endpoint, data: st.DataObject) -> None:
    field = str(endpoint.properties_field)
    template: dict[str, Any] = {
        str(endpoint.id_field): data.draw(st.text(min_size=1, max_size=5)),
        **({"audience": AUDIENCE} if data.draw(st.booleans()) else {}),
        field: data.draw(PROPERTIES),
    }
    people: list[dict[str, Any]] = [
        {"external_user_id": f"{number} {data.draw(TEXTS)}", field: properties}
        for number, properties in enumerate(data.draw(st.lists(PROPERTIES, min_size=1, max_size=5)) * 15)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "people.jsonl")
        is_ascii, ends = data.draw(st.booleans()), data.draw(st.sampled_from(["\n", "\n\n", "\r\n"]))
        lines = [json.dumps(each, ensure_ascii=is_ascii) + ends for each in people]
        path.write_text("".join(lines), encoding="utf-8", newline="")
        with (
            Database(Path(folder, "run.db")) as database,
            prepare(
                database,
                recipients=RecipientsFile(path, endpoint=endpoint),
                template=template,
                endpoint=endpoint,
                now=NOW,
            ) as run,
        ):
            made = [run.source.request(run.places(batch), run.salt) for batch in run.batches()]
    assert [request.recipient_count for request in made] == [
        len(people[start : start + 50]) for start in range(0, len(people), 50)
    ]
    for number, request in enumerate(made):
        body = body_of(template, people[50 * number : 50 * number + 50])
        assert request == build_request(body, endpoint=endpoint)


class Audience:
    """As `compile` gives one."""

    def __init__(self, value: str) -> None:
        self._value = value

    def to_dict(self) -> dict[str, Any]:
        return {"push_subscription_status": {"comparison": "is", "value": self._value}}


def test_an_audience_may_be_an_object_and_counts_by_what_it_says(tmp_path: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", ["a"])
    template = {**TEMPLATE, "audience": Audience("opted_in")}
    with Database(tmp_path / "run.db") as database:
        with begin(database, path, template=template) as run:
            request = run.source.request(run.places(next(run.batches())), None)
        assert request.to_dict()["audience"] == Audience("opted_in").to_dict()
        go_on(database, path, template={**TEMPLATE, "audience": Audience("opted_in").to_dict()}).close()
        with pytest.raises(LedgerError, match="AUD822"):
            go_on(database, path, template={**TEMPLATE, "audience": Audience("subscribed")})


def test_a_request_that_breaks_a_rule_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = write_people(tmp_path / "people.jsonl", ["a"])
    with Database(tmp_path / "run.db") as database:
        with pytest.raises(RequestError, match="broadcast"):
            begin(database, path, template={**TEMPLATE, "broadcast": True})
        assert Run.find(database) is None
