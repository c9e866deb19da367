"""Deliveries: signed, in order, retried, filtered, in each endpoint's release; and made worse on request."""

import json
from collections.abc import Iterator

import pytest
import stripe

from local.fake_stripe.contract import CLOVER, contract_for
from local.fake_stripe.contract.check import problems
from local.fake_stripe.server.app import App
from local.fake_stripe.server.keys import KeyRing
from local.fake_stripe.server.messages import Request
from local.fake_stripe.webhooks.signing import signature_header
from local.fake_stripe.world import World
from tests.unit.fake_stripe.receiver import Receiver
from tests.unit.fake_stripe.shop import ENDIVE


class Account:
    """The whole application without its own socket; webhooks go to a real one."""

    def __init__(self, receiver: Receiver):
        self.receiver = receiver
        self.app = App(World(), KeyRing("sk_test_local", "pk_test_local"), sleep=lambda seconds: None)
        self.control("POST", "webhooks/policy", {"backoff": 0.01, "timeout": 5})

    def api(self, method: str, path: str, body: str = "") -> dict:
        headers = {"authorization": "Bearer sk_test_local"}
        response = self.app.handle(Request(method, path, "", headers, body.encode()))
        assert response.status == 200, response.body
        return response.json()

    def control(self, method: str, path: str, body: dict | None = None, query: str = "") -> dict:
        response = self.app.handle(Request(method, f"/_control/{path}", query, {}, json.dumps(body).encode() if body is not None else b""))
        assert response.status == 200, response.body
        return response.json()

    def endpoint(self, *, events: str = "*", path: str = "/hook", version: str = "") -> dict:
        body = f"url={self.receiver.url}{path}&enabled_events[]={events}" + (f"&api_version={version}" if version else "")
        return self.api("POST", "/v1/webhook_endpoints", body)

    def customer(self, name: str = "Jo") -> dict:
        return self.api("POST", "/v1/customers", f"name={name}")

    def drain(self) -> None:
        assert self.control("POST", "webhooks/drain", {"timeout": 10}) == {"idle": True}

    def bodies(self) -> list[dict]:
        return [json.loads(body) for _, _, body in self.receiver.received]

    def names(self) -> list[str]:
        return [event["data"]["object"]["name"] for event in self.bodies()]


@pytest.fixture
def account() -> Iterator[Account]:
    with Receiver() as receiver:
        account = Account(receiver)
        yield account
        account.app.close()


def test_a_delivery_is_signed_so_that_the_sdk_accepts_it(account: Account) -> None:
    endpoint = account.endpoint()
    assert endpoint["secret"].startswith("whsec_")
    customer = account.customer()
    account.drain()
    ((path, signature, body),) = account.receiver.received
    assert json.loads(body)["pending_webhooks"] == 1
    event = stripe.Webhook.construct_event(body, signature, endpoint["secret"])
    assert (path, event.type, event.data.object["id"]) == ("/hook", "customer.created", customer["id"])
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, endpoint["secret"].removeprefix("whsec_"))


def test_the_signature_is_the_documented_one() -> None:
    """The digest is openssl's: printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test"""
    digest = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
    assert signature_header(["whsec_test"], b'{"id":"evt_1"}', 1_700_000_000) == f"t=1700000000,v1={digest}"


def test_while_a_secret_is_rolled_both_sign(account: Account) -> None:
    old = account.endpoint()
    new = account.control("POST", "webhooks/roll", {"endpoint": old["id"]})["secret"]
    account.customer()
    account.drain()
    account.control("POST", "webhooks/roll", {"endpoint": old["id"], "retire": True})
    account.customer()
    account.drain()
    during, after = account.receiver.received
    for secret in (old["secret"], new):
        stripe.Webhook.construct_event(during[2], during[1], secret)
    stripe.Webhook.construct_event(after[2], after[1], new)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(after[2], after[1], old["secret"])


def test_the_secret_is_shown_once(account: Account) -> None:
    endpoint = account.endpoint()
    assert "secret" not in account.api("GET", f"/v1/webhook_endpoints/{endpoint['id']}")


