import os

import httpx


def tell_shipped(customer: str, order: str) -> None:
    """Tells a customer that their order is on its way."""
    recipient = {"external_user_id": customer, "trigger_properties": {"order": order}}
    answer = httpx.post(
        os.environ["BRAZE_URL"] + "/campaigns/trigger/send",
        headers={"Authorization": "Bearer " + os.environ["BRAZE_API_KEY"]},
        json={"campaign_id": "order-shipped", "recipients": [recipient]},
    )
    answer.raise_for_status()
