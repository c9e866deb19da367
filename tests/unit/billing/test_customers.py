"""Whose a customer is: what is looked up in Stripe, what is remembered, and for how long."""

import time

import pytest

import webhook
from billing import customers
from billing.customers import metadata_for, owner_of
from billing.state import store
from local.fake_stripe.server.messages import Request, Response
from tests.support import events
from tests.support.stripe_in_process import InProcessStripe, refusal


def delivered(customer: str) -> tuple[int, str]:
    """What the webhook answers to an event of this customer that names nobody, as entitlement summaries do."""
    summary = {"customer": customer, "entitlements": {"data": [], "has_more": False}}
    answer = webhook.handler(events.delivery(events.event("entitlements.active_entitlement_summary.updated", summary)), None)
    return answer["statusCode"], answer["body"]


def test_a_customer_that_is_gone_for_good_is_not_ours(account: InProcessStripe) -> None:
    """As one whose test clock was deleted: a 500 would be sent again for three days."""
    assert delivered("cus_gone") == (200, '{"outcome": "not_ours"}')


def test_what_stripe_refuses_for_another_reason_is_not_taken_for_that(account: InProcessStripe) -> None:
    def fault(request: Request) -> Response | None:
        return refusal(400, "parameter_invalid") if request.path.startswith("/v1/customers/") else None

    account.fault = fault
    assert delivered("cus_gone") == (500, '{"outcome": "not_stored"}')


def test_the_events_of_another_app_cost_one_call_a_minute(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = account.post("/v1/customers", email="theirs@example.com")["id"]
    account.requests.clear()
    for _ in range(5):
        assert owner_of(foreign) is None
    assert len(account.requests) == 1
    present = time.monotonic()
    monkeypatch.setattr(customers.time, "monotonic", lambda: present + customers.STRANGER_SECONDS + 1)
    assert owner_of(foreign) is None
    assert len(account.requests) == 2


def test_the_memory_of_strangers_is_bounded(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "MOST_STRANGERS", 10)
    for number in range(35):
        assert owner_of(f"cus_foreign_{number}") is None
    assert len(customers._strangers) <= 10  # pyright: ignore[reportPrivateUsage]


def test_a_users_second_customer_is_theirs_when_it_becomes_the_only_one(account: InProcessStripe) -> None:
    first, _ = account.subscriber("u2")
    second = account.post("/v1/customers", email="u2@example.com", metadata=metadata_for("u2"))["id"]
    assert owner_of(second) is None
    account.delete(f"/v1/customers/{first}")
    store.forget_customer(first, int(time.time()))
    assert owner_of(second) == "u2"