def test_deliveries_keep_the_order_of_events(account: Account) -> None:
    account.endpoint()
    for number in range(20):
        account.customer(str(number))
    account.drain()
    assert account.names() == [str(number) for number in range(20)]


def test_endpoints_get_what_they_asked_for_in_their_release(account: Account) -> None:
    account.endpoint(events="customer.created", path="/old", version=CLOVER)
    account.endpoint(events="product.created", path="/new")
    account.customer()
    account.api("POST", "/v1/products", "name=x")
    account.drain()
    seen = {path: json.loads(body) for path, _, body in account.receiver.received}
    assert {path: (event["type"], event["api_version"]) for path, event in seen.items()} == {
        "/old": ("customer.created", CLOVER),
        "/new": ("product.created", ENDIVE),
    }
    assert "customer_account" not in seen["/old"]["data"]["object"]
    assert problems(contract_for(CLOVER), seen["/old"]) == []


def test_a_disabled_endpoint_gets_nothing(account: Account) -> None:
    endpoint = account.endpoint()
    account.api("POST", f"/v1/webhook_endpoints/{endpoint['id']}", "disabled=true")
    account.customer()
    account.drain()
    assert account.receiver.received == []


def test_anything_but_2xx_is_tried_again_with_a_fresh_signature(account: Account) -> None:
    endpoint = account.endpoint()
    account.receiver.answers = [500, 302]
    account.customer()
    account.drain()
    assert len(account.receiver.received) == 3
    assert len({body for _, _, body in account.receiver.received}) == 1
    for _, signature, body in account.receiver.received:
        stripe.Webhook.construct_event(body, signature, endpoint["secret"])
    (delivery,) = account.control("GET", "webhooks/deliveries")["deliveries"]
    assert (delivery["status"], [attempt["status"] for attempt in delivery["attempts"]]) == ("delivered", [500, 302, 200])


def test_after_the_last_try_a_delivery_has_failed(account: Account) -> None:
    account.endpoint()
    account.receiver.answers = [500] * 3
    account.customer()
    account.drain()
    assert account.control("GET", "webhooks/deliveries", query="status=failed")["total"] == 1
    assert len(account.receiver.received) == 3


def test_an_endpoint_nobody_listens_on_fails(account: Account) -> None:
    account.api("POST", "/v1/webhook_endpoints", "url=http://127.0.0.1:9/x&enabled_events[]=*")
    account.customer()
    account.drain()
    (delivery,) = account.control("GET", "webhooks/deliveries")["deliveries"]
    assert delivery["status"] == "failed"
    assert "ConnectionRefused" in delivery["attempts"][0]["error"]


def test_pending_webhooks_counts_what_is_still_to_come(account: Account) -> None:
    account.endpoint()
    account.control("POST", "webhooks/hold")
    account.customer()
    (held,) = account.control("GET", "webhooks/deliveries")["deliveries"]
    assert held["status"] == "held"
    account.control("POST", "webhooks/release")
    account.drain()
    (event,) = account.control("GET", "events")["events"]
    assert event["pending_webhooks"] == 0


def test_events_are_listed_by_whether_they_were_delivered(account: Account) -> None:
    account.endpoint()
    account.receiver.answers = [500] * 3
    account.customer("Lost")
    account.drain()
    account.customer("Arrived")
    account.drain()

    def names(success: str) -> list[str]:
        headers = {"authorization": "Bearer sk_test_local"}
        listed = account.app.handle(Request("GET", "/v1/events", f"delivery_success={success}", headers)).json()["data"]
        return [event["data"]["object"]["name"] for event in listed]

    assert (names("false"), names("true")) == (["Lost"], ["Arrived"])
    (lost,) = [each for each in account.control("GET", "events")["events"] if each["data"]["object"]["name"] == "Lost"]
    account.control("POST", "webhooks/redeliver", {"event": lost["id"]})
    account.drain()
    assert (names("false"), names("true")) == ([], ["Arrived", "Lost"])


