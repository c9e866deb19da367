"""How Stripe's API is spoken, whatever the resource: encoding, parameters, errors, keys, expanding, paging, idempotency, releases."""

import threading

import pytest

from local.fake_stripe.contract import CLOVER, contract_for
from local.fake_stripe.errors import InvalidRequest
from local.fake_stripe.inprocess import InProcess, Refused
from local.fake_stripe.server.forms import decode
from local.fake_stripe.server.idempotency import IdempotencyStore
from local.fake_stripe.server.messages import Request, Response
from tests.unit.fake_stripe.shop import ENDIVE, Shop


def refused(stripe: InProcess, method: str, path: str, params: dict | None = None, **extra) -> Refused:
    with pytest.raises(Refused) as caught:
        stripe.call(method, path, params, **extra)
    return caught.value


# ---------------------------------------------------------------------------------------------------- encoding
def test_brackets_become_nested_hashes() -> None:
    assert decode("a[b][c]=1&a[b][d]=x%20y&e=") == {"a": {"b": {"c": "1", "d": "x y"}}, "e": ""}


def test_arrays_with_and_without_numbers() -> None:
    assert decode("expand[]=a&expand[]=b&items[0][price]=p&items[1][price]=q") == {
        "expand": {"0": "a", "1": "b"},
        "items": {"0": {"price": "p"}, "1": {"price": "q"}},
    }


@pytest.mark.parametrize("contradiction", ["a=1&a[b]=2", "a[b]=2&a=1", "a[b=1"])
def test_contradicting_names_are_refused(contradiction: str) -> None:
    with pytest.raises(InvalidRequest):
        decode(contradiction)


# -------------------------------------------------------------------------------------------------- parameters
@pytest.mark.parametrize(
    ("path", "params", "code", "param"),
    [
        ("/v1/customers", {"nmae": "x"}, "parameter_unknown", "nmae"),
        ("/v1/customers", {"address": {"lin1": "x"}}, "parameter_unknown", "address[lin1]"),
        ("/v1/customers", {"balance": "ten"}, "parameter_invalid_integer", "balance"),
        ("/v1/prices", {"unit_amount": 5}, "parameter_missing", "currency"),
        ("/v1/prices", {"currency": "usd", "product": "p", "recurring": {"interval_count": 1}}, "parameter_missing", "recurring[interval]"),
        ("/v1/prices", {"currency": "usd", "product": "p", "recurring": {"interval": "fortnight"}}, None, "recurring[interval]"),
        (
            "/v1/subscriptions",
            {"customer": "c", "items": [{"price": "p", "quantity": "x"}]},
            "parameter_invalid_integer",
            "items[0][quantity]",
        ),
        ("/v1/subscriptions", {"customer": "c", "items": "x"}, None, "items"),
        ("/v1/products", {"name": {"a": "b"}}, None, "name"),
        ("/v1/products", {"name": "x", "active": "maybe"}, None, "active"),
        ("/v1/products", {"name": ""}, "parameter_invalid_empty", "name"),
    ],
)
def test_wrong_parameters_get_stripes_400_naming_them(endive: Shop, path: str, params: dict, code: str | None, param: str) -> None:
    error = refused(endive, "POST", path, params)
    assert (error.status, error.error["type"]) == (400, "invalid_request_error")
    assert (error.error.get("code"), error.error["param"]) == (code, param)


def test_parameters_differ_by_release() -> None:
    """billing_cycle_anchor became a hash; payment_method_types left Checkout; the own form changed its name."""
    for release, anchor in ((ENDIVE, "now"), (CLOVER, {"type": "now"})):
        shop = Shop(release)
        subscription = shop.subscribe()
        error = refused(shop, "POST", f"/v1/subscriptions/{subscription['id']}", {"billing_cycle_anchor": anchor})
        assert error.error["param"].startswith("billing_cycle_anchor")
    shop = Shop(ENDIVE)
    customer = shop.customer()
    assert refused(shop, "POST", "/v1/checkout/sessions", {"payment_method_types": ["card"]}).error["code"] == "parameter_unknown"
    assert refused(shop, "POST", "/v1/checkout/sessions", {"ui_mode": "custom", "customer": customer}).error["param"] == "ui_mode"
    clover = Shop(CLOVER)
    assert clover.session(clover.customer(), payment_method_types=["card"])["payment_method_types"] == ["card"]
    assert refused(clover, "POST", "/v1/checkout/sessions", {"ui_mode": "elements", "mode": "subscription"}).error["param"] == "ui_mode"


