"""Signing up, confirming, signing in, passwords and attributes: methods of moto's backend, as Cognito answers."""

import re
import time
from typing import Any

from moto.cognitoidp.exceptions import (
    AliasExistsException,
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    NotAuthorizedError,
    ResourceNotFoundError,
    UsernameExistsException,
    UserNotFoundError,
)
from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUser, CognitoIdpUserPool, CognitoIdpUserPoolClient, UserStatus
from moto.cognitoidp.utils import validate_username_format
from moto.core.exceptions import JsonRESTError

from local.aws.cognito.tokens import check_access_token, logins, revoked, validity

_WRONG_CODE = "000000"
"""Six digits that are never right, so that a page can be shown a wrong code."""
_PENDING = "sent"
_awaited: dict[str, str] = {}
"""By user, the address that they have changed theirs to and not confirmed yet."""
_SYMBOLS = set("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
_moto_sign_up = CognitoIdpBackend.sign_up
_moto_initiate_auth = CognitoIdpBackend.initiate_auth
_moto_get_user = CognitoIdpBackend.get_user


def client_of(backend: CognitoIdpBackend, client_id: str) -> tuple[CognitoIdpUserPool, CognitoIdpUserPoolClient]:
    """The pool and client with this id. Raises ResourceNotFoundException."""
    for pool in backend.user_pools.values():
        if client_id in pool.clients:
            return pool, pool.clients[client_id]
    raise ResourceNotFoundError(f"User pool client {client_id} does not exist.")


def hides_users(client: CognitoIdpUserPoolClient) -> bool:
    return client.extended_config.get("PreventUserExistenceErrors") == "ENABLED"


def user_by_token(backend: CognitoIdpBackend, access_token: str) -> tuple[CognitoIdpUserPool, CognitoIdpUser]:
    """Whose access token this is. Raises NotAuthorizedException."""
    for pool in backend.user_pools.values():
        if access_token in pool.access_tokens:
            check_access_token(pool, access_token)
            _, username = pool.access_tokens[access_token]
            if user := pool._get_user(username):
                return pool, user
    raise NotAuthorizedError("Access Token has been revoked" if access_token.count(".") == 2 else "Invalid Access Token")


def find_user(self: CognitoIdpUserPool, username: str) -> CognitoIdpUser | None:
    """The user with this name, id or alias; case does not matter unless the pool says so."""
    sensitive = (self.extended_config.get("UsernameConfiguration") or {}).get("CaseSensitive", False)

    def same(value: str | None) -> bool:
        return value is not None and (value == username if sensitive else value.lower() == username.lower())

    aliases = self.extended_config.get("UsernameAttributes") or []
    for user in self.users.values():
        if same(user.username) or any(same(user.attribute_lookup.get(alias)) for alias in aliases):
            return user
    return None


def code_delivery(backend: CognitoIdpBackend, pool: CognitoIdpUserPool, user: CognitoIdpUser | None, username: str) -> dict[str, str]:
    """Where a code went, with the address masked as Cognito masks it."""
    address = user.attribute_lookup.get("email", username) if user else username
    name, _, domain = address.partition("@")
    return {"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": f"{name[:1]}***@{domain[:1]}***"}


def check_code(code: str) -> None:
    """Raises CodeMismatchException unless the code looks like one Cognito sends."""
    if not re.fullmatch(r"[0-9]{6}", code) or code == _WRONG_CODE:
        raise CodeMismatchException("Invalid verification code provided, please try again.")


# ------------------------------------------------------------------------------------ methods of the backend


def sign_up(
    self: CognitoIdpBackend, client_id: str, username: str, password: str, attributes: list[dict[str, str]]
) -> tuple[CognitoIdpUser, Any]:
    pool, _ = client_of(self, client_id)
    _check_writable(attributes)
    if "email" in (pool.extended_config.get("UsernameAttributes") or []) and not validate_username_format(username):
        raise InvalidParameterException("Username should be an email.")
    self._validate_password(pool.id, password)
    if pool._get_user(username):
        raise UsernameExistsException("User already exists")
    user, _ = _moto_sign_up(self, client_id, username, password, attributes)
    user.update_attributes([{"Name": "email_verified", "Value": "false"}])
    user.confirmation_code = _PENDING
    return user, code_delivery(self, pool, user, username)


def confirm_sign_up(self: CognitoIdpBackend, client_id: str, username: str) -> str:
    """Confirms the account, and with it the address the code was sent to. The code itself is checked in `operations`."""
    pool, _ = client_of(self, client_id)
    user = pool._get_user(username)
    assert user is not None
    user.status = UserStatus.CONFIRMED
    user.confirmation_code = None
    if "email" in pool.extended_config.get("AutoVerifiedAttributes", []):
        user.update_attributes([{"Name": "email_verified", "Value": "true"}])
    return ""


def initiate_auth(self: CognitoIdpBackend, client_id: str, auth_flow: str, auth_parameters: dict[str, str]) -> dict[str, Any]:
    pool, client = client_of(self, client_id)
    flow = "REFRESH_TOKEN_AUTH" if auth_flow == "REFRESH_TOKEN" else auth_flow
    allowed = client.extended_config.get("ExplicitAuthFlows") or ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]
    if f"ALLOW_{flow}" not in allowed:
        raise InvalidParameterException(f"{flow} flow not enabled for this client")
    if flow == "REFRESH_TOKEN_AUTH":
        _check_refresh_token(pool, client, auth_parameters.get("REFRESH_TOKEN", ""))
    elif flow == "USER_PASSWORD_AUTH":
        user = pool._get_user(auth_parameters.get("USERNAME", ""))
        if user is None:
            raise (
                NotAuthorizedError("Incorrect username or password.") if hides_users(client) else UserNotFoundError("User does not exist.")
            )
        # moto files tokens under the name that was typed; one name for one user lets signing out find them all.
        auth_parameters = {**auth_parameters, "USERNAME": user.username}
    return _moto_initiate_auth(self, client_id, auth_flow, auth_parameters)


