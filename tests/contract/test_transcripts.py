"""The flows the project is about, written down event by event and compared with transcripts/*.txt.

`WRITE_TRANSCRIPTS=1 python -m pytest tests/contract/test_transcripts.py` writes them anew; read the difference before committing it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local.fake_stripe.inprocess import Refused
from tests.contract.transcript import Transcript
from tests.unit.fake_stripe.shop import DAY, HOUR

FOLDER = Path(__file__).parent / "transcripts"
FLOWS: dict[str, Callable[[], Transcript]] = {}

CARDS = {
    "4242": ("4242424242424242", ("checkout_event_order", "checkout_default_method")),
    "9995": ("4000000000009995", ("decline_events",)),
    "0341": ("4000000000000341", ("decline_events",)),
    "expired": ("4000000000000069", ("decline_events",)),
}
DEBITS = {
    "sepa_succeeds": ({"type": "sepa_debit", "sepa_debit": {"iban": "AT321904300235473204"}}, "eur"),
    "sepa_fails": ({"type": "sepa_debit", "sepa_debit": {"iban": "AT861904300235473202"}}, "eur"),
    "becs_succeeds": ({"type": "au_becs_debit", "au_becs_debit": {"bsb_number": "000000", "account_number": "900123456"}}, "aud"),
    "becs_fails": ({"type": "au_becs_debit", "au_becs_debit": {"bsb_number": "000000", "account_number": "111111113"}}, "aud"),
}


def flow(name: str) -> Callable[[Callable[[], Transcript]], Callable[[], Transcript]]:
    def register(play: Callable[[], Transcript]) -> Callable[[], Transcript]:
        FLOWS[name] = play
        return play

    return register


def pay(script: Transcript, customer: str, method: str, said: str, **session) -> dict:
    made = script.shop.session(customer, script.shop.premium, **session)
    script.shop.events()
    script.do(said)
    try:
        page = script.shop.confirm(made, method)
    except Refused as refusal:
        page = {}
        script.note(f"refused: {refusal.status} {refusal.error['code']} {refusal.error.get('decline_code', '')}")
    script.events()
    return page or made


def bought(script: Transcript, price: str, **session) -> dict:
    """A subscription that runs, its own events passed over."""
    subscription = script.shop.subscribe(price, **session)
    script.shop.advance(60)
    script.shop.events()
    return subscription


def to_period_end(script: Transcript, subscription: dict) -> int:
    return script.shop.subscription(subscription["id"])["items"]["data"][0]["current_period_end"] - script.shop.world.now()


# ----------------------------------------------------------------------------------------------- first payments
def first_payment_by_card(name: str, number: str, assumes: tuple[str, ...]) -> Transcript:
    script = Transcript(f"First payment, card {number}", assumes=assumes)
    customer = script.shop.customer()
    pay(script, customer, script.shop.card(number), f"confirms the session with {number}")
    script.do("a quarter of a minute later")
    script.shop.advance(15)
    script.events()
    script.state(customer)
    return script


def first_payment_by_debit(name: str, method: dict, currency: str) -> Transcript:
    script = Transcript(f"First payment, {name.replace('_', ' ')}", assumes=("async_events_order",))
    customer = script.shop.customer()
    made = script.shop.post("/v1/payment_methods", **method, billing_details={"name": "Jo", "email": "jo@example.com"})
    pay(script, customer, made["id"], "confirms the session", currency=currency)
    script.state(customer)
    script.do("three minutes later")
    script.shop.advance(180)
    script.events()
    script.state(customer)
    return script


for _name, (_number, _assumes) in CARDS.items():
    FLOWS[f"first_payment_{_name}"] = lambda n=_name, number=_number, assumes=_assumes: first_payment_by_card(n, number, assumes)
for _name, (_method, _currency) in DEBITS.items():
    FLOWS[f"first_payment_{_name}"] = lambda n=_name, method=_method, currency=_currency: first_payment_by_debit(n, method, currency)


@flow("first_payment_3155_completed")
def challenge_completed() -> Transcript:
    return challenge("succeed")


@flow("first_payment_3155_failed")
def challenge_failed() -> Transcript:
    return challenge("fail")


def challenge(outcome: str) -> Transcript:
    script = Transcript(f"First payment, card 4000002500003155, challenge: {outcome}", assumes=("challenge_event_order",))
    customer = script.shop.customer()
    page = pay(script, customer, script.shop.card("4000002500003155"), "confirms the session with 4000002500003155")
    script.do(f"the bank's challenge: {outcome}")
    script.shop.authenticate(page, outcome)
    script.events()
    script.state(customer)
    return script


# ------------------------------------------------------------------------------------------------------ changes
@flow("upgrade_with_preview")
def upgrade() -> Transcript:
    script = Transcript("Upgrade Basic → Premium a third into the period, billed now", assumes=("update_event_order",))
    shop, subscription = script.shop, bought(script, script.shop.basic)
    shop.advance(10 * DAY)
    items = [{"id": subscription["items"]["data"][0]["id"], "price": shop.premium}]
    details = {"items": items, "proration_behavior": "always_invoice"}
    preview = shop.post("/v1/invoices/create_preview", subscription=subscription["id"], subscription_details=details)
    date = preview["parent"]["subscription_details"]["subscription_proration_date"]
    script.do("previews the change")
    for line in preview["lines"]["data"]:
        script.note(f"{line['amount'] / 100:+.2f} {line['description']}")
    script.note(f"due today {preview['amount_due'] / 100:.2f}")
    script.events()
    script.do("changes with the preview's proration_date, pending_if_incomplete")
    shop.post(
        f"/v1/subscriptions/{subscription['id']}",
        items=items,
        proration_behavior="always_invoice",
        proration_date=date,
        payment_behavior="pending_if_incomplete",
    )
    script.events()
    script.state(subscription["customer"])
    return script


@flow("upgrade_declined_stays_pending")
def upgrade_declined() -> Transcript:
    script = Transcript("Upgrade whose payment is declined, pending_if_incomplete", assumes=("update_event_order",))
    shop, subscription = script.shop, bought(script, script.shop.basic)
    bad = shop.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=bad)
    shop.advance(10 * DAY)
    shop.events()
    script.do("changes to Premium, card declined")
    items = [{"id": subscription["items"]["data"][0]["id"], "price": shop.premium}]
    behavior = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}
    shop.post(f"/v1/subscriptions/{subscription['id']}", items=items, **behavior)
    script.events()
    script.state(subscription["customer"])
    script.do("23 hours later")
    shop.advance(23 * HOUR)
    script.events()
    script.state(subscription["customer"])
    return script


@flow("downgrade")
def downgrade() -> Transcript:
    script = Transcript("Downgrade Premium → Basic a third into the period, credited on the next invoice")
    shop, subscription = script.shop, bought(script, script.shop.premium)
    shop.advance(10 * DAY)
    script.do("changes to Basic, create_prorations")
    shop.post(f"/v1/subscriptions/{subscription['id']}", items=[{"id": subscription["items"]["data"][0]["id"], "price": shop.basic}])
    script.events()
    script.state(subscription["customer"])
    script.do("the next renewal")
    shop.advance(to_period_end(script, subscription) + HOUR)
    script.events()
    script.state(subscription["customer"])
    return script


# -------------------------------------------------------------------------------------------------- cancellation
@flow("cancel_now")
def cancel_now() -> Transcript:
    script = Transcript("Cancel now")
    subscription = bought(script, script.shop.basic)
    script.do("DELETE /v1/subscriptions/{id}")
    script.shop.delete(f"/v1/subscriptions/{subscription['id']}")
    script.events()
    script.state(subscription["customer"])
    return script


@flow("cancel_at_period_end")
def cancel_at_period_end() -> Transcript:
    script = Transcript("Cancel at the period's end, taken back once")
    shop, subscription = script.shop, bought(script, script.shop.basic)
    for wanted in (True, False, True):
        script.do(f"cancel_at_period_end={str(wanted).lower()}")
        shop.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=wanted)
        script.events()
        script.state(subscription["customer"])
    script.do("the period ends")
    shop.advance(to_period_end(script, subscription))
    script.events()
    script.state(subscription["customer"])
    return script


# ------------------------------------------------------------------------------------------------------ renewals
@flow("renewal")
def renewal() -> Transcript:
    script = Transcript("A renewal", assumes=("renewal_event_order", "draft_hour"))
    shop, subscription = script.shop, bought(script, script.shop.basic)
    script.do("a week before the period ends")
    shop.advance(to_period_end(script, subscription) - 7 * DAY)
    script.events()
    script.do("the period ends")
    shop.advance(7 * DAY)
    script.events()
    script.state(subscription["customer"])
    script.do("an hour later")
    shop.advance(HOUR)
    script.events()
    script.do("a second later")
    shop.advance(1)
    script.events()
    script.state(subscription["customer"])
    return script


def failed_renewal(end: str) -> Transcript:
    script = Transcript(f"A renewal that fails to the last try; the setting: {end}", assumes=("dunning_days", "failed_renewal_events"))
    shop, subscription = script.shop, bought(script, script.shop.basic)
    shop.world.settings.dunning_end = end
    bad = shop.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=bad)
    shop.advance(to_period_end(script, subscription))
    shop.events()
    script.do("the first attempt, an hour after the period's end")
    shop.advance(HOUR)
    script.events()
    script.state(subscription["customer"])
    script.do("thirteen days of retries")
    shop.advance(13 * DAY)
    script.events()
    script.do("the last try, on the fourteenth day")
    shop.advance(DAY)
    script.events()
    script.state(subscription["customer"])
    return script


for _end in ("cancel", "unpaid", "leave"):
    FLOWS[f"failed_renewal_{_end}"] = lambda end=_end: failed_renewal(end)


@flow("trial_to_paid")
def trial() -> Transcript:
    script = Transcript("A trial of 14 days that turns into a paid subscription")
    shop = script.shop
    customer = shop.customer()
    pay(script, customer, "pm_card_visa", "confirms a session with a trial", subscription_data={"trial_period_days": 14})
    script.state(customer)
    script.do("three days before the trial ends")
    shop.advance(11 * DAY)
    script.events()
    script.do("the trial ends, and an hour later")
    shop.advance(3 * DAY + HOUR)
    script.events()
    script.state(customer)
    return script


@flow("entitlement_change")
def entitlement_change() -> Transcript:
    script = Transcript("A product gains a feature; subscriptions have it from their next period", assumes=("entitlement_previous",))
    shop, subscription = script.shop, bought(script, script.shop.basic)
    script.do("the extended features are added to Basic")
    product = shop.get(f"/v1/prices/{shop.basic}")["product"]
    shop.post(f"/v1/products/{product}/features", entitlement_feature=shop.features["extended_features"])
    script.events()
    script.state(subscription["customer"])
    script.do("the next period begins")
    shop.advance(to_period_end(script, subscription))
    script.events()
    script.state(subscription["customer"])
    return script


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_a_flow_goes_as_written_down(name: str) -> None:
    told = FLOWS[name]().text()
    path = FOLDER / f"{name}.txt"
    if os.environ.get("WRITE_TRANSCRIPTS"):
        path.write_text(told)
    assert told == path.read_text()


def test_every_transcript_has_its_flow() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(FLOWS)
