"""What can be seen in Stripe."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import stripe
from botocore.exceptions import ClientError

from billing.reconcile.missed import BATCHES
from billing.release import NEWEST
from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.commands.webhooks import state_of, wanted_of
from ops.deliveries import undelivered
from ops.deploy.permissions import FOR_FUNCTIONS, missing
from ops.doctor.finding import Finding, Patient, fail, ok, warn
from ops.keys import WrongKey, check, described, mode_of_stage
from ops.screen import ago

DAY = 86_400
SECRET_DAYS = 365
"""Days after which the webhook's secret is to be rotated, whether or not anybody has seen it."""
CLOCK_SECONDS = 60
"""How far two clocks may be apart: well within the 300 s for which a signature counts."""


def keys(patient: Patient) -> Iterator[Finding]:
    """Of the stage's mode, known to Stripe, and allowed enough."""
    client = patient.functions_client()
    lacking = missing(client, FOR_FUNCTIONS)
    kind, mode = check(patient.parameters.get("secret-key") or "", patient.stage)
    if lacking:
        yield fail(f"the functions' key lacks: {', '.join(lacking)}", "Add these permissions to the key in the Dashboard.")
    else:
        yield ok(f"{kind} {mode} key, as {patient.stage} takes it; Stripe knows it, and it may do what the functions need")
    if kind == "secret":
        store = patient.typed("secrets set stripe-key", needs_stack=False)
        yield warn("it may do anything in the account", f"Make a restricted key (docs/security.md) and store it: {store}")
    yield _publishable(patient)


def _publishable(patient: Patient) -> Finding:
    value = patient.parameters.get("publishable-key")
    store = f"Store the stage's, then make deploy STAGE={patient.stage}: {patient.typed('secrets set publishable-key', needs_stack=False)}"
    if value is None:
        return warn("no publishable key is stored, which the next deployment needs", store)
    try:
        kind, mode = described(value)
    except WrongKey:
        return fail("what is stored as the publishable key is no key of Stripe's", store)
    if kind != "publishable" or mode != mode_of_stage(patient.stage):
        return fail(f"what is stored as the publishable key is a {kind} {mode} key", store)
    return ok(f"publishable {mode} key")


def release(patient: Patient) -> Iterator[Finding]:
    """One release for the functions, the SDK that ships with them, and these commands."""
    spoken = patient.release.api_version
    if spoken == NEWEST == stripe.api_version:
        yield ok(f"{spoken}, as the SDK {stripe.VERSION} has it")
    elif spoken != NEWEST:
        yield warn(f"{spoken}; {NEWEST} is known too", "docs/upgrading-stripe.md says how to change over.")
    else:
        yield fail(f"{spoken}, but the SDK {stripe.VERSION} is made for {stripe.api_version}", "Run this from the commit that is deployed.")


def endpoint(patient: Patient) -> Iterator[Finding]:
    """One, enabled, at the function's URL, with the right events in the right release, and its secret is the stored one."""
    state = state_of(patient.operators_client(), patient.parameters, wanted_of(patient.deployment))
    if state["agrees"]:
        yield ok(
            f"{state['endpoints'][0]['id']} is enabled, sends all {len(wanted_of(patient.deployment).events)} events to {state['url']}"
        )
    apply = patient.typed("webhooks apply")
    for wrong, mended in zip(state["wrong"], state["mend"], strict=True):
        yield fail(wrong, f"{apply}   # {mended}")
    modified = patient.parameters.modified("webhook-secret")
    if modified is None:
        yield fail("no signing secret is stored: every event is refused", f"{apply}   # makes the endpoint anew, with a new secret")
    elif time.time() - modified > SECRET_DAYS * DAY:
        yield warn(f"its secret was stored {ago(modified)}", patient.typed("secrets rotate"))
    else:
        yield ok(f"its secret was stored {ago(modified)}")


def deliveries(patient: Patient) -> Iterator[Finding]:
    """What of the last three days has not arrived, and when something last happened at all."""
    client = patient.functions_client()
    late = undelivered(client)
    given_up = [event for event in late if not event.pending]
    pending = [event for event in late if event.pending]
    if given_up:
        since = f"The webhook's log says why. Reconcile has brought them, or brings them now: {patient.typed('reconcile')}"
        yield warn(f"{len(given_up)} events of the last three days were given up, the last {ago(given_up[0].created)}", since)
    if pending:
        yield warn(f"{len(pending)} events are still to be delivered, the oldest {ago(pending[-1].created)}", "Look again in an hour.")
    last = _last_event(client)
    if last is None:
        yield ok("no event of the app's kinds in the last 30 days: nobody has subscribed yet")
    else:
        yield ok(f"the last event was {ago(last)}" + ("" if late else ", and all of the last three days have arrived"))


def _last_event(client: stripe.StripeClient) -> int | None:
    newest: list[int] = []
    for types in BATCHES:
        wanted_: Any = {"types": types, "limit": 1}
        newest += [event.created for event in client.v1.events.list(wanted_).data]
    return max(newest, default=None)


def catalogue(patient: Patient) -> Iterator[Finding]:
    """What `catalog drift` says."""
    steps = [change.words for change in changes(patient.operators_client(), wanted.read())]
    if not steps:
        yield ok("Stripe matches catalog.toml")
        return
    plan, apply = (patient.typed(f"catalog {verb}", needs_stack=False) for verb in ("plan", "apply"))
    yield fail(f"{len(steps)} differences from catalog.toml, the first: {steps[0]}", f"{plan}   # shows them; and mends them: {apply}")


def clocks(patient: Patient) -> Iterator[Finding]:
    """Stripe's, AWS's and this machine's. The webhook holds Stripe's times of signing against AWS's clock."""
    any_list: Any = {"limit": 1}
    answer = patient.functions_client().v1.prices.list(any_list).last_response
    told = {name.lower(): value for name, value in answer.headers.items()}.get("date") if answer else None
    here = time.time()
    try:
        response: Any = boto3.client("dynamodb").describe_table(TableName=patient.deployment.table)
    except ClientError as error:
        response = error.response  # a refusal has a date as well
    aws = response["ResponseMetadata"]["HTTPHeaders"].get("date")
    moments = {"Stripe": _seconds(told), "AWS": _seconds(aws), "this machine": here}
    known = {name: moment for name, moment in moments.items() if moment is not None}
    if len(known) < len(moments):
        missing_ = ", ".join(sorted(moments.keys() - known.keys()))
        yield warn(f"no time from {missing_}", "A proxy may have taken the Date header out of its answer.")
    apart = max(known.values()) - min(known.values())
    if apart > CLOCK_SECONDS:
        times = ", ".join(f"{name} {moment - here:+.0f} s" for name, moment in known.items())
        yield fail(f"{apart:.0f} s apart ({times})", "Set this machine's clock (ntp); if the others disagree, see their status pages.")
    else:
        yield ok(f"within {max(1, round(apart))} s of each other")


def _seconds(date: str | None) -> float | None:
    return parsedate_to_datetime(date).timestamp() if date else None
