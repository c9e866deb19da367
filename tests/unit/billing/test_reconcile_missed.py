"""What the webhook never got is found in Stripe's list of events and repaired, in runs that may be cut anywhere."""

import json
import time
from collections import Counter
from typing import Any

import pytest

from billing import fetch
from billing.account import account_json
from billing.events import Event, handle
from billing.reconcile import Budget, begin_drift, budget, run
from billing.reconcile.missed import BATCHES, KEPT
from billing.reconcile.report import Report
from billing.release import RELEASES
from billing.settings import settings
from billing.state import jobs, store
from billing.state.parts import subscription_key
from local.fake_stripe.server.messages import Request, Response
from reconcile import handler
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe, refusal

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def began(account: InProcessStripe) -> None:
    """Reconcile has run before, and there was nothing."""
    run(Budget())
    account.requests.clear()


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "RESTS", (0.0, 0.0))


def search(**limits: float) -> Report:
    return run(Budget(**limits))["events"]


def shown(user: str) -> Json:
    return account_json(store.read(user))


def lookups(account: InProcessStripe) -> Counter[str]:
    """Requests but for the list of events."""
    return Counter(request for request in account.requests if request != "GET /v1/events")


def test_events_that_never_came_are_made_up_for(account: InProcessStripe) -> None:
    for user in ("told", "missed"):
        account.subscriber(user, "premium_monthly")
        if user == "told":
            account.deliver()
    assert account.drop() > 4
    account.now()
    report = search()
    assert {user for user, _ in report.repaired} == {"missed"}
    assert (report.stopped, report.behind, report.skipped) == ("", 0, [])
    assert shown("missed")["features"] == ["basic_features", "extended_features"]
    for each in ("status", "lookupKey", "paymentStatus"):
        assert shown("missed")["subscription"][each] == shown("told")["subscription"][each]
    assert shown("missed")["paymentMethod"]["last4"] == "4242"


def test_for_how_long_the_webhook_has_not_been_told(account: InProcessStripe) -> None:
    account.subscriber("told")
    account.deliver()
    assert search().undelivered == 0
    account.subscriber("missed")
    account.drop()
    account.now()  # some minutes after both
    assert 300 < search().undelivered < 3600


def test_a_lost_purchase_is_held_against_a_webhook_that_stays_silent(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a small shop nothing else happens for a while: the alarm wants it said by three runs in a row."""
    account.subscriber("u2")
    account.drop()
    account.now()
    ages, now = list[int](), time.time()
    for minutes in (0, 5, 10, 15, 50, 70):
        monkeypatch.setattr(time, "time", lambda at=now + 60 * minutes: at)
        ages.append(search().undelivered)
    assert 300 < ages[0] < 600
    assert [round((age - ages[0]) / 60) for age in ages[:5]] == [0, 5, 10, 15, 50]
    assert ages[5] == 0  # one event is not held against it for ever


def test_whatever_arrives_later_shows_that_the_webhook_lives(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.drop()
    account.later(100)
    account.subscriber("u3")
    account.deliver()
    account.now()
    assert search().undelivered > 300  # said once: it was mended by this run
    assert search().undelivered == 0


def test_what_arrived_before_shows_nothing(account: InProcessStripe) -> None:
    account.subscriber("u3")
    account.deliver()
    account.later(100)
    account.subscriber("u2")
    account.drop()
    account.now()
    assert search().undelivered > 200
    assert search().undelivered > 200


def test_a_search_that_is_cut_remembers_what_was_lost(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    account.subscriber("u2")
    account.drop()
    account.now()
    search()
    monkeypatch.setattr(time, "time", lambda now=time.time() + 300: now)  # noqa: B008 - the moment of this line
    report = search(max_calls=0)
    assert report.stopped == "out of calls"
    assert report.undelivered > 600


def measured(capsys: pytest.CaptureFixture[str]) -> Json:
    """What was emitted, by the metric's name."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    found = {metric["Name"]: line for line in lines for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    return {name: line[name][0] for name, line in found.items()}


def test_a_repair_is_counted_as_lost_once_its_delivery_is_on_its_way_no_more(
    account: InProcessStripe, capsys: pytest.CaptureFixture[str]
) -> None:
    account.subscriber("a_while_ago")
    account.now()
    account.subscriber("just_now")
    capsys.readouterr()
    report = search()
    assert {user for user, _ in report.repaired} == {"a_while_ago", "just_now"}, "mended are both"
    assert report.lost == {part for part in report.repaired if part[0] == "a_while_ago"}
    assert measured(capsys)["ReconcileRepaired"] == len(report.lost)


def test_a_part_of_which_an_older_event_was_lost_counts_whatever_is_new_of_it(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end=True)
    account.now()
    account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end=False)
    account.post(f"/v1/subscriptions/{subscription}", metadata={"note": "x"})
    account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end=True)
    assert ("u2", subscription_key(subscription)) in search().lost


