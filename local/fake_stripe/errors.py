"""Stripe's errors. One class a kind; `status` is the HTTP status, `body()` the JSON Stripe answers.

StripeError
├── InvalidRequest      400 (404 when `code` is resource_missing)
├── AuthenticationFailed 401
├── CardError           402
├── PermissionDenied    403
├── Conflict            409 / idempotency_error 400
├── RateLimited         429
├── ApiFailure          500
└── NotSupported        501, the stand-in's own: nothing here pretends to have worked
"""


class StripeError(Exception):
    """An answer that is an error; everything beside `message` appears in the JSON when it is not None."""

    status = 400
    type = "invalid_request_error"

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, status: int | None = None, **extra: object):
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.extra = extra
        if status is not None:
            self.status = status

    def body(self) -> dict:
        error = {"type": self.type, "code": self.code, "message": self.message, "param": self.param, **self.extra}
        if self.code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return {"error": {name: value for name, value in error.items() if value is not None}}


class InvalidRequest(StripeError):
    """The request is wrong as sent, or not possible in the state things are in."""


class ResourceMissing(StripeError):
    """404: no such object."""

    status = 404

    def __init__(self, noun: str, id: str, param: str = "id"):
        super().__init__(f"No such {noun}: '{id}'", code="resource_missing", param=param)


class AuthenticationFailed(StripeError):
    status = 401


class CardError(StripeError):
    """A decline, or card details that cannot be right. `decline_code` says what the bank said."""

    status = 402
    type = "card_error"


class PermissionDenied(StripeError):
    status = 403


class IdempotencyConflict(StripeError):
    """400 when a key comes again with other parameters, 409 while its first request still runs."""

    type = "idempotency_error"


class RateLimited(StripeError):
    status = 429


class ApiFailure(StripeError):
    status = 500
    type = "api_error"


class NotSupported(StripeError):
    """Real Stripe can do this, the stand-in cannot."""

    status = 501

    def __init__(self, what: str, param: str | None = None):
        super().__init__(f"{what} is not supported by this stand-in for Stripe.", code="not_supported_by_stand_in", param=param)
