"""`secrets rotate` and `secrets set`: under live traffic, interrupted anywhere, and with a key that is not right."""

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from stripe import StripeClient

import webhook
from billing import secrets
from billing.settings import settings
from local.fake_stripe.webhooks.signing import signature_header
from ops import settling, stripe_account
from ops.parameters import Parameters
from tests.support import events
from tests.support.outside import Crash
from tests.support.permissions import documented
from tests.support.stripe_in_process import InProcessStripe, Transport
from tests.unit.ops.conftest import Empty

Tell = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]


class Clock:
    """Monotonic time as the functions see it, which the wait moves on."""

    def __init__(self) -> None:
        self.now = 10_000.0

    def monotonic(self) -> float:
        return self.now


class Functions:
    """Several copies of the webhook function, each with a memory of its own."""

    def __init__(self, parameters: Parameters, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch, self._clock = monkeypatch, clock
        self._memories = [{"/key": (float("inf"), "sk_test_local")} for _ in range(3)]
        self._turn = 0
        monkeypatch.setattr(secrets, "time", clock)
        monkeypatch.setattr(secrets, "_ssm", lambda: parameters._ssm)  # pyright: ignore[reportPrivateUsage]
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET_PARAMETER", parameters.path("webhook-secret"))
        vars(settings).pop("webhook_secret_parameter", None)

    def deliver(self, payload: bytes, header: str) -> int:
        """To the next copy."""
        self._turn = (self._turn + 1) % len(self._memories)
        self._monkeypatch.setattr(secrets, "_cache", self._memories[self._turn])
        self._clock.now += 0.5
        return webhook.handler(events.delivery(payload, header), None)["statusCode"]


class Traffic:
    """Each event goes to every endpoint that is there, signed with that endpoint's own secret, as Stripe does it."""

    def __init__(self, account: InProcessStripe, functions: Functions) -> None:
        self._account, self._functions = account, functions
        self.sent = 0
        self.lost: list[str] = []
        self.refused: list[str] = []
        """Endpoints whose delivery was refused."""

    def event(self) -> None:
        self.sent += 1
        event = events.event("customer.subscription.updated", events.subscription(), created=int(time.time()))
        payload = json.dumps(event).encode()
        answers = {}
        for endpoint in self._account.world.newest("webhook_endpoint"):
            header = signature_header(endpoint["_secrets"], payload, int(time.time()))
            answers[endpoint["id"]] = self._functions.deliver(payload, header)
        self.refused += [endpoint for endpoint, status in answers.items() if status != 200]
        if 200 not in answers.values():
            self.lost.append(event["id"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def traffic(deployed: Parameters, account: InProcessStripe, clock: Clock, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """A deployment with its endpoint, whose functions all run and know the secret."""

    def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr(settling.time, "sleep", sleep)
    assert tell("webhooks", "apply")[0] == 0
    traffic = Traffic(account, Functions(deployed, clock, monkeypatch))
    for _ in range(3):
        traffic.event()
    assert traffic.refused == []
    return traffic


def everywhere(parameters: Parameters, what: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """`what` before and after each request to Stripe and to SSM, and during the wait."""
    send, put, sleep = Transport.request, Parameters.put, settling.time.sleep

    def around(request: Callable[..., Any]) -> Callable[..., Any]:
        def made(*given: Any, **named: Any) -> Any:
            what()
            answer = request(*given, **named)
            what()
            return answer

        return made

    def waiting(seconds: float) -> None:
        for _ in range(8):
            what()
            sleep(seconds / 8)
            what()

    monkeypatch.setattr(Transport, "request", around(send))
    monkeypatch.setattr(Parameters, "put", around(put))
    monkeypatch.setattr(settling.time, "sleep", waiting)


def test_under_live_traffic_no_event_is_lost(
    traffic: Traffic, deployed: Parameters, account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = account.get("/v1/webhook_endpoints")["data"]
    (old_secret,) = deployed.webhook_secrets()
    with monkeypatch.context() as during:
        everywhere(deployed, traffic.event, during)
        status, output, errors = tell("secrets", "rotate")
    assert (status, errors) == (0, "")
    for _ in range(6):
        traffic.event()
    assert traffic.sent > 30
    assert traffic.lost == []
    (new,) = account.get("/v1/webhook_endpoints")["data"]
    (new_secret,) = deployed.webhook_secrets()
    assert (new["id"] != old["id"], new_secret != old_secret) == (True, True)
    # The old one's deliveries all count, to the last; the new one's as soon as its secret is stored and looked for.
    assert set(traffic.refused) <= {new["id"]}
    assert new_secret not in output
    assert old_secret not in output
    assert tell("webhooks")[0] == 0


def test_a_function_that_has_just_looked_is_waited_for(
    traffic: Traffic, deployed: Parameters, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the wait, what is delivered right after the old endpoint is gone would be refused: the test of the test."""
    forged = json.dumps(events.event("customer.subscription.updated", events.subscription())).encode()

    def forgery() -> None:
        traffic._functions.deliver(forged, "t=1,v1=00")  # pyright: ignore[reportPrivateUsage]
        traffic.event()

    with monkeypatch.context() as during:
        everywhere(deployed, forgery, during)
        during.setattr(settling, "wait", lambda: None)
        tell("secrets", "rotate")
    lost_without = list(traffic.lost)
    traffic.lost.clear()
    with monkeypatch.context() as during:
        everywhere(deployed, forgery, during)
        tell("secrets", "rotate")
    assert lost_without
    assert traffic.lost == []


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("number", range(9))
def test_interrupted_anywhere_it_is_ended_by_the_next_run(
    traffic: Traffic, deployed: Parameters, account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch, number: int, before: bool
) -> None:
    seen = 0

    def die() -> None:
        nonlocal seen
        traffic.event()
        seen += 1
        if seen == 2 * number + (1 if before else 2):
            raise Crash

    with monkeypatch.context() as during:
        everywhere(deployed, die, during)
        try:
            tell("secrets", "rotate")
        except Crash:
            pass
    # However it was left, nothing is lost; whoever was last to look has 10 s to go.
    traffic._functions._clock.now += secrets.RECHECK_SECONDS  # pyright: ignore[reportPrivateUsage]
    for _ in range(6):
        traffic.event()
    assert traffic.lost == []
    status, _, errors = tell("secrets", "rotate")
    assert (status, errors) == (0, "")
    assert len(account.get("/v1/webhook_endpoints")["data"]) == 1
    assert len(deployed.webhook_secrets()) == 1
    for _ in range(6):
        traffic.event()
    assert traffic.lost == []
    assert tell("webhooks")[0] == 0


def test_what_the_old_endpoint_had_not_delivered_is_named(traffic: Traffic, account: InProcessStripe, tell: Tell) -> None:
    account.subscriber("u2")
    account.now()
    pending = next(row["id"] for row in account.world.newest("event") if row["type"] == "customer.subscription.created")
    account.world.pending_webhooks = lambda event: 1 if event == pending else 0
    status, output, _ = tell("secrets", "rotate", "--json")
    assert (status, json.loads(output)["undelivered"]) == (2, [pending])
    status, output, _ = tell("secrets", "rotate")
    assert status == 2
    assert "replay --since 20" in output


# --------------------------------------------------------------------------------------------------------- set

SECRET_KEY, LIVE = "sk_" + "test_renewed", "sk_" + "live_renewed"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text + "\n"))


def test_a_new_key_is_checked_and_stored(deployed: Parameters, account: InProcessStripe, tell: Tell, typed: Callable[[str], None]) -> None:
    account.api.keys.secret = SECRET_KEY
    account.requests.clear()
    typed(f" {SECRET_KEY} ")
    status, output, errors = tell("secrets", "set", "stripe-key", "--stage", "dev")
    assert (status, errors) == (0, "")
    assert deployed.get("secret-key") == SECRET_KEY
    assert SECRET_KEY not in output
    # Nothing was changed to find out: each write was refused for want of an object.
    writes = [request for request in account.requests if not request.startswith("GET")]
    assert all("none" in request or "probe" in request for request in writes)


@pytest.mark.parametrize(
    ("name", "key", "complaint"),
    [
        ("stripe-key", LIVE, "dev takes test keys only"),
        ("stripe-key", "pk_" + "test_local", "for browsers"),
        ("stripe-key", "sk_" + "test_unknown", "Invalid API Key"),
        ("stripe-key", "", "no key of Stripe's"),
        ("publishable-key", "sk_" + "test_local", "takes a publishable test key"),
        ("publishable-key", "pk_" + "live_1234", "takes a publishable test key"),
        ("deploy-key", LIVE, "dev takes test keys only"),
    ],
)
def test_a_wrong_key_is_refused_and_not_shown(
    deployed: Parameters, tell: Tell, typed: Callable[[str], None], name: str, key: str, complaint: str
) -> None:
    typed(key)
    status, output, errors = tell("secrets", "set", name, "--stage", "dev")
    assert (status, output) == (1, "")
    assert complaint in errors
    assert not key or key not in errors
    assert deployed.get("secret-key") == "sk_test_local"
    assert deployed.get("publishable-key") is None


def test_a_restricted_key_must_be_allowed_enough(
    deployed: Parameters, account: InProcessStripe, tell: Tell, typed: Callable[[str], None]
) -> None:
    narrow = "rk_" + "test_narrow"
    needed = list(documented("functions").values())
    account.api.keys.add(narrow, [scope for scope in needed if scope not in ("product_read", "event_read")])
    typed(narrow)
    status, _, errors = tell("secrets", "set", "stripe-key", "--stage", "dev")
    assert status == 1
    assert "lacks permissions: Products: Read, Events: Read" in errors
    account.api.keys.add(narrow, needed)
    typed(narrow)
    assert tell("secrets", "set", "stripe-key", "--stage", "dev")[0] == 0
    assert deployed.get("secret-key") == narrow


def test_a_publishable_key(deployed: Parameters, tell: Tell, typed: Callable[[str], None]) -> None:
    typed("pk_" + "test_local")
    assert tell("secrets", "set", "publishable-key", "--stage", "dev")[0] == 0
    assert deployed.get("publishable-key") == "pk_" + "test_local"


def test_of_the_site_it_is_said_when_it_has_the_new_key(deployed: Parameters, tell: Tell, typed: Callable[[str], None]) -> None:
    typed("pk_" + "test_local")
    assert "keeps the old one until `make deploy STAGE=dev`" in tell("secrets", "set", "publishable-key", "--stage", "dev")[1]


def test_a_publishable_key_that_stripe_does_not_know(deployed: Parameters, tell: Tell, typed: Callable[[str], None]) -> None:
    typed("pk_" + "test_unknown")
    status, output, errors = tell("secrets", "set", "publishable-key", "--stage", "dev")
    assert (status, output, errors) == (1, "", "Nothing is stored. Stripe does not know this key.\n")
    assert deployed.get("publishable-key") is None


def of_account(kind: str, account: str) -> str:
    """A key of today's form."""
    return f"{kind}_test_51{account * 15}{'x' * 80}"


@pytest.mark.parametrize("name", ["stripe-key", "deploy-key", "publishable-key"])
def test_a_key_that_shows_another_account_is_refused(
    deployed: Parameters, account: InProcessStripe, tell: Tell, typed: Callable[[str], None], name: str
) -> None:
    deployed.put("secret-key", of_account("sk", "A"))
    for letter, taken in (("B", False), ("A", True)):
        kind = "pk" if name == "publishable-key" else "sk"
        key = of_account(kind, letter) + "y"
        setattr(account.api.keys, "publishable" if kind == "pk" else "secret", key)
        typed(key)
        status, output, errors = tell("secrets", "set", name, "--stage", "dev")
        assert (status == 0, "of another Stripe account than /recur/dev/stripe/secret-key" in errors) == (taken, not taken)
        assert key not in output + errors
    typed(of_account(kind, "B"))
    setattr(account.api.keys, "publishable" if kind == "pk" else "secret", of_account(kind, "B"))
    status, output, _ = tell("secrets", "set", name, "--stage", "dev", "--another-account")
    assert (status, "Set the stage's other keys of that account too" in output) == (0, True)


def test_a_key_that_shows_nothing_is_refused_if_it_does_not_see_the_products(
    deployed: Parameters, account: InProcessStripe, tell: Tell, typed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, another = Empty(), "sk_" + "test_another"
    other.api.keys.secret = another

    def client(key: str, **options: Any) -> StripeClient:
        return StripeClient(key, http_client=other.http if key == another else account.http, **options)

    monkeypatch.setattr(stripe_account, "StripeClient", client)
    typed(another)
    status, output, errors = tell("secrets", "set", "stripe-key", "--stage", "dev")
    assert (status, output) == (1, "")
    assert "--another-account" in errors
    assert deployed.get("secret-key") == "sk_" + "test_local"
    account.api.keys.add("rk_" + "test_same", list(documented("functions").values()))
    typed("rk_" + "test_same")
    assert tell("secrets", "set", "stripe-key", "--stage", "dev")[0] == 0


def test_the_key_for_deploying_can_be_forgotten(deployed: Parameters, tell: Tell) -> None:
    deployed.put("deploy-key", "sk_" + "test_deploy")
    status, output, _ = tell("secrets", "remove", "deploy-key", "--stage", "dev")
    assert (status, deployed.get("deploy-key")) == (0, None)
    assert "The functions' key deploys from now on" in output
    assert tell("secrets", "remove", "deploy-key", "--stage", "dev")[:2] == (0, "There was no /recur/dev/stripe/deploy-key in us-east-1.\n")
    assert tell("secrets", "remove", "stripe-key", "--stage", "dev")[0] == 1
    assert deployed.get("secret-key") == "sk_" + "test_local"


def test_a_key_is_stored_where_the_stage_is(
    deployed: Parameters, samconfig: Callable[..., None], tell: Tell, typed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    samconfig(dev={"region": "eu-central-1"})
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    typed("sk_" + "test_local")
    status, output, errors = tell("secrets", "set", "stripe-key", "--stage", "dev")
    assert (status, "goes before the environment's AWS_REGION=us-east-1" in errors) == (0, True)
    assert "in eu-central-1" in output
    assert Parameters(boto3.client("ssm", "eu-central-1"), "dev").get("secret-key") == "sk_" + "test_local"
    assert tell("catalog", "drift", "--stage", "dev")[0] == 0
    deployed.delete_all()
    assert tell("catalog", "drift", "--stage", "dev")[0] == 0, "not the one of us-east-1"


def test_a_key_is_no_argument(deployed: Parameters, tell: Tell) -> None:
    status, _, errors = tell("secrets", "set", "stripe-key", SECRET_KEY, "--stage", "dev")
    assert status == 1
    assert "unrecognized arguments" in errors
    assert SECRET_KEY not in errors
