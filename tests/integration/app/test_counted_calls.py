"""What each endpoint and each event costs, counted over the whole stack; docs/calls.md is this test's own table.

After a change that is meant: `COUNT_CALLS=write python -m pytest tests/integration/app/test_counted_calls.py`
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from billing.events import HANDLERS
from local.ports import Ports
from local.stack import LocalStack
from tests.support.events import signature
from tests.support.people import Aws, Person, Stripe

Json = dict[str, Any]
TABLE = Path(__file__).parents[3] / "docs" / "calls.md"
HEAD = """\
# What each request costs

Calls to DynamoDB and to Stripe in the common case, counted over the whole local stack by
[test_counted_calls.py](../tests/integration/app/test_counted_calls.py), which fails when a figure changes. Not counted is what a
function's process asks once when it starts: its secrets, and the catalogue (again after a minute).
"""
NOTES = """
A read more is what an event costs that names only a customer, once a process and customer. A purchase that was paid at once needs
nothing of its session's own event. Stripe is asked where nobody else knows: what the next charge will be after a change of plan, what
was saved in a setup session (it becomes the default), and which of two events of one object within four seconds came later.
"""


@dataclass
class Meter:
    """The calls of functions since the last `reset`; nothing else uses this stack."""

    stripe: Stripe
    aws: Aws

    def reset(self) -> None:
        self.stripe.control("requests", method="DELETE")
        self.aws.control("requests", method="DELETE")

    def read(self) -> tuple[list[str], int]:
        """DynamoDB's operations in order, and how many requests Stripe got."""
        operations = self.aws.control("requests", method="GET")["operations"]
        table = [name.removeprefix("dynamodb.") for name in operations if name.startswith("dynamodb.")]
        return table, self.stripe.control("requests", method="GET")["total"]

    def of(self, work: Callable[[], object]) -> str:
        """The table's columns for what some work costs."""
        self.reset()
        work()
        table, stripe = self.read()
        names = {name: table.count(name) for name in dict.fromkeys(table)}
        detail = ", ".join(f"{count} {name}" if count > 1 else name for name, count in names.items())
        return f"{len(table)} | {stripe} | {detail}"


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, str]]:
    """Filled by the tests, compared with docs/calls.md (or written there) by the last one."""
    return {}


@pytest.fixture(scope="module")
def alone() -> Iterator[LocalStack]:
    """A stack of its own, one process a function, so that what a process remembers is known. Events arrive when told to."""
    with LocalStack(ports=Ports.free(), environment={}, max_workers=1) as stack:
        Stripe(stack).control("webhooks/faults", {"drop": 1.0})
        yield stack


@pytest.fixture(scope="module")
def meter(alone: LocalStack) -> Meter:
    return Meter(Stripe(alone), Aws(alone))


# -------------------------------------------------------------------------------------------------------- endpoints


def _bought(person: Person, meter: Meter, plan: str, count: Callable[[str, Callable[[], object]], object]) -> None:
    """A purchase, counted."""
    open_session = lambda: person.post("/create-checkout-session", {"lookupKey": plan})  # noqa: E731
    count("POST /create-checkout-session", open_session)
    session = ""

    def again() -> None:
        nonlocal session
        session = open_session()["sessionId"]

    count("POST /create-checkout-session, open already", again)
    meter.stripe.pay(session, "pm_card_visa")
    count("GET /session-status", lambda: person.get(f"/session-status?session_id={session}"))
    count("POST /settle-session", lambda: person.post("/settle-session", {"sessionId": session}))


def endpoints(stack: LocalStack, meter: Meter) -> dict[str, str]:
    """Cost by request, of one person's visit."""
    person, rows = Person(stack), dict[str, str]()

    def count(name: str, work: Callable[[], object]) -> None:
        rows[name] = meter.of(work)

    prices = {price["lookupKey"]: price["id"] for plan in person.get("/plans")["plans"] for price in plan["prices"]}
    count("GET /plans", lambda: person.get("/plans"))
    count("POST /create-customer, the first time", lambda: person.post("/create-customer"))
    count("POST /create-customer", lambda: person.post("/create-customer"))
    count("POST /create-customer, with name and address", lambda: person.post("/create-customer", {"name": "Ada"}))
    _bought(person, meter, "basic_monthly", count)
    account = person.account()
    subscription = {"subscriptionId": account["subscription"]["id"]}
    up, down = (subscription | {"newPriceId": prices[plan]} for plan in ("premium_monthly", "basic_monthly"))
    count("GET /account", person.account)
    count("GET /entitlements", lambda: person.get("/entitlements"))
    count("GET /example-report, a gated feature", lambda: person.get("/example-report", status=403))
    count("GET /invoices", lambda: person.get("/invoices"))
    count("POST /retrieve-customer-payment-method", lambda: person.post("/retrieve-customer-payment-method"))
    count("POST /create-setup-session", lambda: person.post("/create-setup-session"))
    count("POST /create-preview-invoice, upgrade", lambda: person.post("/create-preview-invoice", up))
    count("POST /update-subscription, upgrade", lambda: person.post("/update-subscription", up))
    count("POST /create-preview-invoice, downgrade", lambda: person.post("/create-preview-invoice", down))
    count("POST /update-subscription, downgrade", lambda: person.post("/update-subscription", down))
    later = subscription | {"when": "period_end"}
    count("POST /cancel-subscription, at the period's end", lambda: person.post("/cancel-subscription", later))
    count("POST /resume-subscription", lambda: person.post("/resume-subscription", subscription))
    count("POST /cancel-subscription, now", lambda: person.post("/cancel-subscription", subscription))
    _bought(person, meter, "basic_monthly", lambda _, work: work())
    invoice = _owed(meter.stripe, person, prices["premium_monthly"])
    count("POST /pay-invoice", lambda: person.post("/pay-invoice", {"invoiceId": invoice}))
    count("DELETE /account", lambda: person.call("DELETE", "/account"))
    return rows


