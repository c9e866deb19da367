"""The claims and lifetimes of tokens, and when one stops being good."""

import time
import uuid
from typing import Any
from weakref import WeakKeyDictionary

import jwt as pyjwt
from joserfc import jwt
from moto.cognitoidp.exceptions import NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolClient

_UNIT_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_VALIDITY = {
    "id": ("IdTokenValidity", "IdToken", "hours", 1),
    "access": ("AccessTokenValidity", "AccessToken", "hours", 1),
    "refresh": ("RefreshTokenValidity", "RefreshToken", "days", 30),
}
_KEY_ID = "dummy"
"""The key id in moto's jwks.json."""
# What moto's pool has no room for.
_LOGINS: WeakKeyDictionary[CognitoIdpUserPool, dict[str, int]] = WeakKeyDictionary()
_REVOKED: WeakKeyDictionary[CognitoIdpUserPool, set[str]] = WeakKeyDictionary()


def validity(client: CognitoIdpUserPoolClient, token_use: str) -> int:
    """How long a token (`id`, `access` or `refresh`) of this client lives, in seconds."""
    setting, unit_setting, default_unit, default = _VALIDITY[token_use]
    config = client.extended_config
    unit = (config.get("TokenValidityUnits") or {}).get(unit_setting, default_unit)
    return int(config.get(setting) or default) * _UNIT_SECONDS[unit]


def create_jwt(
    self: CognitoIdpUserPool,
    client_id: str,
    username: str,
    token_use: str,
    expires_in: int = 3600,
    extra_data: dict[str, Any] | None = None,
) -> tuple[str, int]:
    """A signed token and its lifetime in seconds; replaces moto's."""
    user = self._get_user(username)
    lifetime = validity(self.clients[client_id], token_use)
    now = int(time.time())
    extra = extra_data or {}
    claims: dict[str, Any] = {
        "sub": user.id,
        "iss": f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}",
        "client_id" if token_use == "access" else "aud": client_id,
        "event_id": str(uuid.uuid4()),
        "token_use": token_use,
        "auth_time": logins(self).setdefault(extra["origin_jti"], now),
        "iat": now,
        "exp": now + lifetime,
        "jti": str(uuid.uuid4()),
    }
    if token_use == "id":
        claims["cognito:username"] = user.username
        for name, value in user.attribute_lookup.items():
            claims[name] = str(value).lower() == "true" if name.endswith("_verified") else value
        claims.setdefault("email_verified", False)
    else:
        claims["username"] = user.username
    claims |= extra
    return jwt.encode({"kid": _KEY_ID, "alg": "RS256"}, claims, self.json_web_key), lifetime


def create_id_token(self: CognitoIdpUserPool, client_id: str, username: str, origin_jti: str) -> tuple[str, int]:
    """As moto's, but attributes are `create_jwt`'s business."""
    extra: dict[str, Any] = {"origin_jti": origin_jti}
    groups = self._get_user(username).groups
    if groups:
        extra["cognito:groups"] = [group.group_name for group in groups]
    return self.create_jwt(client_id, username, "id", extra_data=extra)


def logins(pool: CognitoIdpUserPool) -> dict[str, int]:
    """When each login (by `origin_jti`) happened, in Unix seconds; a refreshed token keeps its login's `auth_time`."""
    return _LOGINS.setdefault(pool, {})


def revoked(pool: CognitoIdpUserPool) -> set[str]:
    """Logins (`origin_jti`) whose refresh token was revoked: their access tokens are no good at Cognito either."""
    return _REVOKED.setdefault(pool, set())


def check_access_token(pool: CognitoIdpUserPool, token: str) -> None:
    """Raises NotAuthorizedException for an access token that has expired or was revoked."""
    claims = pyjwt.decode(token, options={"verify_signature": False})
    if claims["exp"] <= time.time():
        raise NotAuthorizedError("Access Token has expired")
    if claims["origin_jti"] in revoked(pool):
        raise NotAuthorizedError("Access Token has been revoked")


POOL_METHODS = {"create_jwt": create_jwt, "create_id_token": create_id_token}
