"""Cognito as the site uses it: registering, signing in, passwords, tokens and their end."""

import time
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from local.stack import LocalStack
from tests.integration.local.support import Answer, Cognito, User, call, sign_in

PASSWORD = "correct horse"


@pytest.fixture
def client(stack: LocalStack) -> str:
    return stack.config["cognito"]["clientId"]


def refused(answer: Answer) -> tuple[str, str]:
    assert answer.status == 400, answer.body
    return answer.json["__type"], answer.json["message"]


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def refresh(cognito: Cognito, client: str, token: str) -> Answer:
    return cognito("InitiateAuth", ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token})


def address() -> str:
    return f"{uuid4().hex}@example.org"


def test_registering_by_email(cognito: Cognito, client: str) -> None:
    email = address()
    answer = cognito("SignUp", ClientId=client, Username=email, Password=PASSWORD, UserAttributes=[{"Name": "name", "Value": "Ann"}])
    assert answer.json["UserConfirmed"] is False
    UUID(answer.json["UserSub"])
    assert answer.json["CodeDeliveryDetails"] == {"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": f"{email[0]}***@e***"}
    assert refused(sign_in(cognito, client, email, PASSWORD)) == ("UserNotConfirmedException", "User is not confirmed.")
    assert cognito("ConfirmSignUp", ClientId=client, Username=email, ConfirmationCode="482913").json == {}
    tokens = sign_in(cognito, client, email, PASSWORD).json["AuthenticationResult"]
    assert (tokens["ExpiresIn"], tokens["TokenType"]) == (900, "Bearer")
    claims = claims_of(tokens["IdToken"])
    assert claims["sub"] == claims["cognito:username"] == answer.json["UserSub"]
    assert (claims["email"], claims["email_verified"], claims["token_use"], claims["aud"]) == (email, True, "id", client)
    assert claims["name"] == "Ann"
    assert claims["exp"] - claims["iat"] == 15 * 60
    access = claims_of(tokens["AccessToken"])
    assert (access["token_use"], access["client_id"]) == ("access", client)
    assert not {"aud", "email"} & set(access)


def test_the_case_of_an_address_does_not_matter(cognito: Cognito, client: str, user: User) -> None:
    tokens = sign_in(cognito, client, user.email.upper(), user.password).json["AuthenticationResult"]
    assert claims_of(tokens["IdToken"])["sub"] == user.sub
    again = cognito("SignUp", ClientId=client, Username=user.email.upper(), Password=PASSWORD)
    assert refused(again) == ("UsernameExistsException", "User already exists")


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "000000", ""])
def test_a_code_that_is_wrong_confirms_nobody(cognito: Cognito, client: str, code: str) -> None:
    email = address()
    cognito("SignUp", ClientId=client, Username=email, Password=PASSWORD)
    answer = cognito("ConfirmSignUp", ClientId=client, Username=email, ConfirmationCode=code)
    assert refused(answer) == ("CodeMismatchException", "Invalid verification code provided, please try again.")
    assert refused(sign_in(cognito, client, email, PASSWORD))[0] == "UserNotConfirmedException"


