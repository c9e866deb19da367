"""What has to be changed in Stripe so that it matches the file. Nothing, when it was applied before.

A price is never edited in place (Stripe does not allow it, and subscribers keep what they signed up for): another amount is a
new price that takes over the lookup key, and the old one is archived. What the file no longer names is archived, not deleted.
Only what carries this app's mark in its metadata is looked at; the rest of the account is left alone.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from stripe import StripeClient

from billing.customers import APP
from ops.catalog.wanted import Catalog, Feature, Price, Product

Json = dict[str, Any]


class Change(NamedTuple):
    """One step: what it does, in words, and the call that does it."""

    words: str
    make: Callable[[], object]


def changes(stripe: StripeClient, wanted: Catalog) -> Iterator[Change]:
    """The steps, in an order in which they can be made; each is computed after the one before was taken.

    A plan may therefore show a new product without its prices' ids, but never a step that will not be needed.
    """
    found = _Found(stripe)
    for feature in wanted.features:
        yield from _feature(found, feature)
    for product in wanted.products:
        yield from _product(found, product)
    keys = {product.key for product in wanted.products}
    for key, product in found.products.items():
        if key not in keys and product["active"]:
            yield Change(f"archive product {key}", lambda id=product["id"]: stripe.v1.products.update(id, {"active": False}))


class _Found:
    """What Stripe has now of this app's catalogue."""

    def __init__(self, stripe: StripeClient) -> None:
        self.stripe = stripe
        features = stripe.v1.entitlements.features.list({"limit": 100}).auto_paging_iter()
        self.features: dict[str, Json] = {feature.lookup_key: feature.to_dict() for feature in features}
        products = (product.to_dict() for product in stripe.v1.products.list({"limit": 100}).auto_paging_iter())
        self.products: dict[str, Json] = {each["metadata"]["key"]: each for each in products if each["metadata"].get("app") == APP}
        self._prices: dict[str, Json] | None = None

    def price(self, lookup_key: str) -> Json | None:
        if self._prices is None:
            listed = self.stripe.v1.prices.list({"active": True, "limit": 100, "expand": ["data.currency_options"]})
            self._prices = {price["lookup_key"]: price for each in listed.auto_paging_iter() if (price := each.to_dict()).get("lookup_key")}
        return self._prices.get(lookup_key)


def _feature(found: _Found, wanted: Feature) -> Iterator[Change]:
    key, name, stripe = wanted.lookup_key, wanted.name, found.stripe
    current = found.features.get(key)
    if current is None:
        yield Change(
            f"create feature {key}",
            lambda: _keep(found.features, key, stripe.v1.entitlements.features.create({"lookup_key": key, "name": name})),
        )
    elif current["name"] != name:
        yield Change(f"rename feature {key}", lambda: stripe.v1.entitlements.features.update(current["id"], {"name": name}))


def _product(found: _Found, wanted: Product) -> Iterator[Change]:
    stripe, key = found.stripe, wanted.key
    about: Any = {"name": wanted.name} | ({"description": wanted.description} if wanted.description else {})
    current = found.products.get(key)
    if current is None:
        marked = about | {"metadata": {"app": APP, "key": key}}
        yield Change(f"create product {key}", lambda: _keep(found.products, key, stripe.v1.products.create(marked)))
    elif any(current.get(field) != value for field, value in about.items()) or not current["active"]:
        yield Change(f"update product {key}", lambda: stripe.v1.products.update(current["id"], about | {"active": True}))
    yield from _product_features(found, wanted)
    for price in wanted.prices:
        yield from _price(found, wanted, price)


def _product_features(found: _Found, wanted: Product) -> Iterator[Change]:
    attached = _attached(found, wanted.key)
    for feature in wanted.features:
        if feature not in attached:
            yield Change(f"attach {feature} to {wanted.key}", lambda feature=feature: _attach(found, wanted.key, feature))
    for feature, link in attached.items():
        if feature not in wanted.features:
            product = found.products[wanted.key]["id"]
            yield Change(
                f"detach {feature} from {wanted.key}",
                lambda link=link, product=product: found.stripe.v1.products.features.delete(product, link),
            )


def _attached(found: _Found, product: str) -> dict[str, str]:
    """From a feature's lookup key to the id of its ProductFeature."""
    if product not in found.products:
        return {}  # planned only, not made
    listed = found.stripe.v1.products.features.list(found.products[product]["id"], {"limit": 100})
    return {each.entitlement_feature.lookup_key: each.id for each in listed.auto_paging_iter()}


def _attach(found: _Found, product: str, feature: str) -> object:
    attached: Any = {"entitlement_feature": found.features[feature]["id"]}
    return found.stripe.v1.products.features.create(found.products[product]["id"], attached)


def _price(found: _Found, product: Product, wanted: Price) -> Iterator[Change]:
    current = found.price(wanted.lookup_key)
    if current is not None and _same(current, wanted, found.products.get(product.key)):
        return
    verb = "create price" if current is None else "replace price"
    yield Change(f"{verb} {wanted.lookup_key}: {wanted.unit_amount} {wanted.currency}", lambda: _create_price(found, product, wanted))
    if current is not None:
        yield Change(f"archive the old {wanted.lookup_key}", lambda: found.stripe.v1.prices.update(current["id"], {"active": False}))


def _create_price(found: _Found, product: Product, wanted: Price) -> object:
    params: Any = {
        "product": found.products[product.key]["id"],
        "lookup_key": wanted.lookup_key,
        "transfer_lookup_key": True,
        "unit_amount": wanted.unit_amount,
        "currency": wanted.currency,
        "currency_options": {currency: {"unit_amount": amount} for currency, amount in wanted.currency_options.items()},
    }
    if wanted.interval:
        params["recurring"] = {"interval": wanted.interval, "interval_count": wanted.interval_count}
    return found.stripe.v1.prices.create(params)


def _same(current: Json, wanted: Price, product: Json | None) -> bool:
    recurring = current.get("recurring")
    options = {
        currency: option["unit_amount"]
        for currency, option in (current.get("currency_options") or {}).items()
        if currency != current["currency"]
    }
    return (
        product is not None
        and current["product"] == product["id"]
        and (current["unit_amount"], current["currency"]) == (wanted.unit_amount, wanted.currency)
        and options == wanted.currency_options
        and ((recurring["interval"], recurring["interval_count"]) if recurring else (None, 1)) == (wanted.interval, wanted.interval_count)
    )


def _keep(known: dict[str, Json], key: str, made: Any) -> None:
    known[key] = made.to_dict()