def get_user(self: CognitoIdpBackend, access_token: str) -> CognitoIdpUser:
    user_by_token(self, access_token)
    return _moto_get_user(self, access_token)


def forgot_password(self: CognitoIdpBackend, client_id: str, username: str) -> tuple[str, dict[str, Any]]:
    pool, client = client_of(self, client_id)
    user = pool._get_user(username)
    if user is None and not hides_users(client):
        raise UserNotFoundError("User does not exist.")
    if user:
        if user.attribute_lookup.get("email_verified") != "true":
            raise InvalidParameterException("Cannot reset password for the user as there is no registered/verified email or phone_number")
        user.confirmation_code = _PENDING
    # The first value goes into a header of moto's; there is no code to tell.
    return "", {"CodeDeliveryDetails": code_delivery(self, pool, user, username)}


def confirm_forgot_password(self: CognitoIdpBackend, client_id: str, username: str, password: str, confirmation_code: str) -> None:
    pool, client = client_of(self, client_id)
    user = pool._get_user(username)
    if user is None:
        raise (
            CodeMismatchException("Invalid verification code provided, please try again.")
            if hides_users(client)
            else UserNotFoundError("User does not exist.")
        )
    if user.confirmation_code is None:
        raise ExpiredCodeException("Invalid code provided, please request a code again.")
    check_code(confirmation_code)
    self._validate_password(pool.id, password)
    user.password = password
    user.confirmation_code = None
    user.status = UserStatus.CONFIRMED


def change_password(self: CognitoIdpBackend, access_token: str, previous_password: str, proposed_password: str) -> None:
    pool, user = user_by_token(self, access_token)
    self._validate_password(pool.id, proposed_password)
    if user.password != previous_password:
        raise NotAuthorizedError("Incorrect username or password.")
    user.password = proposed_password


def update_user_attributes(self: CognitoIdpBackend, access_token: str, attributes: list[dict[str, str]]) -> None:
    """A changed address is unverified until VerifyUserAttribute; or not the user's until then, where the pool says so."""
    pool, user = user_by_token(self, access_token)
    _check_writable(attributes)
    changed = {attribute["Name"]: attribute["Value"] for attribute in attributes}
    email = changed.get("email")
    if email and email != user.attribute_lookup.get("email"):
        other = pool._get_user(email)
        if other and other is not user:
            raise AliasExistsException()
        user.confirmation_code = _PENDING
        settings = pool.extended_config.get("UserAttributeUpdateSettings") or {}
        if "email" in settings.get("AttributesRequireVerificationBeforeUpdate", []):
            _awaited[user.id] = email
            attributes = [attribute for attribute in attributes if attribute["Name"] != "email"]
        else:
            attributes = [*attributes, {"Name": "email_verified", "Value": "false"}]
    user.update_attributes(attributes)


def awaited_address(user: CognitoIdpUser) -> str | None:
    """The address that is the user's from now on, if they have changed it; None if it has been theirs, or was taken in already."""
    return _awaited.pop(user.id, None)


def _validate_password(self: CognitoIdpBackend, user_pool_id: str, password: str) -> None:
    """The pool's password policy, with Cognito's words for what is missing."""
    policy = (self.user_pools[user_pool_id].extended_config.get("Policies") or {}).get("PasswordPolicy", {})
    rules = [
        (len(password) >= int(policy.get("MinimumLength", 8)), "Password not long enough"),
        (len(password) <= 256, "Password too long"),
        (not policy.get("RequireLowercase", True) or re.search("[a-z]", password), "Password must have lowercase characters"),
        (not policy.get("RequireUppercase", True) or re.search("[A-Z]", password), "Password must have uppercase characters"),
        (not policy.get("RequireNumbers", True) or re.search("[0-9]", password), "Password must have numeric characters"),
        (not policy.get("RequireSymbols", True) or set(password) & _SYMBOLS, "Password must have symbol characters"),
    ]
    for kept, message in rules:
        if not kept:
            raise JsonRESTError("InvalidPasswordException", f"Password did not conform with policy: {message}")


def _check_writable(attributes: list[dict[str, str]]) -> None:
    """Nobody verifies an address, or picks a `sub`, by writing it."""
    for attribute in attributes or []:
        if attribute["Name"] == "sub" or attribute["Name"].endswith("_verified"):
            raise NotAuthorizedError("A client attempted to write unauthorized attribute")


def _check_refresh_token(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, token: str) -> None:
    if token not in pool.refresh_tokens:
        raise NotAuthorizedError("Invalid Refresh Token")
    known = pool.refresh_tokens[token]
    if known is None or known[2] in revoked(pool):
        raise NotAuthorizedError("Refresh Token has been revoked")
    client_id, _, login = known
    if client_id != client.id:
        raise NotAuthorizedError("Invalid Refresh Token")
    if logins(pool)[login] + validity(client, "refresh") <= time.time():
        raise NotAuthorizedError("Refresh Token has expired")


POOL_METHODS = {"_get_user": find_user}
BACKEND_METHODS = {
    method.__name__: method
    for method in (
        change_password,
        confirm_forgot_password,
        confirm_sign_up,
        forgot_password,
        get_user,
        initiate_auth,
        sign_up,
        update_user_attributes,
        _validate_password,
    )
}
