"""The catalogue as a Stripe account has it now: what carries this app's mark, and what its lookup keys point at."""

from collections.abc import Iterable
from typing import Any

from stripe import StripeClient

from billing.customers import APP
from ops.catalog.wanted import Product, Senseless

Json = dict[str, Any]
_ALL: Any = {"limit": 100}


class Account:
    """Read once, and kept up to date by whoever changes something (`keep`)."""

    def __init__(self, stripe: StripeClient) -> None:
        self.stripe = stripe
        archived: Any = {**_ALL, "archived": True}
        features = [*_read(stripe.v1.entitlements.features.list(archived)), *_read(stripe.v1.entitlements.features.list(_ALL))]
        self.features: dict[str, Json] = {feature["lookup_key"]: feature for feature in features}
        """By lookup key, archived ones too: Stripe gives no key twice."""
        self.all_products: dict[str, Json] = {product["id"]: product for product in _read(stripe.v1.products.list(_ALL))}
        """By id."""
        active: Any = {**_ALL, "active": True, "expand": ["data.currency_options"]}
        self.prices: list[Json] = _read(stripe.v1.prices.list(active))
        """Those that are active, with all their currencies."""
        self.products: dict[str, Json] = {}
        """This app's, by the key in their metadata."""
        self.doubles: list[Json] = []
        """Further ones with the same key: copied by hand, or with the account."""
        on_sale = {price["product"] for price in self.prices if price.get("lookup_key")}
        for product in sorted(
            self.all_products.values(), key=lambda each: (not each["active"], each["id"] not in on_sale, each["created"])
        ):
            if product["metadata"].get("app") == APP:
                key = product["metadata"].get("key") or product["id"]
                if self.products.setdefault(key, product) is not product:
                    self.doubles.append(product)

    def price(self, lookup_key: str) -> Json | None:
        return next((price for price in self.prices if price.get("lookup_key") == lookup_key), None)

    def prices_of(self, product: Json) -> list[Json]:
        return [price for price in self.prices if price["product"] == product["id"]]

    def is_ours(self, product: str) -> bool:
        """Also one that is adopted only now."""
        marked = self.all_products.get(product, {}).get("metadata", {}).get("app") == APP
        return marked or any(each["id"] == product for each in self.products.values())

    def keep_product(self, key: str, made: Any) -> None:
        self.products[key] = self.all_products[made.id] = made.to_dict()

    def keep_price(self, made: Any) -> None:
        """A new one, which took its lookup key from whichever had it."""
        for price in self.prices:
            if price.get("lookup_key") == made.lookup_key:
                price["lookup_key"] = None
        self.prices.append(made.to_dict())

    def adoptable(self, wanted: Product) -> Json | None:
        """A product without anybody's mark that a lookup key of the wanted one leads to: made by hand, as Stripe's guide does it.

        Raises `Senseless` where it is marked as another app's.
        """
        for price in wanted.prices:
            found = self.price(price.lookup_key)
            product = self.all_products.get(found["product"]) if found else None
            if product is None or self.is_ours(product["id"]):
                continue
            if product["metadata"].get("app"):
                owner = f"{product['id']} of the app {product['metadata']['app']}"
                raise Senseless(f"The lookup key {price.lookup_key} belongs to {owner}: take another one.")
            return product
        return None

    def attached(self, product: Json) -> dict[str, str]:
        """From a feature's lookup key to the id of its ProductFeature."""
        listed = self.stripe.v1.products.features.list(product["id"], _ALL)
        return {each.entitlement_feature.lookup_key: each.id for each in listed.auto_paging_iter()}


def keep(known: dict[str, Json], key: str, made: Any) -> None:
    known[key] = made.to_dict()


def _read(listed: Any) -> list[Json]:
    found: Iterable[Any] = listed.auto_paging_iter()
    return [each.to_dict() for each in found]
