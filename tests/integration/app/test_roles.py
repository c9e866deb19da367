"""Each function's role, against what the function really does: neither too small nor too large.

Too small: the local AWS refuses what a role does not allow, so whatever a test of the whole stack does, here or elsewhere, shows it.
Too large: what a role allows and no function did is listed below, with its reason.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.client import AwsClient, AwsError
from local.ports import Ports
from local.stack import LocalStack
from tests.integration.app.test_counted_calls import Meter, endpoints
from tests.support.people import Aws, Person, Stripe

pytestmark = pytest.mark.slow

CATALOGUE = "the catalogue in the table was older than five minutes: whoever needs it next fetches and keeps it"
BY_LAMBDA = "done by Lambda itself, under the function's role"
LOGS = {"logs:CreateLogStream": BY_LAMBDA, "logs:PutLogEvents": BY_LAMBDA}
NEW = "only for a user who has no customer yet"
ADOPTS = "a customer of ours whose mapping was never written (a process died in between) is tied to its user again"

UNSEEN: dict[str, dict[str, str]] = {
    "CreateCheckoutSessionFunction": {"dynamodb:PutItem customer": NEW, "dynamodb:PutItem catalogue": CATALOGUE},
    "CreatePreviewInvoiceFunction": {"dynamodb:PutItem catalogue": CATALOGUE},
    "UpdateSubscriptionFunction": {"dynamodb:PutItem catalogue": CATALOGUE},
    "CreateSetupSessionFunction": dict.fromkeys(("dynamodb:PutItem customer", "dynamodb:UpdateItem user"), NEW),
    "WebhookFunction": {"dynamodb:PutItem customer": ADOPTS},
    "ReconcileFunction": {"dynamodb:PutItem customer": ADOPTS, "sqs:SendMessage": BY_LAMBDA},
}
"""What is allowed and was not seen, by function, and why it is allowed."""


@pytest.fixture(scope="module")
def visited() -> Iterator[LocalStack]:
    """A stack in which everything happened once that has a route, an event or a schedule."""
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        stripe = Stripe(stack)
        endpoints(stack, Meter(stripe, Aws(stack)))
        stripe.settle()
        told, missed, changed, leaving = (Person(stack) for _ in range(4))
        for person in (told, missed, changed):
            person.subscribe("basic_monthly")
        for _ in range(2):  # the second time somebody who is gone already
            leaving.call("DELETE", "/account")
        stripe.client.v1.customers.delete(told.account()["customerId"])
        stripe.settle()
        stripe.control("webhooks/faults", {"drop": 1.0})
        stripe.client.v1.customers.delete(missed.account()["customerId"])
        stripe.client.v1.subscriptions.update(changed.account()["subscription"]["id"], {"cancel_at_period_end": True})
        for mode in ("events", "drift"):
            assert not stack.invoke("ReconcileFunction", {"mode": mode}).failed
        yield stack


@pytest.fixture(scope="module")
def seen(visited: LocalStack) -> dict[str, set[str]]:
    """What each function did; in the table, to which kind of item: `dynamodb:GetItem user`."""
    found: dict[str, set[str]] = {}
    for call in Aws(visited).control("calls", method="GET")["calls"]:
        found.setdefault(call["caller"], set()).add(f"{call['action']} {call['key']}".strip())
    return found


@pytest.fixture(scope="module")
def allowed(visited: LocalStack) -> dict[str, set[str]]:
    return {
        name: {f"{action} {key.removesuffix('#*')}".strip() for grant in grants for action in grant.actions for key in grant.keys or [""]}
        for name, grants in visited.template.roles.items()
    }


def test_every_function_has_a_role(visited: LocalStack, allowed: dict[str, set[str]]) -> None:
    assert allowed.keys() == {function.logical_id for function in visited.template.functions}


def test_no_role_allows_more_than_its_function_does(allowed: dict[str, set[str]], seen: dict[str, set[str]]) -> None:
    unseen = {name: actions - seen.get(name, set()) - LOGS.keys() for name, actions in allowed.items()}
    assert {name: actions for name, actions in unseen.items() if actions} == {name: set(why) for name, why in UNSEEN.items()}


def test_no_function_does_more_than_its_role_allows(allowed: dict[str, set[str]], seen: dict[str, set[str]]) -> None:
    """As on AWS, it would have been refused: nothing that was refused is among these."""
    assert {name: actions - allowed[name] for name, actions in seen.items() if name in allowed and actions - allowed[name]} == {}


@pytest.mark.parametrize(
    ("caller", "service", "operation", "body"),
    [
        pytest.param("WebhookFunction", "dynamodb", "GetItem", {"Key": {"pk": {"S": "catalogue"}}}, id="an item of another kind"),
        pytest.param("PlansFunction", "dynamodb", "PutItem", {"Item": {"pk": {"S": "user#x"}}}, id="a user, by who asks for no token"),
        pytest.param("CreateCustomerFunction", "dynamodb", "PutItem", {"Item": {"pk": {"S": "user#x"}}}, id="an action on another kind"),
        pytest.param("ReconcileFunction", "dynamodb", "DeleteItem", {"Key": {"pk": {"S": "job#x"}}}, id="the same of a job"),
        pytest.param("WebhookFunction", "dynamodb", "Scan", {}, id="an action"),
        pytest.param("AccountFunction", "dynamodb", "DeleteItem", {"Key": {"pk": {"S": "user#x"}}}, id="an action that others may"),
        pytest.param("AccountFunction", "ssm", "GetParameter", {"Name": "/recur/dev/stripe/secret-key"}, id="a secret"),
        pytest.param("PlansFunction", "ssm", "GetParameter", {"Name": "/recur/dev/stripe/webhook-secret"}, id="another secret"),
    ],
)
def test_what_a_role_does_not_allow_is_refused(
    visited: LocalStack, caller: str, service: str, operation: str, body: dict[str, Any]
) -> None:
    table = {"TableName": "recur-local-Table"} if service == "dynamodb" else {}
    aws = AwsClient(visited.aws_url)
    aws.call(service, operation, **table, **body)  # the stack itself may
    with pytest.raises(AwsError, match=f"AccessDeniedException: .*{caller} is not authorized to perform: {service}:{operation} "):
        AwsClient(visited.aws_url, caller=caller).call(service, operation, **table, **body)