def test_what_the_sdk_knows_and_the_stand_in_does_not_is_said(endive: Shop) -> None:
    for method, path, params in (
        ("GET", "/v1/payouts", {}),
        ("POST", "/v1/customers", {"cash_balance": {"settings": {"reconciliation_mode": "manual"}}}),
        ("POST", "/v1/subscriptions", {"customer": endive.customer(), "items": [{"price": endive.basic}], "on_behalf_of": "acct_1"}),
    ):
        error = refused(endive, method, path, params)
        assert (error.status, error.error["code"]) == (501, "not_supported_by_stand_in"), path


def test_an_unknown_url_is_stripes_404(endive: Shop) -> None:
    error = refused(endive, "GET", "/v1/custommers")
    assert error.status == 404
    assert "Unrecognized request URL" in error.error["message"]


def test_an_unknown_id_is_resource_missing(endive: Shop) -> None:
    error = refused(endive, "GET", "/v1/customers/cus_nobody")
    assert (error.status, error.error["code"], error.error["param"]) == (404, "resource_missing", "id")
    assert error.error["message"] == "No such customer: 'cus_nobody'"


def test_a_release_without_its_sdk_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from local.fake_stripe import contract

    monkeypatch.setattr(contract, "_loaded", {ENDIVE: contract.default_contract()})
    monkeypatch.setattr(contract, "REPOSITORY", contract.CACHE)
    with pytest.raises(InvalidRequest, match="uv sync --frozen --only-group clover"):
        contract_for(CLOVER)
    with pytest.raises(InvalidRequest, match=r"Invalid Stripe API version: 2019-01-01"):
        contract_for("2019-01-01")


# --------------------------------------------------------------------------------------------------- metadata
def test_metadata_merges_and_unsets(endive: Shop) -> None:
    customer = endive.post("/v1/customers", metadata={"a": "1", "b": "2"})["id"]
    assert endive.post(f"/v1/customers/{customer}", metadata={"b": "3", "c": "4"})["metadata"] == {"a": "1", "b": "3", "c": "4"}
    assert endive.post(f"/v1/customers/{customer}", metadata={"a": ""})["metadata"] == {"b": "3", "c": "4"}
    assert endive.post(f"/v1/customers/{customer}", metadata="")["metadata"] == {}
    assert refused(endive, "POST", f"/v1/customers/{customer}", {"metadata": {"k" * 41: "v"}}).status == 400


# -------------------------------------------------------------------------------------------------------- keys
def test_keys_are_checked(endive: Shop) -> None:
    assert refused(endive, "GET", "/v1/customers", key="sk_test_other").status == 401
    assert refused(endive, "GET", "/v1/customers", key="").status == 401
    assert "live keys are refused" in refused(endive, "GET", "/v1/customers", key="sk_live_x").error["message"]


def test_a_publishable_key_may_only_do_what_a_browser_does(endive: Shop) -> None:
    assert refused(endive, "GET", "/v1/customers", key="pk_test_local").error["code"] == "secret_key_required"
    card = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "123"}}
    assert endive.call("POST", "/v1/payment_methods", card, key="pk_test_local")["card"]["last4"] == "4242"
    session = endive.session(endive.customer())
    path = f"/v1/payment_pages/{session['id']}/init"
    assert refused(endive, "POST", path, {}, key="pk_test_local").status == 404
    assert refused(endive, "POST", path, {"client_secret": "wrong"}, key="pk_test_local").status == 404
    assert endive.call("POST", path, {"client_secret": session["client_secret"]}, key="pk_test_local")["status"] == "open"


