"""Everything an operator does, with the two restricted keys of docs/security.md and their permissions alone."""

import pytest

from local.stack import LocalStack
from ops.deploy.permissions import FOR_DEPLOYING
from tests.integration.ops.conftest import Ops
from tests.support.people import Person, Stripe
from tests.support.permissions import documented

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
    asked = stripe.control("requests?limit=20000", method="GET")["requests"]
    assert {request["key"] for request in asked} >= {FUNCTIONS, OPERATOR}
    assert [(each["method"], each["path"]) for each in asked if each["status"] in (401, 403)] == []
