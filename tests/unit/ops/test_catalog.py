"""The catalogue as code: what was changed by hand is found and undone, what is the rest of the account's is left alone, and a copy
has the same lookup keys."""

import json
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from stripe import StripeClient

from billing import catalogue
from billing.account import account_json
from billing.state import store
from ops import stripe_account
from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.catalog.export import as_toml, exported
from ops.parameters import Parameters
from tests.support.stripe_in_process import InProcessStripe
from tests.unit.ops.conftest import Empty

Tell = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]
FILE = wanted.FILE.read_text()


@pytest.fixture(autouse=True)
def at_hand(account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account of the environment's key."""
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_local")
    monkeypatch.setattr(stripe_account, "StripeClient", partial(StripeClient, http_client=account.http))


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        (tmp_path / "catalog.toml").write_text(text)
        return str(tmp_path / "catalog.toml")

    return write


def steps(tell: Tell, *arguments: str) -> list[str]:
    """What `catalog drift` finds."""
    status, output, errors = tell("catalog", "drift", "--json", *arguments)
    told = json.loads(output)
    assert (status, errors, told["agrees"]) == (2 if told["changes"] else 0, "", not told["changes"])
    return told["changes"]


def mended(tell: Tell, *arguments: str) -> None:
    assert tell("catalog", "apply", *arguments)[0] == 0
    assert steps(tell, *arguments) == []


def product(account: InProcessStripe, key: str) -> Json:
    return next(row for row in account.world.newest("product") if row["metadata"].get("key") == key)


def price(account: InProcessStripe, lookup_key: str) -> Json:
    (found,) = account.get("/v1/prices", lookup_keys=[lookup_key], expand=["data.currency_options"])["data"]
    return found


# -------------------------------------------------------------------------------------------- by hand in the Dashboard


def test_nothing_differs(tell: Tell) -> None:
    assert tell("catalog", "drift") == (0, "Stripe matches the catalogue.\n", "")


BY_HAND: dict[str, tuple[Callable[[InProcessStripe], object], list[str]]] = {
    "a product is renamed": (
        lambda account: account.post(f"/v1/products/{product(account, 'basic')['id']}", name="Cheap"),
        ["update product basic"],
    ),
    "a product is described otherwise": (
        lambda account: account.post(f"/v1/products/{product(account, 'basic')['id']}", description="Cheap"),
        ["update product basic"],
    ),
    "a product is archived": (
        lambda account: account.post(f"/v1/products/{product(account, 'basic')['id']}", active=False),
        ["update product basic"],
    ),
    "a price is archived": (
        lambda account: account.post(f"/v1/prices/{price(account, 'basic_monthly')['id']}", active=False),
        ["create price basic_monthly: 500 usd"],
    ),
    "a lookup key is moved to another price": (
        lambda account: account.post(
            "/v1/prices",
            product=product(account, "basic")["id"],
            unit_amount=700,
            currency="usd",
            recurring={"interval": "month"},
            lookup_key="basic_monthly",
            transfer_lookup_key=True,
        ),
        ["replace price basic_monthly: 500 usd", "archive the old basic_monthly", "archive price {old}: it was replaced"],
    ),
    "a price is put on sale beside": (
        lambda account: account.post(
            "/v1/prices",
            product=product(account, "basic")["id"],
            unit_amount=100,
            currency="usd",
            recurring={"interval": "month"},
            lookup_key="bargain",
        ),
        ["archive price bargain: the file does not name it"],
    ),
    "a currency is added": (
        lambda account: account.post(f"/v1/prices/{price(account, 'basic_monthly')['id']}", currency_options={"gbp": {"unit_amount": 400}}),
        ["replace price basic_monthly: 500 usd", "archive the old basic_monthly"],
    ),
    "a feature is renamed": (
        lambda account: account.post(f"/v1/entitlements/features/{feature(account, 'basic_features')}", name="All"),
        ["rename feature basic_features"],
    ),
    "a feature is archived": (
        lambda account: account.post(f"/v1/entitlements/features/{feature(account, 'basic_features')}", active=False),
        ["restore feature basic_features"],
    ),
    "a feature is given away": (
        lambda account: account.post(
            f"/v1/products/{product(account, 'basic')['id']}/features", entitlement_feature=feature(account, "extended_features")
        ),
        ["detach extended_features from basic"],
    ),
    "a product is copied": (
        lambda account: account.post("/v1/products", name="Basic", metadata=product(account, "basic")["metadata"]),
        ["archive product {copy}: a second basic"],
    ),
}


def feature(account: InProcessStripe, lookup_key: str) -> str:
    return next(row["id"] for row in account.world.newest("entitlements.feature") if row["lookup_key"] == lookup_key)


@pytest.mark.parametrize(("change", "found"), BY_HAND.values(), ids=BY_HAND.keys())
def test_what_was_done_by_hand_is_found_and_undone(
    account: InProcessStripe, tell: Tell, change: Callable[[InProcessStripe], Json], found: list[str]
) -> None:
    old = price(account, "basic_monthly")["id"]
    made = change(account)
    assert steps(tell) == [words.format(old=old, copy=made["id"]) for words in found]
    mended(tell)
    assert (price(account, "basic_monthly")["unit_amount"], price(account, "basic_monthly")["active"]) == (500, True)


def test_what_is_nobodys_business_is_left_alone(account: InProcessStripe, tell: Tell) -> None:
    other = account.post("/v1/products", name="Consulting", metadata={"app": "elsewhere"})["id"]
    account.post("/v1/prices", product=other, unit_amount=9900, currency="usd", lookup_key="consulting")
    account.post("/v1/entitlements/features", lookup_key="theirs", name="Theirs")
    # A special offer for one customer: no lookup key, so on sale to nobody else.
    offer = account.post(
        "/v1/prices", product=product(account, "basic")["id"], unit_amount=1, currency="usd", recurring={"interval": "month"}
    )
    assert steps(tell) == []
    assert tell("catalog", "apply")[0] == 0
    assert account.get(f"/v1/prices/{offer['id']}")["active"] is True


OTHER_THAN_FIXED: dict[str, tuple[Json, str]] = {
    "tiered": ({"billing_scheme": "tiered", "tiers_mode": "volume", "unit_amount": None, "unit_amount_decimal": None}, "has no one amount"),
    "with a fraction": ({"unit_amount": None, "unit_amount_decimal": "0.5"}, "has no one amount"),
    "as the customer chooses": ({"unit_amount": None, "custom_unit_amount": {"minimum": 100}, "recurring": None}, "has no one amount"),
    "by the package": ({"transform_quantity": {"divide_by": 10, "round": "up"}}, "is priced by the package"),
    "metered": ({"recurring": {"interval": "month", "interval_count": 1, "usage_type": "metered", "meter": "mtr_1"}}, "is metered"),
}


@pytest.mark.parametrize(("made", "why"), OTHER_THAN_FIXED.values(), ids=OTHER_THAN_FIXED.keys())
def test_a_price_that_the_file_has_no_words_for_is_left_alone_and_not_sold(
    account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch, made: Json, why: str
) -> None:
    basic = product(account, "basic")["id"]
    odd = account.post("/v1/prices", product=basic, unit_amount=9, currency="usd", recurring={"interval": "month"}, lookup_key="odd")["id"]
    account.world.get("price", odd).update(made)  # the local Stripe makes none of these itself
    assert steps(tell) == []
    assert tell("catalog", "export")[2] == f"Left out: {odd} of Basic {why}.\n"
    monkeypatch.setattr(catalogue, "_memory", None)
    on_sale = catalogue.catalogue()
    assert ([price["lookupKey"] for price in on_sale.prices()], on_sale.fees) == (["basic_monthly", "premium_monthly"], [])


def test_a_currency_without_one_amount_is_no_toml(account: InProcessStripe, tell: Tell, file: Callable[[str], str]) -> None:
    basic = price(account, "basic_monthly")["id"]
    account.world.get("price", basic)["_currency_options"]["eur"]["unit_amount"] = None
    status, output, errors = tell("catalog", "export")
    assert (status, errors) == (2, f"Left out: {basic} of Basic has no one amount in each of its currencies.\n")
    assert [product.key for product in wanted.read(Path(file(output))).products] == ["premium"]


def test_a_price_that_is_metered_under_a_lookup_key_of_the_file_is_another(account: InProcessStripe, tell: Tell) -> None:
    account.world.get("price", price(account, "basic_monthly")["id"])["recurring"]["usage_type"] = "metered"
    assert steps(tell) == ["replace price basic_monthly: 500 usd", "archive the old basic_monthly"]
    mended(tell)


def test_a_new_price_keeps_what_the_file_does_not_say(
    account: InProcessStripe, tell: Tell, file: Callable[[str], str], handmade: Json
) -> None:
    old = account.world.get("price", handmade["default_price"])
    account.post(
        f"/v1/prices/{old['id']}", metadata={"ledger": "4711"}, currency_options={"aud": {"unit_amount": 9}, "eur": {"unit_amount": 9}}
    )
    old["_currency_options"]["eur"]["tax_behavior"] = "inclusive"
    options = "currency_options = { eur = 14000, gbp = 13000 }\n"
    mended(tell, "--file", file(FILE + PRO + YEARLY.replace("12000", "15000") + options + MONTHLY))
    new = price(account, "pro_yearly")
    assert (new["nickname"], new["tax_behavior"], new["metadata"]) == ("Best value", "exclusive", {"ledger": "4711", "app": "recur"})
    assert {name: option["tax_behavior"] for name, option in new["currency_options"].items()} == {
        "usd": "exclusive",
        "eur": "inclusive",
        "gbp": "exclusive",
    }


def test_a_large_account_is_read_to_its_end(account: InProcessStripe, tell: Tell) -> None:
    """Stripe gives a hundred at a time, the newest first: the catalogue's own are the last."""
    account.later()
    for number in range(101):
        other = account.post("/v1/products", name=f"Other {number}")["id"]
        account.post("/v1/prices", product=other, unit_amount=100, currency="usd", lookup_key=f"other_{number}")
        account.post("/v1/entitlements/features", lookup_key=f"other_{number}", name="Other")
    assert len(account.get("/v1/products", limit=100)["data"]) == 100
    assert steps(tell) == []
    assert tell("catalog", "export")[0] == 0


def test_a_subscriber_keeps_what_they_signed_up_for(account: InProcessStripe, tell: Tell, file: Callable[[str], str]) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    old = price(account, "basic_monthly")["id"]
    dearer = file(FILE.replace("unit_amount = 500", "unit_amount = 600"))
    account.later()
    mended(tell, "--file", dearer)
    assert account.get(f"/v1/subscriptions/{subscription}")["items"]["data"][0]["price"]["id"] == old
    assert account.get(f"/v1/prices/{old}")["active"] is False
    account.deliver()
    assert account_json(store.read("u2"))["subscription"]["status"] == "active"


@pytest.mark.parametrize("made", range(3))
def test_cut_anywhere_it_is_ended_by_the_next_run(account: InProcessStripe, tell: Tell, file: Callable[[str], str], made: int) -> None:
    dearer = file(FILE.replace("unit_amount = 500", "unit_amount = 600"))
    old = price(account, "basic_monthly")["id"]
    for change, _ in zip(changes(account.client, wanted.read(Path(dearer))), range(made), strict=False):
        change.make()
    mended(tell, "--file", dearer)
    assert account.get(f"/v1/prices/{old}")["active"] is False
    assert (
        len([each for each in account.world.newest("price") if each["active"] and each["product"] == product(account, "basic")["id"]]) == 1
    )


# ------------------------------------------------------------------------------------ a product made in the Dashboard

PRO = """
[[products]]
key = "pro"
name = "Pro"
"""
YEARLY, MONTHLY = (
    f"""
[[products.prices]]
lookup_key = "pro_{name}ly"
unit_amount = {amount}
currency = "usd"
interval = "{name}"
"""
    for name, amount in (("year", 12000), ("month", 1200))
)


@pytest.fixture
def handmade(account: InProcessStripe) -> Json:
    """As the Dashboard makes it: its first price is its default. Two have lookup keys, a third is somebody's special offer."""
    terms = {"unit_amount": 12000, "currency": "usd", "recurring": {"interval": "year"}}
    made = account.post("/v1/products", name="Pro", default_price_data=terms)
    account.post(f"/v1/prices/{made['default_price']}", lookup_key="pro_yearly", nickname="Best value", tax_behavior="exclusive")
    monthly = terms | {"unit_amount": 1200, "recurring": {"interval": "month"}, "product": made["id"]}
    account.post("/v1/prices", **monthly, lookup_key="pro_monthly")
    account.post("/v1/prices", **monthly, nickname="Offer")
    return made


def active(account: InProcessStripe, product: str) -> dict[str | None, Json]:
    """By lookup key."""
    prices = account.get("/v1/prices", product=product, active=True)["data"]
    assert len({price["lookup_key"] for price in prices}) == len(prices), "one without a lookup key, the offer"
    return {price["lookup_key"]: price for price in prices}


def test_a_handmade_product_is_adopted_and_its_default_price_replaced(
    account: InProcessStripe, tell: Tell, file: Callable[[str], str], handmade: Json
) -> None:
    id = handmade["id"]
    dearer = file(FILE + PRO + YEARLY.replace("12000", "15000") + MONTHLY)
    planned = [
        f"adopt product {id} (Pro) as pro",
        "replace price pro_yearly: 15000 usd",
        f"make pro_yearly the default price of Pro ({id})",
        "archive the old pro_yearly",
    ]
    assert steps(tell, "--file", dearer) == planned
    assert tell("catalog", "apply", "--file", dearer) == (0, "".join(f"{words}\n" for words in planned), "")
    assert steps(tell, "--file", dearer) == []
    left = active(account, id)
    assert left.keys() == {"pro_yearly", "pro_monthly", None}
    assert account.get(f"/v1/products/{id}")["default_price"] == left["pro_yearly"]["id"] != handmade["default_price"]
    assert account.get(f"/v1/prices/{handmade['default_price']}")["active"] is False


@pytest.mark.parametrize("made", range(5))
def test_cut_anywhere_the_price_it_replaces_is_not_forgotten(
    account: InProcessStripe, tell: Tell, file: Callable[[str], str], handmade: Json, made: int
) -> None:
    """Nor taken for a special offer, which has no lookup key either."""
    dearer = file(FILE + PRO + YEARLY.replace("12000", "15000") + MONTHLY)
    for change, _ in zip(changes(account.client, wanted.read(Path(dearer))), range(made), strict=False):
        change.make()
    mended(tell, "--file", dearer)
    left = active(account, handmade["id"])
    assert {key: price["unit_amount"] for key, price in left.items()} == {"pro_yearly": 15000, "pro_monthly": 1200, None: 1200}
    assert account.get(f"/v1/products/{handmade['id']}")["default_price"] == left["pro_yearly"]["id"]


def test_a_default_price_that_the_file_no_longer_names(
    account: InProcessStripe, tell: Tell, file: Callable[[str], str], handmade: Json
) -> None:
    id = handmade["id"]
    mended(tell, "--file", file(FILE + PRO + YEARLY + MONTHLY))
    named = f"make pro_monthly the default price of Pro ({id})"
    assert steps(tell, "--file", file(FILE + PRO + MONTHLY)) == [named, "archive price pro_yearly: the file does not name it"]
    mended(tell, "--file", file(FILE + PRO + MONTHLY))
    assert account.get(f"/v1/products/{id}")["default_price"] == active(account, id)["pro_monthly"]["id"]
    none = f"take the default price from Pro ({id})"
    assert steps(tell, "--file", file(FILE + PRO)) == [none, "archive price pro_monthly: the file does not name it"]
    mended(tell, "--file", file(FILE + PRO))
    assert account.get(f"/v1/products/{id}")["default_price"] is None
    assert active(account, id).keys() == {None}


def test_a_default_price_whose_lookup_key_the_file_gives_to_another_product(
    account: InProcessStripe, tell: Tell, file: Callable[[str], str], handmade: Json
) -> None:
    """A handmade product is one product: the second that the file makes of its prices is new."""
    both = file(FILE + PRO + MONTHLY + PRO.replace('"pro"', '"long"').replace('"Pro"', '"Long"') + YEARLY)
    expected = [
        f"adopt product {handmade['id']} (Pro) as pro",
        "create product long",
        "replace price pro_yearly: 12000 usd",
        f"take the default price from Pro ({handmade['id']})",
        "archive the old pro_yearly",
    ]
    assert steps(tell, "--file", both) == expected
    mended(tell, "--file", both)
    assert active(account, handmade["id"]).keys() == {"pro_monthly", None}
    assert price(account, "pro_yearly")["product"] == product(account, "long")["id"]


def test_what_the_file_no_longer_names_is_archived(account: InProcessStripe, tell: Tell, file: Callable[[str], str]) -> None:
    smaller = FILE[: FILE.index('[[products]]\nkey = "premium"')].replace(
        '[[features]]\nlookup_key = "extended_features"\nname = "Extended features"\n', ""
    )
    without_words = smaller.replace('description = "Basic service with minimal features"\n', "")
    assert steps(tell, "--file", file(without_words)) == [
        "update product basic",
        "archive product premium",
        "archive feature extended_features",
    ]
    mended(tell, "--file", file(without_words))
    assert not product(account, "basic")["description"]
    mended(tell)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (FILE.replace('currency = "usd"', 'currency = "USD"', 1), "currency"),
        (FILE.replace("unit_amount = 500", "unit_amount = -1"), "unit_amount"),
        (FILE.replace("{ eur = 500,", "{ usd = 500, eur = 500,"), "its own currency"),
        (FILE + '\n[[features]]\nlookup_key = "basic_features"\nname = "X"\n', "twice"),
    ],
)
def test_what_would_differ_for_ever_is_refused(tell: Tell, file: Callable[[str], str], text: str, complaint: str) -> None:
    status, _, errors = tell("catalog", "plan", "--file", file(text))
    assert status == 1
    assert complaint in errors


