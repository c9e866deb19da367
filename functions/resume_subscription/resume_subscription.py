"""POST /resume-subscription: withdraws a scheduled cancellation. What has ended cannot be revived."""

from billing.endpoint import Answer, Body, Request, endpoint
from billing.own_changes import change_subscription, withdraw_cancellation


class ResumeSubscription(Body):
    subscription_id: str


@endpoint(ResumeSubscription)
def handler(request: Request[ResumeSubscription]) -> Answer:
    return change_subscription(request.caller, request.body.subscription_id, withdraw_cancellation)
