"""The plugin in pytest itself: fixtures, marks, configuration, reports, and what it costs who does not use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Before pytest runs within pytest, which forgets what was imported there.
import audience_dsl.pytest_plugin.making
import audience_dsl.sandbox.server
import audience_dsl.sender.requests  # noqa: F401

pytest_plugins = ["pytester"]

SENDING = """
import httpx, pytest

def send(braze, user="ana", url=None, **fields):
    body = {"campaign_id": "welcome", "recipients": [{"external_user_id": user}], **fields}
    key = {"Authorization": f"Bearer {braze.api_key}"}
    if url is not None:
        return httpx.post(url + "/campaigns/trigger/send", json=body, headers=key)
    with httpx.Client(transport=braze.transport, base_url=braze.base_url, headers=key) as client:
        return client.post("/campaigns/trigger/send", json=body)
"""
INVALID = """{"custom_attribute": {"custom_attribute_name": "a", "comparison": "is", "value": 1}}"""


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n")
    pytester.makepyfile(sending=SENDING)
    return pytester


def ran(pytester: pytest.Pytester, test: str, *arguments: str, ini: str = "", **outcomes: int) -> str:
    pytester.makepyfile(test_it="from sending import *\n" + test)
    if ini:
        with (pytester.path / "tox.ini").open("a") as file:
            file.write(ini)
    result = pytester.runpytest_inprocess(*arguments)
    result.assert_outcomes(**outcomes)
    return result.stdout.str()


def test_a_sandbox_for_each_test(pytester: pytest.Pytester) -> None:
    test = """
ids = set()
def test_one(braze_sandbox):
    send(braze_sandbox)
    ids.add(braze_sandbox.assert_sent("ana").dispatch_id)
def test_two(braze_sandbox):
    braze_sandbox.assert_nothing_sent()
    send(braze_sandbox)
    ids.add(braze_sandbox.assert_sent("ana").dispatch_id)
    assert len(ids) == 2
"""
    ran(pytester, test, passed=2)


def test_on_a_port_it_is_the_same(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy that the environment names is not asked.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.com")
    test = """
import os
def test_it(braze_sandbox_url, braze_sandbox):
    assert send(braze_sandbox, url=braze_sandbox_url).status_code == 201
    send(braze_sandbox, "ben")
    braze_sandbox.assert_sent("ana")
    braze_sandbox.assert_sent("ben")
    assert os.environ["NO_PROXY"] == "127.0.0.1,example.com"
def test_after():
    assert os.environ["NO_PROXY"] == "example.com"
"""
    ran(pytester, test, passed=2)


def test_settings_by_marks(pytester: pytest.Pytester) -> None:
    (pytester.path / "people.jsonl").write_text('{"external_id": "ana"}\n{"external_id": "ben"}\n')
    test = f"""
pytestmark = pytest.mark.braze_sandbox(mode="strict", campaigns=["welcome"], api_key="some-key")
def test_module(braze_sandbox):
    assert braze_sandbox.api_key == "some-key"
    assert send(braze_sandbox, audience={INVALID}).status_code == 400
    assert send(braze_sandbox).status_code == 201
@pytest.mark.braze_sandbox(mode="braze", campaigns=None)
def test_nearest(braze_sandbox):
    assert braze_sandbox.api_key == "some-key"
    assert send(braze_sandbox, audience={INVALID}, campaign_id="other").status_code == 201
@pytest.mark.braze_sandbox(profiles="people.jsonl")
def test_profiles_beside_the_test(braze_sandbox):
    assert [each.id for each in braze_sandbox.profiles] == ["ana", "ben"]
@pytest.mark.braze_sandbox(faults={{"503": 1.0}})
def test_faults(braze_sandbox):
    assert send(braze_sandbox).status_code == 503