def test_a_code_can_be_sent_again_until_it_is_used(cognito: Cognito, client: str) -> None:
    email = address()
    cognito("SignUp", ClientId=client, Username=email, Password=PASSWORD)
    assert cognito("ResendConfirmationCode", ClientId=client, Username=email).json["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    cognito("ConfirmSignUp", ClientId=client, Username=email, ConfirmationCode="123456")
    assert refused(cognito("ResendConfirmationCode", ClientId=client, Username=email))[0] == "InvalidParameterException"
    again = cognito("ConfirmSignUp", ClientId=client, Username=email, ConfirmationCode="123456")
    assert refused(again) == ("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED")


@pytest.mark.parametrize(
    ("username", "password", "kind"),
    [("nobody", PASSWORD, "InvalidParameterException"), (None, "short", "InvalidPasswordException")],
)
def test_bad_names_and_passwords_are_refused(cognito: Cognito, client: str, username: str | None, password: str, kind: str) -> None:
    assert refused(cognito("SignUp", ClientId=client, Username=username or address(), Password=password))[0] == kind


def test_nobody_verifies_an_address_by_writing_so(cognito: Cognito, client: str, user: User) -> None:
    forged = [{"Name": "email_verified", "Value": "true"}]
    answer = cognito("SignUp", ClientId=client, Username=address(), Password=PASSWORD, UserAttributes=forged)
    assert refused(answer)[0] == "NotAuthorizedException"
    answer = cognito("UpdateUserAttributes", AccessToken=user.access_token, UserAttributes=forged)
    assert refused(answer)[0] == "NotAuthorizedException"


def test_a_changed_address_is_unverified_until_its_code(cognito: Cognito, client: str, user: User) -> None:
    new = address()
    cognito("UpdateUserAttributes", AccessToken=user.access_token, UserAttributes=[{"Name": "email", "Value": new}])
    claims = claims_of(refresh(cognito, client, user.refresh_token).json["AuthenticationResult"]["IdToken"])
    assert (claims["email"], claims["email_verified"], claims["sub"]) == (new, False, user.sub)
    cognito("VerifyUserAttribute", AccessToken=user.access_token, AttributeName="email", Code="123456")
    claims = claims_of(refresh(cognito, client, user.refresh_token).json["AuthenticationResult"]["IdToken"])
    assert claims["email_verified"] is True


def test_wrong_password_and_unknown_user_look_the_same(cognito: Cognito, client: str, user: User) -> None:
    expected = ("NotAuthorizedException", "Incorrect username or password.")
    assert refused(sign_in(cognito, client, user.email, "wrong password")) == expected
    assert refused(sign_in(cognito, client, address(), PASSWORD)) == expected


def test_flows_the_client_does_not_allow_are_refused(cognito: Cognito, client: str, user: User) -> None:
    parameters = {"USERNAME": user.email, "SRP_A": "00"}
    answer = cognito("InitiateAuth", ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
    assert refused(answer) == ("InvalidParameterException", "USER_SRP_AUTH flow not enabled for this client")


def test_refreshing_keeps_the_time_of_signing_in(cognito: Cognito, client: str, user: User) -> None:
    answer = refresh(cognito, client, user.refresh_token).json["AuthenticationResult"]
    assert "RefreshToken" not in answer
    old, new = claims_of(user.id_token), claims_of(answer["IdToken"])
    assert (new["auth_time"], new["sub"], new["origin_jti"]) == (old["auth_time"], old["sub"], old["origin_jti"])
    assert new["jti"] != old["jti"]


def test_a_revoked_token_refreshes_nothing(cognito: Cognito, client: str, user: User) -> None:
    assert cognito("RevokeToken", ClientId=client, Token=user.refresh_token).status == 200
    assert refused(refresh(cognito, client, user.refresh_token)) == ("NotAuthorizedException", "Refresh Token has been revoked")
    assert refused(cognito("GetUser", AccessToken=user.access_token)) == ("NotAuthorizedException", "Access Token has been revoked")
    assert cognito("RevokeToken", ClientId=client, Token=user.refresh_token).status == 200, "twice is no error"
    other = sign_in(cognito, client, user.email, user.password).json["AuthenticationResult"]
    assert refresh(cognito, client, other["RefreshToken"]).status == 200, "another sign-in is not touched"


def test_a_made_up_refresh_token(cognito: Cognito, client: str) -> None:
    assert refused(refresh(cognito, client, "made up")) == ("NotAuthorizedException", "Invalid Refresh Token")


def test_signing_out_everywhere(cognito: Cognito, client: str, user: User) -> None:
    other = sign_in(cognito, client, user.email.upper(), user.password).json["AuthenticationResult"]
    assert cognito("GlobalSignOut", AccessToken=user.access_token).status == 200
    for token in (user.refresh_token, other["RefreshToken"]):
        assert refused(refresh(cognito, client, token)) == ("NotAuthorizedException", "Refresh Token has been revoked")
    assert refused(cognito("GetUser", AccessToken=other["AccessToken"]))[0] == "NotAuthorizedException"


def test_get_user(cognito: Cognito, user: User) -> None:
    answer = cognito("GetUser", AccessToken=user.access_token).json
    attributes = {attribute["Name"]: attribute["Value"] for attribute in answer["UserAttributes"]}
    assert answer["Username"] == user.sub
    assert attributes == {"sub": user.sub, "email": user.email, "email_verified": "true"}


def test_a_forgotten_password(cognito: Cognito, client: str, user: User) -> None:
    confirm = {"ClientId": client, "Username": user.email, "ConfirmationCode": "123456", "Password": "another horse"}
    assert refused(cognito("ConfirmForgotPassword", **confirm))[0] == "ExpiredCodeException", "none was sent yet"
    assert "Destination" in cognito("ForgotPassword", ClientId=client, Username=user.email).json["CodeDeliveryDetails"]
    assert refused(cognito("ConfirmForgotPassword", **{**confirm, "ConfirmationCode": "000000"}))[0] == "CodeMismatchException"
    assert refused(cognito("ConfirmForgotPassword", **{**confirm, "Password": "short"}))[0] == "InvalidPasswordException"
    assert cognito("ConfirmForgotPassword", **confirm).status == 200
    assert refused(sign_in(cognito, client, user.email, user.password))[0] == "NotAuthorizedException"
    assert sign_in(cognito, client, user.email, "another horse").status == 200


def test_forgetting_does_not_tell_who_exists(cognito: Cognito, client: str) -> None:
    nobody = address()
    assert cognito("ForgotPassword", ClientId=client, Username=nobody).json["CodeDeliveryDetails"]["Destination"] == f"{nobody[0]}***@e***"
    assert cognito("ResendConfirmationCode", ClientId=client, Username=nobody).status == 200


def test_changing_a_password(cognito: Cognito, client: str, user: User) -> None:
    change = {"AccessToken": user.access_token, "ProposedPassword": "another horse"}
    wrong = cognito("ChangePassword", PreviousPassword="wrong password", **change)
    assert refused(wrong) == ("NotAuthorizedException", "Incorrect username or password.")
    assert cognito("ChangePassword", PreviousPassword=user.password, **change).status == 200
    assert sign_in(cognito, client, user.email, "another horse").status == 200


def test_deleting_oneself(cognito: Cognito, client: str, user: User) -> None:
    assert cognito("DeleteUser", AccessToken=user.access_token).status == 200
    assert refused(sign_in(cognito, client, user.email, user.password))[0] == "NotAuthorizedException"
    assert refused(refresh(cognito, client, user.refresh_token))[0] == "NotAuthorizedException"


def test_browsers_may_call_it(stack: LocalStack) -> None:
    wanted = "content-type,x-amz-target,x-amz-user-agent"
    answer = call(
        stack.aws_url, "OPTIONS", origin=stack.site_url, access_control_request_method="POST", access_control_request_headers=wanted
    )
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == wanted


def test_errors_can_be_read_by_browsers(cognito: Cognito, client: str) -> None:
    assert sign_in(cognito, client, address(), PASSWORD).headers["access-control-allow-origin"] == "*"


def test_tokens_are_of_now(user: User) -> None:
    assert abs(claims_of(user.id_token)["iat"] - time.time()) < 60
