"""API keys: one secret key, one publishable key, and restricted keys with the scopes they were made with."""

import base64
import binascii
from dataclasses import dataclass, field

from ..errors import AuthenticationFailed, PermissionDenied

ACCOUNT_ID = "acct_1RecurLocalStandIn"


@dataclass(frozen=True, slots=True)
class Key:
    value: str
    kind: str
    """secret, publishable or restricted"""
    scopes: frozenset[str] = frozenset()

    def require(self, scope: str) -> None:
        """Raises PermissionDenied, naming what is missing. `customer_write` includes `customer_read`."""
        if self.kind != "restricted" or scope in self.scopes or scope.replace("_read", "_write") in self.scopes:
            return
        raise PermissionDenied(
            f"The provided key '{masked(self.value)}' does not have the required permissions for this endpoint on account '{ACCOUNT_ID}'. "
            f"Having the 'rak_{scope}' permission would allow this request to continue."
        )


@dataclass(slots=True)
class KeyRing:
    secret: str
    publishable: str
    restricted: dict[str, Key] = field(default_factory=dict)

    def add(self, value: str, scopes: list[str]) -> Key:
        """A restricted key; scopes as Stripe names them (`rak_customer_write`), the `rak_` optional."""
        key = Key(value, "restricted", frozenset(scope.removeprefix("rak_") for scope in scopes))
        self.restricted[value] = key
        return key

    def authenticate(self, authorization: str | None) -> Key:
        """The key of an `Authorization` header, Bearer or Basic. Raises AuthenticationFailed."""
        value = _credentials(authorization)
        if value == self.secret:
            return Key(value, "secret")
        if value == self.publishable:
            return Key(value, "publishable")
        if value in self.restricted:
            return self.restricted[value]
        if value.startswith(("sk_live", "rk_live", "pk_live")):
            raise AuthenticationFailed("This is a local stand-in for Stripe: live keys are refused. Roll this key if it was real.")
        raise AuthenticationFailed(f"Invalid API Key provided: {masked(value)}")


def _credentials(authorization: str | None) -> str:
    scheme, _, rest = (authorization or "").partition(" ")
    value = rest.strip()
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    if not value:
        raise AuthenticationFailed(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
            "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    return value


def masked(value: str) -> str:
    """`sk_test_************ocal`: enough to recognise a key, not enough to use it."""
    head = "_".join(value.split("_")[:2])
    return f"{head}_{'*' * max(4, len(value) - len(head) - 5)}{value[-4:]}" if len(value) > 12 else "*" * len(value)
