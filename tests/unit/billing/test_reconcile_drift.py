"""All subscriptions compared with the table: what differs is repaired, what does not costs no call, and a scan may be cut anywhere."""

import time
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from billing import fetch
from billing.account import account_json
from billing.reconcile import Budget, begin_drift, budget, run
from billing.reconcile.drift import LAUNCH
from billing.reconcile.hands import Window
from billing.reconcile.report import Report
from billing.state import jobs, store
from local.fake_stripe.server.messages import Request, Response
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe, refusal

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def began(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconcile has run before, and there was nothing. What follows happens too long ago for its next search."""
    run(Budget())
    account.requests.clear()
    account.later(-3600)
    monkeypatch.setattr(budget, "RESTS", (0.0, 0.0))


def scan(deep: bool = False, **limits: float) -> Report:
    begin_drift(deep)
    return run(Budget(**limits))["drift"]


def stored(table: MemoryTable, user: str) -> Json:
    """The parts of a user as DynamoDB holds them, to be tampered with."""
    return table.items[f"user#{user}"]["parts"]["M"]


def shown(user: str) -> Json:
    return account_json(store.read(user))


def test_what_differs_is_repaired_and_what_does_not_is_left_alone(account: InProcessStripe) -> None:
    _, untouched = account.subscriber("u2")
    _, subscription = account.subscriber("u3")
    account.deliver()
    account.later()
    account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end=True)
    account.drop()
    account.requests.clear()
    report = scan()
    assert (report.listed, report.stopped, report.repaired) == (2, "", [("u3", f"subscription:{subscription}")])
    assert shown("u3")["subscription"]["cancelAt"]
    assert not [request for request in account.requests if untouched in request]


def test_where_nothing_differs_it_costs_only_the_list(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    for user in ("u2", "u3", "u4"):
        account.subscriber(user)
    account.deliver()
    monkeypatch.setattr(fetch, "PAGE", 2)
    account.requests.clear()
    assert scan().fetched == 0
    assert Counter(account.requests)["GET /v1/subscriptions"] >= 2
    assert {request.split("?")[0] for request in account.requests} == {"GET /v1/subscriptions", "GET /v1/events"}


@pytest.mark.parametrize("part", ["subscription", "payment", "payment_method", "entitlements"])
def test_a_part_that_is_missing_is_noticed_without_a_call(account: InProcessStripe, table: MemoryTable, part: str) -> None:
    account.subscriber("u2")
    account.deliver()
    parts = stored(table, "u2")
    key = next(key for key in parts if key.partition(":")[0] == part)
    del parts[key]
    assert scan().repaired == [("u2", key)]
    assert shown("u2")["features"] == ["basic_features"]


def test_a_payment_not_known_to_be_paid_is_looked_at_again(account: InProcessStripe, table: MemoryTable) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    stored(table, "u2")[f"payment:{subscription}"]["M"]["value"]["M"]["status"] = {"S": "processing"}
    assert scan().repaired == [("u2", f"payment:{subscription}")]


def test_a_user_who_was_never_heard_of_is_made(account: InProcessStripe, table: MemoryTable) -> None:
    customer, _ = account.subscriber("u2")
    table.items.pop("user#u2")
    table.items.pop(f"customer#{customer}")
    store_forgets(account)
    assert scan().repaired
    assert shown("u2")["subscription"]["status"] == "active"


def store_forgets(account: InProcessStripe) -> None:
    """What a process remembers of customers is gone, as in a new one."""
    from billing.customers import _remembered_owner  # pyright: ignore[reportPrivateUsage]

    _remembered_owner.cache_clear()


@pytest.mark.parametrize(("page", "calls"), [(3, 12), (100, 12), (100, 30)])
@pytest.mark.parametrize("deep", [False, True])
def test_a_scan_that_is_cut_is_gone_on_with(
    account: InProcessStripe, monkeypatch: pytest.MonkeyPatch, page: int, calls: int, deep: bool
) -> None:
    monkeypatch.setattr(fetch, "PAGE", page)
    users = [f"u{number}" for number in range(10, 20)]
    for user in users:
        account.subscriber(user)
    account.drop()
    account.requests.clear()
    begin_drift(deep)
    runs = 0
    while (report := run(Budget(max_calls=calls))["drift"]).stopped:
        runs += 1
        assert report.stopped == "out of calls"
        assert runs < 20
    assert runs > 1
    assert {shown(user)["subscription"]["status"] for user in users} == {"active"}
    assert "drift" not in run(Budget())


def test_beginning_again_does_not_begin_anew(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 1)
    for user in ("u2", "u3", "u4"):
        account.subscriber(user)
    account.deliver()
    assert scan(max_calls=4).stopped == "out of calls"
    assert scan().listed == 1
    assert scan().listed == 3


def test_a_deep_scan_looks_at_everybody(account: InProcessStripe, table: MemoryTable) -> None:
    account.subscriber("u2")
    account.subscriber("u3")
    account.deliver()
    stored(table, "u2")["entitlements"]["M"]["value"]["M"]["features"]["L"] = []
    assert scan().repaired == []
    assert scan(deep=True).repaired == [("u2", "entitlements")]


def test_subscriptions_of_others_cost_nothing(account: InProcessStripe, table: MemoryTable) -> None:
    stranger = account.post("/v1/customers", email="x@example.com")["id"]
    card = account.post("/v1/payment_methods/pm_card_visa/attach", customer=stranger)["id"]
    items = [{"price": account.prices["basic_monthly"]}]
    account.post("/v1/subscriptions", customer=stranger, items=items, default_payment_method=card)
    before = set(table.items)
    account.requests.clear()
    report = scan()
    assert (report.listed, report.not_ours, report.fetched) == (1, 1, 0)
    assert not [request for request in account.requests if stranger in request]
    assert set(table.items) - before == set()


def test_one_user_who_cannot_be_refreshed_does_not_stop_the_others(account: InProcessStripe) -> None:
    customer, _ = account.subscriber("u2")
    account.subscriber("u3")
    account.drop()

    def fault(request: Request) -> Response | None:
        return refusal(404, "resource_missing") if request.path == f"/v1/customers/{customer}/payment_methods" else None

    account.fault = fault
    report = scan()
    assert (report.stopped, report.skipped) == ("", [f"{customer}: resource_missing"])
    assert shown("u3")["subscription"]["status"] == "active"


def test_a_place_in_the_list_that_is_gone_is_not_the_end(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.drop()
    begin_drift()
    job = jobs.take("drift")
    assert job is not None
    job.save(job.progress | {"windows": [asdict(Window(LAUNCH, after="sub_gone", reached=int(time.time())))]})
    job.release()
    report = run(Budget())["drift"]
    assert (report.stopped, {user for user, _ in report.repaired}) == ("", {"u2"})


def test_how_the_last_one_ended_is_remembered_while_the_next_goes_on(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.drop()
    begun = int(time.time())
    repaired = len(scan().repaired)
    ended = jobs.ended_of("drift")
    assert ended["at"] >= ended["begun"] >= begun
    assert (ended["compared"], ended["repaired"]) == (1, repaired)
    assert repaired > 0
    begin_drift()
    assert jobs.under_way("drift")
    assert jobs.ended_of("drift") == ended
    run(Budget())
    assert jobs.ended_of("drift")["repaired"] == 0
    assert jobs.ended_of("events") == {}


def test_a_customer_who_is_gone_from_stripe_is_forgotten_and_then_costs_no_call(account: InProcessStripe) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.delete(f"/v1/customers/{customer}")
    account.drop()
    assert shown("u2")["features"] == ["basic_features"]
    assert scan().repaired == [("u2", "customer")]
    assert store.read("u2") is None
    account.requests.clear()
    report = scan()
    assert (report.repaired, report.not_ours, report.skipped) == ([], 1, [])
    assert not [request for request in account.requests if customer in request]


def test_a_customer_that_was_deleted_unheard_is_forgotten(account: InProcessStripe, table: MemoryTable) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.delete(f"/v1/customers/{customer}")
    account.drop()
    assert [user for user, _ in scan().repaired] == ["u2"]
    assert store.read("u2") is None
    assert store.user_of(customer) is None
    account.requests.clear()
    assert (scan().repaired, scan().not_ours) == ([], 1)
    assert not [request for request in account.requests if customer in request]
