"""What Stripe or AWS did not do, in a sentence for an operator, and what to do about it: for each error that is not our own fault."""

import errno
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import stripe
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError
from pynamodb.exceptions import PynamoDBException

from billing.errors import TryAgain
from ops.program import typed

WHOSE = "See whose credentials these are (aws sts get-caller-identity) and what they may do; AWS_PROFILE chooses others."
LATER = "Run it again in a minute."
STRIPE_SILENT = "See this machine's network (HTTPS_PROXY), then https://status.stripe.com."
AWS_SILENT = "See this machine's network (HTTPS_PROXY) and AWS_REGION, then https://health.aws.amazon.com."
ELSEWHERE = "Is it another account or region? AWS_PROFILE and AWS_REGION choose them."

_REFUSING = ("AccessDenied", "Unauthorized", "UnrecognizedClient", "InvalidClientTokenId", "ExpiredToken", "SignatureDoesNotMatch")
"""How AWS's codes begin that say something of the credentials, each with or without `Exception`."""
_BUSY = ("Throttling", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "ServiceUnavailable", "InternalServerError")


class Trouble(NamedTuple):
    says: str
    todo: str
    silent: str = ""
    """`Stripe` or `AWS`, if nobody answered there at all: the next call would wait as long for nothing."""


Typed = Callable[[str], str]
"""The whole of a command, of its words (`ops.program.typed`)."""


def _of_environment(words: str) -> str:
    stage = os.environ.get("STAGE")
    return typed(words, f"--stage {stage}" if stage else "")


def trouble(error: BaseException, whole: Typed = _of_environment) -> Trouble | None:
    """None for an error that is none of these."""
    if isinstance(error, stripe.StripeError):
        return _of_stripe(error, whole)
    if isinstance(error, TryAgain):
        return Trouble("AWS did not answer in time (Parameter Store, or the table).", LATER)
    if isinstance(error, PynamoDBException | BotoCoreError | ClientError | ResponseParserError):
        return _of_aws(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Trouble(f"What is said cannot be written: {error.strerror}.", "Make room, and run it again.")
    return None


def _of_stripe(error: stripe.StripeError, whole: Typed) -> Trouble:
    if isinstance(error, stripe.APIConnectionError):
        base = os.environ.get("STRIPE_API_BASE", "https://api.stripe.com")
        return Trouble(f"Stripe does not answer at {base}: {_reason(error)}.", STRIPE_SILENT, silent="Stripe")
    says = f"Stripe: {error.user_message or error}"
    match error:
        case stripe.AuthenticationError():
            return Trouble(says, f"Store a key that it knows: {whole('secrets set stripe-key')}")
        case stripe.PermissionError():
            return Trouble(says, "Add the permission to the key in the Dashboard (docs/security.md lists all of them).")
        case stripe.RateLimitError():
            return Trouble(says, LATER)
        case stripe.InvalidRequestError():
            return Trouble(says, "Stripe's log in the Dashboard has the request.")
        case _:
            return Trouble(says, "See https://status.stripe.com, and run it again.")


def _of_aws(error: Exception) -> Trouble:
    for each in _chain(error):
        if isinstance(each, ClientError):
            return _refused(each)
        if isinstance(each, ConnectionError | HTTPClientError | ConnectionClosedError):
            where = getattr(each, "kwargs", {}).get("endpoint_url") or "its address"
            return Trouble(f"AWS does not answer at {where}: {_reason(each)}.", AWS_SILENT, silent="AWS")
        if isinstance(each, ResponseParserError):
            where = os.environ.get("AWS_ENDPOINT_URL", "AWS's address")
            return Trouble(f"What answers at {where} is not AWS, or not all of it.", "Unset AWS_ENDPOINT_URL; make dev's stack is --local.")
    known = isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound | SSOError | TokenRetrievalError)
    return Trouble(f"AWS: {error}", "AWS_PROFILE chooses the credentials; `aws sso login` renews them." if known else LATER)


def _refused(error: ClientError) -> Trouble:
    code, says = error.response.get("Error", {}).get("Code", ""), f"AWS: {error}"
    if code == "ResourceNotFoundException" and "able" in error.operation_name + str(error):
        return Trouble(f"There is no table {os.environ.get('TABLE_NAME', '')} here.", ELSEWHERE)
    if code == "ResourceNotFoundException":
        return Trouble(says, ELSEWHERE)
    if code.startswith(_REFUSING):
        return Trouble(says, WHOSE)
    return Trouble(says, LATER if code.startswith(_BUSY) else "See https://health.aws.amazon.com, and whose credentials these are.")


def _reason(error: BaseException) -> str:
    """What the system said in the end, below all that libraries wrapped around it."""
    said = [each.strerror for each in _chain(error) if isinstance(each, OSError) and each.strerror]
    return said[-1] if said else "no answer in time" if any("imeout" in type(each).__name__ for each in _chain(error)) else str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