# ----------------------------------------------------------------------------------------------------- another account


@pytest.fixture
def live(tell: Tell, account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> Iterator[Empty]:
    """The same account's live mode: nothing of test mode is in it. Each key leads to its own mode."""
    other = Empty()
    keys = {"dev": "sk_test_local", "prod": "sk_" + "live_local"}
    other.api.keys.secret = keys["prod"]

    def client(key: str, **options: Any) -> StripeClient:
        return StripeClient(key, http_client=other.http if key == keys["prod"] else account.http, **options)

    monkeypatch.setattr(stripe_account, "StripeClient", client)
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        for stage, key in keys.items():
            Parameters(boto3.client("ssm"), stage).put("secret-key", key)
        yield other


def test_copied_from_test_to_live_it_has_the_same_lookup_keys(account: InProcessStripe, live: Empty, tell: Tell) -> None:
    assert tell("catalog", "plan", "--from", "dev", "--stage", "prod")[0] == 2
    assert tell("catalog", "apply", "--from", "dev", "--stage", "prod")[0] == 0
    assert tell("catalog", "drift", "--stage", "prod") == (0, "Stripe matches the catalogue.\n", "")
    here, there = exported(account.client)[0], exported(StripeClient("sk_" + "live_local", http_client=live.http))[0]
    assert here == there
    ids = {each["id"] for each in account.world.newest("price")} & {each["id"] for each in live.world.newest("price")}
    assert ids == set()


def test_the_file_applied_with_the_live_key_comes_to_the_same(live: Empty, tell: Tell) -> None:
    assert tell("catalog", "apply", "--stage", "prod")[0] == 0
    assert tell("catalog", "drift", "--from", "dev", "--stage", "prod")[0] == 0


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[profile tests]\naws_access_key_id = a\naws_secret_access_key = b\n")


@pytest.mark.usefixtures("profiles")
def test_a_stage_of_another_aws_account_is_seen_by_its_profile(live: Empty, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each session is asked for its own stage's key alone."""
    asked: list[tuple[str | None, str]] = []

    def parameters(stage: str, session: Any) -> Parameters:
        asked.append((session.profile_name, stage))
        return Parameters(session.client("ssm"), stage)

    monkeypatch.setattr(stripe_account, "parameters_of", parameters)
    assert tell("catalog", "apply", "--from", "dev", "--from-profile", "tests", "--stage", "prod")[0] == 0
    assert asked == [("default", "prod"), ("tests", "dev")]
    assert tell("catalog", "drift", "--stage", "prod") == (0, "Stripe matches the catalogue.\n", "")


def test_a_stage_whose_key_is_not_seen_is_no_reason_to_store_it_here(live: Empty, tell: Tell) -> None:
    status, output, errors = tell("catalog", "plan", "--from", "staging", "--stage", "prod")
    assert (status, output) == (1, "")
    assert "--from-profile NAME" in errors
    assert "catalog export --stage staging > staging.toml" in errors
    assert "secrets set" not in errors
    assert tell("catalog", "plan", "--from-profile", "tests", "--stage", "prod")[0] == 1


def test_what_is_exported_is_the_file(account: InProcessStripe, tell: Tell, file: Callable[[str], str]) -> None:
    status, output, errors = tell("catalog", "export")
    assert (status, errors) == (0, "")
    assert wanted.read(Path(file(output))) == wanted.read()
    assert steps(tell, "--file", file(output)) == []
    assert json.loads(tell("catalog", "export", "--json")[1])["products"][0]["key"] == "basic"


def test_an_account_made_by_hand_is_exported_and_adopted(
    account: InProcessStripe, live: Empty, tell: Tell, file: Callable[[str], str]
) -> None:
    """As Stripe's guide has it: products and prices made in the Dashboard, with lookup keys."""
    mine = live.call("POST", "/v1/products", {"name": 'Pro "plus" é'}, key="sk_" + "live_local")["id"]
    terms = {"product": mine, "unit_amount": 1200, "currency": "usd", "recurring": {"interval": "year"}}
    kept = live.call("POST", "/v1/prices", terms | {"lookup_key": "pro_yearly"}, key="sk_" + "live_local")["id"]
    special = live.call("POST", "/v1/prices", terms, key="sk_" + "live_local")["id"]
    status, output, errors = tell("catalog", "export", "--stage", "prod")
    assert status == 2
    assert f'Left out: {special} of Pro "plus" é has no lookup key.' in errors
    assert tomllib.loads(output)["products"][0]["name"] == 'Pro "plus" é'
    status, said, _ = tell("catalog", "apply", "--stage", "prod", "--file", file(output))
    assert (status, said) == (0, f'adopt product {mine} (Pro "plus" é) as pro_plus\n')
    assert tell("catalog", "drift", "--stage", "prod", "--file", file(output))[0] == 0
    assert live.call("GET", f"/v1/prices/{kept}", key="sk_" + "live_local")["lookup_key"] == "pro_yearly"


def test_another_apps_lookup_key_is_not_taken(account: InProcessStripe, tell: Tell, file: Callable[[str], str]) -> None:
    other = account.post("/v1/products", name="Theirs", metadata={"app": "elsewhere"})["id"]
    account.post("/v1/prices", product=other, unit_amount=100, currency="usd", recurring={"interval": "month"}, lookup_key="gold")
    status, _, errors = tell("catalog", "apply", "--file", file(FILE.replace('"basic_monthly"', '"gold"')))
    assert status == 1
    assert f"The lookup key gold belongs to {other} of the app elsewhere" in errors


def test_another_apps_feature_is_not_taken(account: InProcessStripe, tell: Tell, file: Callable[[str], str]) -> None:
    account.post("/v1/entitlements/features", lookup_key="gold", name="Theirs", metadata={"app": "elsewhere"})
    status, _, errors = tell("catalog", "apply", "--file", file(FILE.replace('"basic_features"', '"gold"')))
    assert status == 1
    assert "The lookup key gold belongs to a feature of the app elsewhere" in errors
    assert next(row for row in account.world.newest("entitlements.feature") if row["lookup_key"] == "gold")["name"] == "Theirs"


def test_any_catalogue_survives_the_way_through_toml(tmp_path: Path) -> None:
    catalog = wanted.Catalog(
        features=[wanted.Feature(lookup_key="a", name='Quotes " and \\ and \n lines \x7f')],
        products=[
            wanted.Product(
                key="k",
                name="N",
                features=["a"],
                prices=[wanted.Price(lookup_key="p", unit_amount=0, currency="usd", interval="week", interval_count=2)],
            )
        ],
    )
    (tmp_path / "catalog.toml").write_text(as_toml(catalog))
    assert wanted.read(tmp_path / "catalog.toml") == catalog
