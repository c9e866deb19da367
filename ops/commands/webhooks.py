"""`webhooks` and `webhooks apply`: the endpoint in Stripe that sends events to this stage, against what the app needs."""

import argparse
from typing import Any

from stripe import StripeClient, WebhookEndpoint

from billing.settings import settings
from ops import deployment, settling, webhooks
from ops.commands.arguments import add_common
from ops.deployment import Deployment
from ops.parameters import Parameters
from ops.screen import show_json, show_table
from ops.stripe_account import account_of, parameters_of


def add_to(commands: Any) -> None:
    parser = commands.add_parser("webhooks", help="the endpoint in Stripe: what is there, and what differs")
    parser.add_argument("verb", nargs="?", choices=("list", "apply"), default="list", help="list: show it (default); apply: mend it")
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    used = deployment.use(arguments.stage)
    stripe, parameters, wanted = account_of(used), parameters_of(used.stage), wanted_of(used)
    if arguments.verb == "apply":
        outcome = webhooks.ensure(stripe, parameters, wanted, settling.wait)
        if arguments.json:
            show_json({"endpoint": outcome.endpoint, "changes": outcome.changes})
        else:
            print(*(outcome.changes or [f"{outcome.endpoint} is as it has to be."]), sep="\n")
        return 0
    state = state_of(stripe, parameters, wanted)
    if arguments.json:
        show_json(state)
    else:
        _show(state, used.typed("webhooks apply"))
    return 0 if state["agrees"] else 2


def wanted_of(used: Deployment) -> webhooks.Wanted:
    return webhooks.Wanted(used.webhook_url, used.stage, settings.release)


def state_of(stripe: StripeClient, parameters: Parameters, wanted: webhooks.Wanted) -> dict[str, Any]:
    """Each endpoint of the stage; and in words, one for one, what is wrong and what `webhooks apply` would do to mend it."""
    there, stored = webhooks.endpoints(stripe, wanted.stage, wanted.url), parameters.webhook_secrets()
    good = next((each for each in there if webhooks.flaw(each, stored, wanted) is None), None)
    found: list[webhooks.Difference] = []
    if good is None:
        flaw = (webhooks.flaw(there[0], stored, wanted) if there else None) or "there is none"
        found.append(webhooks.Difference(flaw, f"new endpoint: {flaw}"))
    else:
        found += [webhooks.Difference(f"{good.id} {now}", f"{good.id}: {mended}") for now, mended in webhooks.differences(good, wanted)]
    found += [webhooks.Difference(f"{each.id} is one too many", f"delete {each.id}") for each in there if each is not good]
    if good is not None and len(stored) > 1:
        found.append(webhooks.Difference("another secret is stored too: a rotation was interrupted", "forget the other stored secret"))
    return {
        "url": wanted.url,
        "apiVersion": wanted.release.api_version,
        "endpoints": [_told(endpoint, stored, wanted) for endpoint in there],
        "wrong": [each.now for each in found],
        "mend": [each.mended for each in found],
        "agrees": not found,
    }


def _told(endpoint: WebhookEndpoint, stored: list[str], wanted: webhooks.Wanted) -> dict[str, Any]:
    listened = set(endpoint.enabled_events)
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "status": endpoint.status,
        "apiVersion": endpoint.api_version,
        "created": endpoint.created,
        "missingEvents": sorted(set(wanted.events) - listened),
        "superfluousEvents": sorted(listened - set(wanted.events)),
        "flaw": webhooks.flaw(endpoint, stored, wanted),
        "changes": [each.mended for each in webhooks.differences(endpoint, wanted)],
    }


def _show(state: dict[str, Any], apply: str) -> None:
    rows = [
        (
            each["id"],
            each["url"],
            each["status"],
            each["apiVersion"] or "account's default",
            f"{len(each['missingEvents'])} missing, {len(each['superfluousEvents'])} superfluous",
        )
        for each in state["endpoints"]
    ]
    show_table(("endpoint", "url", "state", "release", "events"), rows)
    if state["agrees"]:
        print("As it has to be.")
        return
    print(*(f"Wrong: {words}" for words in state["wrong"]), f"This would mend it: {apply}", sep="\n")
    print(*(f"  {step}" for step in state["mend"]), sep="\n")
