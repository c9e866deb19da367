"""The API's description: made from the code, never stale, and able to say what is missing."""

import dataclasses
import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from local import openapi
from local.http_server import Request, Response
from local.openapi import operations
from local.openapi.refusals import codes
from local.template import HttpApi, Route
from tests.support.api import objection

Json = dict[str, Any]


@pytest.fixture(scope="module")
def made() -> Json:
    return openapi.document()


def test_the_published_document_is_the_codes_own(made: Json) -> None:
    assert json.loads(openapi.DOCUMENT.read_text()) == made, "stale: run `python -m local.openapi`"


def test_it_is_valid_openapi(made: Json) -> None:
    assert list(OpenAPIV31SpecValidator(made).iter_errors()) == []  # pyright: ignore[reportArgumentType]


def test_a_route_without_a_description_is_named_with_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(operations.OPERATIONS, "GET /invoices")
    with pytest.raises(openapi.Undescribed, match=r"GET /invoices .*local/openapi/operations\.py: say there what it answers"):
        openapi.document()


def test_a_description_without_a_route_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(operations.OPERATIONS, "GET /gone", operations.OPERATIONS["GET /invoices"])
    with pytest.raises(openapi.Undescribed, match="no route GET /gone"):
        openapi.document()


def test_what_an_endpoint_takes_is_read_off_its_code(made: Json) -> None:
    assert [each["name"] for each in made["paths"]["/session-status"]["get"]["parameters"]] == ["session_id"]
    body = made["components"]["schemas"]["CancelSubscription"]
    assert (body["required"], body["additionalProperties"]) == (["subscriptionId"], False)
    assert made["paths"]["/plans"]["get"]["security"] == []
    assert made["paths"]["/account"]["delete"]["security"] == [{"idToken": []}]


def test_every_refusal_is_known_with_its_codes() -> None:
    assert all(codes().values()), "a kind of refusal that nobody raises"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"features": []}', None),
        (200, b'{"features": [1]}', r"$.features[0]"),
        (200, b'{"features": [], "more": 1}', "more"),
        (200, b"{}", "features"),
        (200, b"", "no JSON"),
        (418, b"{}", "does not know"),
        (401, b'{"message": "Unauthorized"}', None),
        (401, b'{"error": {"code": "id_token_required", "message": "-"}}', None),
        (401, b'{"error": {"code": "another", "message": "-"}}', "otherwise"),
    ],
)
def test_an_answer_that_is_not_described_is_seen(status: int, body: bytes, said: str | None) -> None:
    """What every test's answers are held against (tests/conftest.py) can object."""
    api = HttpApi("Api", (Route("GET", "/entitlements", "EntitlementsFunction"),), cors=None)
    request = Request("GET", "/entitlements", [], b"", "127.0.0.1")
    found = objection(api, request, Response(status, [], body))
    assert (found is None) if said is None else (found is not None and said in found)
    assert objection(dataclasses.replace(api, routes=()), request, Response(status, [], body)) is None, "another API's"
