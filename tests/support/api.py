"""The API as docs/openapi.json describes it: what the tests hold every answer against, and what they try every route by."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from local.children import ROOT
from local.http_server import Request, Response
from local.template import FunctionUrl, HttpApi

Json = dict[str, Any]


@cache
def described() -> Json:
    return json.loads((ROOT / "docs" / "openapi.json").read_text())


@dataclass(frozen=True, slots=True)
class Field:
    """Something a client sends: a field of the body (`shipping.address.line1`) or a query parameter."""

    place: str
    name: str
    schema: Json = field(hash=False)

    @property
    def takes_text(self) -> bool:
        kinds = self.schema.get("anyOf", [self.schema])
        return any(kind.get("type") == "string" for kind in kinds)


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    content: Json

    @property
    def key(self) -> str:
        """`GET /plans`, as in template.yaml and in `local.openapi.operations`."""
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        return not self.content["security"]

    @property
    def body(self) -> Json | None:
        """The body's schema, references resolved one level; None if it takes none."""
        taken = self.content.get("requestBody")
        return resolved(taken["content"]["application/json"]["schema"]) if taken else None

    @property
    def fields(self) -> list[Field]:
        query = [Field("query", each["name"], each["schema"]) for each in self.content.get("parameters", [])]
        return query + list(_fields(self.body, "") if self.body else [])


def operations() -> list[Operation]:
    """Those of the API; the webhook has a server of its own."""
    paths = {path: methods for path, methods in described()["paths"].items() if "servers" not in methods}
    return [Operation(method.upper(), path, content) for path, methods in paths.items() for method, content in methods.items()]


def webhook() -> Operation:
    return Operation("POST", "/", described()["paths"]["/"]["post"])


def resolved(schema: Json) -> Json:
    reference = schema.get("$ref")
    return described()["components"][reference.split("/")[-2]][reference.rpartition("/")[2]] if reference else schema


def _fields(schema: Json, prefix: str) -> Iterator[Field]:
    for name, given in schema.get("properties", {}).items():
        kinds = [resolved(kind) for kind in given.get("anyOf", [given])]
        nested = [kind for kind in kinds if kind.get("type") == "object"]
        for kind in nested:
            yield from _fields(kind, f"{prefix}{name}.")
        if not nested:
            yield Field("body", f"{prefix}{name}", given)


# ------------------------------------------------------------------------------------------------ every answer


@cache
def _validator(key: str, status: int) -> Draft202012Validator | None:
    """None for an answer that the document does not know."""
    operation = next((each for each in (*operations(), webhook()) if each.key == key), None)
    answer = operation and operation.content["responses"].get(str(status))
    if not answer:
        return None
    content = resolved(answer).get("content")
    if not content:
        return Draft202012Validator(True)  # Lambda's own words
    schema = content["application/json"]["schema"]
    return Draft202012Validator({"$ref": "#/schema", "schema": schema, "components": described()["components"]})


def objection(api: HttpApi, request: Request, response: Response) -> str | None:
    """What is wrong with an answer of the API; None if the document describes it, or has nothing to say of the request."""
    key = f"{request.method} {request.path}"
    if key not in {operation.key for operation in operations()} or key not in {route.key for route in api.routes}:
        return None
    return _objection(key, response)


def webhook_objection(url: FunctionUrl, request: Request, response: Response) -> str | None:
    """The same of the webhook's URL, whose answers to any other method are described too."""
    return _objection(webhook().key, response) if url.function == "WebhookFunction" and request.method != "HEAD" else None


def _objection(key: str, response: Response) -> str | None:
    validator = _validator(key, response.status)
    if validator is None:
        return f"{key} answered {response.status}, which docs/openapi.json does not know: {response.body[:300]!r}"
    if validator.schema is True:
        return None
    try:
        content = json.loads(response.body)
    except ValueError:
        return f"{key} answered {response.status} with no JSON: {response.body[:300]!r}"
    problem = next(validator.iter_errors(content), None)
    if problem is None:
        return None
    return f"{key} answered {response.status} otherwise than docs/openapi.json says, at {problem.json_path}: {problem.message[:300]}"
