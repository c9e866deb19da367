"""Test payment methods: which numbers and ids exist, what each does when attached and when charged, and who owns a method.

Numbers and behaviours are those of Stripe's testing page, as far as the guide and the facts name them.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from ..errors import CardError, InvalidRequest
from ..money import SECONDS
from ..world import World

AUTHENTICATE_ONCE = "authenticate_unless_set_up"
AUTHENTICATE_ALWAYS = "authenticate_always"
CURRENCIES = {"sepa_debit": ("eur",), "au_becs_debit": ("aud",)}
"""Bank debits take one currency; cards take all."""


@dataclass(frozen=True, slots=True)
class Card:
    """`charge` is ok, a decline code, or one of the AUTHENTICATE_ constants; `attach` is ok or a decline code."""

    number: str
    brand: str = "visa"
    charge: str = "ok"
    attach: str = "ok"
    country: str = "US"
    funding: str = "credit"


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000056655665556", funding="debit"),
        Card("5555555555554444", "mastercard"),
        Card("2223003122003222", "mastercard"),
        Card("378282246310005", "amex"),
        Card("6011111111111117", "discover"),
        Card("4000002500003155", charge=AUTHENTICATE_ONCE, country="IE"),
        Card("4000002760003184", charge=AUTHENTICATE_ALWAYS, country="DE"),
        Card("4000000000003220", charge=AUTHENTICATE_ALWAYS),
        Card("4000000000000341", charge="generic_decline"),
        Card("4000000000000002", charge="generic_decline", attach="generic_decline"),
        Card("4000000000009995", charge="insufficient_funds", attach="insufficient_funds"),
        Card("4000000000009987", charge="lost_card", attach="lost_card"),
        Card("4000000000009979", charge="stolen_card", attach="stolen_card"),
        Card("4000000000000069", charge="expired_card", attach="expired_card"),
        Card("4000000000000127", charge="incorrect_cvc", attach="incorrect_cvc"),
        Card("4000000000000119", charge="processing_error", attach="processing_error"),
    )
}

# Ids that stand for a new method each time they are used.
MAGIC = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_discover": "6011111111111117",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureRequired": "4000000000003220",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_visa_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
}
TOKENS = {
    "tok_visa": "4242424242424242",
    "tok_visa_debit": "4000056655665556",
    "tok_mastercard": "5555555555554444",
    "tok_amex": "378282246310005",
    "tok_chargeCustomerFail": "4000000000000341",
    "tok_chargeDeclined": "4000000000000002",
    "tok_chargeDeclinedInsufficientFunds": "4000000000009995",
    "tok_chargeDeclinedExpiredCard": "4000000000000069",
    "tok_threeDSecure2Required": "4000000000003220",
}

IBANS = {"AT321904300235473204": "ok", "AT861904300235473202": "debit_not_authorized"}
BECS_ACCOUNTS = {"900123456": "ok", "111111113": "account_closed"}
BECS_BSB = "000000"

DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "Your card was declined."),
    "stolen_card": ("card_declined", "Your card was declined."),
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": ("processing_error", "An error occurred while processing your card. Try again in a little bit."),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    "account_closed": ("account_closed", "The customer's bank account has been closed."),
    "debit_not_authorized": (
        "debit_not_authorized",
        "The customer has notified their bank that this payment was unauthorized.",
    ),
}


def decline(reason: str) -> dict:
    """The error of a declined charge as Stripe writes it: `{code, decline_code?, message}`."""
    code, message = DECLINES[reason]
    is_bank_debit = reason in ("account_closed", "debit_not_authorized")
    error = {"code": code, "message": message, "type": "invalid_request_error" if is_bank_debit else "card_error"}
    if not is_bank_debit:
        error["decline_code"] = reason
    return error


# ------------------------------------------------------------------------------------------------------ making
def card_method(world: World, number: str, exp_month: int, exp_year: int, billing: dict | None, checks_cvc: bool) -> dict:
    """A card payment method, unattached. The number itself is not kept: only what it will do."""
    card = CARDS[number]
    details = {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "unchecked" if checks_cvc else None,
        },
        "country": card.country,
        "display_brand": card.brand if card.brand != "amex" else "american_express",
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": fingerprint(number),
        "funding": card.funding,
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return _method(world, "card", details, billing, charge=card.charge, attach=card.attach)


def sepa_method(world: World, iban: str, billing: dict | None) -> dict:
    """A SEPA debit. Raises CardError-like InvalidRequest for an IBAN Stripe would refuse."""
    compact = iban.replace(" ", "").upper()
    if compact not in IBANS:
        if not _iban_checksum(compact):
            raise InvalidRequest("The IBAN you provided is invalid.", code="invalid_bank_account_iban", param="sepa_debit[iban]")
        raise InvalidRequest(
            f"The IBAN is not one of the test accounts this stand-in knows: {', '.join(IBANS)}.",
            code="not_supported_by_stand_in",
            param="sepa_debit[iban]",
        )
    details = {
        "bank_code": compact[4:9],
        "branch_code": "",
        "country": compact[:2],
        "fingerprint": fingerprint(compact),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": compact[-4:],
    }
    return _method(world, "sepa_debit", details, billing, charge=IBANS[compact], attach="ok")


def becs_method(world: World, bsb: str, account: str, billing: dict | None) -> dict:
    digits = bsb.replace("-", "")
    if digits != BECS_BSB:
        raise InvalidRequest("The BSB you provided is invalid.", code="invalid_bank_account_bsb", param="au_becs_debit[bsb_number]")
    if account not in BECS_ACCOUNTS:
        raise InvalidRequest(
            "The account number you provided is invalid.", code="account_number_invalid", param="au_becs_debit[account_number]"
        )
    details = {"bsb_number": digits, "fingerprint": fingerprint(digits + account), "last4": account[-4:]}
    return _method(world, "au_becs_debit", details, billing, charge=BECS_ACCOUNTS[account], attach="ok")


def usable(world: World, method_id: str, param: str) -> dict:
    """The method an id stands for; `pm_card_visa` and its kin make a new one. Raises ResourceMissing."""
    if method_id in MAGIC:
        year = 1970 + int((world.now() + 2 * SECONDS["year"]) // SECONDS["year"])
        return card_method(world, MAGIC[method_id], 12, year + 1, None, checks_cvc=True)
    return world.get("payment_method", method_id, param)


def _method(world: World, kind: str, details: dict, billing: dict | None, *, charge: str, attach: str) -> dict:
    given = billing or {}
    where = given.get("address") or {}
    method = {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": {name: where.get(name) or None for name in ("city", "country", "line1", "line2", "postal_code", "state")},
            "email": given.get("email") or None,
            "name": given.get("name") or None,
            "phone": given.get("phone") or None,
            "tax_id": None,
        },
        kind: details,
        "created": world.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        "_charge": charge,
        "_attach": attach,
        "_set_up": False,
    }
    return world.put(method)


def fingerprint(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]


def _iban_checksum(iban: str) -> bool:
    if len(iban) < 15 or not iban.isalnum():
        return False
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


# ---------------------------------------------------------------------------------------------------- checking
def check_card(world: World, number: str, exp_month: int, exp_year: int, cvc: str | None) -> None:
    """What the card form and the API refuse before any bank is asked. Raises CardError with Stripe's code."""
    if not number.isdigit() or not luhn(number):
        raise CardError("Your card number is incorrect.", code="incorrect_number", param="number")
    if number not in CARDS:
        raise CardError(
            "Your card was declined. Your request was in test mode, but used a live card, or a test card this stand-in does not know.",
            code="card_declined",
            decline_code="test_mode_live_card",
        )
    if not 1 <= exp_month <= 12:
        raise CardError("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    if exp_year < 100:
        exp_year += 2000
    if expired(world.now(), exp_month, exp_year):
        part = "year" if expired(world.now(), 12, exp_year) else "month"
        raise CardError(f"Your card's expiration {part} is invalid.", code=f"invalid_expiry_{part}", param=f"exp_{part}")
    if cvc is not None and not (cvc.isdigit() and len(cvc) == (4 if CARDS[number].brand == "amex" else 3)):
        raise CardError("Your card's security code is invalid.", code="invalid_cvc", param="cvc")


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return len(digits) >= 12 and (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def expired(now: int, exp_month: int, exp_year: int) -> bool:
    """A card is good through the last day of its month."""
    today = datetime.fromtimestamp(now, UTC)
    return (exp_year, exp_month) < (today.year, today.month)


def takes(method_type: str, currency: str) -> bool:
    return currency in CURRENCIES.get(method_type, (currency,))


def offered(world: World, currency: str | None) -> list[str]:
    """Method types switched on for the account that take the currency."""
    return [kind for kind in world.settings.payment_method_types if currency is None or takes(kind, currency)]


# -------------------------------------------------------------------------------------------------- attaching
def attach(world: World, method: dict, customer: dict) -> dict:
    """Gives a method to a customer, for good. Raises CardError when the bank refuses, InvalidRequest when it is somebody else's."""
    if method["customer"] == customer["id"]:
        return method
    if method["customer"] is not None or method.get("_detached"):
        raise InvalidRequest(
            "This PaymentMethod was detached from a Customer, and may not be used again."
            if method.get("_detached")
            else "The payment method you provided has already been attached to a customer.",
            param="payment_method",
        )
    if method["_attach"] != "ok":
        error = decline(method["_attach"])
        raise CardError(error["message"], code=error["code"], decline_code=error.get("decline_code"))
    bind(world, method, customer)
    return method


def bind(world: World, method: dict, customer: dict) -> None:
    """Attaching that cannot fail any more: the bank has said yes already."""
    if method["customer"] == customer["id"]:
        return
    method["customer"] = customer["id"]
    if method["type"] == "card" and method["card"]["checks"]["cvc_check"] == "unchecked":
        method["card"]["checks"]["cvc_check"] = "pass"
    world.put(method)
    world.emit("payment_method.attached", method)