def _owed(stripe: Stripe, person: Person, price: str) -> str:
    """An upgrade that was declined for want of money, before a good card took the bad one's place. The open invoice."""
    account = person.account()
    client, customer, subscription = stripe.client, account["customerId"], account["subscription"]["id"]
    for card in ("pm_card_chargeCustomerFail", "pm_card_visa"):
        method = client.v1.payment_methods.attach(card, {"customer": customer})
        client.v1.subscriptions.update(subscription, {"default_payment_method": method.id})
        if card == "pm_card_chargeCustomerFail":
            person.post("/update-subscription", {"subscriptionId": subscription, "newPriceId": price})
    return str(client.v1.subscriptions.retrieve(subscription).latest_invoice)


def test_endpoints(alone: LocalStack, meter: Meter, table: dict[str, dict[str, str]]) -> None:
    endpoints(alone, meter)  # every function's process is started, and has read its secrets
    rows = endpoints(alone, meter)
    table["Requests"] = rows
    goals = {
        "GET /entitlements": ("1", "0"),
        "GET /account": ("1", "0"),
        "POST /cancel-subscription, now": ("2", "1"),
        "POST /cancel-subscription, at the period's end": ("2", "1"),
        "POST /create-checkout-session": ("2", "1"),
        "POST /pay-invoice": ("2", "1"),
    }
    assert {name: tuple(rows[name].split(" | ")[:2]) for name in goals} == goals


# ----------------------------------------------------------------------------------------------------------- events

SAME_HANDLER = {
    "customer.subscription.paused": "customer.subscription.updated",
    "customer.subscription.resumed": "customer.subscription.updated",
    "customer.subscription.pending_update_expired": "customer.subscription.pending_update_applied",
    "invoice.marked_uncollectible": "invoice.payment_failed",
    "invoice.voided": "invoice.payment_failed",
    "payment_method.automatically_updated": "payment_method.updated",
}
"""Types that this history does not bring about: an event of another type takes their name."""


def history(stack: LocalStack, stripe: Stripe) -> str:
    """A customer to whom everything has happened, of which the app was told nothing."""
    person, client = Person(stack), stripe.client
    prices = {price["lookupKey"]: price["id"] for plan in person.get("/plans")["plans"] for price in plan["prices"]}
    customer = person.post("/create-customer")["customerId"]
    session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})["sessionId"]
    stripe.pay(session, "pm_card_visa")
    [subscription] = client.v1.subscriptions.list({"customer": customer}).data
    item = subscription["items"].data[0].id
    setup = person.post("/create-setup-session")["sessionId"]
    stripe.pay(setup, "pm_card_mastercard")
    for card in ("pm_card_chargeCustomerFail", "pm_card_authenticationRequired", "pm_card_visa"):
        method = client.v1.payment_methods.attach(card, {"customer": customer})
        client.v1.subscriptions.update(subscription.id, {"default_payment_method": method.id})
        if card != "pm_card_visa":
            change: Any = {
                "items": [{"id": item, "price": prices["premium_monthly"]}],
                "proration_behavior": "always_invoice",
                "payment_behavior": "pending_if_incomplete",
            }
            client.v1.subscriptions.update(subscription.id, change)
    client.v1.invoices.pay(str(client.v1.subscriptions.retrieve(subscription.id).latest_invoice))
    spare = client.v1.payment_methods.attach("pm_card_amex", {"customer": customer})
    client.v1.payment_methods.update(spare.id, {"card": {"exp_year": 2040}})
    client.v1.payment_methods.detach(spare.id)
    client.v1.customers.update(customer, {"name": "Ada"})
    stripe.control("clock", {"advance_seconds": 28 * 86_400})  # far enough for invoice.upcoming
    return customer


