"""Canaries: what must never be in a log, sought in every line of every function over a subscriber's whole life, failures included."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from local.logs import Log
from local.ports import Ports
from local.stack import LocalStack
from tests.support.events import signature
from tests.support.people import Aws, Person, Stripe

pytestmark = pytest.mark.slow

Json = dict[str, Any]
KEY = "/recur/dev/stripe/secret-key"
WEBHOOK_SECRET = "/recur/dev/stripe/webhook-secret"
CARD = "4000000000000002"
DETAILS = {"name": "Canary Robin", "address": {"line1": "1 Canary Wharf", "city": "Canarytown", "postalCode": "CNRY 1", "country": "GB"}}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHIPPING = {"shipping": {"name": "Canary Wren", "phone": "+44 5550 1234", "address": DETAILS["address"]}}


class Life:
    """One person's, told to `canaries` wherever something secret turns up."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.stripe, self.aws = Stripe(stack), Aws(stack)
        self.person = Person(stack, email="canary.robin@example.com")
        self.key = stack.aws.call("ssm", "GetParameter", Name=KEY, WithDecryption=True)["Parameter"]["Value"]
        self.webhook_secret = stack.aws.call("ssm", "GetParameter", Name=WEBHOOK_SECRET, WithDecryption=True)["Parameter"]["Value"]
        self.canaries = {
            "e-mail": self.person.email,
            "name": "Robin",
            "shipping name": "Wren",
            "street": "Wharf",
            "city": "Canarytown",
            "postal code": "CNRY",
            "telephone": "5550 1234",
            "ID token": self.person.id_token.split(".")[1],
            "ID token's signature": self.person.id_token.split(".")[2],
            "access token": self.person.access_token.split(".")[1],
            "API key": self.key,
            "webhook secret": self.webhook_secret,
            "card": CARD,
            "last four": "4242",
        }

    def secret(self, answer: Json) -> Json:
        """Remembers a client secret that an answer holds."""
        if "clientSecret" in answer:
            self.canaries[f"client secret {len(self.canaries)}"] = answer["clientSecret"]
        return answer

    def deliver(self, body: bytes, header: str) -> int:
        self.canaries[f"signature {len(self.canaries)}"] = header.rpartition("v1=")[2]
        given = {"stripe-signature": header, "content-type": "application/json"}
        return requests.post(self.stack.webhook_url, data=body, headers=given, timeout=60).status_code

    def without_a_key(self) -> None:
        """Before any function has read one."""
        self.stack.aws.call("ssm", "DeleteParameter", Name=KEY)
        assert self.person.call("POST", "/create-customer", {**DETAILS, **SHIPPING}).status_code == 500
        self.stack.aws.call("ssm", "PutParameter", Name=KEY, Value=self.key, Type="SecureString")

    def purchase(self) -> None:
        self.person.post("/create-customer", {**DETAILS, **SHIPPING})
        session = self.secret(self.person.post("/create-checkout-session", {"lookupKey": "basic_monthly"}))["sessionId"]
        self.stripe.pay(session, "pm_card_chargeDeclined")
        self.stripe.pay(session, "pm_card_visa")
        self.person.post("/settle-session", {"sessionId": session})
        self.person.get(f"/session-status?session_id={session}")
        self.stripe.settle()

    def change(self) -> None:
        """Declined, then with the bank's consent to be had, then with money."""
        account = self.person.account()
        prices = {price["lookupKey"]: price["id"] for plan in self.person.get("/plans")["plans"] for price in plan["prices"]}
        change = {"subscriptionId": account["subscription"]["id"], "newPriceId": prices["premium_monthly"]}
        client = self.stripe.client
        for card in ("pm_card_chargeCustomerFail", "pm_card_authenticationRequired", "pm_card_visa"):
            attached = client.v1.payment_methods.attach(card, {"customer": account["customerId"]})
            client.v1.subscriptions.update(change["subscriptionId"], {"default_payment_method": attached.id})
            self.stripe.settle()
            self.person.post("/create-preview-invoice", change)
            self.person.call("POST", "/update-subscription", change)
            invoice = str(client.v1.subscriptions.retrieve(change["subscriptionId"]).latest_invoice)
            answer = self.person.call("POST", "/pay-invoice", {"invoiceId": invoice})
            if answer.status_code == 200:
                self.secret(answer.json())
            self.stripe.settle()
        self.secret(self.person.post("/create-setup-session"))
        self.person.get("/invoices")

    def refusals(self) -> None:
        for body in ({"cardNumber": CARD}, {"email": "canary.robin@elsewhere.example"}, {"canary": "Robin"}, {"name": ["Robin"]}):
            assert self.person.call("POST", "/create-customer", body).status_code == 400
        assert self.person.call("POST", "/create-customer", data=b'{"name": "Robin').status_code == 400

    def failures(self) -> None:
        for status in (400, 401, 402, 500):
            self.stripe.control("faults", {"kind": "status", "status": status, "method": "POST", "path": "/v1/customers/*", "count": 5})
            assert self.person.call("POST", "/create-customer", DETAILS).status_code >= 400
            self.stripe.control("faults", method="DELETE")
        event: Any = self.stripe.client.v1.events.list({"type": "customer.updated", "limit": 1}).last_response
        body = json.dumps(event.data["data"][0] | {"api_version": "2025-01-01.other"}).encode()
        self.aws.control("faults", {"operation": "dynamodb.*", "status": 500, "code": "InternalServerError", "count": 100})
        assert self.deliver(body, signature(body, secret=self.webhook_secret)) == 500
        assert self.person.call("GET", "/account").status_code == 503
        self.aws.control("faults", method="DELETE")
        assert self.deliver(body, signature(body, secret="whsec_another")) == 400
        assert self.deliver(b"Robin", signature(b"Robin", secret=self.webhook_secret)) == 400

    def end(self) -> None:
        subscription = self.person.account()["subscription"]["id"]
        self.person.post("/cancel-subscription", {"subscriptionId": subscription, "when": "period_end"})
        self.person.post("/resume-subscription", {"subscriptionId": subscription})
        self.person.post("/cancel-subscription", {"subscriptionId": subscription})
        self.stripe.settle()
        self.stack.invoke("ReconcileFunction", {})
        assert self.person.call("DELETE", "/account").status_code == 200
        self.stripe.settle()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Life, list[str]]:
    """A life, and every line that a function wrote over it."""
    file = tmp_path_factory.mktemp("log") / "stack.log"
    with LocalStack(ports=Ports.free(), environment={}, max_workers=1, log=Log(quiet=True, file=file)) as stack:
        life = Life(stack)
        for part in (life.without_a_key, life.purchase, life.change, life.refusals, life.failures, life.end):
            part()
    return life, _lines(file)


