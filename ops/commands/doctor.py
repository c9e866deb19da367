"""`doctor`: is this deployment as it has to be, and what to do where it is not."""

import argparse
from typing import Any

from billing.settings import settings
from ops import deployment
from ops.commands.arguments import add_common
from ops.doctor import CHECKS, Finding, Level, Patient, examine
from ops.redaction import redacted
from ops.screen import bar, progress, show_json
from ops.stripe_account import parameters_of


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor", help="is the deployment as it has to be: keys, endpoint, deliveries, catalogue, table, functions"
    )
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    used = deployment.use(arguments.stage)
    patient = Patient(used, parameters_of(used.stage), settings.release)
    found: list[tuple[str, Finding]] = []
    with progress(lambda: f"{bar(len({subject for subject, _ in found}) / len(CHECKS))} {found[-1][0] if found else ''}"):
        found += examine(patient)
    failed = any(finding.level is Level.FAIL for _, finding in found)
    if arguments.json:
        told = [{"subject": name, "level": each.level.value, "says": redacted(each.says), "todo": each.todo} for name, each in found]
        show_json({"stage": used.stage, "findings": told, "healthy": not failed})
    else:
        for subject, finding in found:
            print(f"{finding.level.value:<5} {subject:<11} {redacted(finding.says)}")
            if finding.todo:
                print(f"{'':<17} -> {finding.todo}")
    return 2 if failed else 0