def _common(data: Json) -> bool:
    """Whether an event is of the common kind among those of its type: no change of plan, and no setup session."""
    return "items" not in data.get("previous_attributes", {}) and data["object"].get("mode") != "setup"


DEARER: dict[str, tuple[str, Callable[[Json], bool]]] = {
    "customer.subscription.updated, to another plan": (
        "customer.subscription.updated",
        lambda data: "items" in data.get("previous_attributes", {}),
    ),
    "checkout.session.completed, of a setup session": ("checkout.session.completed", lambda data: data["object"]["mode"] == "setup"),
}


class Events:
    """What Stripe would have sent of a customer, delivered one by one to an item that knows nothing yet."""

    def __init__(self, stack: LocalStack, stripe: Stripe, customer: str) -> None:
        self._stack, self._stripe, self._customer = stack, stripe, customer
        parameter: Any = stack.aws.call("ssm", "GetParameter", Name="/recur/dev/stripe/webhook-secret", WithDecryption=True)
        self._secret: str = parameter["Parameter"]["Value"]
        self._table = stack.template.functions[0].environment["TABLE_NAME"]

    def newest(self, type_: str, wanted: Callable[[Json], bool]) -> Json:
        events = self._stripe.control(f"events?limit=500&type={type_}", method="GET")["events"]
        return next(event for event in events if self._customer in str(event["data"]) and wanted(event["data"]))

    def forget(self) -> None:
        """The user's parts are unknown again."""
        mapping = self._stack.aws.call("dynamodb", "GetItem", TableName=self._table, Key={"pk": {"S": f"customer#{self._customer}"}})
        self._stack.aws.call(
            "dynamodb",
            "UpdateItem",
            TableName=self._table,
            Key={"pk": {"S": f"user#{mapping['Item']['user']['S']}"}},
            UpdateExpression="SET parts = :none",
            ExpressionAttributeValues={":none": {"M": {}}},
        )

    def send(self, type_: str, wanted: Callable[[Json], bool] | None = None) -> None:
        event = self.newest(SAME_HANDLER.get(type_, type_), wanted or _common)
        if type_ not in SAME_HANDLER:
            self._stripe.control("webhooks/redeliver", {"event": event["id"]})
            self._stripe.settle()
            [newest, *_] = self._stripe.control(f"webhooks/deliveries?event={event['id']}", method="GET")["deliveries"]
            assert newest["status"] == "delivered", newest
        else:
            body = json.dumps(event | {"type": type_, "id": f"{event['id']}x"}).encode()
            answer = requests.post(
                self._stack.webhook_url, body, headers={"stripe-signature": signature(body, secret=self._secret)}, timeout=60
            )
            assert answer.status_code == 200, answer.text


def test_events(alone: LocalStack, meter: Meter, table: dict[str, dict[str, str]]) -> None:
    client, customer = meter.stripe.client, history(alone, meter.stripe)
    events, rows = Events(alone, meter.stripe, customer), dict[str, str]()

    def count(type_: str) -> None:
        events.forget()
        rows[type_] = meter.of(lambda: events.send(type_))

    first = "entitlements.active_entitlement_summary.updated"
    rows[f"{first}, of a customer that this process has not met"] = meter.of(lambda: events.send(first))
    ends: dict[str, Callable[[], object]] = {
        "customer.subscription.deleted": lambda: client.v1.subscriptions.cancel(
            client.v1.subscriptions.list({"customer": customer}).data[0].id
        ),
        "customer.deleted": lambda: client.v1.customers.delete(customer),
    }
    for type_ in HANDLERS.keys() - ends.keys():
        count(type_)
    for name, (type_, wanted) in DEARER.items():
        events.forget()
        rows[name] = meter.of(lambda type_=type_, wanted=wanted: events.send(type_, wanted))
    for type_, end in ends.items():
        end()
        count(type_)
    table["Events"] = {name: rows[name] for type_ in HANDLERS for name in sorted(rows) if name.partition(",")[0] == type_}
    apart = {"checkout.session.completed": ("0", "0"), "customer.deleted": ("3", "0")}
    common = {name: tuple(row.split(" | ")[:2]) for name, row in rows.items() if name in HANDLERS}
    assert common == dict.fromkeys(HANDLERS, ("1", "0")) | apart


def test_the_table_in_the_docs(table: dict[str, dict[str, str]]) -> None:
    """Last: it takes what the others have counted."""
    assert set(table) == {"Requests", "Events"}, "run the whole file"
    text = HEAD
    for title, rows in table.items():
        text += f"\n## {title}\n| | DynamoDB | Stripe | which |\n|---|---|---|---|\n"
        text += "".join(f"| {name} | {row} |\n" for name, row in rows.items())
    text += NOTES
    if os.environ.get("COUNT_CALLS") == "write":
        TABLE.write_text(text)
    assert TABLE.read_text() == text
