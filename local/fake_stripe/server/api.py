"""One API request from bytes to bytes: key, route, parameters, idempotency, the world's work, the answer in the asked release."""

import json
import traceback
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from ..contract import Contract, Route, contract_for
from ..contract.params import validate
from ..contract.shape import Expansion, expansion, renderer_for
from ..errors import ApiFailure, InvalidRequest, NotSupported, PermissionDenied, StripeError
from ..registry import REGISTRY, Call, Endpoint, Page
from ..world import Origin, World
from .forms import decode
from .idempotency import IdempotencyStore
from .keys import Key, KeyRing
from .limits import RateLimit
from .messages import Request, Response
from .paging import cut
from .requests import RequestLog
from .routing import Routes, declared_routes, endpoint_routes, read_scopes, same_call

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key, stripe-version",
    "Access-Control-Expose-Headers": "Request-Id",
    "Access-Control-Max-Age": "300",
}


class Api:
    """`/v1`. Thread-safe: the world is changed under its lock only; waiting and faults happen outside it."""

    def __init__(self, world: World, keys: KeyRing):
        self.world = world
        self.keys = keys
        self.idempotency = IdempotencyStore()
        self.log = RequestLog()
        self.limit = RateLimit()
        self._routes = endpoint_routes(REGISTRY)
        self._declared: dict[str, Routes] = {}
        self._scopes: dict[str, dict[str, str]] = {}

    def handle(self, request: Request) -> Response:
        """Never raises: every StripeError becomes its answer, and a mistake of ours a 500 that says whose it is."""
        with self.world.lock:
            request_id = self.world.new_id("req", 14)
        try:
            response = self._authenticated(request, request_id)
        except StripeError as error:
            response = _error(error, request_id)
        except Exception:
            traceback.print_exc()
            response = _error(ApiFailure("The stand-in itself failed: see its output."), request_id)
        response.headers.setdefault("Request-Id", request_id)
        response.headers.update(CORS)
        return response

    def _authenticated(self, request: Request, request_id: str) -> Response:
        key = self.keys.authenticate(request.headers.get("authorization"))
        entry = self.log.record(request, key, request_id)
        try:
            self.limit.admit(self.world.settings.requests_per_second)
            response = self._idempotent(request, request_id, key)
        except StripeError as error:
            entry["status"] = error.status
            raise
        entry["status"] = response.status
        entry["replayed"] = "Idempotent-Replayed" in response.headers
        return response

    def _idempotent(self, request: Request, request_id: str, key: Key) -> Response:
        idempotency_key = request.headers.get("idempotency-key")
        if not idempotency_key or request.method != "POST":
            return self._answer(request, request_id, key, None)
        replay = self.idempotency.begin(key.value, idempotency_key, request, request_id)
        if replay is not None:
            return replay
        try:
            response = self._answer(request, request_id, key, idempotency_key)
        except StripeError as error:
            response = _error(error, request_id)
        except BaseException:
            self.idempotency.finish(key.value, idempotency_key, Response(400))
            raise
        response.headers["Idempotency-Key"] = idempotency_key
        response.headers["Original-Request"] = request_id
        response.headers["Request-Id"] = request_id
        self.idempotency.finish(key.value, idempotency_key, response)
        return response

    def _answer(self, request: Request, request_id: str, key: Key, idempotency_key: str | None) -> Response:
        contract = contract_for(request.headers.get("stripe-version"))
        endpoint, path, declared = self._match(request, contract)
        if key.kind == "publishable" and not endpoint.publishable:
            raise PermissionDenied(
                "This API call cannot be made with a publishable API key. Please use a secret API key.",
                code="secret_key_required",
                status=401,
            )
        key.require(endpoint.scope)
        given = decode(request.body.decode() if request.method == "POST" else request.query)
        if request.method == "POST" and request.query:
            given = {**decode(request.query), **given}
        returns: Any = "any"
        # The browser's proof that it may see an object; the SDK, which has a secret key, does not declare it.
        proof = {"client_secret": given.pop("client_secret")} if endpoint.publishable and "client_secret" in given else {}
        if declared is not None:
            given = validate(contract.classes, declared.params, given)
            returns = declared.returns
            refuse_unhonoured(endpoint.takes, given)
        expand = expansion(contract, returns, given.pop("expand", None) or []) if declared is not None else Expansion({}, frozenset())
        for scope in sorted(self.scopes_of(contract, expand.objects)):
            key.require(scope)
        with self.world.lock:
            self.world.run_due()
            with self.world.acting(Origin(request_id, idempotency_key)):
                call = Call(self.world, contract, {**given, **proof}, path, key.kind == "publishable", self.world.base_url)
                result = endpoint.handler(call)
            body = self._show(result, contract, given, expand.tree, request.path)
        return Response(
            200,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Stripe-Version": contract.api_version, "Request-Id": request_id},
        )

    def scopes_of(self, contract: Contract, objects: Iterable[str]) -> set[str]:
        """What a restricted key needs besides the endpoint's own permission, to be shown these expanded (assumption expanded_scopes)."""
        known = self._scopes.get(contract.api_version)
        if known is None:
            known = self._scopes[contract.api_version] = read_scopes(REGISTRY, contract)
        return {known[name] for name in objects if name in known}

    def forget(self) -> None:
        """No idempotent answer, no logged request."""
        self.idempotency = IdempotencyStore()
        self.log.reset()

    def _match(self, request: Request, contract: Contract) -> tuple[Endpoint, dict[str, str], Route | None]:
        """The handler, what the path's placeholders are, and the SDK's declaration of the call (none for the browser's own calls)."""
        declared = self._declared.get(contract.api_version)
        if declared is None:
            declared = self._declared[contract.api_version] = declared_routes(contract)
        known = declared.find(request.method, request.path)
        found = self._routes.find(request.method, request.path)
        if found is not None and (found[0].own or (known is not None and same_call(known[0].path, found[0].path))):
            path = {name: unquote(value) for name, value in found[1].items()}
            return found[0], path, known[0] if known else None
        if known is not None:
            raise NotSupported(f"{request.method} {request.path}")
        raise InvalidRequest(
            f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs or we can help at "
            "https://support.stripe.com/.",
            status=404,
        )

    def _show(self, result: Any, contract: Contract, params: dict, expand: dict, url: str) -> Any:
        renderer = renderer_for(self.world, contract)
        if isinstance(result, Page):
            page, has_more = cut(result.items, params)
            shown = {
                "object": "list",
                "data": [renderer.show(item, expand) for item in page],
                "has_more": has_more,
                "url": result.url or url,
            }
            if result.total_count is not None:
                shown["total_count"] = result.total_count
            return shown
        return renderer.show(result, expand) if isinstance(result, dict) and "object" in result else result


