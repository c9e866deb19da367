"""The fake Stripe in this process, with the real SDK on top of it: no socket, no waiting, and a clock that tests move.

Events are not delivered by themselves: `deliver` hands them to the app's handlers, and what is not delivered was dropped.
"""

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import stripe

from billing.customers import ensure_customer, metadata_for
from billing.events import HANDLERS, Event, handle
from billing.settings import settings
from local.fake_stripe.contract import contract_for
from local.fake_stripe.inprocess import InProcess
from local.fake_stripe.resources.events import in_release
from local.fake_stripe.server.messages import Request, Response, json_response
from ops.catalog import wanted
from ops.catalog.changes import changes

Json = dict[str, Any]
Fault = Callable[[Request], Response | None]


class InProcessStripe(InProcess):
    """An account with the catalogue in it, whose clock is a few minutes behind ours until a test lets them pass (`later`, `now`)."""

    def __init__(self, api_version: str) -> None:
        super().__init__(api_version=api_version, start=int(time.time()) - 400)
        self.http = Transport(self)
        self.requests: list[str] = []
        """Method and path of each request of the SDK's, until a test clears it."""
        self.dated = True
        """Whether answers have a Date."""
        self.fault: Fault = lambda request: None
        """What is answered instead, for requests that a test picks out."""
        base: Any = {"api": "http://stripe.test"}
        self.client = stripe.StripeClient("sk_test_local", stripe_version=api_version, base_addresses=base, http_client=self.http)
        for change in changes(self.client, wanted.read()):
            change.make()
        self.prices = {price.lookup_key: price.id for price in self.client.v1.prices.list({"limit": 100})}
        self._delivered = len(self._rows())
        self.requests.clear()

    # ------------------------------------------------------------------------------------------- the clock

    def later(self, seconds: float = 60) -> None:
        """Time passes. The objects' own time goes with it, and can be moved further by `advance`."""
        self.wall += seconds

    def now(self) -> None:
        """The minutes are over: Stripe's clock and ours agree."""
        self.later(max(0.0, time.time() - self.wall))

    # --------------------------------------------------------------------------------------------- people

    def subscriber(self, user: str, plan: str = "basic_monthly", method: str = "pm_card_visa", currency: str = "usd") -> tuple[str, str]:
        """A user who bought a plan, as the app's own endpoints make them: (customer, subscription)."""
        customer = ensure_customer(user, f"{user}@example.com")
        session = self.post(
            "/v1/checkout/sessions",
            mode="subscription",
            ui_mode=settings.release.checkout_ui_mode,
            customer=customer,
            currency=currency,
            line_items=[{"price": self.prices[plan], "quantity": 1}],
            subscription_data={"metadata": metadata_for(user)},
            return_url="http://site.test/return",
        )
        self.post(f"/v1/payment_pages/{session['id']}/confirm", payment_method=method)
        return customer, self.get(f"/v1/checkout/sessions/{session['id']}")["subscription"]

    # --------------------------------------------------------------------------------------------- events

    def events(self) -> list[Json]:
        """Those that happened since the last look and that the app listens to, oldest first, in its own release."""
        rows = self._rows()
        fresh, self._delivered = rows[self._delivered :], len(rows)
        contract = contract_for(settings.release.api_version)
        return [in_release(self.world, row, contract) for row in fresh if row["type"] in HANDLERS]

    def deliver(self) -> None:
        """All events since the last look arrive."""
        for event in self.events():
            handle(Event.parse(event))

    def drop(self) -> int:
        """None of them ever arrives. How many they were."""
        return len(self.events())

    def _rows(self) -> list[Json]:
        return list(self.world.table("event").rows.values())


class Transport(stripe.HTTPClient):
    """What the SDK sends with. Retries wait for nothing."""

    name = "in-process"

    def __init__(self, account: InProcessStripe) -> None:
        super().__init__()
        self._account = account

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        address = urlsplit(url)
        sent = {name.lower(): value for name, value in headers.items()}
        request = Request(method.upper(), address.path, address.query, sent, (post_data or "").encode())
        self._account.requests.append(f"{request.method} {request.path}")
        answer = self._account.fault(request) or self._account.api.handle(request)
        date = {"Date": formatdate(self._account.wall, usegmt=True)} if self._account.dated else {}
        return answer.body, answer.status, date | answer.headers

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0.0

    def close(self) -> None:
        pass


def refusal(status: int, code: str = "rate_limit") -> Response:
    """An error as Stripe words it."""
    return json_response(status, {"error": {"type": "invalid_request_error", "code": code, "message": "Refused by a test"}})
