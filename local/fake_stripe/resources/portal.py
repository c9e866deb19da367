"""The billing portal: sessions over the API, and the plain page behind them, which really changes and cancels.

Under flexible billing the portal's cancellation sets `cancel_at` only, not `cancel_at_period_end`: whoever reads must read both.
"""

import html
from urllib.parse import parse_qs

from ..engine import cancellation, updating
from ..engine.changing import plan
from ..engine.lines import each, product_name
from ..engine.subscribing import period_end, schedule
from ..errors import InvalidRequest, StripeError
from ..registry import Call, page, route
from ..server.messages import Request, Response
from ..server.pages import html_page
from ..support import live_customer
from ..world import Origin, World
from .portal_configurations import default_configuration

PREFIX = "/p/session/"


@route("POST", "/v1/billing_portal/sessions", scope="customer_portal_write", takes=("configuration", "customer", "locale", "return_url"))
def create(call: Call) -> dict:
    world, params = call.world, call.params
    if "customer" not in params:
        raise InvalidRequest("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = live_customer(world, params["customer"])
    if "configuration" in params:
        configuration = world.get("billing_portal.configuration", params["configuration"], "configuration")
    else:
        configuration = default_configuration(world)
    token = world.new_id("test", 40)
    session = {
        "id": world.new_id("bps"),
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": world.now(customer),
        "customer": customer["id"],
        "customer_account": None,
        "flow": None,
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url") or configuration["default_return_url"],
        "url": f"{world.base_url}{PREFIX}{token}",
        "_token": token,
    }
    world.put(session)
    world.emit("billing_portal.session.created", session)
    return session


@page(PREFIX)
def serve(world: World, request: Request) -> Response | None:
    """GET shows; POST changes and shows the outcome (303, so that a reload does nothing twice)."""
    token = request.path.removeprefix(PREFIX)
    session = next((row for row in world.newest("billing_portal.session") if row["_token"] == token), None)
    if session is None:
        return None
    if request.method == "POST":
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        try:
            with world.acting(Origin()):
                act(world, session, form)
        except StripeError as error:
            return html_page(400, "This was not possible", f"<p role=alert>{html.escape(error.message)}</p>")
        return Response(303, b"", {"Location": request.path})
    return html_page(200, "Manage your subscription", _body(world, session))


def act(world: World, session: dict, form: dict[str, str]) -> None:
    """One action of the page. Raises StripeError for what cannot be done."""
    subscription = world.get("subscription", form.get("subscription", ""))
    if subscription["customer"] != session["customer"]:
        raise InvalidRequest("This subscription is somebody else's.")
    match form.get("action"):
        case "cancel":
            with world.changing(subscription, "customer.subscription.updated"):
                cancellation.at_time(world, subscription, period_end(subscription))
            schedule(world, subscription)
        case "keep":
            with world.changing(subscription, "customer.subscription.updated"):
                cancellation.withdraw(subscription)
        case "change":
            item = subscription["items"][0]
            made = plan(world, subscription, [{"id": item["id"], "price": form["price"]}])
            with world.changing(subscription, "customer.subscription.updated"):
                updating.carry_out(world, subscription, made, "pending_if_incomplete" if made.invoice_now else "allow_incomplete")
            updating.collect_bill(world, subscription)
        case _:
            raise InvalidRequest("Unknown action.")


def _body(world: World, session: dict) -> str:
    parts = [_subscription(world, row) for row in world.by("subscription", "customer", session["customer"]) if row["ended_at"] is None]
    shown = "".join(parts) or "<p>You have no subscription.</p>"
    back = session["return_url"]
    return shown + (f'<p><a href="{html.escape(back)}">Back</a></p>' if back else "")


def _subscription(world: World, subscription: dict) -> str:
    item = subscription["items"][0]
    currency = subscription["currency"]
    name, cost = product_name(world, item["price"]), each(world, item["price"], currency)
    hidden = f'<input type=hidden name=subscription value="{subscription["id"]}">'
    ends = subscription["cancel_at"]
    action, label = ("keep", "Don't cancel") if ends else ("cancel", "Cancel at the end of the period")
    options = "".join(
        f'<option value="{price["id"]}">{html.escape(product_name(world, price["id"]))} – {each(world, price["id"], currency)}</option>'
        for price in world.newest("price")
        if price["active"] and price["recurring"] and price["id"] != item["price"] and currency in price["_currency_options"]
    )
    change = (
        f"<form method=post>{hidden}<label>Change to <select name=price>{options}</select></label> "
        "<button name=action value=change>Change plan</button></form>"
        if options and not ends
        else ""
    )
    return (
        f"<fieldset><legend>{html.escape(name)} – {cost}</legend><p>Status: {subscription['status']}"
        f"{' – ends at ' + str(ends) if ends else ''}</p>{change}<form method=post>{hidden}"
        f"<button name=action value={action}>{label}</button></form></fieldset>"
    )
