"""The webhook endpoint: one, enabled, as wanted, and its secret in SSM; whatever was there before, and whenever somebody died."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from billing.events import HANDLERS
from billing.release import NEWEST, RELEASES
from local.fake_stripe.server.messages import Request
from ops import webhooks
from ops.parameters import Parameters
from tests.support.stripe_in_process import InProcessStripe, refusal

WANTED = webhooks.Wanted("https://url.test/", "dev", RELEASES[NEWEST])
OTHER_RELEASE = RELEASES["2025-09-30.clover"]


@pytest.fixture(scope="module")
def catalogued() -> InProcessStripe:
    return InProcessStripe(NEWEST)


@pytest.fixture
def stripe(catalogued: InProcessStripe) -> InProcessStripe:
    """An account without an endpoint."""
    catalogued.fault = lambda request: None
    for endpoint in catalogued.client.v1.webhook_endpoints.list({"limit": 100}):
        catalogued.client.v1.webhook_endpoints.delete(endpoint.id)
    catalogued.requests.clear()
    return catalogued


@pytest.fixture(scope="module")
def ssm() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ssm", "eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def parameters(ssm: Any) -> Parameters:
    """A stage without parameters."""
    parameters = Parameters(ssm, "dev")
    parameters.delete_all()
    return parameters


def the_one(stripe: InProcessStripe, parameters: Parameters, wanted: webhooks.Wanted = WANTED) -> dict[str, Any]:
    """The only endpoint, after it was held against everything that is wanted of it."""
    (endpoint,) = stripe.get("/v1/webhook_endpoints")["data"]
    assert endpoint["status"] == "enabled"
    assert endpoint["url"] == wanted.url
    assert endpoint["api_version"] == wanted.release.api_version
    assert sorted(endpoint["enabled_events"]) == sorted(HANDLERS)
    assert (endpoint["metadata"]["app"], endpoint["metadata"]["stage"]) == ("recur", wanted.stage)
    (secret,) = parameters.webhook_secrets()
    assert stripe.world.get("webhook_endpoint", endpoint["id"])["_secrets"] == [secret]
    return endpoint


def ensure(stripe: InProcessStripe, parameters: Parameters, wanted: webhooks.Wanted = WANTED) -> webhooks.Outcome:
    return webhooks.ensure(stripe.client, parameters, wanted)


def rotate(stripe: InProcessStripe, parameters: Parameters, wanted: webhooks.Wanted = WANTED) -> webhooks.Outcome:
    return webhooks.rotate(stripe.client, parameters, wanted)


def test_made_once_then_left_alone(stripe: InProcessStripe, parameters: Parameters) -> None:
    made = ensure(stripe, parameters)
    assert made.changes == ["new endpoint: there was none"]
    assert the_one(stripe, parameters)["id"] == made.endpoint
    stripe.requests.clear()
    assert ensure(stripe, parameters) == webhooks.Outcome(made.endpoint, [])
    assert stripe.requests == ["GET /v1/webhook_endpoints"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"enabled_events": ["invoice.paid", "charge.refunded"]}, "listens to customer.updated"),
        ({"enabled_events": [*HANDLERS, "charge.refunded"]}, "no longer listens to charge.refunded"),
        ({"disabled": True}, "enabled again"),
        ({"url": "https://elsewhere.test/"}, "sends to https://url.test/"),
    ],
)
def test_what_can_be_mended_in_place_is(stripe: InProcessStripe, parameters: Parameters, change: dict[str, Any], said: str) -> None:
    made = ensure(stripe, parameters)
    stripe.client.v1.webhook_endpoints.update(made.endpoint, change)  # pyright: ignore[reportArgumentType]
    mended = ensure(stripe, parameters)
    assert (mended.endpoint, said in mended.changes) == (made.endpoint, True)
    the_one(stripe, parameters)


def test_another_release_is_another_endpoint(stripe: InProcessStripe, parameters: Parameters) -> None:
    made = ensure(stripe, parameters)
    newer = replace(WANTED, release=OTHER_RELEASE)
    replaced = ensure(stripe, parameters, newer)
    assert replaced.changes == [f"new endpoint: {made.endpoint} speaks {NEWEST}, which cannot be changed", f"deleted {made.endpoint}"]
    assert the_one(stripe, parameters, newer)["id"] == replaced.endpoint


@pytest.mark.parametrize("stored", [[], ["whsec_of_another"]])
def test_a_lost_secret_is_replaced_with_its_endpoint(stripe: InProcessStripe, parameters: Parameters, stored: list[str]) -> None:
    made = ensure(stripe, parameters)
    parameters.delete_all() if not stored else parameters.put_webhook_secrets(stored)
    replaced = ensure(stripe, parameters)
    assert replaced.changes[0] == f"new endpoint: the secret of {made.endpoint} is not in SSM"
    assert the_one(stripe, parameters)["id"] == replaced.endpoint != made.endpoint


def test_both_secrets_are_accepted_before_the_old_endpoint_goes(stripe: InProcessStripe, parameters: Parameters) -> None:
    ensure(stripe, parameters)
    (old,) = parameters.webhook_secrets()
    at_deletion: list[list[str]] = []

    def watch(request: Request) -> None:
        if request.method == "DELETE":
            at_deletion.append(parameters.webhook_secrets())

    stripe.fault = watch
    rotate(stripe, parameters)
    (new,) = parameters.webhook_secrets()
    assert at_deletion == [[new, old]]
    assert new != old
    the_one(stripe, parameters)


class Died(Exception):
    pass


def dying(stripe: InProcessStripe, parameters: Parameters, at: int, *, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call number `at` that changes something, at Stripe or in SSM, is the last: made, if `after`, but its answer never arrives."""
    calls = 0

    def counted() -> bool:
        nonlocal calls
        calls += 1
        return calls == at

    def at_stripe(request: Request) -> Any:
        if request.method != "GET" and counted():
            if after:
                stripe.api.handle(request)
            raise Died
        return None

    put = parameters.put

    def in_ssm(name: Any, value: str) -> None:
        last = counted()
        if not last or after:
            put(name, value)
        if last:
            raise Died

    stripe.fault = at_stripe
    monkeypatch.setattr(parameters, "put", in_ssm)


