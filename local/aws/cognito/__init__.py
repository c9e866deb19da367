"""What moto's Cognito lacks or does otherwise than AWS's, mended in one place: `install()` replaces methods of moto's classes.

| what | moto | here, as in Cognito |
|---|---|---|
| ID token | no `email_verified`, lifetime an hour | every attribute, verified flags as booleans, the client's validities |
| code | any text | six digits (`123456`, say; `000000` is the wrong one), and only where one was sent |
| e-mail address | case matters | it does not (UsernameConfiguration) |
| unknown user | `UserNotFoundException` | hidden when the client's PreventUserExistenceErrors is ENABLED |
| RevokeToken, ResendConfirmationCode, DeleteUser, VerifyUserAttribute | missing | there |
| `email_verified` written by the user | accepted | refused, and reset when the address changes |
| changed address | the user's at once | where UserAttributeUpdateSettings say so, once it is confirmed |

Codes are not sent anywhere. Sources: Cognito's API reference for each operation, and its developer guide, "Managing user existence error
responses" and "Understanding user pool JSON web tokens".
"""

from moto.cognitoidp import models, responses

from local.aws.cognito import accounts, operations, tokens


def install() -> None:
    """Puts the methods in place; to be called before moto serves its first Cognito request."""
    for replaced, methods in (
        (models.CognitoIdpUserPool, tokens.POOL_METHODS | accounts.POOL_METHODS),
        (models.CognitoIdpBackend, accounts.BACKEND_METHODS),
        (responses.CognitoIdpResponse, operations.OPERATIONS),
    ):
        for name, method in methods.items():
            setattr(replaced, name, method)
