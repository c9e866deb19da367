"""What is kept of a Stripe Subscription, and the answer that shows it."""


def kept(source: dict) -> dict:
    item = source["items"]["data"][0]
    price = item["price"]
    pending = source.get("pending_update")
    return {
        "id": source["id"],
        "status": source["status"],
        "created": source["created"],
        "item": item["id"],
        "product": price["product"],
        "price": price["id"],
        "lookup_key": price.get("lookup_key"),
        "unit_amount": price["unit_amount"],
        "currency": source["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "quantity": item.get("quantity", 1),
        "period_start": item["current_period_start"],
        "period_end": item["current_period_end"],
        "cancel_at_period_end": bool(source.get("cancel_at_period_end")),
        "cancel_at": source.get("cancel_at") or (item["current_period_end"] if source.get("cancel_at_period_end") else None),
        "ended_at": source.get("ended_at"),
        "trial_end": source.get("trial_end"),
        "discounted": bool(source.get("discounts")),
        "paused": source.get("pause_collection") is not None,
        "payment_method": source.get("default_payment_method"),
        "latest_invoice": source.get("latest_invoice"),
        "pending": {"price": pending["subscription_items"][0]["price"]["id"], "expires_at": pending["expires_at"]} if pending else None,
    }


def shown(user: dict, value: dict) -> dict:
    payment = user["parts"].get(f"payment:{value['id']}")
    renews = value["status"] != "canceled" and value["cancel_at"] is None
    found = {
        "id": value["id"],
        "status": value["status"],
        "productId": value["product"],
        "priceId": value["price"],
        "lookupKey": value["lookup_key"],
        "currentPeriodEnd": value["period_end"],
        "cancelAt": None if value["status"] == "canceled" else value["cancel_at"],
        "trialEnd": value["trial_end"],
        "paymentStatus": payment["value"]["status"] if payment else None,
        "nextCharge": next_charge(value) if renews else None,
    }
    return {name: each for name, each in found.items() if each is not None}


def next_charge(value: dict) -> dict:
    amount = value["unit_amount"] * value["quantity"]
    return {"amount": amount, "currency": value["currency"], "minorUnitDivisor": 100, "at": value["period_end"]}