BEFORE: dict[str, Callable[[InProcessStripe, Parameters], object]] = {
    "nothing there": lambda stripe, parameters: None,
    "lost secret": lambda stripe, parameters: (ensure(stripe, parameters), parameters.delete_all()),
    "another release": lambda stripe, parameters: ensure(stripe, parameters, replace(WANTED, release=OTHER_RELEASE)),
    "rotation": ensure,
    "by hand": lambda stripe, parameters: stripe.post("/v1/webhook_endpoints", url=WANTED.url, enabled_events=["*"]),
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("after", [False, True], ids=["unmade", "made"])
@pytest.mark.parametrize("at", range(1, 6))
def test_whoever_dies_anywhere_is_mended_by_the_next(
    stripe: InProcessStripe, parameters: Parameters, monkeypatch: pytest.MonkeyPatch, before: str, at: int, after: bool
) -> None:
    BEFORE[before](stripe, parameters)
    act = rotate if before == "rotation" else ensure
    with monkeypatch.context() as patched:
        dying(stripe, parameters, at, after=after, monkeypatch=patched)
        try:
            act(stripe, parameters)
        except Died:
            pass
        stripe.fault = lambda request: None
    ensure(stripe, parameters)
    the_one(stripe, parameters)
    stripe.requests.clear()
    assert ensure(stripe, parameters).changes == []
    assert stripe.requests == ["GET /v1/webhook_endpoints"]


def test_a_refused_creation_leaves_all_as_it_was(stripe: InProcessStripe, parameters: Parameters) -> None:
    made = ensure(stripe, parameters)
    stripe.fault = lambda request: refusal(400) if request.method == "POST" else None
    with pytest.raises(Exception, match="Refused by a test"):
        rotate(stripe, parameters)
    assert the_one(stripe, parameters)["id"] == made.endpoint


def test_another_stages_endpoint_is_not_ours(stripe: InProcessStripe, parameters: Parameters) -> None:
    other = webhooks.register(stripe.client, replace(WANTED, stage="staging", url="https://staging.test/"))[0]
    foreign = stripe.post("/v1/webhook_endpoints", url="https://shop.test/", enabled_events=["*"])["id"]
    made = ensure(stripe, parameters)
    assert webhooks.remove(stripe.client, "dev", WANTED.url) == [made.endpoint]
    assert {each["id"] for each in stripe.get("/v1/webhook_endpoints")["data"]} == {other, foreign}


def test_a_secret_is_nowhere_but_in_ssm(stripe: InProcessStripe, parameters: Parameters) -> None:
    said = repr(ensure(stripe, parameters)) + repr(rotate(stripe, parameters)) + repr(stripe.get("/v1/webhook_endpoints"))
    assert "whsec_" not in said
    assert all(secret not in said for secret in parameters.webhook_secrets())
