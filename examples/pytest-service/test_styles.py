import unittest

import httpx
import pytest

WELCOME = {"campaign_id": "welcome", "recipients": [{"external_user_id": "ana"}]}


@pytest.fixture
def settings(braze_sandbox):
    key = {"Authorization": f"Bearer {braze_sandbox.api_key}"}
    return {"transport": braze_sandbox.transport, "base_url": braze_sandbox.base_url, "headers": key}


def test_in_process(braze_sandbox, settings):
    with httpx.Client(**settings) as client:
        client.post("/campaigns/trigger/send", json=WELCOME)

    braze_sandbox.assert_sent("ana", campaign="welcome")


@pytest.mark.anyio
async def test_asynchronous(braze_sandbox, settings):
    async with httpx.AsyncClient(**settings) as client:
        await client.post("/campaigns/trigger/send", json=WELCOME)

    braze_sandbox.assert_sent("ana", campaign="welcome")


class TestCase(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def braze(self, braze_sandbox, settings):
        self.braze_sandbox = braze_sandbox
        self.settings = settings

    def test_in_a_class(self):
        with httpx.Client(**self.settings) as client:
            client.post("/campaigns/trigger/send", json=WELCOME)

        self.braze_sandbox.assert_sent("ana", campaign="welcome")