# ------------------------------------------------------------------------------------------------------ faults
def test_everything_twice(account: Account) -> None:
    account.endpoint()
    account.control("POST", "webhooks/faults", {"duplicate": 1.0})
    account.customer()
    account.drain()
    assert account.names() == ["Jo", "Jo"]
    account.control("POST", "webhooks/faults", {})
    account.customer("Al")
    account.drain()
    assert account.names() == ["Jo", "Jo", "Al"]


def test_drops_are_repeatable_by_seed(account: Account) -> None:
    account.endpoint()
    arrived = []
    for _ in range(2):
        account.receiver.received.clear()
        account.control("POST", "webhooks/faults", {"drop": 0.5, "seed": 7})
        for number in range(20):
            account.customer(str(number))
        account.drain()
        arrived.append(account.names())
    assert arrived[0] == arrived[1]
    assert 0 < len(arrived[0]) < 20
    assert account.control("GET", "webhooks/deliveries", query="status=dropped")["total"] == 2 * (20 - len(arrived[0]))


def test_reordering_delivers_all_in_another_order(account: Account) -> None:
    account.endpoint()
    account.control("POST", "webhooks/faults", {"reorder": 0.5, "seed": 3})
    sent = [str(number) for number in range(30)]
    for name in sent:
        account.customer(name)
    account.drain()
    assert account.names() != sent
    assert sorted(account.names(), key=int) == sent


def test_held_deliveries_go_in_the_order_asked_for(account: Account) -> None:
    account.endpoint()
    account.control("POST", "webhooks/hold")
    customer = account.customer()
    account.api("POST", f"/v1/customers/{customer['id']}", "name=Al")
    account.drain()
    assert account.receiver.received == []
    assert account.control("POST", "webhooks/release", {"order": ["customer.updated", "customer.created"]}) == {"released": 2}
    account.drain()
    assert [event["type"] for event in account.bodies()] == ["customer.updated", "customer.created"]


def test_an_event_can_be_sent_again_also_with_a_stale_signature(account: Account) -> None:
    endpoint = account.endpoint()
    account.customer()
    account.drain()
    event = account.bodies()[0]["id"]
    assert account.control("POST", "webhooks/redeliver", {"event": event, "times": 2}) == {"queued": 2}
    account.control("POST", "webhooks/redeliver", {"event": event, "timestamp": 1_700_000_000})
    account.drain()
    *fresh, stale = account.receiver.received
    assert len(fresh) == 3
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.Webhook.construct_event(stale[2], stale[1], endpoint["secret"])


def test_reset_forgets_all_but_the_endpoints_it_keeps(account: Account) -> None:
    endpoint = account.endpoint()
    account.customer()
    account.drain()
    account.control("POST", "reset", {"keep_endpoints": True})
    assert account.control("GET", "events")["total"] == 0
    assert account.control("GET", "requests")["total"] == 0
    assert account.api("GET", "/v1/webhook_endpoints")["data"][0]["id"] == endpoint["id"]
    assert account.api("GET", "/v1/customers")["data"] == []


# -------------------------------------------------------------------------------------------------- API faults
def raw(account: Account, method: str = "GET", path: str = "/v1/customers"):
    return account.app.handle(Request(method, path, "", {"authorization": "Bearer sk_test_local"}, b""))


@pytest.mark.parametrize("status", [500, 429, 503])
def test_the_next_calls_fail_with_a_status(account: Account, status: int) -> None:
    account.control("POST", "faults", {"kind": "status", "status": status, "path": "/v1/customers", "count": 2})
    assert [raw(account, path="/v1/products").status, raw(account).status, raw(account).status, raw(account).status] == [
        200,
        status,
        status,
        200,
    ]
    assert account.control("GET", "faults") == {"faults": []}


def test_a_timeout_after_the_work_was_done(account: Account) -> None:
    account.control("POST", "faults", {"kind": "timeout", "method": "POST", "seconds": 60})
    assert raw(account, "POST").dropped
    assert len(account.api("GET", "/v1/customers")["data"]) == 1


