"""What has to be changed in Stripe so that it matches the file. Nothing, when it was applied before and nobody changed it by hand.

A price is never edited in place (Stripe does not allow it, and subscribers keep what they signed up for): another amount is a
new price that takes over the lookup key, and the old one is archived. What the file no longer names is archived, not deleted.
Stripe archives no price that is its product's default, as a product made in the Dashboard has one: the default is moved before.
Only what carries this app's mark in its metadata is changed, and an unmarked product that a lookup key of the file leads to, which is
adopted; the rest of the account is left alone.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from stripe import StripeClient

from billing.catalogue import other_than_fixed
from billing.customers import APP
from ops.catalog.account import Account, Json, keep
from ops.catalog.wanted import Catalog, Feature, Price, Product, Senseless


class Change(NamedTuple):
    """One step: what it does, in words, and the call that does it."""

    words: str
    make: Callable[[], object]


def changes(stripe: StripeClient, wanted: Catalog) -> Iterator[Change]:
    """The steps, in an order in which they can be made; each is computed after the one before was taken.

    A plan may therefore show a new product without its prices' ids, but never a step that will not be needed.
    """
    found = Account(stripe)
    for feature in wanted.features:
        yield from _feature(found, feature)
    for product in wanted.products:
        yield from _product(found, product)
    yield from _superfluous(found, wanted)


# ----------------------------------------------------------------------------------------------- what is there


def _feature(found: Account, wanted: Feature) -> Iterator[Change]:
    key, name, features = wanted.lookup_key, wanted.name, found.stripe.v1.entitlements.features
    current = found.features.get(key)
    if current is None:
        marked: Any = {"lookup_key": key, "name": name, "metadata": {"app": APP}}
        yield Change(f"create feature {key}", lambda: keep(found.features, key, features.create(marked)))
    elif current["metadata"].get("app", APP) != APP:
        raise Senseless(f"The lookup key {key} belongs to a feature of the app {current['metadata']['app']}: take another one.")
    elif not current["active"]:
        yield Change(f"restore feature {key}", lambda: features.update(current["id"], {"active": True, "name": name}))
    elif current["name"] != name:
        yield Change(f"rename feature {key}", lambda: features.update(current["id"], {"name": name}))


def _product(found: Account, wanted: Product) -> Iterator[Change]:
    stripe, key = found.stripe, wanted.key
    about: Any = {"name": wanted.name, "description": wanted.description}
    marked: Any = {"metadata": {"app": APP, "key": key}}
    current = found.products.get(key)
    handmade = found.adoptable(wanted)
    if current is None and handmade is not None:
        found.products[key] = handmade
        words = f"adopt product {handmade['id']} ({handmade['name']}) as {key}"
        adopted = about | marked | {"active": True}
        yield Change(words, lambda: found.keep_product(key, stripe.v1.products.update(handmade["id"], adopted)))
    elif current is None:
        # An empty text would unset what is not there yet.
        said = {name: value for name, value in about.items() if value}
        yield Change(f"create product {key}", lambda: found.keep_product(key, stripe.v1.products.create(said | marked)))
    elif any((current.get(field) or "") != value for field, value in about.items()) or not current["active"]:
        yield Change(f"update product {key}", lambda: stripe.v1.products.update(current["id"], about | {"active": True}))
    yield from _product_features(found, wanted)
    for price in wanted.prices:
        yield from _price(found, wanted, price)


def _product_features(found: Account, wanted: Product) -> Iterator[Change]:
    product = found.products.get(wanted.key)  # none yet, in a plan
    attached = found.attached(product) if product else {}
    for feature in wanted.features:
        if feature not in attached:
            yield Change(f"attach {feature} to {wanted.key}", lambda feature=feature: _attach(found, wanted.key, feature))
    for feature, link in attached.items():
        if feature not in wanted.features:
            yield Change(f"detach {feature} from {wanted.key}", lambda link=link: _detach(found, wanted.key, link))


def _detach(found: Account, product: str, link: str) -> object:
    return found.stripe.v1.products.features.delete(found.products[product]["id"], link)


def _attach(found: Account, product: str, feature: str) -> object:
    attached: Any = {"entitlement_feature": found.features[feature]["id"]}
    return found.stripe.v1.products.features.create(found.products[product]["id"], attached)


# ------------------------------------------------------------------------------------------------------ prices


def _price(found: Account, product: Product, wanted: Price) -> Iterator[Change]:
    current = found.price(wanted.lookup_key)
    if current is not None and _same(current, wanted, found.products.get(product.key)):
        return
    verb = "create price" if current is None else "replace price"
    old = current if current is not None and found.is_ours(current["product"]) else None
    words = f"{verb} {wanted.lookup_key}: {wanted.unit_amount} {wanted.currency}"
    yield Change(words, lambda: _create_price(found, product, wanted, old))
    if old is not None:
        heir = wanted if old["product"] == found.products.get(product.key, {}).get("id") else None
        yield from _archive(found, old, f"archive the old {wanted.lookup_key}", heir)


def _create_price(found: Account, product: Product, wanted: Price, old: Json | None) -> None:
    if old is not None and old["metadata"].get("app") != APP:
        # Without its lookup key nothing else tells it from a special offer, should the run end before it is archived.
        found.stripe.v1.prices.update(old["id"], {"metadata": {"app": APP}})
    kept: Json = old or {}
    options = kept.get("currency_options") or {}
    params: Any = {
        "product": found.products[product.key]["id"],
        "lookup_key": wanted.lookup_key,
        "transfer_lookup_key": True,
        "unit_amount": wanted.unit_amount,
        "currency": wanted.currency,
        "currency_options": {
            currency: {"unit_amount": amount} | _tax(options.get(currency) or old) for currency, amount in wanted.currency_options.items()
        },
        # Without its lookup key it is still known as one that was replaced.
        "metadata": {**kept.get("metadata", {}), "app": APP},
    } | _tax(old)
    if kept.get("nickname"):
        params["nickname"] = kept["nickname"]
    if wanted.interval:
        params["recurring"] = {"interval": wanted.interval, "interval_count": wanted.interval_count}
    found.keep_price(found.stripe.v1.prices.create(params))


def _tax(old: Json | None) -> Json:
    """Whether tax is within the amount or added to it: not of the file, and lost if the new price did not say it again."""
    said = (old or {}).get("tax_behavior") or "unspecified"
    return {"tax_behavior": said} if said != "unspecified" else {}


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
        and not other_than_fixed(current)
        and (current["unit_amount"], current["currency"]) == (wanted.unit_amount, wanted.currency)
        and options == wanted.currency_options
        and ((recurring["interval"], recurring["interval_count"]) if recurring else (None, 1)) == (wanted.interval, wanted.interval_count)
    )


def _archive(found: Account, price: Json, words: str, heir: Price | None) -> Iterator[Change]:
    """`heir` is another price of the product, on sale when this step's turn comes, to be the default in its place; None: there is none."""
    product = found.all_products[price["product"]]
    if product.get("default_price") == price["id"]:
        default = f"make {heir.lookup_key} the default price of" if heir else "take the default price from"
        yield Change(f"{default} {product['name']} ({product['id']})", lambda: _set_default(found, product, heir))
    yield Change(words, lambda: _archive_price(found, price))


