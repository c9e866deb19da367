"""`doctor`: is this deployment as it has to be? Looks at everything, changes nothing.

`stripe_side` looks at the keys, the endpoint, what was delivered, and the catalogue; `aws_side` at the table, the functions, reconcile
and the drift scan. Each check tells findings; one that cannot look says so, and the others go on. Where nobody answers at all that is
said once, and what else would ask there is not tried.
"""

from collections.abc import Iterator

import stripe
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from pynamodb.exceptions import PynamoDBException

from billing.errors import BillingError
from ops.catalog.wanted import Senseless
from ops.deployment import NotSetUp
from ops.doctor import aws_side, stripe_side
from ops.doctor.finding import Finding, Level, Patient, fail, warn
from ops.keys import WrongKey
from ops.stripe_account import NoAccount
from ops.trouble import Trouble, trouble

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
    "drift": aws_side.drift,
}
_ASKING = {
    "Stripe": {"keys", "endpoint", "deliveries", "catalogue", "clocks"},
    "AWS": CHECKS.keys() - {"release"},  # the keys are there, too
}


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """Each finding with what it is about, as soon as it is made."""
    said, silent, unseen = set[str](), set[str](), list[str]()
    for subject, check in CHECKS.items():
        if any(subject in _ASKING[side] for side in silent):
            unseen.append(subject)
            continue
        try:
            for finding in check(patient):
                yield subject, finding
        except _EXPECTED as error:
            why = _why(error, patient)
            silent |= {why.silent} - {""}
            if why.says in said:
                unseen.append(subject)
            else:
                said.add(why.says)
                yield subject, fail(why.says, why.todo)
    if unseen:
        yield "the rest", warn(f"not looked at, for the same reason: {', '.join(unseen)}", "Run it again when that is mended.")


_EXPECTED = (
    *(stripe.StripeError, PynamoDBException, BotoCoreError, ClientError, ResponseParserError),
    *(WrongKey, NoAccount, NotSetUp, Senseless, BillingError),
)


def _why(error: Exception, patient: Patient) -> Trouble:
    """Why a check could not look."""

    def whole(words: str) -> str:
        return patient.typed(words, needs_stack=False)

    if isinstance(error, WrongKey):
        return Trouble(str(error), f"Store the one of {patient.stage}: {whole('secrets set stripe-key')}")
    return trouble(error, whole) or Trouble(str(error), "")


__all__ = ["CHECKS", "Finding", "Level", "Patient", "examine"]
