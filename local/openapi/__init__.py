"""docs/openapi.json: the API as OpenAPI 3.1, made from the code.

Routes and who may call them come from template.yaml, what an endpoint takes from its own types, refusals and their codes from
where they are raised, what the webhook's own URL answers from its code (`webhook.py`). Only the answers' shapes are described beside
it (`answers.py`), and held against all that the tests see.
"""

import ast
import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_args, get_type_hints

import msgspec

from local.children import ROOT
from local.template import Route, Template

Json = dict[str, Any]
DOCUMENT = ROOT / "docs" / "openapi.json"

# As on Lambda: the layer's folder, and each function's own.
sys.path += [
    str(folder)
    for folder in (ROOT / "layers" / "billing", *sorted((ROOT / "functions").iterdir()))
    if folder.is_dir() and str(folder) not in sys.path
]

from billing.endpoint import Nothing  # noqa: E402 - not before the path above is set
from billing.errors import BadRequest, Refused, TooLarge, TryAgain, Unauthorized  # noqa: E402
from local.openapi.answers import GatewayError  # noqa: E402
from local.openapi.operations import OPERATIONS, Operation  # noqa: E402
from local.openapi.refusals import codes  # noqa: E402
from local.openapi.webhook import path_item  # noqa: E402

_SIGNED_IN = (BadRequest, Unauthorized, TooLarge, TryAgain)
"""What every endpoint of a signed-in user may refuse with."""
_PUBLIC = (TryAgain,)
_INTERNAL = "InternalError"
_ANYWHERE = {429: "TooManyRequests", 500: _INTERNAL}
_GATEWAYS = {401, 413, 500, 503}
"""Where API Gateway may answer in a function's place."""


class Undescribed(Exception):
    """A route of template.yaml that the document cannot be made for; one line that says what to add."""


def document() -> Json:
    """The OpenAPI document. Raises `Undescribed`."""
    template = Template.read(ROOT / "template.yaml")
    for kind in ("AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"):
        for name, _ in template.resources(kind):
            template.provide(name, name)  # an authorizer names them; nothing in the document does
    handlers = {name: str(properties["Handler"]) for name, properties in template.resources("AWS::Serverless::Function")}
    routes = [route for api in template.http_apis for route in api.routes]
    if gone := OPERATIONS.keys() - {route.key for route in routes}:
        raise Undescribed(f"local/openapi/operations.py: template.yaml has no route {', '.join(sorted(gone))}")
    endpoints = [(route, _described(route), importlib.import_module(handlers[route.function].rpartition(".")[0])) for route in routes]
    bodies = {route.key: _body(module) for route, _, module in endpoints}
    shapes = dict.fromkeys([operation.answer for operation in OPERATIONS.values()] + [body for body in bodies.values() if body])
    _, schemas = msgspec.json.schema_components([*shapes, GatewayError], ref_template="#/components/schemas/{name}")
    paths: Json = {}
    for route, operation, module in endpoints:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, operation, module, bodies[route.key])
    for url in template.function_urls:
        module = importlib.import_module(handlers[url.function].rpartition(".")[0])
        paths["/"] = path_item(module, *_told(module))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recur",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
            "description": "Stripe subscriptions. Amounts in minor units, times in Unix seconds. Made by `python -m local.openapi`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com",
                "description": "The stack's output ApiUrl",
                "variables": {"api": {"default": "api"}, "region": {"default": "us-east-1"}},
            },
            {"url": "http://127.0.0.1:3001", "description": "make dev"},
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "idToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Cognito's ID token, not its access token",
                }
            },
            "responses": _responses(),
            "schemas": dict(sorted((schemas | _error_schemas()).items())),
        },
    }


def _described(route: Route) -> Operation:
    try:
        return OPERATIONS[route.key]
    except KeyError:
        raise Undescribed(
            f"{route.key} is a route of template.yaml without an entry in local/openapi/operations.py: say there what it answers"
        ) from None


def _inner(module: ModuleType) -> Callable[..., Any]:
    """The function under `@endpoint` or `@public_endpoint`."""
    return inspect.unwrap(module.handler)


def _body(module: ModuleType) -> type[msgspec.Struct] | None:
    """The type of its body; None for an endpoint that anybody may ask."""
    hints = get_type_hints(_inner(module))
    return get_args(hints["request"])[0] if "request" in hints else None


def _operation(route: Route, operation: Operation, module: ModuleType, body: type[msgspec.Struct] | None) -> Json:
    summary, description = _told(module)
    described: Json = {"operationId": module.__name__, "summary": summary}
    if description:
        described["description"] = description
    described["security"] = [{"idToken": []}] if route.authorizer else []
    if parameters := _query(module):
        described["parameters"] = parameters
    if body and route.method == "POST":
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{body.__name__}"}}}
        described["requestBody"] = {"required": body is not Nothing, "content": content}
    refusals = (*(_SIGNED_IN if body else _PUBLIC), *operation.refusals)
    described["responses"] = {"200": _response("Done", [operation.answer.__name__])} | _refusals(refusals)
    return described


def _told(module: ModuleType) -> tuple[str, str]:
    """Summary and description, as it says them itself."""
    summary, _, description = (module.__doc__ or "").strip().partition("\n\n")
    return _sentence(summary.partition(": ")[2]), _sentence(description)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _query(module: ModuleType) -> list[Json]:
    """The query parameters that it asks its request for."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    names = [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "required_query" and isinstance(call.args[0], ast.Constant)
    ]
    return [{"name": name, "in": "query", "required": True, "schema": {"type": "string"}} for name in names]


def _refusals(kinds: tuple[type[Refused], ...]) -> Json:
    by_status = {kind.status: kind.__name__ for kind in kinds} | _ANYWHERE
    return {str(status): {"$ref": f"#/components/responses/{name}"} for status, name in sorted(by_status.items())}


def _responses() -> Json:
    """One for each status that refuses. Where API Gateway may answer in a function's place, it has its own shape."""
    by_status = {kind.status: kind.__name__ for kind in codes()} | _ANYWHERE
    return {name: _response(_words(name), _error_shapes(status, name)) for status, name in sorted(by_status.items())}


def _error_shapes(status: int, name: str) -> list[str]:
    if status == 429:
        return [GatewayError.__name__]
    return [name, GatewayError.__name__] if status in _GATEWAYS else [name]


def _response(description: str, schemas: list[str]) -> Json:
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    schema = references[0] if len(references) == 1 else {"oneOf": references}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _words(name: str) -> str:
    """`TooLarge` as "Too large"."""
    return re.sub("(?<=[a-z])([A-Z])", r" \1", name).capitalize()


def _error_schemas() -> Json:
    by_name = {kind.__name__: found for kind, found in codes().items()} | {_INTERNAL: ["internal_error"]}
    return {name: _error_schema(name, found) for name, found in by_name.items()}


def _error_schema(name: str, codes: list[str]) -> Json:
    """`{"error": {"code", "message"}}`: the code is for programs, the message for who writes them."""
    error = {
        "type": "object",
        "properties": {"code": {"enum": codes}, "message": {"type": "string"}},
        "required": ["code", "message"],
        "additionalProperties": False,
    }
    return {"title": name, "type": "object", "properties": {"error": error}, "required": ["error"], "additionalProperties": False}
