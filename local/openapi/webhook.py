"""The webhook's own URL, which Stripe alone asks: its answers are read off its code, status by status, what it takes off its handlers."""

import ast
import inspect
from types import ModuleType
from typing import Any

from billing.events import HANDLERS
from billing.state.store import Outcome
from local.ports import Ports

Json = dict[str, Any]

_MEANINGS = {
    200: "Stored, or nothing to store: Stripe does not send it again",
    400: "Not signed with the endpoint's secret, or no event of this stage's mode",
    405: "Any other method",
    413: "Body over 1 MB",
    500: "Not stored: Stripe sends it again, for three days",
    503: "The secret cannot be read at the moment: Stripe sends it again",
}
_LAMBDAS = {
    429: "Lambda had no room, and no function was called: Stripe sends it again",
    502: "The function died: Stripe sends it again",
}
"""What Lambda answers in the function's place, with words of its own."""


def outcomes(module: ModuleType) -> dict[int, list[str]]:
    """By status, what `outcome` may be. Raises `ValueError` for an answer of which that cannot be read off the code."""
    tree = ast.parse(inspect.getsource(module))
    found: dict[int, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_answer":
            status, outcome = node.args
            if not isinstance(status, ast.Constant) or not isinstance(status.value, int):
                raise ValueError(f"{ast.unparse(node)}: the status is no literal")
            said = [str(outcome.value)] if isinstance(outcome, ast.Constant) else _assigned(tree, ast.unparse(outcome))
            found.setdefault(status.value, set()).update(said)
    return {status: sorted(said) for status, said in sorted(found.items())}


def _assigned(tree: ast.AST, name: str) -> list[str]:
    """What a variable may hold: the literals assigned to it, and the store's outcomes."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name]
    return [str(node.value.value) for node in assigned if isinstance(node.value, ast.Constant)] + [each.value for each in Outcome]


def path_item(module: ModuleType, summary: str, description: str) -> Json:
    """`/`, with a server of its own. Raises `KeyError` for a status that has no meaning yet."""
    responses = {status: _response(status, said) for status, said in outcomes(module).items()}
    responses |= {status: {"description": meaning} for status, meaning in _LAMBDAS.items()}
    return {
        "servers": [
            {
                "url": "https://{url}.lambda-url.{region}.on.aws",
                "description": "The stack's output WebhookUrl",
                "variables": {"url": {"default": "url"}, "region": {"default": "us-east-1"}},
            },
            {"url": f"http://127.0.0.1:{Ports().webhook}", "description": "make dev"},
        ],
        "post": {
            "operationId": module.__name__,
            "summary": summary,
            "description": description,
            "security": [],
            "parameters": [
                {
                    "name": "Stripe-Signature",
                    "in": "header",
                    "required": True,
                    "description": "HMAC-SHA256 of time and exact body, at most five minutes old: stands in a token's place",
                    "schema": {
                        "type": "string",
                        "examples": ["t=1795371034,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"],
                    },
                }
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": _event()}}},
            "responses": {str(status): responses[status] for status in sorted(responses)},
        },
    }


def _response(status: int, said: list[str]) -> Json:
    schema: Json = {
        "type": "object",
        "properties": {"outcome": {"enum": said}},
        "required": ["outcome"],
        "additionalProperties": False,
    }
    if status == 413:  # over 6 MB Lambda says so itself
        schema = {"oneOf": [schema, {"$ref": "#/components/schemas/GatewayError"}]}
    return {"description": _MEANINGS[status], "content": {"application/json": {"schema": schema}}}


def _event() -> Json:
    """As far as it is looked at before its handler is chosen."""
    fields: Json = {
        "id": {"type": "string"},
        "type": {"type": "string", "description": f"Listened to: {', '.join(sorted(HANDLERS))}. Any other is `not_handled`."},
        "created": {"type": "integer", "description": "Unix time in seconds"},
        "livemode": {"type": "boolean", "description": "True in production, and nowhere else"},
        "data": {"type": "object", "properties": {"object": {"type": "object"}}, "required": ["object"]},
    }
    return {"type": "object", "description": "Stripe's Event", "properties": fields, "required": list(fields)}
