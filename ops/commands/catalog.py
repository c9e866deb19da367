"""`catalog plan|apply|drift|export`: the plans on sale, catalog.toml against Stripe."""

import argparse
from pathlib import Path
from typing import Any

import boto3
import msgspec
from stripe import StripeClient

from ops import deployment
from ops.aws import NotSetUp, session_of
from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.catalog.export import as_toml, exported
from ops.commands.arguments import add_common
from ops.deployment import STAGES
from ops.screen import show_json, warn
from ops.stripe_account import NoAccount, account, account_of_stage

_HELP = """plan: show what apply would do; apply: make Stripe match the file; drift: whether anybody changed it by hand, for a
schedule; export: the file that this account would have come from"""


def add_to(commands: Any) -> None:
    parser = commands.add_parser("catalog", help="the plans on sale: catalog.toml against Stripe")
    parser.add_argument("verb", choices=("plan", "apply", "drift", "export"), help=_HELP)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--file", type=Path, default=wanted.FILE, help="another file than catalog.toml")
    source.add_argument(
        "--from", dest="other", choices=STAGES, help="what another stage has on sale instead: apply --from dev --stage prod copies it"
    )
    parser.add_argument(
        "--from-profile", metavar="NAME", help="with --from: the AWS profile of that stage, where it has an account of its own"
    )
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Without --stage the account is the environment's: STRIPE_SECRET_KEY. Needs no stack."""
    if arguments.from_profile and not arguments.other:
        raise NotSetUp("--from-profile says who sees the stage of --from: name that too.")
    stripe = _account(arguments.stage)
    if arguments.verb == "export":
        return _export(stripe, arguments.json)
    made, steps = arguments.verb == "apply", list[str]()
    for change in changes(stripe, _wanted(arguments)):
        steps.append(change.words)
        if made:
            change.make()
        if not arguments.json:
            print(change.words, flush=True)
    if arguments.json:
        show_json({"changes": steps, "made": made, "agrees": made or not steps})
    elif not steps:
        print("Stripe matches the catalogue.")
    return 2 if steps and not made else 0


def _account(which: deployment.Which) -> StripeClient:
    if isinstance(which, str):
        return account_of_stage(which, session_of(which))
    stage = deployment.stage_of(which) if which else None
    return account_of_stage(stage, boto3) if stage else account()


def _wanted(arguments: argparse.Namespace) -> wanted.Catalog:
    if arguments.other is None:
        return wanted.read(arguments.file)
    catalog, left_out = exported(_source(arguments.other, arguments.from_profile))
    for words in left_out:
        warn(f"Left out: {words}.")
    return catalog


def _source(stage: str, profile: str | None) -> StripeClient:
    """Best practice is an AWS account for each stage, so the credentials that see one stage see no other."""
    session = session_of(stage, profile=profile)
    try:
        return account_of_stage(stage, session)
    except NoAccount:
        raise NoAccount(
            f"Whoever you are at AWS sees no key of {stage} in {session.region_name}. If {stage} has an AWS account of its own, name a "
            f"profile of that: --from-profile NAME. Or with that profile: catalog export --stage {stage} > {stage}.toml, and then here: "
            f"--file {stage}.toml"
        ) from None


def _export(stripe: StripeClient, as_json: bool) -> int:
    catalog, left_out = exported(stripe)
    if as_json:
        show_json(msgspec.to_builtins(catalog) | {"leftOut": left_out})
    else:
        print(as_toml(catalog), end="")
        for words in left_out:
            warn(f"Left out: {words}.")
    return 2 if left_out else 0
