"""catalog.toml, read strictly: a misspelt key is an error that names its place, not a price that nobody notices."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

FILE = Path(__file__).parents[2] / "catalog.toml"


Amount = Annotated[int, msgspec.Meta(ge=0)]
"""Minor units."""
Currency = Annotated[str, msgspec.Meta(pattern="^[a-z]{3}$")]
"""As Stripe writes it: in small letters, or it would differ for ever."""
LookupKey = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Wanted(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of what the file may hold."""


class Feature(Wanted):
    lookup_key: LookupKey
    name: str


class Price(Wanted):
    lookup_key: LookupKey
    unit_amount: Amount
    currency: Currency
    interval: Literal["day", "week", "month", "year"] | None = None
    """None: paid once, with the first invoice of every subscription."""
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1
    currency_options: dict[Currency, Amount] = {}
    """What it costs in further currencies."""


class Product(Wanted):
    key: str
    """Its name for programs: stands in the product's metadata and ties it to this file for good."""
    name: str
    description: str = ""
    features: list[str] = []
    prices: list[Price] = []


class Catalog(Wanted):
    features: list[Feature] = []
    products: list[Product] = []


class Senseless(Exception):
    """The file cannot be meant like this; the message names the place."""


def read(file: Path = FILE) -> Catalog:
    """Raises `Senseless` for a file that is missing, malformed or contradicts itself."""
    try:
        catalog = msgspec.convert(tomllib.loads(file.read_text()), Catalog)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Senseless(f"{file.name}: {error}") from None
    known = {feature.lookup_key for feature in catalog.features}
    for product in catalog.products:
        for feature in product.features:
            if feature not in known:
                raise Senseless(f"{file.name}: product {product.key} has the feature {feature!r}, which is not defined")
        for price in product.prices:
            if price.currency in price.currency_options:
                raise Senseless(f"{file.name}: {price.lookup_key} has its own currency, {price.currency}, among its currency_options")
    _unique(file, "feature", [feature.lookup_key for feature in catalog.features])
    _unique(file, "product", [product.key for product in catalog.products])
    _unique(file, "price", [price.lookup_key for product in catalog.products for price in product.prices])
    return catalog


def _unique(file: Path, kind: str, keys: list[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise Senseless(f"{file.name}: the {kind} {key} stands there twice")