def _lines(file: Path) -> list[str]:
    return [line.partition(" | ")[2] for line in file.read_text().splitlines() if re.match(r"\w+Function \| ", line)]


def test_no_canary_is_in_a_log(lived: tuple[Life, list[str]]) -> None:
    life, lines = lived[0], [UUID.sub("", line) for line in lived[1]]  # among their random digits may be a card's last four
    assert len(life.canaries) >= 19, "each kind of secret turned up"
    for kind, canary in life.canaries.items():
        found = [line for line in lines if canary in line]
        assert not found, f"{kind} in {found[0][:500]}"
    alike = re.compile(r"(pi|seti|cs)_\w+_secret_|[rs]k_(test|live)_|whsec_|eyJ[A-Za-z0-9_-]{20}|t=\d+,v1=")
    assert not [line for line in lines if alike.search(line)]


def test_what_there_was_to_tell_was_told(lived: tuple[Life, list[str]]) -> None:
    """Else their absence would prove nothing."""
    said = {json.loads(line).get("message") for line in lived[1] if line.startswith("{")}
    expected = {"Event", "Unexpected", "Stripe refused or failed", "DynamoDB failed", "Event not stored; Stripe will send it again"}
    expected |= {"Refused", "Unreadable event", "Asking Stripe", "Told"}
    assert said >= expected
    assert any("Traceback" in line for line in lived[1]), "exceptions are told with where they arose"


def test_nothing_is_told_at_debug_level(lived: tuple[Life, list[str]]) -> None:
    """Libraries tell whole requests there."""
    levels = {json.loads(line).get("level") for line in lived[1] if line.startswith("{")}
    assert levels <= {"INFO", "WARNING", "ERROR", None}
    assert not [line for line in lived[1] if "botocore" in line and '"level":"DEBUG"' in line]
