"""The webhook endpoint in Stripe: exactly the events that the app handles, in the release that it is pinned to.

Stripe shows an endpoint's signing secret once, cannot change its API version, and cannot roll its secret by the API. What needs
either is therefore a new endpoint beside the old one, in an order in which no event is without an endpoint whose secret is known:

    make the new endpoint             Stripe sends each event to both; the new one's deliveries are refused, and sent again
    store both secrets                both are accepted, by each function that looks
    wait                              as long as one that has just looked does not look again (`billing.secrets.RECHECK_SECONDS`)
    delete the old endpoint           with what it has not delivered yet (`ops.deliveries`)
    store the new secret alone

Whoever dies between two of these is mended by the next `ensure`: an endpoint carries a fingerprint of its secret, so it shows
whether the secret that is stored is its own.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from stripe import StripeClient, WebhookEndpoint

from billing.customers import APP
from billing.events import HANDLERS
from billing.release import Release
from ops.parameters import Parameters

FINGERPRINT = "secret_fingerprint"
"""Key in an endpoint's metadata."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the endpoint of a stage has to be like."""

    url: str
    stage: str
    release: Release

    @property
    def metadata(self) -> dict[str, str]:
        return {"app": APP, "stage": self.stage}

    @property
    def events(self) -> list[str]:
        return sorted(HANDLERS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done; `changes` is empty if there was nothing to do."""

    endpoint: str
    changes: list[str]


Settle = Callable[[], None]
"""Called between storing a new secret and deleting the endpoint of the old one: waits until every function knows the new one."""


def _at_once() -> None:
    """For a stage on which nothing runs yet. Elsewhere a delivery in the next seconds may be refused, and is sent again."""


def ensure(stripe: StripeClient, parameters: Parameters, wanted: Wanted, settle: Settle = _at_once) -> Outcome:
    """One enabled endpoint as wanted, its secret stored, no other of this stage's. Changes nothing when run again."""
    there, stored = endpoints(stripe, wanted.stage, wanted.url), parameters.webhook_secrets()
    for endpoint in there:
        if flaw(endpoint, stored, wanted) is None:
            changes = _update(stripe, endpoint, wanted)
            return Outcome(endpoint.id, changes + _retire(stripe, parameters, endpoint.id, there, stored, own_secrets(endpoint, stored)))
    reason = flaw(there[0], stored, wanted) if there else "there was none"
    return _replace(stripe, parameters, wanted, there, stored, f"new endpoint: {reason}", settle)


def rotate(stripe: StripeClient, parameters: Parameters, wanted: Wanted, settle: Settle = _at_once) -> Outcome:
    """A new endpoint with a new secret takes the place of all others of this stage. Interrupted, `ensure` or another `rotate` ends it."""
    there, stored = endpoints(stripe, wanted.stage, wanted.url), parameters.webhook_secrets()
    return _replace(stripe, parameters, wanted, there, stored, "new endpoint", settle)


def remove(stripe: StripeClient, stage: str, url: str | None = None) -> list[str]:
    """Deletes the stage's endpoints and returns their ids. The stored secret stays."""
    there = endpoints(stripe, stage, url)
    for endpoint in there:
        stripe.v1.webhook_endpoints.delete(endpoint.id)
    return [endpoint.id for endpoint in there]


def register(stripe: StripeClient, wanted: Wanted) -> tuple[str, str]:
    """Makes an endpoint and returns its id and its signing secret, which Stripe shows this once."""
    params: Any = {
        "url": wanted.url,
        "enabled_events": wanted.events,
        "api_version": wanted.release.api_version,
        "metadata": wanted.metadata,
        "description": f"Recur, {wanted.stage}",
    }
    made = stripe.v1.webhook_endpoints.create(params)
    assert made.secret is not None
    marked: Any = {"metadata": {FINGERPRINT: fingerprint(made.secret)}}
    stripe.v1.webhook_endpoints.update(made.id, marked)
    return made.id, made.secret


def endpoints(stripe: StripeClient, stage: str, url: str | None = None) -> list[WebhookEndpoint]:
    """This stage's, newest first: by their metadata, or because they have its URL."""
    listed = stripe.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
    marks = {"app": APP, "stage": stage}.items()
    return [each for each in listed if marks <= _metadata(each).items() or (url is not None and each.url == url)]


def flaw(endpoint: WebhookEndpoint, stored: Iterable[str], wanted: Wanted) -> str | None:
    """Why it has to be replaced; None if it need not be."""
    if endpoint.api_version != wanted.release.api_version:
        return f"{endpoint.id} speaks {endpoint.api_version or 'the account’s default release'}, which cannot be changed"
    if not own_secrets(endpoint, stored):
        return f"the secret of {endpoint.id} is not in SSM"
    return None


class Difference(NamedTuple):
    """What can be mended in place."""

    now: str
    """What is the matter with the endpoint, in words."""
    mended: str
    """What it is once that is mended."""


def differences(endpoint: WebhookEndpoint, wanted: Wanted) -> list[Difference]:
    missing, surplus = sorted(HANDLERS.keys() - endpoint.enabled_events), sorted(set(endpoint.enabled_events) - HANDLERS.keys())
    found = [Difference(f"does not send {event}", f"listens to {event}") for event in missing]
    found += [Difference(f"sends {event}, which nobody reads", f"no longer listens to {event}") for event in surplus]
    if endpoint.url != wanted.url:
        found.append(Difference(f"sends to {endpoint.url}", f"sends to {wanted.url}"))
    if endpoint.status != "enabled":
        found.append(Difference(f"is {endpoint.status}", "enabled again"))
    if not wanted.metadata.items() <= _metadata(endpoint).items():
        found.append(Difference(f"is not marked as of {wanted.stage}", f"marked as of {wanted.stage}"))
    return found


def fingerprint(secret: str) -> str:
    """Tells whether a secret is the one, and nothing about it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def own_secrets(endpoint: WebhookEndpoint, stored: Iterable[str]) -> list[str]:
    """The endpoint's secret, if it is among these."""
    return [secret for secret in stored if fingerprint(secret) == _metadata(endpoint).get(FINGERPRINT)]


def _metadata(endpoint: WebhookEndpoint) -> dict[str, str]:
    return dict(endpoint.to_dict().get("metadata") or {})


def _update(stripe: StripeClient, endpoint: WebhookEndpoint, wanted: Wanted) -> list[str]:
    if found := differences(endpoint, wanted):
        params: Any = {"url": wanted.url, "enabled_events": wanted.events, "disabled": False, "metadata": wanted.metadata}
        stripe.v1.webhook_endpoints.update(endpoint.id, params)
    return [each.mended for each in found]


def _replace(
    stripe: StripeClient,
    parameters: Parameters,
    wanted: Wanted,
    there: list[WebhookEndpoint],
    stored: list[str],
    why: str,
    settle: Settle,
) -> Outcome:
    made, secret = register(stripe, wanted)
    both = [secret, *stored]
    parameters.put_webhook_secrets(both)
    if there:
        settle()
    return Outcome(made, [why, *_retire(stripe, parameters, made, there, both, [secret])])


def _retire(
    stripe: StripeClient, parameters: Parameters, kept: str, there: list[WebhookEndpoint], stored: list[str], secrets: list[str]
) -> list[str]:
    """Deletes all endpoints but one, then forgets all secrets but its own."""
    retired = [endpoint.id for endpoint in there if endpoint.id != kept]
    for endpoint in retired:
        stripe.v1.webhook_endpoints.delete(endpoint)
    if stored != secrets:
        parameters.put_webhook_secrets(secrets)
    return [f"deleted {endpoint}" for endpoint in retired]