def test_a_restricted_key_does_what_its_scopes_say(endive: Shop) -> None:
    endive.api.keys.add("rk_test_narrow", ["rak_customer_write", "subscription_read"])
    endive.call("POST", "/v1/customers", {"name": "x"}, key="rk_test_narrow")
    endive.call("GET", "/v1/customers", key="rk_test_narrow")
    endive.call("GET", "/v1/subscriptions", key="rk_test_narrow")
    error = refused(endive, "DELETE", "/v1/subscriptions/sub_x", key="rk_test_narrow")
    assert error.status == 403
    assert "'rak_subscription_write'" in error.error["message"]


@pytest.mark.parametrize(
    ("path", "expand", "scope"),
    [
        ("/v1/subscriptions", "data.customer", "customer_read"),
        ("/v1/subscriptions", "data.latest_invoice.payments", "invoice_read"),
        ("/v1/subscriptions", "data.pending_setup_intent", "setup_intent_read"),
        ("/v1/invoices", "data.payments", None),
        ("/v1/invoices/{invoice}", "payments.data.payment.payment_intent", "payment_intent_read"),
        ("/v1/prices", "data.product", "product_read"),
        ("/v1/prices", "data.currency_options", None),
    ],
)
def test_what_is_expanded_needs_its_own_scope(endive: Shop, path: str, expand: str, scope: str | None) -> None:
    path = path.format(invoice=endive.subscribe()["latest_invoice"])
    own = {"subscriptions": "subscription_read", "invoices": "invoice_read", "prices": "plan_read"}[path.split("/")[2]]
    endive.api.keys.add("rk_test_narrow", [own])
    if scope is not None:
        endive.call("GET", path, key="rk_test_narrow")
        error = refused(endive, "GET", path, {"expand": [expand]}, key="rk_test_narrow")
        assert (error.status, error.error["type"]) == (403, "invalid_request_error")
        assert f"'rak_{scope}'" in error.error["message"]
        endive.api.keys.add("rk_test_narrow", [own, scope])
    endive.call("GET", path, {"expand": [expand]}, key="rk_test_narrow")


# --------------------------------------------------------------------------------------------------- expanding
def test_expanding_reaches_through_lists_and_includes(shop: Shop) -> None:
    subscription = shop.subscribe()
    found = shop.subscription(subscription["id"], expand=["customer", "latest_invoice.payments", "items.data.price.product"])
    assert found["customer"]["object"] == "customer"
    assert found["latest_invoice"]["payments"]["data"][0]["object"] == "invoice_payment"
    assert found["items"]["data"][0]["price"]["product"]["name"] == "Basic"
    listed = shop.get("/v1/subscriptions", expand=["data.latest_invoice"])
    assert listed["data"][0]["latest_invoice"]["status"] == "paid"
    assert "payments" not in shop.get(f"/v1/invoices/{subscription['latest_invoice']}")


@pytest.mark.parametrize(
    "path", ["status", "nothing", "customer.email", "data.customer", "latest_invoice.payments.data.payment.payment_intent"]
)
def test_what_cannot_be_expanded_is_refused(endive: Shop, path: str) -> None:
    subscription = endive.subscribe()
    assert refused(endive, "GET", f"/v1/subscriptions/{subscription['id']}", {"expand": [path]}).status == 400


# ------------------------------------------------------------------------------------------------------ paging
def test_lists_page_in_both_directions_newest_first(endive: Shop) -> None:
    made = [endive.post("/v1/customers", name=str(number))["id"] for number in range(25)][::-1]
    first = endive.get("/v1/customers")
    assert [row["id"] for row in first["data"]] == made[:10]
    assert (first["has_more"], first["url"]) == (True, "/v1/customers")
    last = endive.get("/v1/customers", limit=10, starting_after=made[19])
    assert ([row["id"] for row in last["data"]], last["has_more"]) == (made[20:], False)
    back = endive.get("/v1/customers", limit=10, ending_before=made[20])
    assert ([row["id"] for row in back["data"]], back["has_more"]) == (made[10:20], True)
    for wrong in ({"limit": 0}, {"limit": 101}):
        assert refused(endive, "GET", "/v1/customers", wrong).error["param"] == "limit"
    assert refused(endive, "GET", "/v1/customers", {"starting_after": "cus_x"}).error["code"] == "resource_missing"


