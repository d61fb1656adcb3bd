import pytest
from service import tell_shipped


@pytest.fixture(autouse=True)
def braze(braze_sandbox, braze_sandbox_url, monkeypatch):
    monkeypatch.setenv("BRAZE_URL", braze_sandbox_url)
    monkeypatch.setenv("BRAZE_API_KEY", braze_sandbox.api_key)


def test_the_customer_is_told_once(braze_sandbox):
    tell_shipped("ana", "A-1")

    message = braze_sandbox.assert_sent("ana", campaign="order-shipped")
    assert message.properties == {"order": "A-1"}
    braze_sandbox.assert_nothing_sent("ben")


def test_a_customer_without_a_name_is_refused(braze_sandbox):
    with pytest.raises(Exception, match="400"):
        tell_shipped("", "A-1")

    braze_sandbox.assert_nothing_sent()
