"""The permissions of Stripe's restricted keys, as docs/security.md has them."""

import re
from typing import Any

from local.children import ROOT
from local.fake_stripe.contract import contract_for
from local.fake_stripe.contract.shape import expansion
from local.fake_stripe.registry import load
from local.fake_stripe.server.routing import declared_routes, endpoint_routes, read_scopes

_ROW = re.compile(r"^\| ([A-Z][\w ]+: (?:Read|Write)) \| `(\w+)` \|", re.M)


def documented(whose: str) -> dict[str, str]:
    """Of the `functions`, or for `deploying`: from the Dashboard's name of each permission to the API's."""
    section = (ROOT / "docs" / "security.md").read_text().partition("## Stripe's keys")[2]
    functions, _, deploying = section.partition("For deploying")
    return dict(_ROW.findall({"functions": functions, "deploying": deploying}[whose]))


def needed(requests: list[dict[str, Any]]) -> set[str]:
    """The permissions for these calls, as the local Stripe logged them, and for what they expand; to write includes to read."""
    registry, found = load(), set[str]()
    for request in requests:
        contract = contract_for(request["stripe_version"])
        endpoint, declared = (
            routes.find(request["method"], request["path"]) for routes in (endpoint_routes(registry), declared_routes(contract))
        )
        if endpoint and declared:
            paths = [value for name, value in request["params"].items() if name.startswith("expand[")]
            scopes = read_scopes(registry, contract)
            objects = expansion(contract, declared[0].returns, paths).objects
            found |= {endpoint[0].scope, *(scopes[name] for name in objects if name in scopes)}
    return {scope for scope in found if scope.replace("_read", "_write") not in found or scope.endswith("_write")}
