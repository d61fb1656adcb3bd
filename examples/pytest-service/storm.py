import audience_dsl
from audience_dsl.sender import Client, Receipt, build_request

NEAR = "city == $city and push is opted_in"


def warn(braze: Client, city: str) -> Receipt:
    """Warns everybody in a city of a storm."""
    audience = audience_dsl.compile(NEAR, params={"city": city})
    return braze.send(build_request({"campaign_id": "storm", "broadcast": True, "audience": audience}))