def test_created_filters(endive: Shop) -> None:
    first = endive.post("/v1/customers")
    endive.advance(100)
    second = endive.post("/v1/customers")
    assert [row["id"] for row in endive.get("/v1/customers", created={"gt": first["created"]})["data"]] == [second["id"]]
    assert [row["id"] for row in endive.get("/v1/customers", created=first["created"])["data"]] == [first["id"]]


# ------------------------------------------------------------------------------------------------- idempotency
def test_a_key_replays_its_first_answer(endive: Shop) -> None:
    headers = {"idempotency-key": "once"}
    first = endive.send("POST", "/v1/customers", {"name": "a"}, headers=headers)
    again = endive.send("POST", "/v1/customers", {"name": "a"}, headers=headers)
    assert again.body == first.body
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert len(endive.get("/v1/customers")["data"]) == 1


def test_a_key_with_other_parameters_is_refused(endive: Shop) -> None:
    endive.send("POST", "/v1/customers", {"name": "a"}, headers={"idempotency-key": "k"})
    error = refused(endive, "POST", "/v1/customers", {"name": "b"}, headers={"idempotency-key": "k"})
    assert (error.status, error.error["type"]) == (400, "idempotency_error")
    assert refused(endive, "POST", "/v1/customers", {}, headers={"idempotency-key": "x" * 256}).status == 400


def test_a_failed_validation_does_not_use_the_key_up(endive: Shop) -> None:
    headers = {"idempotency-key": "k"}
    refused(endive, "POST", "/v1/customers", {"nmae": "a"}, headers=headers)
    assert endive.call("POST", "/v1/customers", {"name": "a"}, headers=headers)["name"] == "a"


def test_a_decline_is_replayed(endive: Shop) -> None:
    session = endive.session(endive.customer())
    path, params = f"/v1/payment_pages/{session['id']}/confirm", {"payment_method": "pm_card_chargeDeclined"}
    assert refused(endive, "POST", path, params, headers={"idempotency-key": "k"}).status == 402
    charges = len(endive.world.table("charge").rows)
    assert refused(endive, "POST", path, params, headers={"idempotency-key": "k"}).status == 402
    assert len(endive.world.table("charge").rows) == charges


def test_a_key_in_flight_is_a_conflict() -> None:
    store = IdempotencyStore()
    request = Request("POST", "/v1/customers", body=b"name=a")
    assert store.begin("sk", "k", request, "req_1") is None
    with pytest.raises(Exception, match="in-progress") as caught:
        store.begin("sk", "k", request, "req_2")
    assert (caught.value.status, caught.value.code) == (409, "idempotency_key_in_use")  # type: ignore[attr-defined]
    assert store.begin("rk", "k", request, "req_3") is None, "each API key has its own"
    store.finish("sk", "k", Response(200, b"{}"))
    replay = store.begin("sk", "k", request, "req_4")
    assert replay is not None
    assert replay.headers["Original-Request"] == "req_1"


def test_parallel_creates_with_one_key_make_one_customer(endive: Shop) -> None:
    statuses = []

    def create() -> None:
        statuses.append(endive.send("POST", "/v1/customers", {"name": "a"}, headers={"idempotency-key": "k"}).status)

    threads = [threading.Thread(target=create) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 409}
    assert len(endive.get("/v1/customers")["data"]) == 1


# --------------------------------------------------------------------------------------------------- releases
def test_answers_carry_the_release_and_events_the_accounts(shop: Shop) -> None:
    response = shop.send("POST", "/v1/customers", {"name": "x"})
    assert response.headers["Stripe-Version"] == shop.api_version
    assert response.headers["Request-Id"].startswith("req_")
    newest = shop.get("/v1/events", limit=1)["data"][0]
    assert newest["api_version"] == ENDIVE, "whatever the request says"
    assert newest["request"]["id"] == response.headers["Request-Id"]


def test_a_session_is_named_in_the_words_of_each_release() -> None:
    shop = Shop(ENDIVE)
    session = shop.session(shop.customer())
    assert session["ui_mode"] == "elements"
    in_clover = shop.send("GET", f"/v1/checkout/sessions/{session['id']}", headers={"stripe-version": CLOVER}).json()
    assert in_clover["ui_mode"] == "custom"
    assert "customer_account" in session
    assert "customer_account" not in in_clover
