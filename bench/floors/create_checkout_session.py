"""The floor of POST /create-checkout-session: the plan looked up, the attempt claimed, the session made and named."""

import os
import time
import uuid

import api
import aws


def handler(event: dict, context: object) -> dict:
    return api.answered(open_session, event)


def open_session(event: dict) -> dict:
    claims, body = api.caller(event), api.body(event, {"priceId": str, "lookupKey": str, "currency": str})
    price = on_sale(body)
    currency = body.get("currency", price["currency"]).lower()
    if currency != price["currency"] and currency not in price.get("currencyOptions", {}):
        raise api.Refused(400, "unknown_currency")
    claim = {
        "attempt": uuid.uuid4().hex,
        "price": price["id"],
        "currency": currency,
        "line_items": [price["id"]],
        "claimed_at": int(time.time()),
        "session": "",
        "earlier": [],
    }
    names = {"#customer": "customer", "#checkout": "checkout", "#deleting": "deleting_at", "#deleted": "deleted_at"}
    free = "attribute_exists(#customer) AND attribute_not_exists(#checkout)"
    staying = "attribute_not_exists(#deleting) AND attribute_not_exists(#deleted)"
    key = f"user#{claims['sub']}"
    user = aws.update(key, "SET #checkout = :claim", f"{free} AND {staying}", names, {":claim": claim})
    if user is None or any(
        name.startswith("subscription:") and part["value"]["status"] != "canceled" for name, part in user["parts"].items()
    ):
        raise api.Refused(409, "live_subscription")
    session = make(event, user["customer"], claims["sub"], claim)
    named = aws.update(
        key,
        "SET #checkout.#session = :session",
        "#checkout.#attempt = :attempt",
        {"#checkout": "checkout", "#session": "session", "#attempt": "attempt"},
        {":session": session["id"], ":attempt": claim["attempt"]},
    )
    if named is None:
        raise api.Refused(503, "try_again")
    return {"sessionId": session["id"], "clientSecret": session["client_secret"]}


def on_sale(body: dict) -> dict:
    catalogue = aws.get("catalogue", consistent=False)
    if catalogue is None or time.time() - catalogue["fetched_at"] > 300:
        raise api.Refused(503, "try_again")
    for plan in catalogue["plans"]:
        for price in plan["prices"]:
            if body.get("lookupKey", price["lookupKey"]) == price["lookupKey"] and body.get("priceId", price["id"]) == price["id"]:
                return price
    raise api.Refused(400, "unknown_price")


def make(event: dict, customer: str, user: str, claim: dict) -> dict:
    metadata = {"app": "recur", "stage": os.environ["STAGE"], "user": user}
    parameters = {
        "mode": "subscription",
        "ui_mode": "elements",
        "customer": customer,
        "currency": claim["currency"],
        "line_items": [{"price": price, "quantity": 1} for price in claim["line_items"]],
        "allow_promotion_codes": True,
        "subscription_data": {"metadata": metadata},
        "metadata": metadata,
        "return_url": f"{os.environ['SITE_URL']}/return.html?session_id={{CHECKOUT_SESSION_ID}}",
    }
    session, _ = api.stripe(event, "POST", "/v1/checkout/sessions", parameters, f"checkout:{claim['attempt']}")
    return session
