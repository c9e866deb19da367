"""POST /create-setup-session: a session to save another payment method. Nothing is charged in it.

When it completes, the webhook makes the new payment method the default (`billing.events.checkout`).
"""

import uuid
from typing import Any

from billing.access import in_order
from billing.customers import ensure_customer, metadata_for
from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.settings import settings
from billing.state import store
from billing.stripe_api import ask


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    caller = request.caller
    customer = ensure_customer(caller.id, caller.email)
    user = store.read(caller.id)
    subscriptions = in_order(user.values("subscription")) if user else []
    params: Any = {
        "mode": "setup",
        "ui_mode": settings.release.checkout_ui_mode,
        "customer": customer,
        # Which payment methods are offered depends on the currency that they will be charged in.
        "currency": subscriptions[0]["currency"] if subscriptions else "usd",
        "metadata": metadata_for(caller.id),
        "return_url": f"{settings.site_url}/account.html",
    }
    options: Any = {"idempotency_key": f"setup:{uuid.uuid4().hex}"}
    session = ask(lambda stripe: stripe.v1.checkout.sessions.create(params, options)).data
    return {"sessionId": session["id"], "clientSecret": session["client_secret"]}
