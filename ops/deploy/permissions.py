"""What a restricted Stripe key must be allowed to do, and how to find out without doing anything.

A permission to write is tried on an object that does not exist: who may not gets 403, who may gets 404. What is only expanded in another
object's answer needs its permission as well. Source: Stripe Apps, "Permissions reference"; it holds for restricted keys.
"""

from collections.abc import Callable
from typing import Any

import stripe
from stripe import StripeClient

Probe = Callable[[Any], object]

_NONE = "recur_permission_probe"

FOR_DEPLOYING: dict[str, Probe] = {
    "Webhook Endpoints: Write": lambda v1: v1.webhook_endpoints.update(f"we_{_NONE}", {}),
    "Products: Write": lambda v1: v1.products.update(f"prod_{_NONE}", {}),
    "Prices: Write": lambda v1: v1.prices.update(f"price_{_NONE}", {}),
    "Entitlements: Write": lambda v1: v1.entitlements.features.update(f"feat_{_NONE}", {}),
    "Events: Read": lambda v1: v1.events.list({"limit": 1}),
}

FOR_FUNCTIONS: dict[str, Probe] = {
    "Customers: Write": lambda v1: v1.customers.update(f"cus_{_NONE}", {}),
    "Checkout Sessions: Write": lambda v1: v1.checkout.sessions.update(f"cs_test_{_NONE}", {}),
    "Subscriptions: Write": lambda v1: v1.subscriptions.update(f"sub_{_NONE}", {}),
    "Invoices: Write": lambda v1: v1.invoices.update(f"in_{_NONE}", {}),
    "PaymentIntents: Read": lambda v1: v1.payment_intents.retrieve(f"pi_{_NONE}"),
    "Payment Methods: Read": lambda v1: v1.payment_methods.retrieve(f"pm_{_NONE}"),
    "Setup Intents: Read": lambda v1: v1.setup_intents.retrieve(f"seti_{_NONE}"),
    "Entitlements: Read": lambda v1: v1.entitlements.features.list({"limit": 1}),
    "Prices: Read": lambda v1: v1.prices.list({"limit": 1}),
    "Products: Read": lambda v1: v1.products.list({"limit": 1}),
    "Events: Read": lambda v1: v1.events.list({"limit": 1}),
}


def missing(client: StripeClient, wanted: dict[str, Probe]) -> list[str]:
    """The permissions that the client's key lacks, as the Dashboard names them. Raises `AuthenticationError` for a key unknown."""
    return [name for name, probe in wanted.items() if not _allowed(client, probe)]


def _allowed(client: StripeClient, probe: Probe) -> bool:
    try:
        probe(client.v1)
    except stripe.PermissionError:
        return False
    except stripe.InvalidRequestError:
        return True
    return True


def known(client: StripeClient) -> bool:
    """Whether Stripe knows the client's publishable key: asked for what needs a secret one, it tells a key that it knows from one that it
    does not. True as well when it cannot be asked."""
    try:
        client.v1.products.list({"limit": 1})
    except stripe.AuthenticationError as error:
        return error.code == "secret_key_required" or "Invalid API Key" not in str(error)
    except stripe.StripeError:
        pass
    return True