def test_a_reset_before_or_after_the_work(account: Account) -> None:
    account.control("POST", "faults", {"kind": "reset", "method": "POST"})
    assert raw(account, "POST").dropped
    assert account.api("GET", "/v1/customers")["data"] == []
    account.control("POST", "faults", {"kind": "reset", "method": "POST", "after_work": True})
    assert raw(account, "POST").dropped
    assert len(account.api("GET", "/v1/customers")["data"]) == 1


def test_a_slow_answer_is_older_than_its_date(account: Account) -> None:
    """The customer is renamed while the answer waits: the body still says the old name."""
    customer = account.customer("old")
    path = f"/v1/customers/{customer['id']}"

    def rename(_: float) -> None:
        account.api("POST", path, "name=new")

    account.app.faults.sleep = rename
    account.control("POST", "faults", {"kind": "slow", "method": "GET", "path": path, "seconds": 3})
    assert raw(account, path=path).json()["name"] == "old"
    assert raw(account, path=path).json()["name"] == "new"


def test_an_old_body_under_a_new_date(account: Account) -> None:
    customer = account.customer("old")
    path = f"/v1/customers/{customer['id']}"
    assert raw(account, path=path).json()["name"] == "old"
    account.api("POST", path, "name=new")
    account.control("POST", "faults", {"kind": "replay", "path": path, "method": "GET"})
    assert raw(account, path=path).json()["name"] == "old"
    assert raw(account, path=path).json()["name"] == "new"


def test_a_rate_limit_answers_429(account: Account) -> None:
    account.control("POST", "settings", {"requests_per_second": 3})
    statuses = [raw(account).status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    limited = raw(account)
    assert limited.headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    assert "Stripe-Should-Retry" not in limited.headers
    account.control("POST", "faults", {"kind": "status", "status": 429, "code": "lock_timeout"})
    assert raw(account).headers["Stripe-Should-Retry"] == "true"


def test_wrong_controls_say_what_is_wrong(account: Account) -> None:
    for path, body, words in (
        ("faults", {"kind": "meteor"}, "kind must be one of"),
        ("settings", {"dunning_end": "shrug"}, "cancel, unpaid or leave"),
        ("settings", {"nonsense": 1}, "unknown setting"),
        ("webhooks/faults", {"dorp": 1}, "unknown fault"),
        ("clock", {"to": 5}, "forward only"),
        ("keys", {"key": "sk_test_x", "scopes": []}, "rk_test_"),
        ("nowhere", {}, "No such control"),
    ):
        response = account.app.handle(Request("POST", f"/_control/{path}", "", {}, json.dumps(body).encode()))
        assert response.status in (400, 404)
        assert words in response.json()["error"]["message"]


def test_requests_are_counted_with_their_keys(account: Account) -> None:
    account.control("POST", "keys", {"key": "rk_test_app", "scopes": ["customer_read"]})
    account.app.handle(Request("GET", "/v1/customers", "limit=3", {"authorization": "Bearer rk_test_app"}, b""))
    account.app.handle(Request("POST", "/v1/customers", "", {"authorization": "Bearer rk_test_app"}, b"name=x"))
    log = account.control("GET", "requests", query="key=rk_test_app")
    assert [(row["method"], row["path"], row["status"], row["params"]) for row in log["requests"]] == [
        ("POST", "/v1/customers", 403, {"name": "x"}),
        ("GET", "/v1/customers", 200, {"limit": "3"}),
    ]
    assert log["counts"] == {"GET /v1/customers": 1, "POST /v1/customers": 1}


def test_the_clock_moves_everything_that_is_not_on_a_test_clock(account: Account) -> None:
    before = account.control("GET", "clock")["now"]
    assert account.control("POST", "clock", {"advance_seconds": 3600})["now"] >= before + 3600
    customer = account.customer()
    assert customer["created"] >= before + 3600
    (event,) = account.control("GET", "events")["events"]
    assert event["created"] < before + 3000, "events keep real time"
