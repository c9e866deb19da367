"""`destroy`: undoes `deploy`, but for what people left there: Stripe's data, the users, and the table unless its name is typed."""

import argparse
import sys
from typing import Any

from ops.deploy.steps import DESTROY, perform
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target
from ops.deployment import STAGES


def add_to(commands: Any) -> None:
    parser = commands.add_parser("destroy", help="undo a deployment; Stripe's data and the table stay (make destroy STAGE=dev)")
    parser.add_argument("--stage", choices=STAGES, required=True, help="which stage")
    parser.add_argument("--delete-table", metavar="NAME", default="", help="delete the table too; its name confirms it")
    parser.add_argument("--confirm", metavar="STACK", default="", help="prod only: recur-prod, if nobody is there to type it")
    words = "do not ask Stripe, for a key that it no longer takes: says which endpoint to delete by hand"
    parser.add_argument("--leave-endpoint", action="store_true", help=words)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    given, leave = arguments.delete_table, arguments.leave_endpoint
    target = Target(arguments.stage, command="destroy", delete_table=given, leave_endpoint=leave)
    if arguments.stage == "prod" and not arguments.dry_run:
        _confirm(target.stack_name, arguments.confirm)
    perform(DESTROY, target, dry=arguments.dry_run)
    return 0


def _confirm(stack: str, given: str) -> None:
    """Raises `Stopped` unless the stack's name was typed."""
    if not given and sys.stdin.isatty():
        given = input(f"This takes {stack} away from its users. Type its name to go on: ").strip()
    if given != stack:
        raise Stopped(f"Nothing was done. To destroy {stack}: make destroy STAGE=prod CONFIRM={stack}")
