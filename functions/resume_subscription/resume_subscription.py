"""POST /resume-subscription: withdraws a scheduled cancellation, or goes on after a pause. What has ended cannot be revived."""

from typing import TYPE_CHECKING, Any

from billing.endpoint import Answer, Body, Request, endpoint
from billing.own_changes import change_subscription, withdraw_cancellation
from billing.shapes import Json

if TYPE_CHECKING:
    from stripe import StripeClient


class ResumeSubscription(Body):
    subscription_id: str


@endpoint(ResumeSubscription)
def handler(request: Request[ResumeSubscription]) -> Answer:
    return change_subscription(request.caller, request.body.subscription_id, _resume)


def _resume(client: "StripeClient", known: Json, key: str) -> Any:
    if known["status"] == "paused":
        # Its trial ended without a payment method. A period begins now, Stripe's default, and is charged.
        return client.v1.subscriptions.resume(known["id"], {}, {"idempotency_key": key})
    return withdraw_cancellation(client, known, key)
