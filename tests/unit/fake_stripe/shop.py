"""A small shop on an in-process Stripe: a catalogue, customers who check out, and time that passes.

Every answer and every event it sees is held against the SDK's resource classes, so that no test can pass on an invented shape.
"""

from typing import Any

from local.fake_stripe.contract import contract_for
from local.fake_stripe.contract.check import problems
from local.fake_stripe.inprocess import InProcess
from local.fake_stripe.resources.events import in_release

ENDIVE = "2026-10-28.endive"
CLOVER = "2025-09-30.clover"
RELEASES = (ENDIVE, CLOVER)
DAY = 86_400
HOUR = 3_600
CARDS = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}


class Shop(InProcess):
    """Basic 5 and Premium 15 a month (USD, EUR, AUD), Yearly 150 a year, a set-up fee of 3."""

    def __init__(self, release: str = ENDIVE, *, seed: int = 0):
        super().__init__(seed=seed, api_version=release)
        self.contract = contract_for(release)
        self.own_form = "custom" if self.contract.is_clover else "elements"
        self._seen_events = 0
        self.features = {
            name: self.post("/v1/entitlements/features", lookup_key=name, name=name)["id"]
            for name in ("basic_features", "extended_features")
        }
        self.basic = self.plan("Basic", 500, features=["basic_features"], lookup_key="basic")
        self.premium = self.plan("Premium", 1500, features=["basic_features", "extended_features"], lookup_key="premium")
        self.yearly = self.plan("Yearly", 15_000, interval="year", features=["basic_features"])
        self.fee = self.post("/v1/prices", product=self.product("Set-up"), unit_amount=300, currency="usd")["id"]

    def call(self, method: str, path: str, params: dict | None = None, *, key: str = "sk_test_local", headers: dict | None = None) -> dict:
        answer = super().call(method, path, params, key=key, headers=headers)
        if "/payment_pages/" not in path:
            assert problems(self.contract, answer) == [], f"{method} {path}"
        return answer

    # ---------------------------------------------------------------------------------------------- catalogue
    def product(self, name: str) -> str:
        return self.post("/v1/products", name=name)["id"]

    def plan(self, name: str, amount: int, *, interval: str = "month", features: list[str] | None = None, **extra: Any) -> str:
        """A price's id; 10 % off in EUR, 50 % more in AUD."""
        product = self.product(name)
        for feature in features or []:
            self.post(f"/v1/products/{product}/features", entitlement_feature=self.features[feature])
        options = {"eur": {"unit_amount": amount * 9 // 10}, "aud": {"unit_amount": amount * 3 // 2}}
        price = self.post(
            "/v1/prices",
            product=product,
            unit_amount=amount,
            currency="usd",
            recurring={"interval": interval},
            currency_options=options,
            **extra,
        )
        return price["id"]

    # ---------------------------------------------------------------------------------------------- customers
    def customer(self, method: str | None = None, **extra: Any) -> str:
        """A customer's id; with `method` (an id like pm_card_visa) attached and made the default."""
        customer = self.post("/v1/customers", email="jo@example.com", **extra)["id"]
        if method:
            attached = self.post(f"/v1/payment_methods/{method}/attach", customer=customer)["id"]
            self.post(f"/v1/customers/{customer}", invoice_settings={"default_payment_method": attached})
        return customer

    def card(self, number: str = "4242424242424242") -> str:
        return self.post("/v1/payment_methods", type="card", card={**CARDS, "number": number})["id"]

    def session(self, customer: str, price: str | None = None, **extra: Any) -> dict:
        lines = extra.pop("line_items", [{"price": price or self.basic, "quantity": 1}])
        return self.post(
            "/v1/checkout/sessions",
            mode="subscription",
            ui_mode=self.own_form,
            customer=customer,
            line_items=lines,
            return_url="https://shop.example/return?session_id={CHECKOUT_SESSION_ID}",
            **extra,
        )

    def confirm(self, session: dict, method: str = "pm_card_visa", **extra: Any) -> dict:
        """The page after the pay button was pressed."""
        return self.post(f"/v1/payment_pages/{session['id']}/confirm", payment_method=method, **extra)

    def subscribe(self, price: str | None = None, method: str = "pm_card_visa", **extra: Any) -> dict:
        """A subscription bought through Checkout by a new customer."""
        session = self.session(extra.pop("customer", None) or self.customer(), price, **extra)
        self.confirm(session, method)
        return self.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription"])["subscription"]

    def authenticate(self, page: dict, outcome: str) -> dict:
        """The bank's challenge of a page or a subscription's open payment."""
        intent = page.get("payment_intent") or page["setup_intent"]
        kind = "payment_intents" if intent["object"] == "payment_intent" else "setup_intents"
        return self.post(f"/v1/{kind}/{intent['id']}/authenticate", outcome=outcome)

    # ------------------------------------------------------------------------------------------------ reading
    def subscription(self, subscription_id: str, **extra: Any) -> dict:
        return self.get(f"/v1/subscriptions/{subscription_id}", **extra)

    def invoices(self, subscription_id: str) -> list[dict]:
        """Oldest first."""
        return self.get("/v1/invoices", subscription=subscription_id, limit=100)["data"][::-1]

    def intent_of(self, invoice_id: str) -> dict:
        payment = self.get("/v1/invoice_payments", invoice=invoice_id)["data"][0]
        return self.get(f"/v1/payment_intents/{payment['payment']['payment_intent']}")

    def entitlements(self, customer: str) -> list[str]:
        rows = self.get("/v1/entitlements/active_entitlements", customer=customer, limit=100)["data"]
        return sorted(row["lookup_key"] for row in rows)

    def events(self) -> list[dict]:
        """Events since the last look, in order, each checked against the release."""
        rows = list(self.world.table("event").rows.values())
        fresh, self._seen_events = rows[self._seen_events :], len(rows)
        shown = [in_release(self.world, row, self.contract) for row in fresh]
        for event in shown:
            assert problems(self.contract, event) == []
            thing = event["data"]["object"]
            # An upcoming invoice does not exist yet, so it has no id.
            expected = ["id: missing"] if event["type"] == "invoice.upcoming" else []
            assert problems(self.contract, thing) == expected, event["type"]
        return shown

    def event_types(self) -> list[str]:
        return [event["type"] for event in self.events()]
