"""A payment method saved in a setup session becomes the one that is charged."""

from typing import Any, cast

from billing.fetch import pages
from billing.shapes import Json, child
from billing.stripe_api import ask


def charge_from_now_on(customer: str, setup_intent: str) -> None:
    """Makes what was saved the default of its customer and of each subscription that is not ended.

    The news of it may come late, twice, or after that of the next one: a default that is newer than what was saved stays.
    What Stripe then has comes back by customer.updated and customer.subscription.updated.
    """
    expand: Any = {"expand": ["payment_method"]}
    saved: Json | None = ask(lambda stripe: stripe.v1.setup_intents.retrieve(setup_intent, expand)).data["payment_method"]
    if saved is None or saved.get("customer") != customer:
        return  # removed again since
    expand = {"expand": ["invoice_settings.default_payment_method"]}
    known = ask(lambda stripe: stripe.v1.customers.retrieve(customer, expand)).data
    if _is_newer(saved, child(known, "invoice_settings").get("default_payment_method")):
        ask(lambda stripe: stripe.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": saved["id"]}}))
    # Those that have ended are left out of the list unless asked for.
    wanted: Any = {"customer": customer, "expand": ["data.default_payment_method"]}
    for page in pages(lambda stripe, page: stripe.v1.subscriptions.list(wanted | page)):
        for subscription in page.data["data"]:
            if _is_newer(saved, subscription["default_payment_method"]):
                _charge(subscription["id"], saved["id"])


def _is_newer(saved: Json, default: object) -> bool:
    return default is None or saved["created"] > cast(Json, default)["created"]


def _charge(subscription: str, payment_method: str) -> None:
    ask(lambda stripe: stripe.v1.subscriptions.update(subscription, {"default_payment_method": payment_method}))
