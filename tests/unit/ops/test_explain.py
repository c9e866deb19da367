"""What a user has and why, and whether Stripe agrees: for people, for programs, and for the exit status."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from billing.customers import metadata_for
from billing.state import store
from billing.state.parts import Checkout
from local.fake_stripe.server.messages import json_response
from ops import people
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


class Cognito:
    """As far as it is asked: users by one attribute."""

    def __init__(self, **logins: str) -> None:
        self._logins = logins
        self.filters: list[str] = []

    def list_users(self, UserPoolId: str, Filter: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert UserPoolId == "pool"
        self.filters.append(Filter)
        attribute, _, value = Filter.partition(" = ")
        found = [
            [{"Name": "sub", "Value": sub}, {"Name": "email", "Value": email}]
            for sub, email in self._logins.items()
            if value == json.dumps(sub if attribute == "sub" else email)
        ]
        return {"Users": [{"Attributes": each} for each in found]}


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Cognito]:
    def make(**logins: str) -> Cognito:
        monkeypatch.setenv("USER_POOL_ID", "pool")
        cognito = Cognito(**logins)
        monkeypatch.setattr(people.boto3, "client", lambda name: cognito)
        return cognito

    return make


def test_by_the_login_whose_customer_has_another_address(account: InProcessStripe, tell: Tell, logins: Callable[..., Cognito]) -> None:
    logins(u2="new@example.com")
    account.subscriber("u2")
    account.deliver()
    account.later()
    assert json.loads(tell("explain", "new@example.com", "--json")[1])["user"] == "u2"
    assert json.loads(tell("explain", "u2@example.com", "--json")[1])["user"] == "u2"


def test_who_has_only_registered(account: InProcessStripe, tell: Tell, logins: Callable[..., Cognito]) -> None:
    logins(u7="u7@example.com")
    for name in ("u7", "u7@example.com"):
        status, output, _ = tell("explain", name)
        assert status == 0
        assert "The user has no customer in Stripe yet." in output
    assert tell("explain", "u8")[0] == 1


def test_an_address_is_no_filter(account: InProcessStripe, tell: Tell, logins: Callable[..., Cognito]) -> None:
    cognito = logins()
    tell("explain", 'a"b\\@example.com')
    assert cognito.filters == ['email = "a\\"b\\\\@example.com"']


def test_a_deleted_user(account: InProcessStripe, tell: Tell) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.delete(f"/v1/customers/{customer}")
    store.begin_deletion("u2", 1_795_000_000)
    status, output, _ = tell("explain", "u2")
    assert status == 2  # what is stored is not what Stripe has any more
    assert "asked at 2026-11-18 11:06:40 UTC to be deleted, which was cut" in output
    store.bury("u2", customer, 1_795_000_100)
    status, output, _ = tell("explain", "u2")
    assert status == 0
    assert "was deleted at 2026-11-18 11:08:20 UTC: nothing else is kept." in output
    assert "features  none" in output
    told = json.loads(tell("explain", "u2", "--json")[1])
    assert (told["customer"], told["facts"], told["differs"]) == ("", [], False)
    assert "Stripe has deleted" in tell("explain", customer)[2]


def test_a_customer_the_table_does_not_know(account: InProcessStripe, tell: Tell) -> None:
    ours = account.post("/v1/customers", metadata=metadata_for("u9"))["id"]
    theirs = account.post("/v1/customers", email="theirs@example.com")["id"]
    assert f"{ours} is in Stripe, of user u9" in tell("explain", ours)[2]
    assert f"{theirs} is in Stripe, and not one of this stage's." in tell("explain", theirs)[2]


def test_a_customer_that_is_gone_with_its_test_clock(account: InProcessStripe, tell: Tell) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.world.remove(account.world.get("customer", customer))
    status, output, errors = tell("explain", "u2")
    assert (status, errors) == (2, "")
    assert f"Stripe has no customer {customer} any more" in output


def test_a_checkout_that_was_begun(account: InProcessStripe, tell: Tell) -> None:
    account.subscriber("u2")
    claim = Checkout("attempt", "price_1", "usd", ["price_1"], 1_795_000_000, session="cs_test_1")
    assert store.claim_checkout("u2", claim, None)
    begun = "cs_test_1 was begun at 2026-11-18 11:06:40 UTC, to buy price_1"
    assert f"{begun}: Stripe no longer has it." in tell("explain", "u2")[1]
    for status, words in (("open", "it is still open"), ("complete", "it is complete"), ("expired", "it has expired")):
        session = json_response(200, {"id": "cs_test_1", "object": "checkout.session", "status": status})
        account.fault = lambda request, session=session: session if request.path.endswith("/cs_test_1") else None
        assert f"{begun}: {words}." in tell("explain", "u2")[1]


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
