"""The user's login: the one thing of Cognito's that the app itself touches."""

from functools import cache
from typing import TYPE_CHECKING

from billing.aws import client
from billing.settings import settings

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


@cache
def _cognito() -> "CognitoIdentityProviderClient":
    return client("cognito-idp")


def delete_login(user: str) -> None:
    """Deletes the user (a Cognito `sub`, which is the user name in a pool that signs in by e-mail) with their refresh tokens.

    One who is gone already is no error. An ID token that was issued before lives out its quarter of an hour.
    """
    try:
        _cognito().admin_delete_user(UserPoolId=settings.user_pool_id, Username=user)
    except _cognito().exceptions.UserNotFoundException:
        pass
