"""The JWT authorizer with the tokens that the local Cognito issues, and with forged ones."""

import base64
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from joserfc import jwk
from moto.utilities.utils import load_resource

from local.stack import LocalStack
from tests.integration.local.support import Answer, User, call


def private(stack: LocalStack, token: str | None, path: str = "/private") -> Answer:
    url = f"{stack.api_url}{path}"
    return call(url) if token is None else call(url, authorization=token)


def signed(claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
    """A token with Cognito's local key, which is public (see local/aws): whoever has it can forge."""
    key = load_resource("cognitoidp/resources/jwks-private.json")
    pem = jwk.RSAKey.import_key(key).as_pem(private=True)
    return jwt.encode(claims, pem, algorithm="RS256", headers={"kid": "dummy", **(headers or {})})


def hmac_signed(claims: dict[str, Any], key: bytes) -> str:
    """HS256 with any bytes as the key; PyJWT refuses to use a public key so."""
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "dummy"}, claims)
    signed_part = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(key, signed_part, "sha256")).rstrip(b"=")
    return (signed_part + b"." + signature).decode()


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", ""])
def test_a_valid_id_token_passes_and_its_claims_arrive_as_strings(stack: LocalStack, user: User, prefix: str) -> None:
    answer = private(stack, prefix + user.id_token)
    assert answer.status == 200
    authorizer = answer.json["requestContext"]["authorizer"]
    claims = authorizer["jwt"]["claims"]
    assert set(authorizer) == {"jwt"}
    assert authorizer["jwt"]["scopes"] is None
    assert (claims["sub"], claims["email"], claims["email_verified"], claims["token_use"]) == (user.sub, user.email, "true", "id")
    assert claims["exp"] == str(claims_of(user.id_token)["exp"])


def test_an_access_token_passes_too_as_on_aws(stack: LocalStack, user: User) -> None:
    answer = private(stack, f"Bearer {user.access_token}")
    assert answer.status == 200
    assert answer.json["requestContext"]["authorizer"]["jwt"]["claims"]["token_use"] == "access"


def test_lists_arrive_in_brackets(stack: LocalStack, user: User) -> None:
    token = signed(claims_of(user.id_token) | {"cognito:groups": ["a", "b"]})
    assert private(stack, token).json["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] == "[a b]"


def test_a_route_with_scopes_wants_one_of_them(stack: LocalStack, user: User) -> None:
    passed = private(stack, user.access_token, "/scoped")
    assert passed.json["requestContext"]["authorizer"]["jwt"]["scopes"] == ["aws.cognito.signin.user.admin"]
    refused = private(stack, user.id_token, "/scoped")
    assert (refused.status, refused.json) == (403, {"message": "Forbidden"})


def test_no_token_is_401(stack: LocalStack) -> None:
    for token in (None, "", "Bearer "):
        answer = private(stack, token)
        assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_audience_is_refused_in_aws_words(stack: LocalStack, user: User) -> None:
    answer = private(stack, signed(claims_of(user.id_token) | {"aud": "another-client"}))
    assert answer.status == 401
    expected = 'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"'
    assert answer.headers["www-authenticate"] == expected


def test_aud_wins_over_client_id(stack: LocalStack, user: User) -> None:
    client = stack.config["cognito"]["clientId"]
    assert private(stack, signed(claims_of(user.id_token) | {"aud": "another-client", "client_id": client})).status == 401


HOUR = 3600


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": -1},
        {"exp": None},
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"},
        {"iss": None},
        {"aud": None},
        {"nbf": HOUR},
        {"iat": HOUR},
    ],
    ids=str,
)
def test_claims_that_do_not_hold_are_refused(stack: LocalStack, user: User, changes: dict[str, Any]) -> None:
    """Times are given in seconds from now; None takes the claim away."""
    claims = claims_of(user.id_token)
    for name, value in changes.items():
        if value is None:
            del claims[name]
        else:
            claims[name] = int(time.time()) + value if isinstance(value, int) else value
    assert private(stack, signed(claims)).status == 401


def test_signatures_that_do_not_hold_are_refused(stack: LocalStack, user: User) -> None:
    claims = claims_of(user.id_token)
    header, payload, signature = user.id_token.split(".")
    other_payload = jwt.encode(claims | {"email": "victim@example.org"}, "", algorithm="none").split(".")[1]
    published = call(f"{stack.aws_url}/{claims['iss'].rpartition('/')[2]}/.well-known/jwks.json").json["keys"][0]
    public_key = jwk.RSAKey.import_key(published).as_pem(private=False)
    forged = {
        "no signature": jwt.encode(claims, "", algorithm="none", headers={"kid": "dummy"}),
        "signature left off": f"{header}.{payload}.",
        "other claims": f"{header}.{other_payload}.{signature}",
        "other signature": f"{header}.{payload}.{signature[:-8]}AAAAAAAA",
        "HMAC with the public key": hmac_signed(claims, public_key),
        "HMAC": jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": "dummy"}),
        "unknown key": signed(claims, {"kid": "another"}),
        "no JWT": "abc",
        "two parts": "a.b",
    }
    for name, token in forged.items():
        answer = private(stack, token)
        assert (answer.status, answer.json) == (401, {"message": "Unauthorized"}), name
        assert 'error="invalid_token"' in answer.headers["www-authenticate"], name


def test_a_key_of_our_own_is_no_good(stack: LocalStack, user: User) -> None:
    stranger = jwk.RSAKey.generate_key(2048).as_pem(private=True)
    token = jwt.encode(claims_of(user.id_token), stranger, algorithm="RS256", headers={"kid": "dummy"})
    assert private(stack, token).status == 401
