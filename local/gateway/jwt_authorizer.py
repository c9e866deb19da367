"""An HTTP API's JWT authorizer.

Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers": RSA signatures only, by the issuer's published
keys; iss, aud (or client_id where there is no aud), exp, nbf, iat and, for routes with scopes, scope or scp. `token_use` is not looked
at: Cognito's id and access tokens both pass, so deployed code must tell them apart. AWS publishes the wording of one refusal only (the
audience's); the others are in its manner.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import jwt

from local.http_server import Request
from local.template import JwtAuthorizer

_ALGORITHMS = ["RS256", "RS384", "RS512"]
_KEY_LIFETIME = 7200.0
"""Seconds: AWS caches an issuer's keys for up to two hours."""
_REFETCH_INTERVAL = 1.0
"""Seconds between fetches because of an unknown key id, so that bad tokens are no load on the issuer."""

FetchKeys = Callable[[str], bytes]
"""Issuer URL → its JWKS document."""


class Refused(Exception):
    """The request is not let through: 401, or 403 for a missing scope. `challenge` is the www-authenticate header."""

    def __init__(self, status: int, reason: str | None = None) -> None:
        super().__init__(reason or "no token")
        self.status = status
        code = "insufficient_scope" if status == 403 else "invalid_token"
        self.challenge = f'Bearer scope="" error="{code}" error_description="{reason}"' if reason else "Bearer"


class Keys:
    """Public keys of issuers, fetched when needed and again when a token names one that is not known."""

    def __init__(self, fetch: FetchKeys) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, dict[str, jwt.PyJWK]]] = {}

    def find(self, issuer: str, kid: str) -> jwt.PyJWK | None:
        with self._lock:
            fetched, keys = self._known.get(issuer, (float("-inf"), {}))
            age = time.monotonic() - fetched
            if age > _KEY_LIFETIME or (kid not in keys and age > _REFETCH_INTERVAL):
                document = json.loads(self._fetch(issuer))
                keys = {key["kid"]: jwt.PyJWK(key) for key in document["keys"] if key.get("kty") == "RSA"}
                self._known[issuer] = (time.monotonic(), keys)
            return keys.get(kid)


def authorize(request: Request, authorizer: JwtAuthorizer, scopes: tuple[str, ...], keys: Keys) -> dict[str, Any]:
    """What goes into `requestContext.authorizer`. Raises `Refused`."""
    token = _token(request, authorizer.identity_source)
    claims = _verified(token, authorizer, keys)
    granted = _granted(claims)
    if scopes and not granted & set(scopes):
        raise Refused(403, "the token does not have a required scope")
    matched = [scope for scope in scopes if scope in granted] or None
    return {"jwt": {"claims": {name: _claim_text(value) for name, value in claims.items()}, "scopes": matched}}


def _token(request: Request, source: str) -> str:
    place, _, name = source.removeprefix("$request.").partition(".")
    value = request.header(name.lower()) if place == "header" else parse_qs(request.query).get(name, [None])[0]
    if not value or not value.strip():
        raise Refused(401)
    scheme, _, rest = value.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" and rest else value.strip()


def _verified(token: str, authorizer: JwtAuthorizer, keys: Keys) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise Refused(401, "the token is malformed") from None
    if header.get("alg") not in _ALGORITHMS:
        raise Refused(401, f"signing method {header.get('alg')} is invalid")
    key = keys.find(authorizer.issuer, str(header.get("kid")))
    if key is None:
        raise Refused(401, "unable to find a key for the token")
    try:
        claims = jwt.decode(token, key.key, algorithms=_ALGORITHMS, issuer=authorizer.issuer, options={"verify_aud": False})
    except jwt.ExpiredSignatureError:
        raise Refused(401, "the token has expired") from None
    except jwt.InvalidIssuerError:
        raise Refused(401, "issuer does not match") from None
    except (jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError):
        raise Refused(401, "the token is not valid yet") from None
    except jwt.InvalidTokenError:
        raise Refused(401, "the token's signature is invalid") from None
    _check_audience(claims, authorizer)
    return claims


def _check_audience(claims: dict[str, Any], authorizer: JwtAuthorizer) -> None:
    """aud, or client_id if there is no aud. A token without exp never gets this far by Cognito's hand, and is refused too."""
    audience = claims.get("aud", claims.get("client_id"))
    audiences = audience if isinstance(audience, list) else [audience]
    if not set(map(str, audiences)) & set(authorizer.audience):
        raise Refused(401, "the token does not have a valid audience")
    if "exp" not in claims:
        raise Refused(401, "the token has no expiry")


def _granted(claims: dict[str, Any]) -> set[str]:
    value = claims.get("scope", claims.get("scp", ""))
    return set(value if isinstance(value, list) else str(value).split())


def _claim_text(value: Any) -> str:
    """Claims reach the function as strings, lists as `[a b]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{' '.join(_claim_text(item) for item in value)}]"
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    return str(value)
