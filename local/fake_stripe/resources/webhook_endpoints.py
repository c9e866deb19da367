"""Webhook endpoints. The secret is shown once, when the endpoint is made, and cannot be rolled: rotate by a second endpoint."""

from urllib.parse import urlsplit

from ..contract import contract_for, default_contract
from ..errors import InvalidRequest
from ..registry import Call, Page, route
from ..support import deleted, listing, metadata, unset

MAX_ENDPOINTS = 16


@route("POST", "/v1/webhook_endpoints", scope="webhook_write", takes=("api_version", "description", "enabled_events", "metadata", "url"))
def create(call: Call) -> dict:
    world, params = call.world, call.params
    _check_url(params["url"])
    _check_events(params["enabled_events"])
    if len(world.newest("webhook_endpoint")) >= MAX_ENDPOINTS:
        raise InvalidRequest(f"You have reached the maximum of {MAX_ENDPOINTS} test webhook endpoints.", code="resource_exhausted")
    version = params.get("api_version")
    if version:
        contract_for(version)
    endpoint = {
        "id": world.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": version,
        "application": None,
        "created": world.now(),
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": metadata({}, params.get("metadata")),
        "status": "enabled",
        "url": params["url"],
        "_secrets": [world.next_webhook_secret()],
    }
    world.put(endpoint)
    return {**endpoint, "secret": endpoint["_secrets"][0]}


@route("GET", "/v1/webhook_endpoints/{id}", scope="webhook_read")
def retrieve(call: Call) -> dict:
    return call.world.get("webhook_endpoint", call.path["id"])


@route("POST", "/v1/webhook_endpoints/{id}", scope="webhook_write", takes=("description", "disabled", "enabled_events", "metadata", "url"))
def update(call: Call) -> dict:
    endpoint = call.world.get("webhook_endpoint", call.path["id"])
    params = call.params
    if "url" in params:
        _check_url(params["url"])
        endpoint["url"] = params["url"]
    if "enabled_events" in params:
        _check_events(params["enabled_events"])
        endpoint["enabled_events"] = params["enabled_events"]
    if "description" in params:
        endpoint["description"] = unset(params["description"])
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    endpoint["metadata"] = metadata(endpoint["metadata"], params.get("metadata"))
    return endpoint


@route("DELETE", "/v1/webhook_endpoints/{id}", scope="webhook_write")
def delete(call: Call) -> dict:
    endpoint = call.world.get("webhook_endpoint", call.path["id"])
    call.world.remove(endpoint)
    return deleted(endpoint)


@route("GET", "/v1/webhook_endpoints", scope="webhook_read")
def list_all(call: Call) -> Page:
    return listing(call, call.world.newest("webhook_endpoint"))


def wants(endpoint: dict, event_type: str) -> bool:
    events = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in events or event_type in events)


def version_of(endpoint: dict) -> str:
    return endpoint["api_version"] or default_contract().api_version


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidRequest("Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param="url")


def _check_events(events: list[str]) -> None:
    if not events:
        raise InvalidRequest("You must specify at least one event.", param="enabled_events")