"""
    ran(pytester, test, passed=4)


def test_settings_by_configuration(pytester: pytest.Pytester) -> None:
    (pytester.path / "people").mkdir()
    (pytester.path / "people" / "some.jsonl").write_text('{"external_id": "ana"}\n')
    ini = """
braze_sandbox_mode = strict
braze_sandbox_campaigns = welcome other
braze_sandbox_canvases = trial
braze_sandbox_profiles = people/some.jsonl
"""
    test = f"""
def test_it(braze_sandbox):
    assert send(braze_sandbox, audience={INVALID}).status_code == 400
    assert send(braze_sandbox, campaign_id="third").status_code == 400
    assert send(braze_sandbox, campaign_id="other").status_code == 201
    assert [each.id for each in braze_sandbox.profiles] == ["ana"]
@pytest.mark.braze_sandbox(mode="braze", profiles=None)
def test_a_mark_counts_more(braze_sandbox):
    assert send(braze_sandbox, audience={INVALID}).status_code == 201
    assert braze_sandbox.profiles == ()
"""
    ran(pytester, test, ini=ini, passed=2)


@pytest.mark.parametrize(
    ("mark", "line"),
    [
        ("'strict'", "the mark `braze_sandbox` takes settings by their names, and 'strict' has none"),
        ("mode='strickt'", "error[AUD803]: the sandbox has no mode `strickt` (help: the modes are `braze`, `strict`)"),
        ("modus='strict'", "the mark `braze_sandbox` has no setting `modus`; did you mean `mode`?"),
        (
            "faults={'lost-anser': 1}",
            "error[AUD803]: there is no fault `lost-anser` (help: did you mean `lost-answer`?)",
        ),
        ("profiles='nobody.jsonl'", "error[AUD805]: there is no file `"),
        ("profiles='broken.jsonl'", "broken.jsonl:2: "),
    ],
)
def test_settings_that_are_none_are_said_in_a_sentence(pytester: pytest.Pytester, mark: str, line: str) -> None:
    (pytester.path / "broken.jsonl").write_text('{"external_id": "ana"}\n{]\n')
    out = ran(pytester, f"@pytest.mark.braze_sandbox({mark})\ndef test_it(braze_sandbox): pass\n", errors=1)
    assert line in out
    assert "Traceback" not in out
    assert "making.py" not in out
    assert "During handling" not in out


def test_a_failure_shows_what_was_sent(pytester: pytest.Pytester) -> None:
    test = """
def test_own_assertion(braze_sandbox):
    send(braze_sandbox)
    assert braze_sandbox.sent_to("ben")
def test_ours(braze_sandbox):
    send(braze_sandbox)
    braze_sandbox.assert_sent("ben")
def test_without(): assert False
def test_passes(braze_sandbox): send(braze_sandbox)
def test_skips(braze_sandbox):
    send(braze_sandbox)
    pytest.skip("today")
"""
    out = ran(pytester, test, failed=3, passed=1, skipped=1)
    lines = pytest.LineMatcher(out.splitlines())
    lines.fnmatch_lines([
        "*test_own_assertion*",
        "*-- Braze sandbox --*",
        "  request 1 sent campaign `welcome` to `ana`",
        "*_ test_ours _*",
        ">       braze_sandbox.assert_sent(\"ben\")",
        "E       AssertionError: no message was sent to `ben`",
        "E         request 1 sent campaign `welcome` to `ana`",
        "test_it.py:8: AssertionError",
    ])  # fmt: skip
    assert out.count("- Braze sandbox -") == 1
    assert "braze.py" not in out


def test_a_failure_before_the_test_has_begun_shows_what_there_is(pytester: pytest.Pytester) -> None:
    test = """
@pytest.fixture
def broken(braze_sandbox): assert 0
@pytest.fixture
def late(braze_sandbox):
    yield
    send(braze_sandbox)
    assert 0
