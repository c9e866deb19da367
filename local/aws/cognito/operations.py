"""Operations of the Cognito API that moto does not have, or whose parameters it ignores: methods of its response class."""

from moto.cognitoidp.exceptions import ExpiredCodeException, InvalidParameterException, NotAuthorizedError, UserNotFoundError
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, UserStatus
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult, EmptyResult

from local.aws.cognito.accounts import awaited_address, check_code, client_of, code_delivery, hides_users, user_by_token
from local.aws.cognito.tokens import revoked


def confirm_sign_up(self: CognitoIdpResponse) -> ActionResult:
    pool, client = client_of(self.backend, self._get_param("ClientId"))
    user = pool._get_user(self._get_param("Username"))
    if user is None:
        # Hidden users look like ones whose code has run out.
        raise (
            ExpiredCodeException("Invalid code provided, please request a code again.")
            if hides_users(client)
            else UserNotFoundError("User does not exist.")
        )
    if user.status is not UserStatus.UNCONFIRMED:
        raise NotAuthorizedError(f"User cannot be confirmed. Current status is {UserStatus(user.status).value}")
    check_code(self._get_param("ConfirmationCode") or "")
    self.backend.confirm_sign_up(client.id, user.username)
    return EmptyResult()


def resend_confirmation_code(self: CognitoIdpResponse) -> ActionResult:
    pool, client = client_of(self.backend, self._get_param("ClientId"))
    username = self._get_param("Username")
    user = pool._get_user(username)
    if user is None and not hides_users(client):
        raise UserNotFoundError("User does not exist.")
    if user and user.status is not UserStatus.UNCONFIRMED:
        raise InvalidParameterException("User is already confirmed.")
    return ActionResult({"CodeDeliveryDetails": code_delivery(self.backend, pool, user, username)})


def revoke_token(self: CognitoIdpResponse) -> ActionResult:
    """The refresh token and every access token that came of the same login are no good any more; ID tokens live out their time."""
    pool, client = client_of(self.backend, self._get_param("ClientId"))
    token = self._get_param("Token") or ""
    known = pool.refresh_tokens.get(token)
    if known is None and token not in pool.refresh_tokens:
        raise InvalidParameterException("Invalid token")
    if known is not None:
        client_id, _, login = known
        if client_id != client.id:
            raise NotAuthorizedError("Invalid Refresh Token")
        revoked(pool).add(login)
        pool.refresh_tokens[token] = None
    return EmptyResult()


def delete_user(self: CognitoIdpResponse) -> ActionResult:
    pool, user = user_by_token(self.backend, self._get_param("AccessToken"))
    pool.sign_out(user.username)
    self.backend.admin_delete_user(pool.id, user.username)
    return EmptyResult()


def get_user_attribute_verification_code(self: CognitoIdpResponse) -> ActionResult:
    pool, user = _email_only(self)
    user.confirmation_code = "sent"
    return ActionResult({"CodeDeliveryDetails": code_delivery(self.backend, pool, user, user.username)})


def verify_user_attribute(self: CognitoIdpResponse) -> ActionResult:
    _, user = _email_only(self)
    if user.confirmation_code is None:
        raise ExpiredCodeException("Invalid code provided, please request a code again.")
    check_code(self._get_param("Code") or "")
    user.confirmation_code = None
    changed = awaited_address(user)
    address = [{"Name": "email", "Value": changed}] if changed else []
    user.update_attributes([*address, {"Name": "email_verified", "Value": "true"}])
    return EmptyResult()


def _email_only(self: CognitoIdpResponse) -> tuple[CognitoIdpUserPool, CognitoIdpUser]:
    name = self._get_param("AttributeName")
    if name != "email":
        raise InvalidParameterException(f"The local stack verifies email addresses only, not {name}")
    return user_by_token(self.backend, self._get_param("AccessToken"))


OPERATIONS = {
    operation.__name__: operation
    for operation in (
        confirm_sign_up,
        delete_user,
        get_user_attribute_verification_code,
        resend_confirmation_code,
        revoke_token,
        verify_user_attribute,
    )
}
"""By the name moto's dispatcher looks for."""
