"""Where resources announce themselves: a new resource is a new file under resources/, found by name, named nowhere else.

@route("POST", "/v1/customers", scope="customer_write")   an API call
@job("subscription.renew")                                what happens when a due time comes (clock.py)
@include("customer", "subscriptions")                     a field answered only when expanded
@view("checkout.session")                                 how an object is rewritten for a release before it is shown
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from .contract import Contract
    from .world import World

Handler = Callable[["Call"], object]
F = TypeVar("F", bound=Callable)


@dataclass(slots=True)
class Call:
    """One API call, authenticated, decoded and validated."""

    world: "World"
    contract: "Contract"
    params: dict
    path: dict[str, str]
    publishable: bool = False
    base_url: str = ""


@dataclass(slots=True)
class Page:
    """A handler's answer that is a list: `items` newest first (as Stripe lists), all of them; the server cuts the page."""

    items: list[dict]
    url: str = ""
    total_count: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    path: str
    handler: Handler
    scope: str
    publishable: bool = False
    own: bool = False
    """The stand-in's or the browser's own call, which no SDK declares: parameters are checked by the handler."""
    takes: frozenset[str] = frozenset()
    """Parameters the handler honours, dotted below the top (`subscription_data.metadata`): others get 501, never silence."""


@dataclass(slots=True)
class Registry:
    endpoints: list[Endpoint] = field(default_factory=list)
    jobs: dict[str, Callable] = field(default_factory=dict)
    includes: dict[tuple[str, str], Callable] = field(default_factory=dict)
    views: dict[str, Callable] = field(default_factory=dict)
    lookups: dict[str, Callable] = field(default_factory=dict)
    page_urls: dict[tuple[str, str], str] = field(default_factory=dict)
    """Where a nested list is paged on, by (object, field); `{id}` and other fields of the object are filled in."""


REGISTRY = Registry()
PAGES: dict[str, Callable] = {}
"""Plain pages by path prefix: called with (world, request), answering a Response."""


def route(
    method: str, path: str, scope: str, *, takes: Iterable[str] = (), publishable: bool = False, own: bool = False
) -> Callable[[F], F]:
    def register(handler: F) -> F:
        REGISTRY.endpoints.append(Endpoint(method, path, handler, scope, publishable, own, frozenset(takes)))
        return handler

    return register


def job(name: str) -> Callable[[F], F]:
    def register(function: F) -> F:
        REGISTRY.jobs[name] = function
        return function

    return register


def include(object_name: str, field_name: str) -> Callable[[F], F]:
    def register(function: F) -> F:
        REGISTRY.includes[object_name, field_name] = function
        return function

    return register


def page_url(object_name: str, field_name: str, address: str) -> None:
    REGISTRY.page_urls[object_name, field_name] = address


def view(object_name: str) -> Callable[[F], F]:
    def register(function: F) -> F:
        REGISTRY.views[object_name] = function
        return function

    return register


def lookup(object_name: str) -> Callable[[F], F]:
    """An object that is not stored but worked out from another one with the same id (a price's `plan`)."""

    def register(function: F) -> F:
        REGISTRY.lookups[object_name] = function
        return function

    return register


def page(prefix: str) -> Callable[[F], F]:
    """A plain page of a customer's browser: answers a Response, or None when there is no such page."""

    def register(function: F) -> F:
        PAGES[prefix] = function
        return function

    return register


def load() -> Registry:
    """Imports every module of engine/ and resources/, so that each announces itself; cheap to call again."""
    from . import engine, resources

    for package in (engine, resources):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return REGISTRY