def test_one(broken): pass
def test_two(late): pass
"""
    out = ran(pytester, test, passed=1, errors=2)
    assert out.count("- Braze sandbox -") == 1
    assert "request 1 sent campaign `welcome` to `ana`" in out


def test_what_was_sent_is_not_kept_to_the_end_of_the_run(pytester: pytest.Pytester) -> None:
    test = """
import gc, weakref
kept = []
def test_one(braze_sandbox):
    send(braze_sandbox)
    kept.append(weakref.ref(braze_sandbox.sandbox))
def test_two():
    gc.collect()
    assert kept[0]() is None
"""
    ran(pytester, test, passed=2)


def test_asynchronous_tests(pytester: pytest.Pytester) -> None:
    test = """
@pytest.fixture
def anyio_backend(): return "asyncio"
@pytest.mark.anyio
async def test_it(braze_sandbox, braze_sandbox_url):
    key = {"Authorization": f"Bearer {braze_sandbox.api_key}"}
    body = {"campaign_id": "welcome", "recipients": [{"external_user_id": "ana"}]}
    for more in ({"transport": braze_sandbox.transport, "base_url": braze_sandbox.base_url},
                 {"base_url": braze_sandbox_url}):
        async with httpx.AsyncClient(**more, headers=key) as client:
            await client.post("/campaigns/trigger/send", json=body)
    braze_sandbox.assert_sent("ana", times=2)
"""
    ran(pytester, test, passed=1)


def test_unittest(pytester: pytest.Pytester) -> None:
    test = """
import unittest
class Case(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def braze(self, braze_sandbox): self.braze = braze_sandbox
    def test_one(self):
        send(self.braze)
        self.braze.assert_sent("ana")
    def test_two(self): self.braze.assert_sent("ana")
"""
    out = ran(pytester, test, passed=1, failed=1)
    assert "the sandbox got no request" in out


def test_in_several_processes(pytester: pytest.Pytester) -> None:
    test = """
@pytest.mark.parametrize("number", range(4))
def test_it(number, braze_sandbox, braze_sandbox_url):
    send(braze_sandbox, f"user-{number}", braze_sandbox_url)
    braze_sandbox.assert_sent(f"user-{number}")
    assert len(braze_sandbox.requests) == 1
    assert number
"""
    out = ran(pytester, test, "-n", "2", passed=3, failed=1)
    assert "request 1 sent campaign `welcome` to `user-0`" in out


def test_it_can_be_left_out(pytester: pytest.Pytester) -> None:
    out = ran(pytester, "def test_it(braze_sandbox): pass", "-p", "no:braze_sandbox", errors=1)
    assert "fixture 'braze_sandbox' not found" in out


def test_what_there_is_is_listed(pytester: pytest.Pytester) -> None:
    assert "@pytest.mark.braze_sandbox(mode=..., campaigns=" in pytester.runpytest_inprocess("--markers").stdout.str()
    fixtures = pytester.runpytest_inprocess("--fixtures").stdout.str()
    assert "A local Braze in this process" in fixtures
    assert "The URL of the same Braze on a port" in fixtures
    assert "braze_sandbox_mode" in pytester.runpytest_inprocess("--help").stdout.str()


def test_who_does_not_use_it_pays_two_modules() -> None:
    code = (
        "import pytest, sys, json; before = set(sys.modules); import audience_dsl.pytest_plugin; "
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(ran.stdout) == ["audience_dsl", "audience_dsl.pytest_plugin"]


def test_a_run_without_it_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n"
        "    ours = {each for each in sys.modules if each.startswith('audience_dsl')}\n"
        "    assert ours == {'audience_dsl', 'audience_dsl.pytest_plugin'}\n"
    )
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_types_are_there_to_name() -> None:
    from audience_dsl import pytest_plugin

    assert pytest_plugin.BrazeSandbox.__name__ == "BrazeSandbox"
    assert pytest_plugin.Message.__name__ == "Message"
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = pytest_plugin.nothing_of_that_name
