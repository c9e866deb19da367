"""Every Stripe event this app listens to, and why. One file a family; each handler is short.

`HANDLERS` is the one list: the webhook dispatches by it, reconcile looks for what was missed by it, and the endpoint in Stripe
is registered for exactly these types. A handler writes nothing; it says what the event is about: news of a part, an
errand, or None if there is nothing to do.
"""

from collections.abc import Callable

from billing.cause import concern
from billing.doubles import flag_second_subscription
from billing.events import checkout, customers, entitlements, invoices, payment_methods, subscriptions
from billing.events.event import Errand, Event, News, NotOurs, Unreadable, owner
from billing.state.store import Applied, Outcome
from billing.upcoming import foresee

Handler = Callable[[Event], News | Errand | None]

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
    # What the next charge will be, with credit and discounts, some days before it.
    "invoice.upcoming": invoices.upcoming,
    # A delayed debit (SEPA, BECS): the subscription is active while the money is on its way. And a payment method saved in a
    # setup session, which is then charged.
    "checkout.session.completed": checkout.completed,
    # Brand, last four and expiry of the cards shown on the account page, and which one is charged.
    "payment_method.attached": payment_methods.changed,
    "payment_method.updated": payment_methods.changed,
    "payment_method.automatically_updated": payment_methods.changed,
    "payment_method.detached": payment_methods.detached,
    "customer.updated": customers.updated,
    # Deleted by its user, or in the Dashboard: its subscriptions are canceled with it, and its user may become a customer anew.
    "customer.deleted": customers.deleted,
}


def handle(event: Event) -> Applied:
    """What the event tells, applied under the order rule. Raises `NotOurs`, `Unreadable`, `Undecided` and what Stripe raises."""
    about = HANDLERS[event.type](event)
    if about is not None:
        concern(customer=about.customer)
    if isinstance(about, News):
        applied = event.apply(about)
        flag_second_subscription(about.key, applied)
        foresee(about.key, event.previous, applied)
        return applied
    if about is not None:
        owner(about.customer)
        about.run()
    return Applied(Outcome.DROPPED)


__all__ = ["HANDLERS", "Errand", "Event", "Handler", "News", "NotOurs", "Unreadable", "handle", "owner"]
