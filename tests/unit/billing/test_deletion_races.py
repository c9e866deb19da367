"""Deleting a user while everything else goes on: requests of theirs in other tabs, payments, Stripe's events, a second deletion.

Each is a task that is suspended at every request it makes, on its way there and on its way back. Who goes on is drawn by lot;
a task may be killed at any request, and what has to come again (an event, a deletion) does.
"""

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import greenlet
import pytest
import stripe

from billing import checkout, customers
from billing.checkout import open_session
from billing.customers import ensure_customer
from billing.deletion import delete_account
from billing.endpoint import Caller
from billing.errors import Refused, Undecided
from billing.events import Event, NotOurs, handle
from local.fake_stripe.inprocess import Refused as RefusedByStripe
from tests.support.memory_table import MemoryTable
from tests.support.outside import Crash, Outside, Request
from tests.support.stripe_in_process import InProcessStripe

USER = "u2"
CALLER = Caller(USER, "u2@example.com")
SCHEDULES = 120
KILLED = 0.02
"""Chance at each leg of each request."""


class Schedule:
    """Runs tasks in an order that follows from a seed. Some are slow: much happens between two steps of theirs."""

    def __init__(self, outside: Outside, seed: int) -> None:
        self.outside = outside
        self.random = random.Random(seed)
        self.hub = greenlet.getcurrent()
        self.tasks: dict[greenlet.greenlet, float] = {}
        """How often each has its turn, compared with the others."""
        self.deadly = True
        outside.around = self._around

    def task(self, work: Callable[[], Any], again: bool = False) -> None:
        """`again`: what was killed or refused for now is tried again."""

        def body() -> None:
            while True:
                try:
                    work()
                except (Refused, NotOurs, RefusedByStripe):
                    pass
                except (Crash, Undecided, stripe.StripeError) as error:
                    if again or isinstance(error, Undecided):
                        self.pause()
                        continue
                return

        self.tasks[greenlet.greenlet(body)] = self.random.choice((1.0, 1.0, 0.02))

    def pause(self) -> None:
        if greenlet.getcurrent() is not self.hub:
            self.hub.switch()

    def _around(self, request: Request) -> Any:
        if greenlet.getcurrent() is self.hub:
            return request()
        self._leg()
        answer = request()
        self._leg()
        return answer

    def _leg(self) -> None:
        self.pause()
        if self.deadly and self.random.random() < KILLED:
            raise Crash

    def run(self) -> None:
        while self.tasks:
            [task] = self.random.choices(list(self.tasks), list(self.tasks.values()))
            task.switch()
            if task.dead:
                del self.tasks[task]


@pytest.fixture
def outside(table: MemoryTable, account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> Outside:
    return Outside(table, account, monkeypatch)


def clock(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits lets others go first, and has waited long enough after a few rounds."""
    waited = [0.0]

    def sleep(_: float) -> None:
        waited[0] += 0.5
        schedule.pause()

    time = SimpleNamespace(time=lambda: int(schedule.outside.stripe.wall), monotonic=lambda: waited[0], sleep=sleep)
    monkeypatch.setattr(customers, "time", time)
    monkeypatch.setattr(checkout, "time", time)


def pay_whatever_is_open(outside: Outside) -> None:
    for session in list(outside.stripe.world.table("checkout.session").rows.values()):
        if session["status"] == "open" and session["metadata"].get("user") == USER:
            outside.stripe.post(f"/v1/payment_pages/{session['id']}/confirm", payment_method="pm_card_visa")


def deliveries(outside: Outside, schedule: Schedule) -> None:
    """One of Stripe's events so far, whichever."""
    found = list(outside.all_events(USER))
    if found:
        event = schedule.random.choice(found)
        schedule.task(lambda: handle(Event.parse(event)), again=True)


def attempt(work: Callable[[], Any]) -> None:
    try:
        work()
    except (Refused, NotOurs, RefusedByStripe, stripe.StripeError):
        pass


def become_a_customer(outside: Outside, user: str) -> None:
    ensure_customer(user, f"{user}@example.com")


def open_a_session(outside: Outside, user: str) -> None:
    open_session(Caller(user, f"{user}@example.com"), None, "premium_monthly", None)


def hear_of_it_all(outside: Outside, user: str) -> None:
    for event in list(outside.all_events(user)):
        attempt(lambda event=event: handle(Event.parse(event)))


def leave(outside: Outside, user: str) -> None:
    delete_account(Caller(user, f"{user}@example.com"))


Deed = Callable[[Outside, str], None]
OTHERS: list[Deed] = [become_a_customer, open_a_session, hear_of_it_all]
PAIRS = [(leave, leave), *((other, leave) for other in OTHERS), *((leave, other) for other in OTHERS)]


@pytest.mark.parametrize("subscribed", [False, True], ids=["visitor", "subscriber"])
@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda each: each.__name__)
def test_at_whatever_point_the_one_breaks_into_the_other(outside: Outside, first: Deed, second: Deed, subscribed: bool) -> None:
    number = 0
    while _breaks_in(outside, f"u2-{number}", number, first, second, subscribed):
        number += 1


def _breaks_in(outside: Outside, user: str, number: int, first: Deed, second: Deed, subscribed: bool) -> bool:
    """Whether there was a request of that number: `second` then happened just before it."""
    if subscribed:
        outside.stripe.subscriber(user)
    broke_in: list[bool] = []

    def meanwhile() -> None:
        broke_in.append(True)
        attempt(lambda: second(outside, user))

    outside.meanwhile(number, meanwhile)
    attempt(lambda: first(outside, user))
    outside.calm()
    if not broke_in:
        leave(outside, user)
    hear_of_it_all(outside, user)
    outside.assert_deleted(user)
    return bool(broke_in)


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_whatever_happens_beside_it_nobody_is_billed_and_nothing_is_rebuilt(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    schedule = Schedule(outside, seed)
    clock(schedule, monkeypatch)
    if schedule.random.random() < 0.5:
        outside.stripe.subscriber(USER)
    beside: list[Callable[[], Any]] = [
        lambda: ensure_customer(USER, CALLER.email),
        lambda: open_session(CALLER, None, "premium_monthly", None),
        lambda: open_session(CALLER, None, "basic_monthly", None),
        lambda: (schedule.pause(), pay_whatever_is_open(outside)),
        lambda: (schedule.pause(), schedule.pause(), pay_whatever_is_open(outside)),
        lambda: (schedule.pause(), deliveries(outside, schedule)),
        lambda: (schedule.pause(), deliveries(outside, schedule)),
    ]
    for work in schedule.random.sample(beside, k=schedule.random.randint(2, len(beside))):
        schedule.task(work)
    for _ in range(schedule.random.choice((1, 1, 2))):
        schedule.task(lambda: delete_account(CALLER), again=True)
    schedule.run()
    outside.assert_deleted(USER)

    tombstone = outside.table.items[f"user#{USER}"]
    schedule.deadly = False
    late = list(outside.all_events(USER))
    for event in schedule.random.sample(late, len(late)):
        schedule.task(lambda event=event: handle(Event.parse(event)), again=True)
    schedule.run()
    outside.assert_deleted(USER)
    assert outside.table.items[f"user#{USER}"] == tombstone
