"""What reconcile reads and writes of the table, counted: bench/costs.py multiplies these, and bench/scale.py goes by the calls."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from bench import costs
from billing import fetch
from billing.events import HANDLERS, Event, News
from billing.reconcile import Budget, begin_drift, crew, missed, run, windows
from local.fake_stripe.contract import contract_for
from local.fake_stripe.resources.events import in_release
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe

USERS = 30


class Counted:
    """Items read and written, by the kind that their key begins with."""

    def __init__(self, table: MemoryTable, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reads, self.writes = Counter[str](), Counter[str]()
        get, batch, update = table.get_item, table.batch_get_item, table.update_item

        def counted(into: Counter[str], call: Callable[..., Any]) -> Callable[..., Any]:
            def one(key: str, *given: Any, **named: Any) -> Any:
                into[key.partition("#")[0]] += 1
                return call(key, *given, **named)

            return one

        def many(keys: list[dict[str, str]], **named: Any) -> Any:
            self.reads.update(key["pk"].partition("#")[0] for key in keys)
            return batch(keys, **named)

        monkeypatch.setattr(table, "get_item", counted(self.reads, get))
        monkeypatch.setattr(table, "update_item", counted(self.writes, update))
        monkeypatch.setattr(table, "batch_get_item", many)


@pytest.fixture
def counted(account: InProcessStripe, table: MemoryTable, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """So many users whose webhook did its work, a first run behind them, and no memory of customers, as in another process."""
    for number in range(10, 10 + USERS):
        account.subscriber(f"u{number}")
        account.deliver()
        account.later(15)
    account.now()
    run(Budget())
    forget()
    account.requests.clear()
    return Counted(table, monkeypatch)


def forget() -> None:
    from billing.customers import _remembered_owner  # pyright: ignore[reportPrivateUsage]

    _remembered_owner.cache_clear()


def test_a_subscription_of_the_drift_scan_is_one_read(counted: Counted) -> None:
    begin_drift()
    assert run(Budget())["drift"].listed == USERS
    seen = Counter(counted.reads)
    quiet = quiet_run(counted)
    assert seen["user"] - quiet["user"] == USERS * costs.SCAN_READS
    assert seen["customer"] == quiet["customer"]


def quiet_run(counted: Counted) -> Counter[str]:
    """What a run reads that has nothing but the events of the last minutes to look at."""
    counted.reads.clear()
    forget()
    run(Budget())
    return Counter(counted.reads)


@pytest.mark.parametrize("named", [True, False])
def test_an_event_is_one_read_or_two(counted: Counted, account: InProcessStripe, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    """At most: events of one customer that stand together are one."""
    names_user = {type_: bool(missed._named_by([(event, about)])) for type_, event, about in happened(account)}  # pyright: ignore[reportPrivateUsage]
    assert {"customer.subscription.created", "invoice.paid"} <= {type_ for type_, names in names_user.items() if names}
    monkeypatch.setattr(missed, "BATCHES", [sorted(type_ for type_, names in names_user.items() if names is named)])
    monkeypatch.setattr(crew, "PORTION", 1)
    counted.reads.clear()
    forget()
    listed = run(Budget())["events"].listed
    assert listed >= USERS
    if named:
        assert counted.reads["user"] + counted.reads["customer"] == listed * costs.SWEEP_READS
    else:
        assert listed < counted.reads["user"] + counted.reads["customer"] <= listed * costs.SWEEP_READS_NAMELESS


def happened(account: InProcessStripe) -> list[tuple[str, Event, News]]:
    """Of each type that happened one event, and what it is about."""
    contract, found = contract_for(account.api_version), dict[str, tuple[Event, News]]()
    for row in account.world.table("event").rows.values():
        if row["type"] in HANDLERS:
            event = Event.parse(in_release(account.world, row, contract))
            if isinstance(about := HANDLERS[event.type](event), News):
                found[event.type] = (event, about)
    return [(type_, event, about) for type_, (event, about) in found.items()]


def test_a_run_that_finds_nothing_writes_so_often(counted: Counted) -> None:
    run(Budget())
    assert counted.writes == {"job": costs.SWEEP_WRITES}


def test_the_bill_and_the_code_agree() -> None:
    assert (costs.PAGE, costs.SAVE_SECONDS) == (fetch.PAGE, windows.SAVE_EVERY)
    assert 1 + missed.OVERLAP / 300 == costs.LISTED
