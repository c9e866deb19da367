"""The table built from Stripe: complete, side by side, and gone on with where it was cut."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import pytest

from billing import fetch
from billing.account import account_json
from billing.customers import _remembered_owner, metadata_for  # pyright: ignore[reportPrivateUsage]
from billing.reconcile import Budget, RunEnds, budget
from billing.reconcile.hands import Window
from billing.state import jobs, store
from local.fake_stripe.server.messages import Request, Response
from ops.backfill import DAY, SMALLEST, Backfill, Busy
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe, refusal

Tell = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "RESTS", (0.0, 0.0))


def accustomed(account: InProcessStripe, table: MemoryTable, users: int, over: int = 40 * DAY) -> dict[str, str]:
    """An account whose users subscribed in the past, and an empty table. Customer by user."""
    present = account.wall
    customers: dict[str, str] = {}
    for number in range(users):
        account.wall = present - over + over * number // users
        customers[f"v{number}"], _ = account.subscriber(f"v{number}", "premium_monthly" if number % 2 else "basic_monthly")
    account.wall = present
    account.drop()
    table.items.clear()
    _remembered_owner.cache_clear()
    account.requests.clear()
    return customers


def shown(user: str) -> Json:
    return account_json(store.read(user))


def test_everybody_is_brought_in(account: InProcessStripe, table: MemoryTable, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 4)
    customers = accustomed(account, table, 23)
    account.post("/v1/customers", email="stranger@example.com")
    status, output, _ = tell("backfill", "--json", "--rate", "100000", "--workers", "3")
    told = json.loads(output)
    assert (status, told["customers"], told["ours"], told["leftOut"]) == (0, 24, 23, 0)
    assert told["calls"] == len(account.requests)
    for number, (user, customer) in enumerate(customers.items()):
        account_now = shown(user)
        assert account_now["customerId"] == customer
        assert account_now["subscription"]["lookupKey"] == ("premium_monthly" if number % 2 else "basic_monthly")
        assert account_now["features"]
        assert store.user_of(customer) == user
    written = json.dumps(table.items, sort_keys=True)
    status, output, _ = tell("backfill", "--rate", "100000")
    assert status == 0
    assert "0 parts written" in output
    assert '"version"' in written
    assert "job#backfill" in table.items
    assert jobs.under_way("backfill") is False


def test_what_is_interrupted_goes_on_where_it_stopped(account: InProcessStripe, table: MemoryTable) -> None:
    customers = accustomed(account, table, 20)
    runs = 0
    while True:
        runs += 1
        assert runs < 60
        try:
            Backfill(Budget(max_calls=25), workers=2).work()
            break
        except RunEnds:
            continue
    assert runs > 4
    assert all(shown(user)["subscription"]["status"] == "active" for user in customers)
    refreshed = [request for request in account.requests if request.endswith("/payment_methods")]
    # At most the one that each worker was at is done once more.
    assert len(refreshed) <= len(customers) + 2 * runs
    assert jobs.under_way("backfill") is False


def test_what_somebody_was_at_when_it_ended_is_not_forgotten() -> None:
    work = Backfill(Budget(), workers=2)
    work._hands.at_work[0] = window = Window(0, DAY)  # pyright: ignore[reportPrivateUsage]
    work._hands.fail(RunEnds("out of calls"))  # pyright: ignore[reportPrivateUsage]
    assert work._hands.next_window(0) is None  # pyright: ignore[reportPrivateUsage]
    assert work._progress()["windows"] == [asdict(window)]  # pyright: ignore[reportPrivateUsage]


def test_a_lasting_rate_limit_ends_it_with_a_word_and_without_a_loss(account: InProcessStripe, table: MemoryTable, tell: Tell) -> None:
    customers = accustomed(account, table, 6)
    passed = iter(range(30))
    account.fault = lambda request: refusal(429) if next(passed, None) is None else None
    status, _, errors = tell("backfill", "--rate", "100000")
    assert status == 1
    assert "Run it again" in errors
    account.fault = lambda request: None
    assert tell("backfill", "--rate", "100000")[0] == 0
    assert all(shown(user)["subscription"]["status"] == "active" for user in customers)


def test_a_second_customer_of_one_user_is_left_out_and_said(account: InProcessStripe, table: MemoryTable, tell: Tell) -> None:
    customers = accustomed(account, table, 1)
    double = account.post("/v1/customers", email="v0@example.com", metadata=metadata_for("v0"))["id"]
    status, output, _ = tell("backfill", "--rate", "100000", "--workers", "1")
    assert status == 2
    assert "user v0 has" in output
    assert shown("v0")["customerId"] in (customers["v0"], double)


def test_one_customer_that_cannot_be_read_does_not_stop_the_others(account: InProcessStripe, table: MemoryTable, tell: Tell) -> None:
    customers = accustomed(account, table, 3)

    def fault(request: Request) -> Response | None:
        return refusal(404, "resource_missing") if request.path == f"/v1/customers/{customers['v1']}/payment_methods" else None

    account.fault = fault
    status, output, _ = tell("backfill", "--rate", "100000")
    assert status == 2
    assert customers["v1"] in output
    assert shown("v2")["subscription"]["status"] == "active"


def test_one_at_a_time(account: InProcessStripe, table: MemoryTable, tell: Tell) -> None:
    assert jobs.take("backfill")
    with pytest.raises(Busy):
        Backfill(Budget(), workers=1).work()
    assert tell("backfill")[0] == 1


def test_an_account_without_customers(account: InProcessStripe, table: MemoryTable, tell: Tell) -> None:
    status, output, _ = tell("backfill", "--rate", "100000")
    assert status == 0
    assert output.startswith("0 customers")


def test_windows_cover_all_the_time_since_the_first_customer_and_nothing_twice(account: InProcessStripe, table: MemoryTable) -> None:
    accustomed(account, table, 5, over=400 * DAY)
    work = Backfill(Budget(), workers=4)
    work._begin({})  # pyright: ignore[reportPrivateUsage]
    windows = work._hands.waiting  # pyright: ignore[reportPrivateUsage]
    assert len(windows) == 4
    assert all(one.end == other.start for one, other in pairwise(windows))
    oldest = account.wall - 400 * DAY
    assert windows[0].start <= oldest < windows[0].start + DAY
    assert windows[-1].end > account.wall
    assert work.done == 0


def test_before_it_is_known_how_much_there_is_nothing_is_done() -> None:
    assert Backfill(Budget(), workers=4).done == 0


def test_who_interrupts_it_is_told_so(account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Backfill) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Backfill, "work", interrupted)
    assert tell("backfill") == (1, "", "Stopped (interrupted). Run it again, and it goes on.\n")


def test_who_has_nothing_to_do_gets_half_of_what_another_has_left() -> None:
    work = Backfill(Budget(), workers=2)
    window = Window(0, 100 * SMALLEST, after="cus_1", reached=80 * SMALLEST)
    work._hands.at_work[0] = window  # pyright: ignore[reportPrivateUsage]
    work._hands.share(window, SMALLEST)  # pyright: ignore[reportPrivateUsage]
    assert (window.start, window.left) == (40 * SMALLEST, 40 * SMALLEST)
    assert work._hands.waiting == [Window(0, 40 * SMALLEST)]  # pyright: ignore[reportPrivateUsage]
    work._hands.share(window, SMALLEST)  # pyright: ignore[reportPrivateUsage]
    assert len(work._hands.waiting) == 1  # pyright: ignore[reportPrivateUsage]


def test_many_workers_bring_each_customer_in_once(account: InProcessStripe, table: MemoryTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 2)
    customers = accustomed(account, table, 30)
    work = Backfill(Budget(), workers=6)
    work.work()
    assert (work.tally.customers, work.tally.ours, work.done) == (30, 30, 1)
    refreshed = [request for request in account.requests if request.endswith("/payment_methods")]
    assert len(refreshed) == len(set(refreshed)) == len(customers)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("backfill-")] == []
