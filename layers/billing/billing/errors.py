"""Every error that this project raises on purpose, and the answer each one means.

BillingError
├── Refused(status, code, message)   the caller can do something about it; the message is written for a front-end developer
│   ├── BadRequest        400
│   ├── Unauthorized      401
│   ├── PaymentFailed     402
│   ├── Forbidden         403
│   ├── NotFound          404   also for what belongs to somebody else
│   ├── Conflict          409
│   ├── TooLarge          413
│   └── TryAgain          503   nothing was lost; the same request may be sent again
├── Misconfigured         500   the operator has to act; the caller learns nothing of it
└── Undecided             500   the order rule could not settle: Stripe sends the event again
"""


class BillingError(Exception):
    """Base of all of them."""


class Refused(BillingError):
    """A request that is answered with a 4xx (or 503), a code for programs and a message for people."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class BadRequest(Refused):
    status = 400


class Unauthorized(Refused):
    status = 401


class PaymentFailed(Refused):
    status = 402


class Forbidden(Refused):
    status = 403


class NotFound(Refused):
    status = 404


class Conflict(Refused):
    status = 409


class TooLarge(Refused):
    status = 413


class TryAgain(Refused):
    status = 503


class Misconfigured(BillingError):
    """A setting or a secret is missing or senseless. The text goes to the log, never to the caller."""


class Undecided(BillingError):
    """Other writers kept moving the row; nothing was written."""
