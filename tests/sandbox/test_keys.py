"""Keys and their permissions; and that no key of a real workspace is taken, repeated or kept."""

import json
from typing import Any

import pytest

from audience_dsl.braze_api import ATTRIBUTES_PATH, ENDPOINTS
from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox import SANDBOX_KEY, Sandbox
from audience_dsl.sandbox.keys import PERMISSIONS

from .support import TO_ONE, limits, post, request, sandbox

REAL = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
REAL_ONES = [REAL, REAL.upper(), REAL.replace("-", ""), f"key={REAL}"]


def status(braze: Sandbox, key: str | None, **more: Any) -> int:
    return post(braze, TO_ONE, key=key, **more).status


def test_every_endpoint_asks_for_its_own_permission() -> None:
    for endpoint in ENDPOINTS.values():
        braze = sandbox(keys={"one": [endpoint.permission], "others": set(PERMISSIONS) - {endpoint.permission}})
        assert status(braze, "one", path=endpoint.path) != 401
        assert status(braze, "others", path=endpoint.path) == 401
    braze = sandbox(keys={"one": ["custom_attributes.get"], "none": []})
    assert braze.handle(request(method="GET", path=ATTRIBUTES_PATH, key="one")).status == 200
    assert braze.handle(request(method="GET", path=ATTRIBUTES_PATH, key="none")).status == 401


@pytest.mark.parametrize(("setting", "message"), [(401, "Unauthorized"), (403, "Access Denied")])
def test_what_is_not_permitted(setting: Any, message: str) -> None:
    braze = sandbox(keys={"one": ["messages.send"]}, missing_permission=setting)
    answer = post(braze, TO_ONE, key="one")
    assert (answer.status, answer.json()) == (setting, {"message": message})
    assert limits(answer) == ("", "", "")
    assert (braze.requests[0].status, braze.requests[0].accepted) == (setting, False)


def test_the_short_form_and_the_long_one() -> None:
    assert sandbox().keys.permissions == {SANDBOX_KEY: None}
    assert sandbox(api_key="a").keys.permissions == {"a": None}
    assert sandbox(keys={"a": None}).keys.permissions == {"a": None}
    both = sandbox(api_key="a", keys={"b": ["messages.send"]})
    assert both.keys.permissions == {"a": None, "b": ("messages.send",)}
    assert both.keys.first == "a"
    assert sandbox(keys={"b": ["messages.send"], "a": None}).keys.first == "a"
    assert sandbox(keys={"b": ["messages.send"]}).keys.first == "b"


def test_keys_come_and_go_while_it_runs() -> None:
    braze = sandbox()
    braze.keys.set("new")
    assert status(braze, "new") == 201
    braze.keys.set("new", ["messages.send"])
    assert status(braze, "new") == 401
    braze.keys.forget("new")
    assert post(braze, TO_ONE, key="new").json() == {"message": "Invalid API key: new"}
    braze.keys.forget(SANDBOX_KEY)
    assert status(braze, SANDBOX_KEY) == 401
    assert braze.keys.first == SANDBOX_KEY


def test_any_key() -> None:
    braze = sandbox(keys={"narrow": ["messages.send"]}, accept_any_key=True)
    assert status(braze, "whatever") == 201
    assert status(braze, "narrow") == 401
    assert status(braze, "") == 401
    assert status(braze, None) == 401
    braze.keys.accept_any = False
    assert status(braze, "whatever") == 401


@pytest.mark.parametrize("key", REAL_ONES)
@pytest.mark.parametrize("options", [{}, {"accept_any_key": True}])
def test_a_key_that_looks_real_is_refused_and_not_repeated(options: dict[str, Any], key: str) -> None:
    braze = sandbox(**options)
    answer = post(braze, TO_ONE, key=key)
    assert answer.status == 401
    assert "looks real" in answer.json()["message"]
    assert "looks real" in braze.requests[0].message
    assert key not in answer.body.decode() + json.dumps(braze.state())


@pytest.mark.parametrize("key", REAL_ONES)
def test_a_key_that_looks_real_is_no_setting_unless_it_is_said(key: str) -> None:
    for wrong in ({"api_key": key}, {"keys": {key: None}}):
        with pytest.raises(ConfigurationError) as caught:
            sandbox(**wrong)
        assert caught.value.kind.slug == "api-key"
        assert key not in str(caught.value)
    braze = sandbox()
    with pytest.raises(ConfigurationError):
        braze.keys.set(key)
    assert status(sandbox(api_key=key, allow_real_keys=True), key) == 201
    assert status(sandbox(accept_any_key=True, allow_real_keys=True), key) == 201


WRONG: list[dict[str, Any]] = [
    *({"keys": given} for given in ({"": None}, {"a": "messages.send"}, {"a": ["messages.sent"]}, {"a": [1]})),
    *({"missing_permission": given} for given in (402, "401", None)),
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        sandbox(**wrong)


def test_a_permission_that_is_nearly_one_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        sandbox(keys={"a": ["campaigns.trigger.sent"]})
    assert caught.value.help == "did you mean `campaigns.trigger.send`?"
