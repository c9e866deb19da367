"""`doctor`: is this deployment as it has to be? Looks at everything, changes nothing.

`stripe_side` looks at the keys, the endpoint, what was delivered, and the catalogue; `aws_side` at the table, the functions and reconcile.
Each check tells findings; one that cannot look says so, and the others go on.
"""

from collections.abc import Iterator

import stripe
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from billing.errors import BillingError
from ops.catalog.wanted import Senseless
from ops.deployment import NotSetUp
from ops.doctor import aws_side, stripe_side
from ops.doctor.finding import Finding, Level, Patient, fail
from ops.keys import WrongKey
from ops.stripe_account import NoAccount

CHECKS = {
    "keys": stripe_side.keys,
    "release": stripe_side.release,
    "endpoint": stripe_side.endpoint,
    "deliveries": stripe_side.deliveries,
    "catalogue": stripe_side.catalogue,
    "clocks": stripe_side.clocks,
    "table": aws_side.table,
    "functions": aws_side.functions,
    "reconcile": aws_side.reconcile,
}


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """Each finding with what it is about, as soon as it is made."""
    for subject, check in CHECKS.items():
        try:
            for finding in check(patient):
                yield subject, finding
        except stripe.StripeError as error:
            yield subject, fail(f"Stripe: {error.user_message or error}", "See what the key may do: its permissions in the Dashboard.")
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            yield subject, fail(f"AWS: {error}", "See whose credentials these are (AWS_PROFILE) and what they may read.")
        except (WrongKey, NoAccount, NotSetUp, Senseless, BillingError) as error:
            yield subject, fail(str(error), "")


__all__ = ["CHECKS", "Finding", "Level", "Patient", "examine"]
