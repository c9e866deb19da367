"""`secrets rotate` and `secrets set`: Stripe's keys and the webhook's signing secret, which are kept in SSM. None is ever shown."""

import argparse
import getpass
import os
import sys
from typing import Any

from billing.secrets import FRESH_SECONDS
from ops import deployment, settling, webhooks
from ops.aws import session_of
from ops.commands.arguments import add_common, add_stage
from ops.commands.webhooks import wanted_of
from ops.deliveries import undelivered
from ops.deploy.permissions import FOR_DEPLOYING, FOR_FUNCTIONS, missing
from ops.keys import WrongKey, check, described, mode_of_stage
from ops.parameters import Name
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
    add_stage(setting)
    setting.set_defaults(run=store)


def rotate(arguments: argparse.Namespace) -> int:
    """0 done; 2 done, and events that the old endpoint had not delivered went with it (`replay` brings them)."""
    used = deployment.use(arguments.stage)
    stripe, parameters = account_of(used), parameters_of(used.stage)
    waiting = [event for event in undelivered(stripe) if event.pending]
    outcome = webhooks.rotate(stripe, parameters, wanted_of(used), settling.wait)
    if arguments.json:
        show_json({"endpoint": outcome.endpoint, "changes": outcome.changes, "undelivered": [event.id for event in waiting]})
    else:
        print(f"{outcome.endpoint} has taken over.", *outcome.changes, sep="\n")
        if waiting:
            oldest = moment(waiting[-1].created).replace(" ", "T")
            print(f"{len(waiting)} events were still to be delivered before. Reconcile finds them, or at once: replay --since {oldest}")
    return 2 if waiting else 0


def store(arguments: argparse.Namespace) -> int:
    """0 stored; 1 refused: of another mode, unknown to Stripe, or without a permission that is needed. Needs no stack yet."""
    stage = arguments.stage or os.environ.get("STAGE")
    if not stage:
        raise deployment.NotSetUp("Name the stage: --stage dev, staging or prod.")
    key = _asked_for(f"Stripe's {arguments.name} of {stage} (it is not shown): ")
    if arguments.name == "publishable-key":
        _check_publishable(key, stage)
    else:
        check(key, stage)
        lacking = missing(client(key), _NEEDED[arguments.name])
        if lacking:
            raise WrongKey(f"Nothing is stored. The key lacks permissions: {', '.join(lacking)}. Add them in the Dashboard.")
    parameters = parameters_of(stage, session_of(arguments.stage))
    parameters.put(_NAMES[arguments.name], key)
    print(f"Stored as {parameters.path(_NAMES[arguments.name])} in {parameters.region}.")
    if arguments.name == "stripe-key":
        print(f"Running functions use it within {FRESH_SECONDS // 60} minutes, or as soon as the old one fails: now that may be rolled.")
    return 0


def _asked_for(prompt: str) -> str:
    return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()


def _check_publishable(key: str, stage: str) -> None:
    found = described(key)
    if found.kind != "publishable" or found.mode != mode_of_stage(stage):
        raise WrongKey(f"This is a {found.kind} {found.mode} key; {stage} takes a publishable {mode_of_stage(stage)} key here.")
