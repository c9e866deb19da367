"""`deploy`: a stage from this clone to AWS and Stripe. `make deploy STAGE=dev` runs it, after setting up what it needs."""

import argparse
from typing import Any

from ops.deploy.steps import DEPLOY, perform
from ops.deploy.target import Target
from ops.deployment import STAGES


def add_to(commands: Any) -> None:
    parser = commands.add_parser("deploy", help="deploy a stage: stack, catalogue, webhook endpoint, site (make deploy STAGE=dev)")
    parser.add_argument("--stage", choices=STAGES, required=True, help="which stage: its section in samconfig.toml says the rest")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    parser.add_argument("--yes", action="store_true", help="ask nothing: agree to what the catalogue takes away and to sam's change set")
    words = "deploy while an alarm rings, the mend or the way back: all at once, and no alarm takes this one back"
    parser.add_argument("--despite-alarms", action="store_true", help=words)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    target = Target(arguments.stage, agreed=arguments.yes, despite_alarms=arguments.despite_alarms)
    perform(DEPLOY, target, dry=arguments.dry_run)
    if not arguments.dry_run:
        print(f"{arguments.stage} is at {target.output('SiteUrl')}")
    return 0
