"""`python -m ops catalog`: the file against Stripe, as an operator runs it; and what then is on sale."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ports import Ports
from local.stack import LocalStack
from tests.support.people import Person, Stripe

ROOT = Path(__file__).parents[3]
FILE = (ROOT / "catalog.toml").read_text()
FEE = """
[[products]]
key = "setup"
name = "Set-up fee"

[[products.prices]]
lookup_key = "setup_fee"
unit_amount = 900
currency = "usd"
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[LocalStack]:
    """A stack of its own: its catalogue is changed."""
    with LocalStack(ports=Ports.free(), environment={}) as running:
        yield running


def catalog(shop: LocalStack, verb: str, file: Path | None = None) -> tuple[int, list[str]]:
    environment = os.environ | {
        "STRIPE_SECRET_KEY": "sk_test_local",
        "STRIPE_API_BASE": shop.stripe_url,
        "STRIPE_API_VERSION": shop.stripe.api_version,
    }
    command = [sys.executable, "-m", "ops", "catalog", verb, *(["--file", str(file)] if file else [])]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_applied_twice_it_changes_nothing(shop: LocalStack) -> None:
    stripe = Stripe(shop)
    stripe.control("requests", method="DELETE")
    for verb in ("apply", "plan", "apply"):
        assert catalog(shop, verb) == (0, ["Stripe matches the catalogue."])
    assert {request["method"] for request in stripe.control("requests", method="GET")["requests"]} == {"GET"}


def test_a_price_is_replaced_not_edited_and_drift_has_an_exit_status(shop: LocalStack, tmp_path: Path) -> None:
    stripe = Stripe(shop)
    old = stripe.client.v1.prices.list({"lookup_keys": ["basic_monthly"]}).data[0]
    dearer = tmp_path / "catalog.toml"
    dearer.write_text(FILE.replace("unit_amount = 500", "unit_amount = 600"))
    steps = ["replace price basic_monthly: 600 usd", "archive the old basic_monthly"]
    assert catalog(shop, "plan", dearer) == (2, steps)
    assert catalog(shop, "apply", dearer) == (0, steps)
    new = stripe.client.v1.prices.list({"lookup_keys": ["basic_monthly"]}).data[0]
    assert (new.unit_amount, new.active, new.id != old.id) == (600, True, True)
    archived = stripe.client.v1.prices.retrieve(old.id)
    assert (archived.unit_amount, archived.active, archived.lookup_key) == (500, False, None)
    assert catalog(shop, "apply")[0] == 0


def test_what_the_file_no_longer_names_is_archived_and_comes_back(shop: LocalStack, tmp_path: Path) -> None:
    only_basic = tmp_path / "catalog.toml"
    only_basic.write_text(FILE[: FILE.index('[[products]]\nkey = "premium"')])
    assert catalog(shop, "apply", only_basic) == (0, ["archive product premium"])
    assert catalog(shop, "apply") == (0, ["update product premium"])
    assert catalog(shop, "plan") == (0, ["Stripe matches the catalogue."])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (FILE.replace("unit_amount = 500", 'unit_amount = "5"'), "unit_amount"),
        (FILE.replace('interval = "month"', 'intervall = "month"'), "intervall"),
        (FILE.replace('features = ["basic_features"]', 'features = ["gold"]'), "gold"),
        (FILE.replace('lookup_key = "premium_monthly"', 'lookup_key = "basic_monthly"'), "basic_monthly"),
        ("[[", "catalog.toml"),
    ],
)
def test_a_senseless_file_is_an_error_with_a_place_and_changes_nothing(shop: LocalStack, tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "catalog.toml"
    file.write_text(text)
    status, lines = catalog(shop, "apply", file)
    assert (status, len(lines)) == (1, 1)
    assert complaint in lines[0]


def test_a_set_up_fee_is_added_by_the_server(tmp_path: Path) -> None:
    with LocalStack(ports=Ports.free(), environment={}) as shop:
        file = tmp_path / "catalog.toml"
        file.write_text(FILE + FEE)
        assert catalog(shop, "apply", file)[0] == 0
        person, stripe = Person(shop), Stripe(shop)
        assert [plan["name"] for plan in person.get("/plans")["plans"]] == ["Basic", "Premium"]
        session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})
        assert stripe.client.v1.checkout.sessions.retrieve(session["sessionId"]).amount_total == 500 + 900
        fee = stripe.client.v1.prices.list({"lookup_keys": ["setup_fee"]}).data[0].id
        assert person.post("/create-checkout-session", {"priceId": fee}, status=400)["error"]["code"] == "unknown_price"
        stripe.pay(session["sessionId"], "pm_card_visa")
        stripe.settle()
        account = person.account()
        assert account["subscription"]["nextCharge"]["amount"] == 500
        assert stripe.client.v1.invoices.list({"customer": account["customerId"]}).data[0].amount_paid == 1400
