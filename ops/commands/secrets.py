"""`secrets rotate`, `secrets set` and `secrets remove`: the keys and the signing secret that are kept in SSM. None is ever shown."""

import argparse
import getpass
import os
import sys
from typing import Any

import stripe

from billing.secrets import FRESH_SECONDS
from ops import deployment, settling, webhooks
from ops.commands.arguments import add_common
from ops.commands.webhooks import wanted_of
from ops.deliveries import undelivered
from ops.deploy.permissions import FOR_DEPLOYING, FOR_FUNCTIONS, known, missing
from ops.keys import WrongKey, account, check, described, mode_of_stage
from ops.parameters import Name, Parameters
from ops.screen import moment, show_json
from ops.stripe_account import account_of, client, parameters_of

_NAMES: dict[str, Name] = {"stripe-key": "secret-key", "publishable-key": "publishable-key", "deploy-key": "deploy-key"}
_NEEDED = {"stripe-key": FOR_FUNCTIONS, "deploy-key": FOR_DEPLOYING}


def add_to(commands: Any) -> None:
    parser = commands.add_parser("secrets", help="rotate the webhook's secret; store Stripe's keys")
    verbs = parser.add_subparsers(dest="verb", required=True)
    rotating = verbs.add_parser("rotate", help="a new signing secret for the webhook, without a refused event; may be interrupted")
    add_common(rotating)
    rotating.set_defaults(run=rotate)
    setting = verbs.add_parser("set", help="store a key that is typed or comes by standard input, once it was checked")
    which = "stripe-key: the functions'; deploy-key: for catalogue and endpoints, where that is another; publishable-key: the site's"
    setting.add_argument("name", choices=_NAMES, help=which)
    setting.add_argument(
        "--another-account", action="store_true", help="the stage moves to another Stripe account: its customers stay behind"
    )
    add_common(setting)
    setting.set_defaults(run=store)
    removing = verbs.add_parser("remove", help="forget the key for deploying: from then on the functions' key deploys")
    removing.add_argument("name", choices=["deploy-key"])
    add_common(removing)
    removing.set_defaults(run=remove)


def rotate(arguments: argparse.Namespace) -> int:
    used = deployment.use(arguments.stage)
    theirs, parameters = account_of(used), parameters_of(used.stage)
    waiting = [event for event in undelivered(theirs) if event.pending]
    outcome = webhooks.rotate(theirs, parameters, wanted_of(used), settling.wait)
    if arguments.json:
        show_json({"endpoint": outcome.endpoint, "changes": outcome.changes, "undelivered": [event.id for event in waiting]})
    else:
        print(f"{outcome.endpoint} has taken over.", *outcome.changes, sep="\n")
        if waiting:
            oldest = moment(waiting[-1].created).replace(" ", "T")
            again = used.typed(f"replay --since {oldest}")
            print(f"{len(waiting)} events were still to be delivered before. Reconcile finds them, or at once: {again}")
    return 2 if waiting else 0


def store(arguments: argparse.Namespace) -> int:
    """Refuses a key of another mode or account, unknown to Stripe, or without a permission that is needed. Needs no stack yet."""
    stage = _stage_of(arguments)
    parameters = parameters_of(stage)
    key = _asked_for(f"Stripe's {arguments.name} of {stage} (it is not shown): ")
    if arguments.name == "publishable-key":
        _check_publishable(key, stage)
    else:
        check(key, stage)
        lacking = missing(client(key), _NEEDED[arguments.name])
        if lacking:
            raise WrongKey(f"Nothing is stored. The key lacks permissions: {', '.join(lacking)}. Add them in the Dashboard.")
    name = _NAMES[arguments.name]
    if not arguments.another_account:
        _check_account(key, parameters, name)
    parameters.put(name, key)
    path = parameters.path(name)
    if arguments.json:
        show_json({"parameter": path, "usedWithinSeconds": FRESH_SECONDS if name == "secret-key" else None})
        return 0
    print(f"Stored as {path} in {parameters.region}.")
    if name == "secret-key":
        print(f"Running functions use it within {FRESH_SECONDS // 60} minutes, or as soon as the old one fails: now that may be rolled.")
    if name == "publishable-key":
        print(f"The site keeps the old one until `make deploy STAGE={stage}`: do not roll that before.")
    if arguments.another_account:
        print(f"Set the stage's other keys of that account too, with --another-account, then `make deploy STAGE={stage}`.")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    stage = _stage_of(arguments)
    parameters = parameters_of(stage)
    path = parameters.path(_NAMES[arguments.name])
    removed = parameters.delete(_NAMES[arguments.name])
    if arguments.json:
        show_json({"parameter": path, "removed": removed})
    elif removed:
        print(f"Removed {path}. The functions' key deploys from now on; what it lacks for that, `make deploy STAGE={stage}` names.")
    else:
        print(f"There was no {path} in {parameters.region}.")
    return 0


def _stage_of(arguments: argparse.Namespace) -> str:
    stage = deployment.stage_of(arguments.stage) or os.environ.get("STAGE")
    if not stage:
        raise deployment.NotSetUp("Name the stage: --stage dev, staging or prod.")
    return stage


def _asked_for(prompt: str) -> str:
    return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()


def _check_publishable(key: str, stage: str) -> None:
    found = described(key)
    if found.kind != "publishable" or found.mode != mode_of_stage(stage):
        raise WrongKey(f"This is a {found.kind} {found.mode} key; {stage} takes a publishable {mode_of_stage(stage)} key here.")
    if not known(client(key)):
        raise WrongKey("Nothing is stored. Stripe does not know this key.")


def _check_account(key: str, parameters: Parameters, name: Name) -> None:
    """Raises `WrongKey` for a key of another account than the stored ones': every customer of the table would be unknown with it.

    Keys of today's form show their account. Of others Stripe is asked whether the new one sees the product that the stored one sees.
    """
    others: dict[Name, str] = {each: stored for each in _NAMES.values() if (stored := parameters.get(each)) is not None and stored != key}
    for other, stored in others.items():
        accounts = account(key), account(stored)
        differ = accounts[0] != accounts[1] if all(accounts) else "publishable-key" not in (name, other) and _sees_less(key, stored)
        if differ:
            raise WrongKey(
                f"Nothing is stored. This key is of another Stripe account than {parameters.path(other)}: no customer of the stage "
                "would be found there. If the stage is to move to that account: --another-account"
            )


def _sees_less(key: str, stored: str) -> bool:
    try:
        products = client(stored).v1.products.list({"limit": 1}).data
    except stripe.StripeError:
        return False  # rolled already, or not allowed to look
    try:
        for product in products:
            client(key).v1.products.retrieve(product.id)
    except stripe.InvalidRequestError as error:
        return error.code == "resource_missing"
    except stripe.StripeError:
        pass
    return False
