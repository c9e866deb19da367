"""What moto's Cognito lacks or does otherwise than AWS's, mended in one place: `install()` replaces methods of moto's classes.

| what | moto | here, as in Cognito |
|---|---|---|
| ID token | no `email_verified`, lifetime an hour | every attribute, verified flags as booleans, the client's validities |
| code | any text | six digits (`123456`, say; `000000` is the wrong one), and only where one was sent |
| e-mail address | case matters | it does not (UsernameConfiguration) |
| unknown user | `UserNotFoundException` | hidden when the client's PreventUserExistenceErrors is ENABLED |
| RevokeToken, ResendConfirmationCode, DeleteUser, VerifyUserAttribute | missing | there |
| `email_verified` written by the user | accepted | refused, and reset when the address changes |

Codes are not sent anywhere. Sources: Cognito's API reference for each operation, and its developer guide, "Managing user existence error
responses" and "Understanding user pool JSON web tokens".
"""

from moto.cognitoidp import models, responses

from local.aws.cognito import accounts, operations, tokens


def install() -> None:
    """Puts the methods in place; to be called before moto serves its first Cognito request."""
    for name in ("create_jwt", "create_id_token"):
        setattr(models.CognitoIdpUserPool, name, getattr(tokens, name))
    models.CognitoIdpUserPool._get_user = accounts.find_user
    for name in accounts.BACKEND_METHODS:
        setattr(models.CognitoIdpBackend, name, getattr(accounts, name))
    for name in operations.OPERATIONS:
        setattr(responses.CognitoIdpResponse, name, getattr(operations, name))
