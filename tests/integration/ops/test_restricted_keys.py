"""Everything an operator does, with the two restricted keys of docs/security.md and their permissions alone."""

import pytest

from local.stack import LocalStack
from ops.deploy.permissions import FOR_DEPLOYING
from tests.integration.ops.conftest import Ops
from tests.support.people import Json, Person, Stripe
from tests.support.permissions import documented, needed

FUNCTIONS, OPERATOR = "rk_test_functions", "rk_test_deploying"


@pytest.fixture(scope="module")
def keys(stack: LocalStack) -> LocalStack:
    stripe = Stripe(stack)
    for name, key, whose in (("secret-key", FUNCTIONS, "functions"), ("deploy-key", OPERATOR, "deploying")):
        stripe.control("keys", {"key": key, "scopes": list(documented(whose).values())})
        stack.aws.call("ssm", "PutParameter", Name=f"/recur/dev/stripe/{name}", Value=key, Type="SecureString", Overwrite=True)
    return stack


def test_the_page_and_the_commands_mean_the_same_permissions() -> None:
    assert FOR_DEPLOYING.keys() == documented("deploying").keys()


@pytest.mark.slow
def test_every_command_does_with_them(keys: LocalStack, ops: Ops) -> None:
    stripe, person = Stripe(keys), Person(keys)
    person.subscribe("basic_monthly")
    changed_by_hand(stripe)
    stripe.control("requests", method="DELETE")
    for arguments in (
        ["catalog", "plan"],
        ["catalog", "apply"],
        ["webhooks"],
        ["webhooks", "apply"],
        ["secrets", "rotate"],
        ["explain", person.email],
        ["replay", "--since", "1h"],
        ["reconcile", "--drift"],
        ["backfill"],
        ["doctor"],
    ):
        done = ops(*arguments, STRIPE_SECRET_KEY=OPERATOR)
        assert done.returncode in (0, 2), (arguments, done.stdout, done.stderr)
    asked: list[Json] = stripe.control("requests?limit=20000", method="GET")["requests"]
    assert {request["key"] for request in asked} >= {FUNCTIONS, OPERATOR}
    assert [(each["method"], each["path"]) for each in asked if each["status"] in (401, 403)] == []
    operators = [each for each in asked if each["key"] == OPERATOR]
    assert needed(operators) == set(documented("deploying").values()), "no permission is asked for that nothing needs"


def changed_by_hand(stripe: Stripe) -> None:
    """One of each in the catalogue, for `catalog apply` to undo."""
    price = stripe.client.v1.prices.list({"lookup_keys": ["premium_monthly"]}).data[0]
    feature = stripe.client.v1.entitlements.features.list({"lookup_key": "basic_features"}).data[0]
    stripe.client.v1.prices.update(price.id, {"active": False})
    stripe.client.v1.products.update(str(price.product), {"name": "Dearer"})
    stripe.client.v1.entitlements.features.update(feature.id, {"name": "All"})
