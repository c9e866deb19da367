"""Records what the far side answers: `python -m bench record`, after a change of what is stored or of Stripe's release.

A subscriber and somebody about to subscribe use the whole local stack, and what the table holds and Stripe says of them is kept.
"""

import json
from pathlib import Path
from typing import Any

import jwt
import requests

from local.ports import Ports
from local.stack import LocalStack
from tests.support.people import Person, Stripe

RECORDED = Path(__file__).with_name("recorded")
PLAN = "basic_monthly"


def record() -> None:
    """Fills bench/recorded."""
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        stripe = Stripe(stack)
        subscriber, buyer = Person(stack), Person(stack)
        account = subscriber.subscribe(PLAN)
        buyer.post("/create-customer")
        subscription = account["subscription"]["id"]

        _keep("subscriber", _item(stack, f"user#{_sub(subscriber)}"))
        _keep("buyer", _item(stack, f"user#{_sub(buyer)}"))
        _keep("catalogue", _item(stack, "catalogue"))

        session = buyer.post("/create-checkout-session", {"lookupKey": PLAN})["sessionId"]
        _keep("session", _stripe(stack, "GET", f"/v1/checkout/sessions/{session}"))
        _keep("subscription_ending", _stripe(stack, "POST", f"/v1/subscriptions/{subscription}", {"cancel_at_period_end": "true"}))
        newest = _stripe(stack, "GET", "/v1/events", {"type": "customer.subscription.updated", "limit": "1"})["data"][0]
        _keep("event", newest)
        stripe.settle()
        _keep("objects", _around(stack, newest["data"]["object"]))
        _keep("subscription_ended", _stripe(stack, "DELETE", f"/v1/subscriptions/{subscription}"))


def _around(stack: LocalStack, subscription: dict[str, Any]) -> dict[str, Any]:
    """By path, the subscription as retrieved and what it refers to: dj-stripe asks for these."""
    price = subscription["items"]["data"][0]["price"]
    invoice = _stripe(stack, "GET", f"/v1/invoices/{subscription['latest_invoice']}")
    paths = [
        f"/v1/subscriptions/{subscription['id']}",
        f"/v1/customers/{subscription['customer']}",
        f"/v1/products/{price['product']}",
        f"/v1/products/{price['product']}/features",
        f"/v1/prices/{price['id']}",
        f"/v1/payment_methods/{subscription['default_payment_method']}",
        f"/v1/invoices/{invoice['id']}",
    ]
    return {path: _stripe(stack, "GET", path) for path in paths}


def _keep(name: str, found: dict[str, Any]) -> None:
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")


def _item(stack: LocalStack, key: str) -> dict[str, Any]:
    table = stack.template.resolve({"Ref": "Table"}, "record")
    return stack.aws.call("dynamodb", "GetItem", TableName=table, Key={"pk": {"S": key}}, ConsistentRead=True)["Item"]


def _sub(person: Person) -> str:
    return jwt.decode(person.id_token, options={"verify_signature": False})["sub"]


def _stripe(stack: LocalStack, method: str, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    headers = {"stripe-version": stack.stripe.api_version}
    query, body = (form, None) if method == "GET" else (None, form)
    url, auth = stack.stripe_url + path, ("sk_test_local", "")
    answer = requests.request(method, url, params=query, data=body, headers=headers, auth=auth, timeout=30)
    answer.raise_for_status()
    return answer.json()
