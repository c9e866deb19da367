"""From an account to a catalogue: what is on sale there by lookup keys, as the file would have it.

Ids differ between test and live mode, lookup keys do not: what is exported from one account and applied to another has the same plans
in both, and nobody's code changes.
"""

import json
import re
from collections.abc import Iterator

from stripe import StripeClient

from billing.catalogue import other_than_fixed
from billing.customers import APP
from ops.catalog.account import Account, Json
from ops.catalog.wanted import Catalog, Feature, Price, Product
from ops.program import typed


def exported(stripe: StripeClient) -> tuple[Catalog, list[str]]:
    """The catalogue, and in words what could not be told in it: prices without a lookup key, tiers, other apps' products."""
    found, left_out = Account(stripe), list[str]()
    products: dict[str, Product] = {}
    for about in sorted(found.all_products.values(), key=lambda each: each["created"]):
        if not about["active"] or about["metadata"].get("app", APP) != APP:
            continue
        prices = list(_prices(found, about, left_out))
        if prices:
            key = _key(about, products)
            features = sorted(found.attached(about))
            products[key] = Product(
                key=key, name=about["name"], description=about.get("description") or "", features=features, prices=prices
            )
    used = {feature for product in products.values() for feature in product.features}
    features = [Feature(lookup_key=key, name=found.features[key]["name"]) for key in sorted(used)]
    return Catalog(features=features, products=sorted(products.values(), key=lambda each: each.prices[0].unit_amount)), left_out


def _prices(found: Account, product: Json, left_out: list[str]) -> Iterator[Price]:
    for price in sorted(found.prices_of(product), key=lambda each: each["unit_amount"] or 0):
        reason = _untellable(price)
        if reason:
            left_out.append(f"{price['id']} of {product['name']} {reason}")
            continue
        recurring = price.get("recurring") or {}
        options = price.get("currency_options") or {}
        yield Price(
            lookup_key=price["lookup_key"],
            unit_amount=price["unit_amount"],
            currency=price["currency"],
            interval=recurring.get("interval"),
            interval_count=recurring.get("interval_count", 1),
            currency_options={name: option["unit_amount"] for name, option in sorted(options.items()) if name != price["currency"]},
        )


def _untellable(price: Json) -> str:
    if not price.get("lookup_key"):
        return "has no lookup key"
    if other := other_than_fixed(price):
        return other
    options = price.get("currency_options") or {}
    if any(option["unit_amount"] is None for option in options.values()):
        return "has no one amount in each of its currencies"
    return ""


def _key(product: Json, taken: dict[str, Product]) -> str:
    wish = product["metadata"].get("key") or re.sub(r"[^a-z0-9]+", "_", product["name"].lower()).strip("_") or "product"
    return wish if wish not in taken else f"{wish}_{product['id'][-4:].lower()}"


def as_toml(catalog: Catalog) -> str:
    """Readable by `wanted.read`, in the order and shape of the file that ships."""
    return "\n".join(_lines(catalog)) + "\n"


def _lines(catalog: Catalog) -> Iterator[str]:
    yield f"# What is on sale. `{typed('catalog plan')}` shows what differs in Stripe. Amounts in minor units: 500 is 5.00 USD."
    for feature in catalog.features:
        yield from ("", "[[features]]", f"lookup_key = {_text(feature.lookup_key)}", f"name = {_text(feature.name)}")
    for product in catalog.products:
        yield from ("", "[[products]]", f"key = {_text(product.key)}", f"name = {_text(product.name)}")
        if product.description:
            yield f"description = {_text(product.description)}"
        if product.features:
            yield f"features = [{', '.join(_text(feature) for feature in product.features)}]"
        for price in product.prices:
            yield from ("", "[[products.prices]]", f"lookup_key = {_text(price.lookup_key)}")
            yield from (f"unit_amount = {price.unit_amount}", f"currency = {_text(price.currency)}")
            if price.interval:
                yield f"interval = {_text(price.interval)}"
            if price.interval_count != 1:
                yield f"interval_count = {price.interval_count}"
            if price.currency_options:
                options = ", ".join(f"{currency} = {amount}" for currency, amount in price.currency_options.items())
                yield f"currency_options = {{ {options} }}"


def _text(value: str) -> str:
    """A TOML basic string escapes as JSON does."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