def test_what_a_drift_scan_repairs_is_all_counted(account: InProcessStripe, table: MemoryTable, capsys: pytest.CaptureFixture[str]) -> None:
    account.subscriber("u2")
    account.deliver()
    account.now()
    table.items["user#u2"]["parts"]["M"]["entitlements"]["M"]["value"]["M"]["features"]["L"] = []
    begin_drift(deep=True)
    capsys.readouterr()
    reports = run(Budget())
    assert (reports["events"].repaired, [part for _, part in reports["drift"].repaired]) == ([], ["entitlements"])
    assert measured(capsys)["ReconcileRepaired"] == 1


def test_where_the_webhook_did_its_work_stripe_is_asked_for_nothing_but_the_list(account: InProcessStripe) -> None:
    for user in ("u2", "u3", "u4"):
        account.subscriber(user)
        account.deliver()
        account.later()
    account.now()
    account.requests.clear()
    report = search()
    assert (report.listed, report.fetched) == (18, 0)
    assert account.requests == ["GET /v1/events"] * len(BATCHES)


def test_what_was_reconciled_is_not_looked_at_again_by_the_next_overlapping_run(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.now()
    assert search().repaired
    account.requests.clear()
    report = search()
    assert (report.listed, report.fetched) == (6, 0)
    assert account.requests == ["GET /v1/events"] * len(BATCHES)


def test_a_part_is_fetched_once_a_run_however_many_of_its_events_were_missed(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    for number in range(7):
        account.later(10)
        account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end=number % 2 == 0)
    account.now()
    account.requests.clear()
    search()
    assert lookups(account)[f"GET /v1/subscriptions/{subscription}"] == 1
    assert shown("u2")["subscription"]["cancelAt"]


def test_of_two_changes_in_one_second_the_one_that_was_missed_is_found(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    account.later()
    for leaving in (True, False):
        account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end=leaving)
    leave, _stay = account.events()
    handle(Event.parse(leave))
    assert shown("u2")["subscription"]["cancelAt"]
    account.now()
    assert [part for _, part in search().repaired] == [subscription_key(subscription)]
    assert "cancelAt" not in shown("u2")["subscription"]


def test_an_event_that_is_listed_late_is_found_within_the_overlap(account: InProcessStripe) -> None:
    account.now()
    search()
    account.later(-300)  # it happened five minutes ago, and appears only now
    account.subscriber("u2")
    account.later(300)
    assert search().repaired
    assert shown("u2")["subscription"]["status"] == "active"


@pytest.mark.parametrize("limit", [{"max_calls": 5}, {"max_calls": 9}])
def test_a_run_that_is_cut_is_gone_on_with(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch, limit: dict[str, float]) -> None:
    monkeypatch.setattr(fetch, "PAGE", 7)
    monkeypatch.setattr(time, "time", lambda now=time.time() + 1: now)  # noqa: B008 - the moment of this line
    users = [f"u{number}" for number in range(10, 22)]
    subscriptions = [account.subscriber(user)[1] for user in users]
    account.now()
    account.requests.clear()
    runs = 0
    while (report := search(**limit)).stopped:
        runs += 1
        assert report.stopped == "out of calls"
        assert runs < 100
    assert runs > 3
    assert {shown(user)["subscription"]["status"] for user in users} == {"active"}
    fetched = lookups(account)
    assert {fetched[f"GET /v1/subscriptions/{subscription}"] for subscription in subscriptions} == {1}
    # What a cut costs is the page that it fell into, listed once more.
    assert account.requests.count("GET /v1/events") <= 12 * 6 // 7 + 1 + runs


def test_how_far_behind_it_is(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda now=time.time(): now + 3600)  # noqa: B008 - the moment of this line
    report = search(max_calls=0)
    assert report.stopped == "out of calls"
    assert 3600 <= report.behind < 3700
    assert search().behind == 0


def test_a_run_without_time_leaves_everything_to_the_next(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.now()
    assert search(seconds=0).stopped == "out of time"
    assert search().repaired


def test_a_short_rate_limit_is_waited_for(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.now()
    refused: list[str] = []

    def once(request: Request) -> Response | None:
        """The list and one object, whichever hand asks: another one that is refused twice would be another story."""
        for path in ("/v1/events", "/v1/subscriptions/"):
            if request.path.startswith(path) and path not in refused:
                refused.append(path)
                return refusal(429)
        return None

    account.fault = once
    report = search()
    assert (report.stopped, report.skipped, len(refused)) == ("", [], 2)
    assert shown("u2")["subscription"]["status"] == "active"


@pytest.mark.parametrize(("status", "reason"), [(429, "Stripe's rate limit"), (500, "Stripe does not answer")])
def test_a_lasting_failure_ends_the_run_and_loses_nothing(account: InProcessStripe, status: int, reason: str) -> None:
    account.subscriber("u2")
    account.subscriber("u3")
    account.now()
    passed = iter(range(3))
    account.fault = lambda request: refusal(status) if next(passed, None) is None else None
    assert search().stopped == reason
    account.fault = lambda request: None
    assert search().stopped == ""
    assert {shown(user)["subscription"]["status"] for user in ("u2", "u3")} == {"active"}


def test_a_key_that_may_not_list_events_is_an_error_not_a_quiet_end(account: InProcessStripe) -> None:
    account.fault = lambda request: refusal(403, "permission") if request.path == "/v1/events" else None
    with pytest.raises(Exception, match="Refused by a test"):
        search()
    account.fault = lambda request: None
    assert search().stopped == ""  # the lease was given back


def test_one_object_that_is_gone_does_not_stop_the_others(account: InProcessStripe) -> None:
    _, gone = account.subscriber("u2")
    account.subscriber("u3")
    account.now()

    def fault(request: Request) -> Response | None:
        return refusal(404, "resource_missing") if request.path == f"/v1/subscriptions/{gone}" else None

    account.fault = fault
    report = search()
    assert (report.stopped, report.behind) == ("", 0)
    assert len(report.skipped) == 1
    assert gone in report.skipped[0]
    assert shown("u3")["subscription"]["status"] == "active"


def test_a_shape_that_nobody_knows_does_not_stop_the_others(account: InProcessStripe) -> None:
    _, odd = account.subscriber("u2")
    account.subscriber("u3")
    account.now()

    def fault(request: Request) -> Response | None:
        if request.path != f"/v1/subscriptions/{odd}":
            return None
        answer = account.api.handle(request)
        answer.body = json.dumps(answer.json() | {"items": {"data": []}}).encode()
        return answer

    account.fault = fault
    report = search()
    assert (report.stopped, len(report.skipped)) == ("", 1)
    assert shown("u3")["subscription"]["status"] == "active"


def test_customers_of_others_are_looked_at_once_a_run_and_left_alone(account: InProcessStripe, table: MemoryTable) -> None:
    stranger = account.post("/v1/customers", email="x@example.com")["id"]
    for name in ("A", "B", "C"):
        account.later()
        account.post(f"/v1/customers/{stranger}", name=name)
    account.now()
    items = set(table.items)
    account.requests.clear()
    report = search()
    assert (report.listed, report.not_ours, report.skipped) == (3, 1, [])
    assert lookups(account) == {f"GET /v1/customers/{stranger}": 1}
    assert set(table.items) == items


def test_a_payment_method_saved_while_nobody_listened_is_charged_from_then_on(account: InProcessStripe) -> None:
    customer, subscription = account.subscriber("u2")
    account.deliver()
    cards = []
    for card in ("pm_card_mastercard", "pm_card_amex"):
        account.later()
        session = account.post(
            "/v1/checkout/sessions",
            mode="setup",
            ui_mode=settings.release.checkout_ui_mode,
            customer=customer,
            currency="usd",
            return_url="http://site.test/return",
        )
        account.post(f"/v1/payment_pages/{session['id']}/confirm", payment_method=card)
        cards.append(next(event for event in account.events() if event["type"] == "checkout.session.completed"))
    account.now()
    search()
    search()  # told to Stripe by the first run, it comes back as news

    def charged() -> str:
        default = account.get(f"/v1/subscriptions/{subscription}", expand=["default_payment_method"])["default_payment_method"]
        return default["card"]["brand"]

    assert (charged(), shown("u2")["paymentMethod"]["brand"]) == ("amex", "amex")
    handle(Event.parse(cards[0]))  # the older one, delivered after all
    assert charged() == "amex"


def test_events_no_longer_listed_call_for_a_deep_drift_scan(account: InProcessStripe, table: MemoryTable) -> None:
    account.subscriber("u2")
    account.deliver()
    account.now()
    # What only entitlements would tell, and no subscription.
    table.items["user#u2"]["parts"]["M"]["entitlements"]["M"]["value"]["M"]["features"]["L"] = []
    assert run(Budget())["events"].repaired == []
    assert shown("u2")["features"] == []
    job = jobs.take("events")
    assert job is not None
    job.save({"cursor": int(time.time()) - KEPT - 86_400})
    job.release()
    reports = run(Budget())
    assert [part for _, part in reports["drift"].repaired] == ["entitlements"]
    assert shown("u2")["features"] == ["basic_features"]
    assert search().behind == 0


def test_two_runs_do_not_meet(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    account.subscriber("u2")
    account.now()
    other = jobs.take("events")
    assert other is not None
    capsys.readouterr()
    assert search().stopped == "another run is at it"
    assert measured(capsys).keys() == {"ReconcileRepaired", "ReconcileSkipped"}, "that nothing waits, who looked says alone"
    assert "subscription" not in shown("u2")
    monkeypatch.setattr(time, "time", lambda now=time.time(): now + jobs.LEASE_SECONDS + 2)  # noqa: B008 - the moment of this line
    assert search().repaired
    assert measured(capsys).keys() >= {"ReconcileBehindSeconds", "ReconcileUndeliveredSeconds"}
    with pytest.raises(jobs.Overtaken):
        other.save({"cursor": 1})


def test_the_guides_release_is_healed_as_well(monkeypatch: pytest.MonkeyPatch, account: InProcessStripe, table: MemoryTable) -> None:
    guide = RELEASES["2025-09-30.clover"]
    monkeypatch.setitem(vars(settings), "release", guide)
    account.api_version = guide.api_version
    account.subscriber("u2")
    account.now()
    assert search().skipped == []
    assert shown("u2")["subscription"]["status"] == "active"


class Remaining:
    aws_request_id = "8476a536"

    def get_remaining_time_in_millis(self) -> int:
        return 240_000


def test_the_function_says_what_it_did(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    account.subscriber("u2")
    account.now()
    did = handler({"mode": "events"}, Remaining())
    nothing = {"notOurs": 0, "skipped": 0, "stopped": None, "behindSeconds": 0}
    assert did["events"].pop("undeliveredSeconds") > 0
    assert did == {"events": {"listed": 6, "fetched": 5, "repaired": 5, **nothing}}
    drift = handler({"mode": "drift"}, Remaining())
    assert drift["drift"] == {"listed": 1, "fetched": 0, "repaired": 0, "undeliveredSeconds": 0, **nothing}
    with pytest.raises(ValueError, match="'everything'"):
        handler({"mode": "everything"}, Remaining())


def test_a_customer_deleted_unheard_is_forgotten(account: InProcessStripe) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.later()
    account.delete(f"/v1/customers/{customer}")
    account.drop()
    account.now()
    report = search()
    assert (report.stopped, report.skipped) == ("", [])
    assert store.read("u2") is None
    assert search().skipped == []
