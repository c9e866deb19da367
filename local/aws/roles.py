"""May this caller do that? As IAM decides it, from the roles that the template gives to the functions.

A function signs with its logical id as its access key. Whoever else calls (the stack itself, a browser, a test) may do everything.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local.http_server import Request


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a service."""

    caller: str
    """The access key it is signed with; empty without a signature."""
    action: str
    """As policies spell it: `dynamodb:GetItem`."""
    resource: str
    """The last part of its ARN: `table/x`; empty for what nothing is known of."""
    keys: tuple[str, ...]
    """The items' hash keys; empty when the request names none."""


class Roles:
    """Nobody is refused anything until a caller's grants are known."""

    def __init__(self) -> None:
        self._grants: dict[str, Sequence[dict[str, Any]]] = {}

    def learn(self, grants: dict[str, Sequence[dict[str, Any]]]) -> None:
        """`{caller: [{actions, resources, keys}]}`; see `local.template.model.Grant`."""
        self._grants = grants

    def refusal(self, call: Call) -> str | None:
        """IAM's words for what the caller's role does not allow."""
        if call.caller not in self._grants or any(_allows(grant, call) for grant in self._grants[call.caller]):
            return None
        return (
            f"User: {call.caller} is not authorized to perform: {call.action} on resource: {call.resource} with key: "
            f"{' '.join(call.keys)}, "
            f"because no identity-based policy allows the {call.action} action"
        )


def call_of(request: Request, operation: str) -> Call:
    """`operation` is `dynamodb.GetItem`."""
    service, _, name = operation.partition(".")
    body = json.loads(request.body or b"{}")
    match service:
        case "dynamodb":
            table = body.get("TableName") or next(iter(body.get("RequestItems", {})), "")  # a batch of ours is of one table
            resource = f"table/{table}" if table else ""
        case "ssm":
            resource = f"parameter/{body['Name'].lstrip('/')}" if "Name" in body else ""
        case "cognito-idp":
            resource = f"userpool/{body['UserPoolId']}" if "UserPoolId" in body else ""
        case _:
            resource = ""
    return Call(_caller(request), f"{service}:{name}", resource, _hash_keys(body) if service == "dynamodb" else ())


def _hash_keys(body: dict[str, Any]) -> tuple[str, ...]:
    batches = [batch for batch in body.get("RequestItems", {}).values() if "Keys" in batch]  # a batch that reads; ours write none
    items = [body.get("Key") or body.get("Item") or {}, *(key for batch in batches for key in batch["Keys"])]
    return tuple(item["pk"]["S"] for item in items if "pk" in item)


def _caller(request: Request) -> str:
    """From `AWS4-HMAC-SHA256 Credential=<access key>/<date>/…`."""
    return (request.header("authorization") or "").partition("Credential=")[2].partition("/")[0]


def _allows(grant: dict[str, Any], call: Call) -> bool:
    return (
        call.action in grant["actions"]
        and any(arn == "*" or arn.split(":", 5)[-1] == call.resource for arn in grant["resources"])
        and (not grant["keys"] or all(any(fnmatchcase(key, pattern) for pattern in grant["keys"]) for key in call.keys))
    )
