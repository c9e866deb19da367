"""Catalogue, customers and payment methods, as the SDK sees them."""

import uuid
from typing import Any

import pytest
import stripe

from tests.contract.conftest import Catalogue, Side


def test_prices_carry_their_currencies_when_asked(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    plain = client.v1.prices.retrieve(catalogue.basic)
    full = client.v1.prices.retrieve(catalogue.basic, {"expand": ["currency_options", "product"]})
    assert "currency_options" not in plain.to_dict()
    assert full.currency_options is not None
    assert full.currency_options["eur"].unit_amount == 450
    assert full.product.name == "Basic"  # type: ignore[union-attr]


def test_a_lookup_key_moves_only_when_transferred(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    key = f"plan_{uuid.uuid4().hex[:12]}"
    product = client.v1.prices.retrieve(catalogue.basic).product
    fields = {"product": product, "currency": "usd", "unit_amount": 700, "lookup_key": key}
    first = client.v1.prices.create(fields)  # type: ignore[arg-type]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.prices.create(fields)  # type: ignore[arg-type]
    second = client.v1.prices.create({**fields, "transfer_lookup_key": True})  # type: ignore[arg-type]
    assert [price.id for price in client.v1.prices.list({"lookup_keys": [key]}).data] == [second.id]
    assert client.v1.prices.retrieve(first.id).lookup_key is None


def test_a_default_price_is_not_archived_before_another_is_or_none(client: stripe.StripeClient) -> None:
    terms: Any = {"currency": "usd", "unit_amount": 700}
    product = client.v1.products.create({"name": "Handmade", "default_price_data": terms})
    first, product_id = str(product.default_price), product.id
    second = client.v1.prices.create(terms | {"product": product_id}).id
    for default, kept, archived in ((second, second, first), ("", None, second)):
        with pytest.raises(stripe.InvalidRequestError, match="default price of its product") as caught:
            client.v1.prices.update(archived, {"active": False})
        assert (caught.value.http_status, caught.value.code) == (400, None)
        assert client.v1.prices.retrieve(archived).active
        assert client.v1.products.update(product_id, {"default_price": default}).default_price == kept
        assert not client.v1.prices.update(archived, {"active": False}).active


def test_a_default_price_is_an_active_one_of_the_product(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    product = client.v1.products.create({"name": "Handmade"}).id
    archived = client.v1.prices.create({"product": product, "currency": "usd", "unit_amount": 700}).id
    client.v1.prices.update(archived, {"active": False})
    for price in (catalogue.basic, archived, "price_nobodys"):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.products.update(product, {"default_price": price})
    assert client.v1.products.retrieve(product).default_price is None


def test_customers_merge_and_unset_metadata(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "jo@example.com", "metadata": {"a": "1", "b": "2"}})
    assert client.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}}).metadata.to_dict() == {"a": "1", "c": "3"}  # type: ignore[union-attr]
    assert client.v1.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}  # type: ignore[union-attr]


def test_a_deleted_customer_says_so(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create()
    assert client.v1.customers.delete(customer.id).deleted
    assert client.v1.customers.retrieve(customer.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.customers.update(customer.id, {"name": "x"})
    assert caught.value.code == "resource_missing"


def test_the_sdk_pages_by_itself(client: stripe.StripeClient) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    made = {client.v1.customers.create({"email": email}).id for _ in range(7)}
    listed = client.v1.customers.list({"email": email, "limit": 3})
    assert (len(listed.data), listed.has_more) == (3, True)
    assert {customer.id for customer in listed.auto_paging_iter()} == made


def test_methods_attach_detach_and_are_defaults(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create()
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert method.card is not None
    assert (method.card.brand, method.card.last4, method.customer) == ("visa", "4242", customer.id)
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    assert [found.id for found in client.v1.customers.payment_methods.list(customer.id).data] == [method.id]
    client.v1.payment_methods.detach(method.id)
    assert client.v1.customers.payment_methods.list(customer.id).data == []
    assert client.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(method.id, {"customer": customer.id})


@pytest.mark.parametrize(
    ("method", "decline"),
    [("pm_card_chargeDeclined", "generic_decline"), ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds")],
)
def test_a_bad_card_does_not_attach(client: stripe.StripeClient, method: str, decline: str) -> None:
    customer = client.v1.customers.create()
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_methods.attach(method, {"customer": customer.id})
    assert (caught.value.http_status, caught.value.code) == (402, "card_declined")
    assert caught.value.error is not None
    assert caught.value.error.decline_code == decline


def test_errors_are_of_the_sdks_classes(side: Side) -> None:
    with pytest.raises(stripe.AuthenticationError):
        side.client(api_key="sk_test_wrong").v1.customers.list()
    v1 = side.client().v1
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        v1.customers.create({"nmae": "x"})  # type: ignore[typeddict-unknown-key]
    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "nmae")
    with pytest.raises(stripe.InvalidRequestError) as missing:
        v1.customers.retrieve("cus_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


def test_idempotency_over_http(side: Side) -> None:
    v1 = side.client().v1
    key = uuid.uuid4().hex
    first = v1.customers.create({"name": "a"}, {"idempotency_key": key})
    again = v1.customers.create({"name": "a"}, {"idempotency_key": key})
    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"  # type: ignore[index]
    with pytest.raises(stripe.IdempotencyError):
        v1.customers.create({"name": "b"}, {"idempotency_key": key})
