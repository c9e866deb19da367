"""The webhook endpoint in Stripe, at the stack's Function URL: what has to be like what is in `ops.webhooks`."""

import time

from billing.secrets import RECHECK_SECONDS
from ops import webhooks
from ops.deploy.target import Target
from ops.settling import MARGIN_SECONDS


def preview(target: Target) -> list[str]:
    url = target.outputs.get("WebhookUrl")
    if url is None:
        return ["make the endpoint at the stack's Function URL"]
    wanted, stored = wanted_of(target), target.parameters.webhook_secrets()
    there = webhooks.endpoints(target.stripe, target.stage, url)
    for endpoint in there:
        if webhooks.flaw(endpoint, stored, wanted) is None:
            return [each.mended for each in webhooks.differences(endpoint, wanted)]
    return [f"make a new endpoint at {url}"] + [f"delete {endpoint.id}" for endpoint in there]


def run(target: Target) -> list[str]:
    return webhooks.ensure(target.stripe, target.parameters, wanted_of(target), settle).changes


def settle() -> None:
    """As `ops.settling` explains, without a line of its own on the screen."""
    time.sleep(RECHECK_SECONDS + MARGIN_SECONDS)


def wanted_of(target: Target) -> webhooks.Wanted:
    return webhooks.Wanted(target.output("WebhookUrl"), target.stage, target.release)
