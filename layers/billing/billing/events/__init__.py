"""Every Stripe event this app listens to, and why. One file a family; each handler is short.

`HANDLERS` is the one list: the webhook dispatches by it, and the endpoint in Stripe is registered for exactly these types.
"""

from collections.abc import Callable

from billing.events import checkout, customers, entitlements, invoices, payment_methods, subscriptions
from billing.events.event import Event, NotOurs, Result, Unreadable, owner

Handler = Callable[[Event], Result]

HANDLERS: dict[str, Handler] = {
    # Status, plan, period, cancellation: what the user has.
    "customer.subscription.created": subscriptions.changed,
    "customer.subscription.updated": subscriptions.changed,
    "customer.subscription.deleted": subscriptions.changed,
    # A trial that ended without a payment method, and its end; no `updated` is promised beside them.
    "customer.subscription.paused": subscriptions.changed,
    "customer.subscription.resumed": subscriptions.changed,
    # A plan change that waited for its payment: made, or given up after 23 hours.
    "customer.subscription.pending_update_applied": subscriptions.changed,
    "customer.subscription.pending_update_expired": subscriptions.changed,
    # Which features the user may use: access is decided from these, not from the product.
    "entitlements.active_entitlement_summary.updated": entitlements.changed,
    # Whether the latest invoice is paid, and what the customer can do if it is not.
    "invoice.paid": invoices.paid,
    "invoice.payment_failed": invoices.failed,
    "invoice.payment_action_required": invoices.action_required,
    "invoice.voided": invoices.failed,
    "invoice.marked_uncollectible": invoices.failed,
    # A delayed debit (SEPA, BECS): the subscription is active while the money is on its way.
    "checkout.session.completed": checkout.completed,
    # Brand, last four and expiry of the cards shown on the account page, and which one is charged.
    "payment_method.attached": payment_methods.changed,
    "payment_method.updated": payment_methods.changed,
    "payment_method.automatically_updated": payment_methods.changed,
    "payment_method.detached": payment_methods.detached,
    "customer.updated": customers.updated,
}

__all__ = ["HANDLERS", "Event", "Handler", "NotOurs", "Result", "Unreadable", "owner"]
