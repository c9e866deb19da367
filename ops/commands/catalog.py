"""`catalog plan|apply`: the plans on sale, catalog.toml against Stripe."""

import argparse
from pathlib import Path
from typing import Any

from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.stripe_account import account


def add_to(commands: Any) -> None:
    parser = commands.add_parser("catalog", help="the plans on sale: catalog.toml against Stripe")
    parser.add_argument("verb", choices=("plan", "apply"), help="plan: show what differs; apply: make Stripe match the file")
    parser.add_argument("--file", type=Path, default=wanted.FILE, help="another file than catalog.toml")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 nothing to do, or done; 2 Stripe differs from the file (`plan`)."""
    differences = 0
    for change in changes(account(), wanted.read(arguments.file)):
        differences += 1
        print(change.words, flush=True)
        if arguments.verb == "apply":
            change.make()
    if not differences:
        print("Stripe matches the catalogue.")
    return 2 if differences and arguments.verb == "plan" else 0
