"""The operator's commands. What a command says goes to standard output; why it could not, to standard error.

Exit status: 0 done, nothing to do; 2 done, and something is not as it should be (each command says what); 1 it could not be done.
"""

import argparse
import sys

import stripe
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from billing.errors import BillingError
from ops.catalog import wanted
from ops.commands import backfill, catalog, explain, reconcile
from ops.deployment import NotSetUp
from ops.stripe_account import NoAccount

COMMANDS = (catalog, explain, reconcile, backfill)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops", description="What an operator of Recur runs.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    arguments = parser.parse_args()
    try:
        return arguments.run(arguments)
    except (NoAccount, NotSetUp, wanted.Senseless, BillingError) as error:
        print(error, file=sys.stderr)
    except stripe.StripeError as error:
        print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    except (PynamoDBException, BotoCoreError, ClientError) as error:
        print(f"AWS: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
