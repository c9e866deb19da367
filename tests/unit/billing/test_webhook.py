"""The webhook function, called as Lambda calls it: who is let in, what is answered, what it costs."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

import webhook
from billing import secrets
from billing.account import account_json
from billing.state import store
from tests.support import events
from tests.support.memory_table import MemoryTable

pytestmark = pytest.mark.usefixtures("table", "asked")

CREATED = events.event("customer.subscription.created", events.subscription())


def answered(delivery: dict[str, Any]) -> tuple[int, str]:
    answer = webhook.handler(delivery, None)
    return answer["statusCode"], json.loads(answer["body"])["outcome"]


def account() -> dict[str, Any]:
    return account_json(store.read("u1"))


def test_a_signed_event_makes_the_subscription_active() -> None:
    assert answered(events.delivery(CREATED)) == (200, "written")
    assert account()["subscription"]["status"] == "active"


def test_the_common_case_is_one_write_and_nothing_else(table: MemoryTable, asked: list[object]) -> None:
    operations: list[str] = []
    table.around = lambda operation: (operations.append(operation.__qualname__.split(".")[1]), operation())[1]
    assert answered(events.delivery(CREATED)) == (200, "written")
    assert (operations, asked) == (["update_item"], [])


def test_an_event_that_names_only_a_customer_costs_one_read_more_when_the_cache_is_cold(table: MemoryTable, asked: list[object]) -> None:
    operations: list[str] = []
    table.around = lambda operation: (operations.append(operation.__qualname__.split(".")[1]), operation())[1]
    summary = {"customer": "cus_1", "entitlements": {"data": [{"lookup_key": "basic_features"}], "has_more": False}}
    for created in (1000, 2000):
        answered(events.delivery(events.event("entitlements.active_entitlement_summary.updated", summary, created)))
    assert (operations, asked) == (["get_item", "update_item", "update_item"], [])


BODY = json.dumps(CREATED).encode()
# Made when the test runs: a suite may take longer than a signature is good for.
REFUSED: dict[str, Callable[[], str | None]] = {
    "no signature": lambda: None,
    "nonsense": lambda: "nonsense",
    "no time": lambda: "v1=00",
    "wrong": lambda: events.signature(BODY, secret="whsec_other"),
    "of other bytes": lambda: events.signature(BODY + b" "),
    "the secret without its prefix": lambda: events.signature(BODY, secret=events.SECRET.removeprefix("whsec_")),
    "stale": lambda: events.signature(BODY, at=int(time.time()) - 400),
    "from the future": lambda: events.signature(BODY, at=int(time.time()) + 400),
    "another scheme": lambda: events.signature(BODY).replace("v1=", "v0="),
}


@pytest.mark.parametrize("header", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_signature_is_400_and_changes_nothing(header: Callable[[], str | None]) -> None:
    assert answered(events.delivery(BODY, header())) == (400, "invalid_signature")
    assert "subscription" not in account()


def test_any_of_several_signatures_counts() -> None:
    good = events.signature(BODY)
    assert answered(events.delivery(BODY, good.replace(",", ",v1=00,")))[0] == 200


def test_a_base64_body_is_verified_on_its_own_bytes() -> None:
    encoded = events.delivery(BODY, events.signature(BODY)) | {"body": base64.b64encode(BODY).decode(), "isBase64Encoded": True}
    assert answered(encoded)[0] == 200


def test_both_secrets_count_while_they_rotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_cache", {"/webhook": (float("inf"), "whsec_new whsec_old")})
    for secret in ("whsec_new", "whsec_old"):
        assert answered(events.delivery(BODY, events.signature(BODY, secret=secret)))[0] == 200


@pytest.mark.parametrize("value", ["", "  \n"])
def test_without_a_secret_everything_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    class Ssm:
        class exceptions:  # noqa: N801 - boto3's name
            ParameterNotFound = KeyError

        def get_parameter(self, Name: str, WithDecryption: bool) -> Any:  # noqa: N803 - boto3's names
            return {"Parameter": {"Value": value}}

    monkeypatch.setattr(secrets, "_cache", {})
    monkeypatch.setattr(secrets, "_ssm", Ssm)
    assert answered(events.delivery(CREATED)) == (500, "not_configured")


def test_other_methods_are_405() -> None:
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        assert answered(events.delivery(CREATED, method=method))[0] == 405


def test_a_body_over_1_mb_is_413() -> None:
    assert answered(events.delivery(b"x" * (1024 * 1024 + 1)))[0] == 413


def test_an_event_nobody_listens_to_is_200() -> None:
    assert answered(events.delivery(events.event("radar.early_fraud_warning.created", {"id": "x"}))) == (200, "not_handled")


def test_live_events_are_refused_outside_production() -> None:
    assert answered(events.delivery(CREATED | {"livemode": True})) == (400, "wrong_livemode")
    assert "subscription" not in account()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"nonsense", b'{"id": 1}', b"\xff\xfe"])
def test_what_is_no_event_is_400(content: bytes) -> None:
    header = events.signature(content)
    delivery = events.delivery(b"", header) | {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
    assert answered(delivery)[0] == 400


def test_what_could_not_be_stored_is_500_so_that_stripe_sends_it_again(table: MemoryTable) -> None:
    def fail(operation: object) -> None:
        raise ConnectionError("the table is gone")

    table.around = fail
    assert answered(events.delivery(CREATED)) == (500, "not_stored")


def test_duplicates_and_disorder_end_in_the_same_account() -> None:
    upgraded = events.subscription(status="past_due")
    deliveries = [CREATED, events.event("customer.subscription.updated", upgraded, created=1060)]
    seen = []
    for order in ([0, 1], [1, 0], [0, 1, 0, 1], [1, 1, 0, 0]):
        store.Item._connection.items["user#u1"]["parts"]["M"].clear()  # pyright: ignore
        for number in order:
            assert answered(events.delivery(deliveries[number]))[0] == 200
        seen.append(account())
    assert seen[0]["subscription"]["status"] == "past_due"
    assert all(each == seen[0] for each in seen)


def test_a_canceled_subscription_is_not_revived_even_by_a_later_event() -> None:
    answered(events.delivery(events.event("customer.subscription.deleted", events.subscription(status="canceled"), 1100)))
    assert answered(events.delivery(events.event("customer.subscription.updated", events.subscription(), 1200))) == (200, "dropped")
    assert account()["subscription"]["status"] == "canceled"


def test_a_late_event_of_an_ended_subscription_does_not_touch_the_newer_one() -> None:
    answered(events.delivery(events.event("customer.subscription.created", events.subscription(id="sub_2", created=1500), 1500)))
    answered(events.delivery(events.event("customer.subscription.deleted", events.subscription(status="canceled"), 1400)))
    assert account()["subscription"]["id"] == "sub_2"
    assert [each["id"] for each in account()["otherSubscriptions"]] == ["sub_1"]


def test_a_detached_payment_method_is_gone_and_late_news_does_not_bring_it_back() -> None:
    card = {"id": "pm_1", "customer": "cus_1", "type": "card", "card": {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030}}
    answered(events.delivery(CREATED))
    answered(events.delivery(events.event("payment_method.attached", card, 1000)))
    assert account()["paymentMethod"] == {"id": "pm_1", "type": "card", "brand": "visa", "last4": "4242", "expMonth": 1, "expYear": 2030}
    gone = events.event("payment_method.detached", card | {"customer": None}, 1100)
    gone["data"]["previous_attributes"] = {"customer": "cus_1"}
    answered(events.delivery(gone))
    assert answered(events.delivery(events.event("payment_method.updated", card, 1050))) == (200, "dropped")
    assert "paymentMethod" not in account()


def test_an_older_invoice_does_not_speak_for_the_latest_one() -> None:
    def invoice(number: int) -> dict[str, Any]:
        parent = {"subscription_details": {"subscription": "sub_1"}}
        return {"id": f"in_{number}", "customer": "cus_1", "created": number, "status": "open", "parent": parent}

    answered(events.delivery(CREATED))
    answered(events.delivery(events.event("invoice.payment_failed", invoice(2000), 2000)))
    assert answered(events.delivery(events.event("invoice.paid", invoice(1000), 3000))) == (200, "dropped")
    assert account()["subscription"]["paymentStatus"] == "failed"
    answered(events.delivery(events.event("invoice.paid", invoice(2000), 3100)))
    assert account()["subscription"]["paymentStatus"] == "paid"
