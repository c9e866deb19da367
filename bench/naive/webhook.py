"""The usual stack, as tutorials have it: Powertools' resolver, logger, metrics and parameters, Stripe's `construct_event`, plain pynamodb.

It does the work of functions/webhook, but for the order rule's fine print: it verifies, stores the subscription by one write, logs, counts.
"""

import os
from typing import Any

import stripe
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.typing import LambdaContext
from pynamodb.attributes import MapAttribute, UnicodeAttribute
from pynamodb.models import Model

logger, metrics, app = Logger(), Metrics(), LambdaFunctionUrlResolver()
client = stripe.StripeClient(os.environ.get("STRIPE_SECRET_KEY", "sk_test_" + "unused"))


class Item(Model):
    class Meta:
        table_name = os.environ["TABLE_NAME"]
        region = os.environ["AWS_REGION"]

    pk = UnicodeAttribute(hash_key=True)
    customer = UnicodeAttribute(null=True)
    parts: MapAttribute[str, Any] = MapAttribute(null=True)


@app.post("/")
def events() -> Response[str]:
    secret = parameters.get_parameter(os.environ["STRIPE_WEBHOOK_SECRET_PARAMETER"], decrypt=True, max_age=300)
    body, header = app.current_event.decoded_body, app.current_event.headers.get("stripe-signature")
    try:
        event = client.construct_event(body, header, secret)
    except (ValueError, stripe.SignatureVerificationError):
        return Response(400, "application/json", '{"outcome": "invalid_signature"}')
    if event.type == "customer.subscription.updated":
        store(event.id, event.created, event.data.object)
    logger.info("Event", extra={"type": event.type, "event": event.id})
    metrics.add_metric("WebhookEvent", MetricUnit.Count, 1)
    return Response(200, "application/json", '{"outcome": "written"}')


def store(event: str, created: int, found: Any) -> None:
    item, price = found["items"].data[0], found["items"].data[0].price
    key = f"subscription:{found.id}"
    value = {
        "id": found.id,
        "status": found.status,
        "product": price.product,
        "price": price.id,
        "lookup_key": price.lookup_key,
        "unit_amount": price.unit_amount,
        "currency": found.currency,
        "quantity": item.quantity,
        "period_start": item.current_period_start,
        "period_end": item.current_period_end,
        "cancel_at_period_end": found.cancel_at_period_end,
    }
    later = Item.parts[key].does_not_exist() | (Item.parts[key]["hi"] < created)
    Item(f"user#{found.metadata['user']}").update(
        [Item.parts[key].set({"value": value, "hi": created, "source": event})], condition=later & (Item.customer == found.customer)
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
