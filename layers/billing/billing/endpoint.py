"""What every endpoint shares: who is calling, the validated body, and errors that become answers in one place.

    @endpoint
    def handler(caller: User, body: Body) -> Answer: ...

The gateway has verified the token's signature, issuer, audience and expiry; it takes ID and access tokens alike, so what it
does not check is checked here: that it is an ID token, of a verified e-mail address.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

import msgspec
import stripe
from pynamodb.exceptions import PynamoDBException

from billing.card_numbers import holds_card_number
from billing.cause import begin, concern
from billing.errors import BadRequest, Conflict, NotFound, PaymentFailed, Refused, TooLarge, TryAgain, Unauthorized
from billing.log import logger

MAX_BODY = 64 * 1024
"""Bytes. What this API is sent is a few hundred; HTTP APIs themselves would let 10 MB through."""

Answer = dict[str, Any]
LambdaEvent = dict[str, Any]


class Body(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Base of what an endpoint takes: camelCase in JSON, snake_case here; unknown fields and wrong types are refused."""


class Nothing(Body):
    """The body of an endpoint that takes none."""


B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user, from verified claims only."""

    id: str
    email: str


@dataclass(frozen=True, slots=True)
class Request(Generic[B]):
    caller: Caller
    body: B
    query: dict[str, str]

    def required_query(self, name: str) -> str:
        """A query parameter. Raises `BadRequest` when it is missing."""
        value = self.query.get(name)
        if not value:
            raise BadRequest("missing_parameter", f"The query parameter {name} is required.")
        return value


def endpoint(body: type[B]) -> Callable[[Callable[[Request[B]], Answer]], Callable[[LambdaEvent, object], Answer]]:
    """Turns a function from `Request` to a JSON object into the Lambda handler of a signed-in user's endpoint."""

    def wrap(function: Callable[[Request[B]], Answer]) -> Callable[[LambdaEvent, object], Answer]:
        @wraps(function)  # what it takes stays readable: docs/openapi.json is made from it
        def handler(event: LambdaEvent, context: object) -> Answer:
            return _answered(
                event, context, lambda: function(Request(_caller(event), _body(event, body), event.get("queryStringParameters") or {}))
            )

        return handler

    return wrap


def public_endpoint(function: Callable[[], Answer]) -> Callable[[LambdaEvent, object], Answer]:
    """The Lambda handler of an endpoint that anybody may ask and that takes no input."""

    @wraps(function)
    def handler(event: LambdaEvent, context: object) -> Answer:
        return _answered(event, context, function)

    return handler


def _caller(event: LambdaEvent) -> Caller:
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    if claims.get("token_use") != "id":
        raise Unauthorized("id_token_required", "Send the ID token, not the access token.")
    if claims.get("email_verified") != "true":
        raise Unauthorized("email_not_verified", "Confirm your e-mail address first.")
    concern(user=claims["sub"])
    return Caller(claims["sub"], claims["email"])


def _body(event: LambdaEvent, shape: type[B]) -> B:
    raw: str = event.get("body") or ""
    try:
        content = base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode()
        text = content.decode()
    except binascii.Error:
        raise BadRequest("invalid_json", "The body is not valid base64.") from None
    except UnicodeError:
        raise BadRequest("invalid_json", "The body is not valid UTF-8.") from None
    if len(content) > MAX_BODY:
        raise TooLarge("body_too_large", f"The body must not be larger than {MAX_BODY // 1024} KB.")
    if holds_card_number(text):
        raise BadRequest(
            "card_number_refused", "There is a card number in the body. Card details go into Stripe's own fields, never to this API."
        )
    try:
        return msgspec.json.decode(content or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise BadRequest("invalid_request", f"{error}.") from None  # names the field and what was expected of it
    except (msgspec.DecodeError, RecursionError):
        raise BadRequest("invalid_json", "The body is not valid JSON.") from None


def _answered(event: LambdaEvent, context: object, function: Callable[[], Answer]) -> Answer:
    log = logger()
    begin(event["requestContext"]["requestId"], "request", context)
    try:
        return _json(200, function())
    except Refused as refusal:
        return _refused(refusal)
    except stripe.StripeError as error:
        log.warning("Stripe refused or failed", extra={"code": error.code, "status": error.http_status, "request": error.request_id})
        refusal = refusal_for(error)
        if refusal:
            return _refused(refusal)
    except PynamoDBException as error:
        log.warning("DynamoDB failed", extra={"code": error.cause_response_code})
        # What was made in Stripe before the table failed is made: whoever asks again gets the very same, or is told so.
        return _refused(TryAgain("try_again", "This could not be finished. Please try again in a moment."))
    except Exception:
        log.exception("Unexpected")
    return _json(500, {"error": {"code": "internal_error", "message": "Something went wrong on our side."}})


_DECLINED = {
    "insufficient_funds": "The card has insufficient funds.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The card's security code is wrong.",
}


def refusal_for(error: "stripe.StripeError") -> Refused | None:
    """What an error of Stripe's means to the caller, by its type and code and in our words. None: it is our fault.

    Its annotation is quoted: evaluated with this module, it would load stripe-python in every endpoint.
    """
    if isinstance(error, stripe.CardError):
        reason = getattr(error.error, "decline_code", None) or error.code
        return PaymentFailed("payment_failed", _DECLINED.get(str(reason), "The payment was declined. Try another payment method."))
    if isinstance(error, (stripe.RateLimitError, stripe.APIConnectionError)) or (error.http_status or 0) >= 500:
        # The call may have been carried out all the same: the state says, as soon as Stripe's event arrives.
        return TryAgain("stripe_unavailable", "The payment provider did not answer. Reload in a moment to see whether it worked.")
    if isinstance(error, stripe.InvalidRequestError) and error.code == "resource_missing":
        return NotFound("not_found", "There is no such object.")
    if error.http_status == 409:
        return Conflict("in_progress", "The same request is still being carried out. Try again in a moment.")
    return None


def _refused(refusal: Refused) -> Answer:
    # Not its message, which may name a field that the caller made up.
    logger().info("Refused", extra={"status": refusal.status, "code": refusal.code})
    return _json(refusal.status, {"error": {"code": refusal.code, "message": refusal.message}})


def _json(status: int, content: Answer) -> Answer:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(content, separators=(",", ":")),
    }
