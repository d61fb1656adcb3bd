"""The connected audience object of each kind of filter, key for key and in order."""

import json

import pytest

import audience_dsl
from audience_dsl.audience.emit import to_dict, to_json
from audience_dsl.filters import (
    And,
    CustomAttribute,
    EmailSubscription,
    Filter,
    LastUsedApp,
    Or,
    PushSubscription,
)

EXISTS = CustomAttribute("a", "exists")
HEAD = '{"custom_attribute":{"custom_attribute_name":'
KINDS: list[tuple[Filter, str]] = [
    (EXISTS, HEAD + '"a","comparison":"exists"}}'),
    (CustomAttribute("a", "equals", "x"), HEAD + '"a","comparison":"equals","value":"x"}}'),
    (CustomAttribute("a", "equals", ""), HEAD + '"a","comparison":"equals","value":""}}'),
    (CustomAttribute("a", "equals", True), HEAD + '"a","comparison":"equals","value":true}}'),
    (CustomAttribute("a", "equals", False), HEAD + '"a","comparison":"equals","value":false}}'),
    (CustomAttribute("a", "equals", 0), HEAD + '"a","comparison":"equals","value":0}}'),
    (CustomAttribute("a", "equals", -7), HEAD + '"a","comparison":"equals","value":-7}}'),
    (CustomAttribute("a", "equals", 2.5), HEAD + '"a","comparison":"equals","value":2.5}}'),
    (CustomAttribute("a", "equals", 1e300), HEAD + '"a","comparison":"equals","value":1e+300}}'),
    (CustomAttribute("a", "is_any_of", ("x", "y")), HEAD + '"a","comparison":"is_any_of","value":["x","y"]}}'),
    (CustomAttribute('é "\\\n', "exists"), HEAD + '"é \\"\\\\\\n","comparison":"exists"}}'),
    (PushSubscription("is", "opted_in"), '{"push_subscription_status":{"comparison":"is","value":"opted_in"}}'),
    (
        EmailSubscription("is_not", "subscribed"),
        '{"email_subscription_status":{"comparison":"is_not","value":"subscribed"}}',
    ),
    (
        LastUsedApp("after", "2019-07-22T13:17:55+0000"),
        '{"last_used_app":{"comparison":"after","value":"2019-07-22T13:17:55+0000"}}',
    ),
    (And((EXISTS, EXISTS)), '{"AND":[' + ",".join([HEAD + '"a","comparison":"exists"}}'] * 2) + "]}"),
    (
        Or((EXISTS, And((EXISTS, EXISTS)))),
        '{"OR":[%s,{"AND":[%s,%s]}]}' % ((HEAD + '"a","comparison":"exists"}}',) * 3),
    ),
]


@pytest.mark.parametrize(("filter", "text"), KINDS, ids=[text for _, text in KINDS])
def test_each_kind(filter: Filter, text: str) -> None:
    assert to_json(filter) == text
    assert json.dumps(to_dict(filter), ensure_ascii=False, separators=(",", ":")) == text


def test_indented() -> None:
    filter = And((CustomAttribute("a", "is_any_of", ("x", "y")), PushSubscription("is", "opted_in")))
    assert to_json(filter, indent=2) == (
        """{
  "AND": [
    {
      "custom_attribute": {
        "custom_attribute_name": "a",
        "comparison": "is_any_of",
        "value": [
          "x",
          "y"
        ]
      }
    },
    {
      "push_subscription_status": {
        "comparison": "is",
        "value": "opted_in"
      }
    }
  ]
}"""
    )


def test_the_lists_of_an_object_are_its_own() -> None:
    audience = audience_dsl.compile('a in ["x"] and b exists')
    first = audience.to_dict()
    first["AND"][0]["custom_attribute"]["value"].append("y")
    first["AND"].pop()
    assert audience.to_dict()["AND"][0]["custom_attribute"]["value"] == ["x"]
    assert len(audience.to_dict()["AND"]) == 2
