"""What a user has and why, and whether Stripe agrees: for people, for programs, and for the exit status."""

import json
from collections.abc import Callable

from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe

Tell = Callable[..., tuple[int, str, str]]


def test_a_subscriber_on_whom_both_agree(account: InProcessStripe, tell: Tell) -> None:
    customer, subscription = account.subscriber("u2", "premium_monthly")
    account.deliver()
    account.later()
    status, output, errors = tell("explain", "u2")
    assert (status, errors) == (0, "")
    assert "features  basic_features, extended_features" in output
    assert f"{subscription} (premium_monthly) is active, its latest invoice paid: grants" in output
    line = next(line for line in output.splitlines() if line.startswith(f"subscription:{subscription}"))
    assert "active premium_monthly" in line
    assert "(customer.subscription.created)" in line
    assert line.endswith("the same")
    assert customer in output


def test_what_differs_is_named_field_by_field_and_repaired_by_reconcile(account: InProcessStripe, tell: Tell) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    account.later()
    account.delete(f"/v1/subscriptions/{subscription}")
    account.drop()
    account.later()
    status, output, _ = tell("explain", "u2")
    assert status == 2
    assert f"subscription:{subscription}: status is 'active' here and 'canceled' in Stripe" in output
    assert "features  basic_features" in output
    status, output, _ = tell("reconcile", "--drift")
    assert status == 0
    assert f"repaired subscription:{subscription} of user u2" in output
    assert "repaired entitlements of user u2" in output
    status, output, _ = tell("explain", "u2")
    assert status == 0
    assert "features  none" in output
    assert "is canceled" in output


def test_by_customer_and_by_address(account: InProcessStripe, tell: Tell) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.later()
    for name in ("u2", customer, "u2@example.com"):
        status, output, _ = tell("explain", name, "--json")
        told = json.loads(output)
        assert (status, told["user"], told["customer"], told["differs"]) == (0, "u2", customer, False)
        assert told["features"] == ["basic_features"]
    parts = {fact["key"].partition(":")[0] for fact in told["facts"]}
    assert parts == {"subscription", "payment", "payment_method", "entitlements", "customer"}


def test_what_was_never_heard_of_is_shown_as_not_known(account: InProcessStripe, tell: Tell) -> None:
    account.subscriber("u2")
    status, output, _ = tell("explain", "u2")
    assert status == 2
    assert "not known" in output
    assert "There is no subscription." in output


def test_nobody(account: InProcessStripe, tell: Tell) -> None:
    for name in ("nobody", "cus_nobody", "nobody@example.com"):
        status, output, errors = tell("explain", name)
        assert (status, output) == (1, "")
        assert errors.strip()


def test_several_customers_with_one_address(account: InProcessStripe, tell: Tell) -> None:
    for user in ("u2", "u3"):
        customer, _ = account.subscriber(user)
        account.post(f"/v1/customers/{customer}", email="both@example.com")
    status, _, errors = tell("explain", "both@example.com")
    assert status == 1
    assert "u2" in errors
    assert "u3" in errors


def test_no_secret_is_printed(account: InProcessStripe, tell: Tell, table: MemoryTable) -> None:
    account.subscriber("u2")
    account.deliver()
    for command in (("explain", "u2"), ("explain", "u2", "--json"), ("reconcile", "--json"), ("backfill", "--json")):
        _, output, errors = tell(*command)
        assert "sk_test" not in output + errors
        assert "whsec" not in output + errors
        assert "_secret_" not in output + errors


def test_an_environment_that_names_no_deployment(tell: Tell, monkeypatch: object) -> None:
    monkeypatch.delenv("TABLE_NAME")  # pyright: ignore
    status, _, errors = tell("explain", "u2")
    assert status == 1
    assert "TABLE_NAME" in errors
