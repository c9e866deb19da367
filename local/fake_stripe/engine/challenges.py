"""A bank's challenge (3-D Secure): where the browser is sent, and what is said when it fails."""

from ..world import World

AUTHENTICATION_FAILED = "We are unable to authenticate your payment method. Please choose a different payment method and try again."


def next_action(world: World, intent: dict) -> dict:
    url = f"{world.base_url}/elements/challenge?intent={intent['id']}&client_secret={intent['client_secret']}"
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "challenge_url": url, "stripe_js": url}}
