"""POST /cancel-subscription: now (as in the guide) or at the end of the paid period."""

from typing import TYPE_CHECKING, Any, Literal

from billing.endpoint import Answer, Body, Request, endpoint
from billing.own_changes import change_subscription

if TYPE_CHECKING:
    from stripe import StripeClient


class CancelSubscription(Body):
    subscription_id: str
    when: Literal["now", "period_end"] = "now"


@endpoint(CancelSubscription)
def handler(request: Request[CancelSubscription]) -> Answer:
    if request.body.when == "now":
        return change_subscription(request.caller, request.body.subscription_id, _now, ends=True)
    return change_subscription(request.caller, request.body.subscription_id, _at_period_end)


def _now(stripe: "StripeClient", known: dict[str, Any], key: str) -> Any:
    return stripe.v1.subscriptions.cancel(known["id"])  # a DELETE: idempotent by itself, and sent without a key


def _at_period_end(stripe: "StripeClient", known: dict[str, Any], key: str) -> Any:
    return stripe.v1.subscriptions.update(known["id"], {"cancel_at_period_end": True}, {"idempotency_key": key})
