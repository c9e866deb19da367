"""Changing plans: what the preview shows is what is billed, credits are what was really paid, and a change may wait for its payment."""

import pytest

from local.fake_stripe.inprocess import Refused
from tests.unit.fake_stripe.shop import DAY, HOUR, Shop


def item_of(subscription: dict) -> dict:
    return subscription["items"]["data"][0]


def change(subscription: dict, price: str, **extra) -> dict:
    return {"items": [{"id": item_of(subscription)["id"], "price": price, **extra}]}


def preview(shop: Shop, subscription: dict, price: str, **details) -> dict:
    return shop.post(
        "/v1/invoices/create_preview", subscription=subscription["id"], subscription_details={**change(subscription, price), **details}
    )


def test_an_upgrade_bills_what_its_preview_showed(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance(10 * DAY + 12_345)
    shown = preview(shop, subscription, shop.premium, proration_behavior="always_invoice")
    date = shown["parent"]["subscription_details"]["subscription_proration_date"]
    assert [line["parent"]["subscription_item_details"]["proration"] for line in shown["lines"]["data"]] == [True, True]
    assert shown["lines"]["data"][0]["amount"] < 0 < shown["lines"]["data"][1]["amount"]
    shop.advance(90)
    before = len(shop.world.table("invoice").rows)
    shop.events()
    changed = shop.post(
        f"/v1/subscriptions/{subscription['id']}",
        **change(subscription, shop.premium),
        proration_behavior="always_invoice",
        proration_date=date,
        payment_behavior="pending_if_incomplete",
        expand=["latest_invoice"],
    )
    billed = changed["latest_invoice"]
    assert (billed["status"], billed["amount_paid"], billed["billing_reason"]) == ("paid", shown["amount_due"], "subscription_update")
    assert [line["amount"] for line in billed["lines"]["data"]] == [line["amount"] for line in shown["lines"]["data"]]
    assert item_of(changed)["price"]["id"] == shop.premium
    assert item_of(changed)["current_period_end"] == item_of(subscription)["current_period_end"]
    assert len(shop.world.table("invoice").rows) == before + 1
    types = shop.event_types()
    assert {"customer.subscription.updated", "invoice.paid", "entitlements.active_entitlement_summary.updated"} <= set(types)
    assert shop.entitlements(subscription["customer"]) == ["basic_features", "extended_features"]
    shop.advance(30 * DAY)
    assert shop.invoices(subscription["id"])[-1]["total"] == 1500


def test_half_a_period_costs_half(shop: Shop) -> None:
    subscription = shop.subscribe()
    start, end = item_of(subscription)["current_period_start"], item_of(subscription)["current_period_end"]
    shown = preview(shop, subscription, shop.premium, proration_behavior="always_invoice", proration_date=(start + end) // 2)
    assert [line["amount"] for line in shown["lines"]["data"]] == [-250, 750]
    assert shown["amount_due"] == 500


def test_a_downgrade_waits_for_the_next_invoice(shop: Shop) -> None:
    subscription = shop.subscribe(shop.premium)
    shop.advance(15 * DAY)
    shown = preview(shop, subscription, shop.basic)
    shop.events()
    changed = shop.post(f"/v1/subscriptions/{subscription['id']}", **change(subscription, shop.basic))
    assert shop.event_types() == [
        "invoiceitem.created",
        "invoiceitem.created",
        "customer.subscription.updated",
        "entitlements.active_entitlement_summary.updated",
    ]
    assert changed["latest_invoice"] == subscription["latest_invoice"]
    upcoming = shop.post("/v1/invoices/create_preview", subscription=subscription["id"])
    assert upcoming["total"] == shown["total"]
    shop.advance(17 * DAY)
    renewal = shop.invoices(subscription["id"])[-1]
    assert (renewal["total"], len(renewal["lines"]["data"])) == (shown["total"], 3)
    assert shop.get("/v1/invoiceitems", customer=subscription["customer"], pending=True)["data"] == []


def test_a_credit_larger_than_the_bill_becomes_balance_and_pays_later(shop: Shop) -> None:
    subscription = shop.subscribe(shop.yearly)
    shop.advance(DAY)
    changed = shop.post(f"/v1/subscriptions/{subscription['id']}", **change(subscription, shop.basic), expand=["latest_invoice"])
    credit = changed["latest_invoice"]
    assert changed["billing_cycle_anchor"] == shop.world.now(), "another interval starts a new cycle"
    assert (credit["status"], credit["amount_due"]) == ("paid", 0)
    balance = shop.get(f"/v1/customers/{subscription['customer']}")["balance"]
    assert balance == credit["total"] == credit["ending_balance"] < 0
    (movement,) = shop.get(f"/v1/customers/{subscription['customer']}/balance_transactions")["data"]
    assert (movement["amount"], movement["ending_balance"], movement["invoice"]) == (balance, balance, credit["id"])
    shop.advance(33 * DAY)
    renewal = shop.invoices(subscription["id"])[-1]
    assert (renewal["total"], renewal["amount_due"], renewal["starting_balance"]) == (500, 0, balance)
    assert shop.get(f"/v1/customers/{subscription['customer']}")["balance"] == balance + 500


def test_a_credit_is_a_share_of_what_was_really_paid(shop: Shop) -> None:
    coupon = shop.post("/v1/coupons", percent_off=50, duration="once")["id"]
    subscription = shop.subscribe(shop.premium, discounts=[{"coupon": coupon}])
    start, end = item_of(subscription)["current_period_start"], item_of(subscription)["current_period_end"]
    shown = preview(shop, subscription, shop.basic, proration_behavior="always_invoice", proration_date=(start + end) // 2)
    assert shown["lines"]["data"][0]["amount"] == -375, "half of the 7.50 that were paid"


def test_up_and_down_again_at_one_moment_costs_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance(7 * DAY + 77)
    path = f"/v1/subscriptions/{subscription['id']}"
    for price in (shop.premium, shop.basic):
        shop.post(path, **change(subscription, price), proration_behavior="always_invoice")
    up, down = shop.invoices(subscription["id"])[1:]
    assert up["total"] == -down["total"]
    assert shop.get(f"/v1/customers/{subscription['customer']}")["balance"] == down["total"]


def test_quantity_is_prorated_too(shop: Shop) -> None:
    subscription = shop.subscribe()
    start, end = item_of(subscription)["current_period_start"], item_of(subscription)["current_period_end"]
    shop.advance((end - start) // 2)
    changed = shop.post(
        f"/v1/subscriptions/{subscription['id']}",
        items=[{"id": item_of(subscription)["id"], "quantity": 3}],
        proration_behavior="always_invoice",
        expand=["latest_invoice"],
    )
    assert [line["amount"] for line in changed["latest_invoice"]["lines"]["data"]] == [-250, 750]


def test_none_changes_without_money(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance(DAY)
    path = f"/v1/subscriptions/{subscription['id']}"
    with pytest.raises(Refused) as caught:
        shop.post(path, **change(subscription, shop.premium), proration_behavior="none", proration_date=shop.world.now())
    assert caught.value.error["param"] == "proration_date"
    shop.post(path, **change(subscription, shop.premium), proration_behavior="none")
    assert shop.get("/v1/invoiceitems", customer=subscription["customer"])["data"] == []
    assert len(shop.invoices(subscription["id"])) == 1


def test_a_proration_date_lies_in_the_period(shop: Shop) -> None:
    subscription = shop.subscribe()
    for date in (item_of(subscription)["current_period_start"] - 1, item_of(subscription)["current_period_end"] + 1):
        with pytest.raises(Refused):
            preview(shop, subscription, shop.premium, proration_date=date)


def test_a_preview_stores_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.events()

    def stored() -> dict:
        return {name: dict(table.rows) for name, table in shop.world.tables.items() if table.rows and name not in ("customer", "event")}

    before = stored()
    shown = preview(shop, subscription, shop.premium, proration_behavior="always_invoice")
    customer = shop.customer()
    first = shop.post("/v1/invoices/create_preview", customer=customer, subscription_details={"items": [{"price": shop.basic}]})
    assert first["amount_due"] == 500
    assert stored() == before
    assert shop.event_types() == ["customer.created"]
    with pytest.raises(Refused):
        shop.get(f"/v1/invoices/{shown['id']}")


def test_the_guides_way_of_swapping_items(shop: Shop) -> None:
    """The guide previews with the old item deleted and a new one added."""
    subscription = shop.subscribe()
    shop.advance(5 * DAY)
    swap = [{"id": item_of(subscription)["id"], "deleted": True}, {"price": shop.premium, "deleted": False}]
    shown = shop.post(
        "/v1/invoices/create_preview",
        customer=subscription["customer"],
        subscription=subscription["id"],
        subscription_details={"items": swap, "proration_behavior": "always_invoice"},
    )
    changed = shop.post(
        f"/v1/subscriptions/{subscription['id']}", items=swap, proration_behavior="always_invoice", expand=["latest_invoice"]
    )
    assert changed["latest_invoice"]["amount_paid"] == shown["amount_due"]
    assert [item["price"]["id"] for item in changed["items"]["data"]] == [shop.premium]
    assert item_of(changed)["id"] != item_of(subscription)["id"]


# ------------------------------------------------------------------------------------------------ waiting changes
def upgrade(shop: Shop, subscription: dict, behavior: str) -> dict:
    return shop.post(
        f"/v1/subscriptions/{subscription['id']}",
        **change(subscription, shop.premium),
        proration_behavior="always_invoice",
        payment_behavior=behavior,
        expand=["latest_invoice.confirmation_secret"],
    )


def with_default(shop: Shop, method: str) -> dict:
    subscription = shop.subscribe()
    attached = shop.post(f"/v1/payment_methods/{method}/attach", customer=subscription["customer"])["id"]
    return shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=attached)


def test_an_upgrade_whose_payment_fails_stays_pending_and_expires(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    shop.advance(DAY)
    waiting = upgrade(shop, subscription, "pending_if_incomplete")
    assert waiting["status"] == "active"
    assert item_of(waiting)["price"]["id"] == shop.basic
    assert waiting["pending_update"]["subscription_items"][0]["price"]["id"] == shop.premium
    assert waiting["pending_update"]["expires_at"] == shop.world.now() + 23 * HOUR
    assert waiting["latest_invoice"]["status"] == "open"
    assert shop.entitlements(subscription["customer"]) == ["basic_features"]
    shop.events()
    shop.advance(23 * HOUR)
    assert shop.event_types()[-2:] == ["customer.subscription.updated", "customer.subscription.pending_update_expired"]
    found = shop.subscription(subscription["id"])
    assert (found["pending_update"], item_of(found)["price"]["id"]) == (None, shop.basic)
    assert shop.invoices(subscription["id"])[-1]["status"] == "void"


def test_a_pending_upgrade_applies_once_paid(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_authenticationRequired")
    waiting = upgrade(shop, subscription, "pending_if_incomplete")
    intent = shop.intent_of(waiting["latest_invoice"]["id"])
    assert intent["status"] == "requires_action"
    shop.events()
    shop.post(f"/v1/payment_intents/{intent['id']}/authenticate", outcome="succeed")
    found = shop.subscription(subscription["id"])
    assert (found["pending_update"], item_of(found)["price"]["id"]) == (None, shop.premium)
    assert shop.entitlements(subscription["customer"]) == ["basic_features", "extended_features"]
    assert "customer.subscription.pending_update_applied" in shop.event_types()
    shop.advance(2 * DAY)
    assert item_of(shop.subscription(subscription["id"]))["price"]["id"] == shop.premium


def test_a_pending_update_takes_only_some_parameters(shop: Shop) -> None:
    subscription = shop.subscribe()
    for extra in ({"cancel_at_period_end": True}, {"metadata": {"a": "b"}}):
        with pytest.raises(Refused) as caught:
            shop.post(
                f"/v1/subscriptions/{subscription['id']}",
                **change(subscription, shop.premium),
                payment_behavior="pending_if_incomplete",
                proration_behavior="always_invoice",
                **extra,
            )
        assert caught.value.error["param"] == next(iter(extra))
    assert item_of(shop.subscription(subscription["id"]))["price"]["id"] == shop.basic


def test_allow_incomplete_changes_and_falls_behind(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    changed = upgrade(shop, subscription, "allow_incomplete")
    assert item_of(changed)["price"]["id"] == shop.premium
    assert (changed["status"], changed["latest_invoice"]["status"]) == ("past_due", "open")


def test_error_if_incomplete_changes_nothing(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    shop.events()
    with pytest.raises(Refused) as caught:
        upgrade(shop, subscription, "error_if_incomplete")
    assert caught.value.status == 402
    assert shop.event_types() == []
    assert item_of(shop.subscription(subscription["id"]))["price"]["id"] == shop.basic


def test_another_change_replaces_the_pending_one(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    first = upgrade(shop, subscription, "pending_if_incomplete")
    good = shop.post("/v1/payment_methods/pm_card_visa/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=good)
    second = upgrade(shop, subscription, "pending_if_incomplete")
    assert (second["pending_update"], item_of(second)["price"]["id"]) == (None, shop.premium)
    assert shop.get(f"/v1/invoices/{first['latest_invoice']['id']}")["status"] == "void"


def test_the_billing_anchor_can_be_moved_to_now(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance(15 * DAY)
    anchor = "now" if shop.contract.is_clover else {"type": "now"}
    moved = shop.post(f"/v1/subscriptions/{subscription['id']}", billing_cycle_anchor=anchor, expand=["latest_invoice"])
    assert item_of(moved)["current_period_start"] == moved["billing_cycle_anchor"] == shop.world.now()
    credit, debit = (line["amount"] for line in moved["latest_invoice"]["lines"]["data"])
    assert (debit, moved["latest_invoice"]["amount_paid"]) == (500, 500 + credit)
    assert -260 < credit < -240


def test_a_first_period_cut_short_by_an_anchor_costs_its_share(shop: Shop) -> None:
    customer = shop.customer("pm_card_visa")
    anchor = shop.world.now() + 10 * DAY
    made = shop.post(
        "/v1/subscriptions", customer=customer, items=[{"price": shop.basic}], billing_cycle_anchor=anchor, expand=["latest_invoice"]
    )
    assert item_of(made)["current_period_end"] == anchor
    assert 150 < made["latest_invoice"]["amount_paid"] < 175


def test_a_forever_coupon_repeats_and_a_repeating_one_ends(shop: Shop) -> None:
    forever = shop.post("/v1/coupons", amount_off=100, currency="usd", duration="forever")["id"]
    repeating = shop.post("/v1/coupons", percent_off=50, duration="repeating", duration_in_months=2)["id"]
    one = shop.subscribe(discounts=[{"coupon": forever}])
    two = shop.subscribe(discounts=[{"coupon": repeating}])
    for _ in range(3):
        shop.advance(31 * DAY)
    shop.advance(HOUR)
    assert [row["total"] for row in shop.invoices(one["id"])] == [400] * 4
    assert [row["total"] for row in shop.invoices(two["id"])] == [250, 250, 500, 500]


def test_a_change_undone_before_its_invoice_costs_nothing_also_with_a_coupon(shop: Shop) -> None:
    coupon = shop.post("/v1/coupons", percent_off=50, duration="forever")["id"]
    subscription = shop.subscribe(discounts=[{"coupon": coupon}])
    shop.advance(3 * DAY)
    for price in (shop.premium, shop.basic):
        shop.post(f"/v1/subscriptions/{subscription['id']}", **change(subscription, price))
    shop.advance(30 * DAY)
    assert shop.invoices(subscription["id"])[-1]["total"] == 250


def test_what_waited_before_a_pending_update_waits_again_when_it_expires(shop: Shop) -> None:
    subscription = shop.subscribe(shop.premium)
    path = f"/v1/subscriptions/{subscription['id']}"
    shop.advance(DAY)
    shop.post(path, **change(subscription, shop.basic))
    waiting = shop.get("/v1/invoiceitems", customer=subscription["customer"], pending=True)["data"]
    bad = shop.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=subscription["customer"])["id"]
    shop.post(path, default_payment_method=bad)
    shop.post(
        path,
        items=[{"id": item_of(subscription)["id"], "quantity": 5}],
        proration_behavior="always_invoice",
        payment_behavior="pending_if_incomplete",
    )
    assert shop.get("/v1/invoiceitems", customer=subscription["customer"], pending=True)["data"] == []
    shop.advance(23 * HOUR)
    again = shop.get("/v1/invoiceitems", customer=subscription["customer"], pending=True)["data"]
    assert [item["id"] for item in again] == [item["id"] for item in waiting]


def test_a_pending_update_ends_with_the_period(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    end = item_of(subscription)["current_period_end"]
    shop.advance(end - shop.world.now() - 10 * HOUR)
    waiting = shop.post(
        f"/v1/subscriptions/{subscription['id']}",
        **change(subscription, shop.premium, quantity=10),  # else it would be less than the smallest charge
        proration_behavior="always_invoice",
        payment_behavior="pending_if_incomplete",
    )
    assert waiting["pending_update"]["expires_at"] == end
    shop.advance(10 * HOUR)
    found = shop.subscription(subscription["id"])
    assert (found["pending_update"], item_of(found)["price"]["id"]) == (None, shop.basic)
    assert [row["status"] for row in shop.invoices(subscription["id"])] == ["paid", "void", "draft"]


def test_voiding_gives_the_balance_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    method = shop.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=method)
    shop.post(f"/v1/customers/{subscription['customer']}/balance_transactions", amount=-200, currency="usd")
    shop.advance(33 * DAY)
    owed = shop.invoices(subscription["id"])[-1]
    assert (owed["amount_due"], shop.get(f"/v1/customers/{subscription['customer']}")["balance"]) == (300, 0)
    shop.post(f"/v1/invoices/{owed['id']}/void")
    assert shop.get(f"/v1/customers/{subscription['customer']}")["balance"] == -200


def test_a_trial_with_a_card_that_wants_the_bank(shop: Shop) -> None:
    session = shop.session(shop.customer(), subscription_data={"trial_period_days": 7})
    page = shop.confirm(session, shop.card("4000002500003155"))
    assert (page["status"], page["setup_intent"]["status"]) == ("open", "requires_action")
    shop.authenticate({"setup_intent": page["setup_intent"]}, "succeed")
    done = shop.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription"])
    assert (done["status"], done["subscription"]["status"]) == ("complete", "trialing")
    shop.advance(8 * DAY)
    assert shop.invoices(done["subscription"]["id"])[-1]["status"] == "paid", "it was set up for later"


def test_a_refused_update_changes_nothing(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    path = f"/v1/subscriptions/{subscription['id']}"
    shop.events()
    for params in (
        {"metadata": {"a": "b"}, "cancel_at": shop.world.now() - 5},
        {"metadata": {"a": "b"}, "default_payment_method": "pm_nobody"},
        {
            **change(subscription, shop.premium),
            "metadata": {"a": "b"},
            "proration_behavior": "always_invoice",
            "payment_behavior": "error_if_incomplete",
        },
        {"description": "x", "items": [{"price": "price_nobody"}]},
    ):
        with pytest.raises(Refused):
            shop.post(path, **params)
        assert shop.subscription(subscription["id"]) == subscription
    assert shop.event_types() == []


@pytest.mark.parametrize(("iban", "status"), [("AT321904300235473204", "active"), ("AT861904300235473202", "past_due")])
def test_a_debit_counts_as_good_until_it_fails_also_for_an_upgrade(shop: Shop, iban: str, status: str) -> None:
    subscription = shop.subscribe(currency="eur")
    made = shop.post(
        "/v1/payment_methods", type="sepa_debit", sepa_debit={"iban": iban}, billing_details={"name": "Jo", "email": "j@x.eu"}
    )["id"]
    shop.post(f"/v1/payment_methods/{made}/attach", customer=subscription["customer"])
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=made)
    changed = upgrade(shop, subscription, "pending_if_incomplete")
    assert (changed["pending_update"], item_of(changed)["price"]["id"]) == (None, shop.premium)
    assert changed["latest_invoice"]["status"] == "open"
    with pytest.raises(Refused):
        shop.post(f"/v1/invoices/{changed['latest_invoice']['id']}/void")
    shop.advance(180)
    assert shop.subscription(subscription["id"])["status"] == status


def test_an_invoice_paid_elsewhere_gives_its_intent_up(shop: Shop) -> None:
    subscription = with_default(shop, "pm_card_chargeCustomerFail")
    shop.advance(33 * DAY)
    owed = shop.invoices(subscription["id"])[-1]
    paid = shop.post(f"/v1/invoices/{owed['id']}/pay", paid_out_of_band=True)
    assert (paid["status"], paid["amount_paid"]) == ("paid", 0)
    assert shop.intent_of(owed["id"])["status"] == "canceled"
    assert shop.subscription(subscription["id"])["status"] == "active"
