"""Moving a customer's credit balance, with a record of every movement, so that credit never appears or disappears unseen."""

from ..world import World


def move(world: World, customer: dict, amount: int, currency: str, *, kind: str, invoice: str | None = None) -> dict:
    """Adds `amount` (negative: credit) to the balance. Tells `customer.updated`; answers the transaction."""
    transaction = {
        "id": world.new_id("cbtxn"),
        "object": "customer_balance_transaction",
        "amount": amount,
        "checkout_session": None,
        "created": world.now(customer),
        "credit_note": None,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "description": None,
        "ending_balance": customer["balance"] + amount,
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }
    world.put(transaction)
    with world.changing(customer, "customer.updated"):
        customer["balance"] += amount
        customer["currency"] = customer["currency"] or currency
    return transaction
