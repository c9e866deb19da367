"""The API's description: made from the code, never stale, and able to say what is missing."""

import dataclasses
import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from billing.state import store
from local import openapi
from local.http_server import Request, Response
from local.openapi import operations
from local.openapi.refusals import codes
from local.template import FunctionUrl, HttpApi, Route
from tests.support.api import objection, webhook_objection

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


def test_the_webhook_is_described_at_its_own_url_with_all_that_it_may_answer(made: Json) -> None:
    described = made["paths"]["/"]
    assert [server["url"] for server in described["servers"]] == ["https://{url}.lambda-url.{region}.on.aws", "http://127.0.0.1:3002"]
    answers = {
        status: answer["content"]["application/json"]["schema"].get("properties", {}).get("outcome", {}).get("enum")
        for status, answer in described["post"]["responses"].items()
        if "content" in answer
    }
    assert set(answers) == {"200", "400", "405", "413", "500", "503"}
    assert set(answers["200"]) == {each.value for each in store.Outcome} | {"not_ours", "unreadable", "not_handled"}
    assert answers["400"] == ["invalid_body", "invalid_event", "invalid_signature", "wrong_livemode"]
    assert (answers["405"], answers["503"]) == (["method_not_allowed"], ["try_again"])
    assert answers["500"] == ["not_configured", "not_stored"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"outcome": "written"}', None),
        (200, b'{"outcome": "invalid_event"}', "otherwise"),
        (400, b'{"outcome": "invalid_event"}', None),
        (413, b'{"outcome": "body_too_large"}', None),
        (413, b'{"message": "Request Entity Too Large"}', None),
        (405, b'{"outcome": "method_not_allowed", "more": 1}', "more"),
        (502, b"Internal Server Error", None),
        (418, b"{}", "does not know"),
    ],
)
def test_an_answer_of_the_webhook_that_is_not_described_is_seen(status: int, body: bytes, said: str | None) -> None:
    request = Request("PUT" if status == 405 else "POST", "/", [], b"", "127.0.0.1")
    found = webhook_objection(FunctionUrl("WebhookFunction", cors=None), request, Response(status, [], body))
    assert (found is None) if said is None else (found is not None and said in found)
    assert webhook_objection(FunctionUrl("AnotherFunction", cors=None), request, Response(status, [], body)) is None


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
