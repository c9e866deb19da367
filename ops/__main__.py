"""The operator's commands. What a command says goes to standard output; why it could not, to standard error.

Exit status: 0 done, nothing to do; 2 done, and something is not as it should be (each command says what); 1 it could not be done,
also because it was not understood.
"""

import argparse
import sys
import traceback
from typing import NoReturn

import stripe
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from billing.errors import BillingError
from ops.catalog import wanted
from ops.commands import backfill, catalog, deploy, destroy, doctor, explain, reconcile, replay, secrets, webhooks
from ops.deploy.stopped import Stopped
from ops.deployment import NotSetUp
from ops.keys import WrongKey
from ops.redaction import redacted
from ops.stripe_account import NoAccount

COMMANDS = (doctor, explain, replay, reconcile, backfill, catalog, webhooks, secrets, deploy, destroy)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """argparse's own status would be 2, which here says that something differs."""
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: {redacted(message)}\n")


def main() -> int:
    parser = Parser(prog="python -m ops", description="What an operator of Recur runs.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    arguments = parser.parse_args()
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    except Exception as error:
        print(redacted(_told(error)), file=sys.stderr)
    return 1


def _told(error: Exception) -> str:
    """One sentence for what an operator can do something about; for the rest, which is our fault, all there is."""
    match error:
        case Stopped() | NoAccount() | NotSetUp() | WrongKey() | wanted.Senseless() | BillingError():
            return str(error)
        case stripe.StripeError():
            return f"Stripe: {error.user_message or error}"
        case PynamoDBException() | BotoCoreError() | ClientError():
            return f"AWS: {error}"
        case _:
            return "".join(traceback.format_exception(error)).rstrip()


if __name__ == "__main__":
    sys.exit(main())
