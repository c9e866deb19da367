"""The operator's commands. What a command says goes to standard output; why it could not, to standard error.

Exit status: 0 done, nothing to do; 2 Stripe differs from the file (`catalog plan`); 1 it could not be done.
"""

import argparse
import sys
from pathlib import Path

import stripe

from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.stripe_account import NoAccount, account


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops", description="What an operator of Recur runs.")
    rooms = parser.add_subparsers(dest="room", required=True)
    catalog = rooms.add_parser("catalog", help="the plans on sale: catalog.toml against Stripe")
    catalog.add_argument("verb", choices=("plan", "apply"), help="plan: show what differs; apply: make Stripe match the file")
    catalog.add_argument("--file", type=Path, default=wanted.FILE, help="another file than catalog.toml")
    arguments = parser.parse_args()
    try:
        return _catalog(arguments.verb, arguments.file)
    except (NoAccount, wanted.Senseless) as error:
        print(error, file=sys.stderr)
    except stripe.StripeError as error:
        print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    return 1


def _catalog(verb: str, file: Path) -> int:
    differences = 0
    for change in changes(account(), wanted.read(file)):
        differences += 1
        print(change.words, flush=True)
        if verb == "apply":
            change.make()
    if not differences:
        print("Stripe matches the catalogue.")
    return 2 if differences and verb == "plan" else 0


if __name__ == "__main__":
    sys.exit(main())
