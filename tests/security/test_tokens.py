"""Forged tokens against every route of the API itself.

Each kind of forgery, and how it is refused, is tried in tests/integration/local/test_gateway_jwt.py; here, that no route is an exception.
"""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests

from local.stack import LocalStack
from tests.integration.local.test_gateway_jwt import claims_of, hmac_signed, signed
from tests.support.api import operations
from tests.support.people import Person

Claims = dict[str, Any]
GUARDED = [operation for operation in operations() if not operation.is_public]

FORGERIES: dict[str, Callable[[Claims], str]] = {
    "expired": lambda claims: signed(claims | {"exp": int(time.time()) - 5}),
    "not yet": lambda claims: signed(claims | {"nbf": int(time.time()) + 3600}),
    "issued in the future": lambda claims: signed(claims | {"iat": int(time.time()) + 3600}),
    "another client's": lambda claims: signed(claims | {"aud": "another-client"}),
    "another pool's": lambda claims: signed(claims | {"iss": claims["iss"] + "x"}),
    "unsigned": lambda claims: jwt.encode(claims, "", algorithm="none", headers={"kid": "dummy"}),
    "of a key of their own": lambda claims: hmac_signed(claims, b"k" * 32),
}


@pytest.fixture(scope="module")
def person(stack: LocalStack) -> Person:
    return Person(stack)


def called(stack: LocalStack, method: str, path: str, token: str) -> requests.Response:
    return requests.request(method, stack.api_url + path, json={}, headers={"authorization": f"Bearer {token}"}, timeout=30)


@pytest.mark.parametrize("operation", GUARDED, ids=lambda each: each.key)
def test_no_forgery_is_let_in(stack: LocalStack, person: Person, operation: Any) -> None:
    claims = claims_of(person.id_token)
    for name, forge in FORGERIES.items():
        answer = called(stack, operation.method, operation.path, forge(claims))
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"}), name


def test_the_same_claims_rightly_signed_are_let_in(stack: LocalStack, person: Person) -> None:
    """Else the refusals would prove nothing."""
    assert called(stack, "GET", "/account", signed(claims_of(person.id_token))).status_code == 200


@pytest.mark.parametrize("operation", GUARDED, ids=lambda each: each.key)
def test_a_token_of_an_unconfirmed_address_is_refused(stack: LocalStack, person: Person, operation: Any) -> None:
    """Whoever signs up with somebody else's address must not get at what was bought under it."""
    for verified in (False, "false", None):
        token = signed(claims_of(person.id_token) | {"email_verified": verified})
        answer = called(stack, operation.method, operation.path, token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "email_not_verified")


@pytest.mark.parametrize("operation", GUARDED, ids=lambda each: each.key)
def test_an_access_token_dressed_up_is_refused(stack: LocalStack, person: Person, operation: Any) -> None:
    """With the ID token's audience, and e-mail, but not its use."""
    for changes in ({"token_use": "access"}, {"token_use": "ID"}, {"token_use": None}):
        answer = called(stack, operation.method, operation.path, signed(claims_of(person.id_token) | changes))
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "id_token_required")


def test_a_changed_address_is_the_users_once_it_is_confirmed(stack: LocalStack) -> None:
    """Until then the old one is: who mistypes theirs is not locked out, and who types somebody else's has nothing of it."""
    person, new = Person(stack), "somebody.else@example.com"
    person.change_address(new)
    token, _ = person.sign_in(person.email)
    assert claims_of(token)["email"] == person.email
    assert called(stack, "GET", "/account", token).status_code == 200
    person.confirm_address()
    token, _ = person.sign_in(new)
    assert (claims_of(token)["email"], claims_of(token)["sub"]) == (new, claims_of(person.id_token)["sub"])
    assert called(stack, "GET", "/account", token).status_code == 200