def _set_default(found: Account, product: Json, heir: Price | None) -> object:
    price = found.price(heir.lookup_key) if heir else None
    # Stripe unsets what is sent empty. Source: stripe/stripe-python#658, by a Stripe engineer; the SDK does not declare it.
    return found.stripe.v1.products.update(product["id"], {"default_price": price["id"] if price else ""})


def _archive_price(found: Account, price: Json) -> object:
    found.prices.remove(price)
    return found.stripe.v1.prices.update(price["id"], {"active": False})


# --------------------------------------------------------------------------------- what the file does not name


def _superfluous(found: Account, wanted: Catalog) -> Iterator[Change]:
    by_key = {product.key: product for product in wanted.products}
    named = {price.lookup_key for each in wanted.products for price in each.prices}
    for key, product in found.products.items():
        if key in by_key:
            yield from _superfluous_prices(found, product, named, next(iter(by_key[key].prices), None))
        elif product["active"]:
            yield Change(f"archive product {key}", lambda id=product["id"]: _archive_product(found, id))
    for double in found.doubles:
        if double["active"]:
            words = f"archive product {double['id']}: a second {double['metadata']['key']}"
            yield Change(words, lambda id=double["id"]: _archive_product(found, id))
    named_features = {feature.lookup_key for feature in wanted.features}
    for key, feature in found.features.items():
        if key not in named_features and feature["active"] and feature["metadata"].get("app") == APP:
            yield Change(f"archive feature {key}", lambda id=feature["id"]: _archive_feature(found, id))


def _superfluous_prices(found: Account, product: Json, named: set[str], heir: Price | None) -> Iterator[Change]:
    """One with a lookup key would be on sale (`billing.catalogue`); one of ours without is left over from an apply that was cut.

    A price made by hand without a lookup key is somebody's special offer, and on sale to nobody else; nor is one that the file has no
    words for (`other_than_fixed`).
    """
    for price in list(found.prices_of(product)):
        key = price.get("lookup_key")
        if key and key not in named and not other_than_fixed(price):
            yield from _archive(found, price, f"archive price {key}: the file does not name it", heir)
        elif not key and price["metadata"].get("app") == APP:
            yield from _archive(found, price, f"archive price {price['id']}: it was replaced", heir)


def _archive_product(found: Account, product: str) -> object:
    return found.stripe.v1.products.update(product, {"active": False})


def _archive_feature(found: Account, feature: str) -> object:
    return found.stripe.v1.entitlements.features.update(feature, {"active": False})
