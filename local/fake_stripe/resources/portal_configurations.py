"""What the billing portal lets customers do. The stand-in keeps configurations; its page offers change and cancel whatever they say."""

from ..registry import Call, Page, route
from ..support import listing, metadata, unset
from ..world import World

TAKES = "business_profile default_return_url features metadata name login_page".split()


@route("POST", "/v1/billing_portal/configurations", scope="customer_portal_write", takes=TAKES)
def create(call: Call) -> dict:
    return make(call.world, call.params, default=False)


@route("GET", "/v1/billing_portal/configurations/{id}", scope="customer_portal_read")
def retrieve(call: Call) -> dict:
    return call.world.get("billing_portal.configuration", call.path["id"], "configuration")


@route("POST", "/v1/billing_portal/configurations/{id}", scope="customer_portal_write", takes=(*TAKES, "active"))
def update(call: Call) -> dict:
    configuration = retrieve(call)
    _assign(configuration, call.params)
    configuration["updated"] = call.world.now()
    return configuration


@route("GET", "/v1/billing_portal/configurations", scope="customer_portal_read", takes=("active", "is_default"))
def list_all(call: Call) -> Page:
    default_configuration(call.world)
    return listing(call, call.world.newest("billing_portal.configuration"), "active", "is_default")


def default_configuration(world: World) -> dict:
    """The account's own, made when first needed."""
    for configuration in world.newest("billing_portal.configuration"):
        if configuration["is_default"]:
            return configuration
    return make(world, {}, default=True)


def make(world: World, params: dict, *, default: bool) -> dict:
    now = world.now()
    configuration = {
        "id": world.new_id("bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        "created": now,
        "default_return_url": None,
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": False, "payment_method_configuration": None},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []},
                "enabled": True,
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
            "subscription_update": {
                "billing_cycle_anchor": None,
                "default_allowed_updates": ["price"],
                "enabled": True,
                "products": None,
                "proration_behavior": "create_prorations",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        "is_default": default,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": now,
    }
    _assign(configuration, params)
    return world.put(configuration)


def _assign(configuration: dict, params: dict) -> None:
    for name in ("business_profile", "login_page"):
        configuration[name].update({key: unset(value) for key, value in (params.get(name) or {}).items()})
    for name, feature in (params.get("features") or {}).items():
        configuration["features"].setdefault(name, {}).update(feature)
    for name in ("active", "default_return_url", "name"):
        if name in params:
            configuration[name] = unset(params[name])
    configuration["metadata"] = metadata(configuration["metadata"], params.get("metadata"))