PAGING = frozenset({"expand", "limit", "starting_after", "ending_before"})


def refuse_unhonoured(takes: frozenset[str], given: dict) -> None:
    """Raises NotSupported for a parameter Stripe knows and the handler does not honour: ignoring it would be a made-up success."""
    for name, value in given.items():
        if name not in PAGING:
            _refuse(takes, name, name, value)


def _refuse(takes: frozenset[str], dotted: str, bracketed: str, value: object) -> None:
    if dotted in takes:
        return
    inside = any(entry.startswith(f"{dotted}.") for entry in takes)
    if not inside:
        raise NotSupported(f"The parameter {bracketed}", bracketed)
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse(takes, f"{dotted}.{name}", f"{bracketed}[{name}]", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            for name, deeper in inner.items() if isinstance(inner, dict) else ():
                _refuse(takes, f"{dotted}.{name}", f"{bracketed}[{index}][{name}]", deeper)


def _error(error: StripeError, request_id: str) -> Response:
    body = error.body()
    body["error"]["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
    headers = {"Content-Type": "application/json", "Request-Id": request_id}
    if error.code in ("idempotency_key_in_use", "lock_timeout"):
        headers["Stripe-Should-Retry"] = "true"
    if error.code == "rate_limit":
        headers["Stripe-Rate-Limited-Reason"] = "global-rate"
    return Response(error.status, json.dumps(body).encode(), headers)
