"""Writes down what happens in a flow: what was done, which events that made, and the states and amounts afterwards."""

from typing import Any

from local.fake_stripe.money import formatted
from tests.unit.fake_stripe.shop import Shop

AMOUNTS = ("amount_total", "total", "amount")


class Transcript:
    """`text()` is the readable file: `>` an action, indented events in order, `=` the state after."""

    def __init__(self, title: str, *, assumes: tuple[str, ...] = ()):
        self.shop = Shop()
        self.shop.events()
        self._lines = [f"# {title}"]
        if assumes:
            self._lines.append(f"# assumes (local/fake_stripe/assumptions.toml): {', '.join(assumes)}")

    def do(self, action: str) -> None:
        self._lines += ["", f"> {action}"]

    def events(self) -> None:
        """What was told since the last look."""
        rows = self.shop.events()
        self._lines += [f"    {row['type']:<48} {describe(row['data']['object'])}".rstrip() for row in rows] or ["    (no event)"]

    def state(self, customer: str) -> None:
        """Subscriptions, invoices and entitlements of a customer."""
        shop = self.shop
        for row in shop.get("/v1/subscriptions", customer=customer, status="all", limit=100)["data"][::-1]:
            names = ", ".join(f"{item['quantity']} × {self._name(item['price'])}" for item in row["items"]["data"])
            notes = [name for name in ("cancel_at_period_end", "cancel_at", "pending_update", "trial_end") if row[name]]
            self._lines.append(f"= subscription {row['status']}: {names}" + (f" ({', '.join(notes)})" if notes else ""))
        for row in shop.get("/v1/invoices", customer=customer, limit=100)["data"][::-1]:
            lines = " ".join(f"{line['amount'] / 100:+.2f}" for line in row["lines"]["data"])
            self._lines.append(
                f"= invoice {row['billing_reason']} {row['status']}: {lines} → total {formatted(row['total'], row['currency'])}, "
                f"due {formatted(row['amount_due'], row['currency'])}, paid {formatted(row['amount_paid'], row['currency'])}, "
                f"attempts {row['attempt_count']}"
            )
        balance = shop.get(f"/v1/customers/{customer}")["balance"]
        if balance:
            self._lines.append(f"= balance {balance / 100:+.2f}")
        self._lines.append(f"= entitled to {', '.join(shop.entitlements(customer)) or 'nothing'}")

    def note(self, text: str) -> None:
        self._lines.append(f"= {text}")

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def _name(self, price: dict) -> str:
        return self.shop.get(f"/v1/products/{price['product']}")["name"]


def describe(thing: dict[str, Any]) -> str:
    """An event's object in a few words: its state and its money."""
    words = [str(thing[name]) for name in ("status", "payment_status") if thing.get(name)]
    for name in AMOUNTS:
        if isinstance(thing.get(name), int) and thing.get("currency"):
            words.append(formatted(thing[name], thing["currency"]))
            break
    if thing["object"] == "entitlements.active_entitlement_summary":
        words.append(", ".join(row["lookup_key"] for row in thing["entitlements"]["data"]) or "nothing")
    error = thing.get("last_payment_error") or {}
    if error:
        words.append(error.get("decline_code") or error["code"])
    return " ".join(words)
