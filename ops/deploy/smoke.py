"""What was deployed, asked from outside: each check is a request that must be answered as it should."""

import json
import time
from collections.abc import Callable
from typing import Any

import requests

from local.site_content import CONFIG_FILE
from ops import webhooks
from ops.deploy import catalogue, site
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

SECONDS = 90.0
"""How long what is new may take to answer everywhere: a distribution's name, an API's first requests."""
TIMEOUT = 15.0
PAUSE = 2.0

Check = Callable[[Target], str | None]


def run(target: Target) -> list[str]:
    """Raises `Stopped` with all that is still wrong when the patience is over."""
    deadline = time.monotonic() + SECONDS
    while wrong := [f"{name}: {words}" for name, check in CHECKS.items() if (words := asked(check, target))]:
        if time.monotonic() + PAUSE > deadline:
            lines = "\n".join(f"  {each}" for each in wrong)
            raise Stopped(f"It is deployed, and does not answer as it should:\n{lines}\nThe functions' logs say more. Then {target.again}")
        time.sleep(PAUSE)
    return [f"{len(CHECKS)} checks"]


def asked(check: Check, target: Target) -> str | None:
    try:
        return check(target)
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})"
    except ValueError:
        return "the answer is not JSON"


def _get(url: str, **options: Any) -> requests.Response:
    return requests.get(url, timeout=TIMEOUT, allow_redirects=False, **options)


def plans_are_on_sale(target: Target) -> str | None:
    answer = _get(f"{target.output('ApiUrl')}/plans")
    if answer.status_code != 200:
        return f"{answer.status_code}, not 200"
    there = {price["lookupKey"] for plan in answer.json()["plans"] for price in plan["prices"]}
    recurring = {price.lookup_key for product in catalogue.read(target).products for price in product.prices if price.interval}
    # Functions may remember the catalogue of some minutes ago: what is new may still be missing, but not all of it.
    return None if there & recurring or not recurring else f"none of {', '.join(sorted(recurring))} is there"


def account_needs_a_token(target: Target) -> str | None:
    answer = _get(f"{target.output('ApiUrl')}/account")
    return None if answer.status_code == 401 else f"{answer.status_code} without a token, not 401"


def site_may_call_the_api(target: Target) -> str | None:
    origin = site_url(target)
    headers = {"origin": origin, "access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    answer = requests.options(f"{target.output('ApiUrl')}/account", headers=headers, timeout=TIMEOUT)
    allowed = answer.headers.get("access-control-allow-origin")
    return None if allowed == origin else f"allows the origin {allowed}, not {origin}"


def webhook_refuses_the_unsigned(target: Target) -> str | None:
    answer = requests.post(target.output("WebhookUrl"), json={"type": "invoice.paid"}, timeout=TIMEOUT, allow_redirects=False)
    return None if answer.status_code == 400 else f"{answer.status_code} for an event without a signature, not 400"


def endpoint_is_enabled(target: Target) -> str | None:
    url = target.output("WebhookUrl")
    found = [each for each in webhooks.endpoints(target.stripe, target.stage, url) if each.url == url and each.status == "enabled"]
    return None if len(found) == 1 else f"{len(found)} endpoints are enabled at {url} in Stripe, not one"


def site_is_there(target: Target) -> str | None:
    answer = _get(f"{site_url(target)}/")
    if answer.status_code != 200:
        return f"{answer.status_code}, not 200"
    policy = answer.headers.get("content-security-policy", "")
    return None if target.output("ApiUrl") in policy else "its Content-Security-Policy does not let it call the API"


def config_is_this_deployments(target: Target) -> str | None:
    answer = _get(f"{site_url(target)}/{CONFIG_FILE}")
    if answer.status_code != 200:
        return f"{answer.status_code}, not 200"
    return None if answer.json() == json.loads(site.config_of(target).body) else "it is another deployment's, or an old one"


def site_url(target: Target) -> str:
    return target.output("SiteUrl").rstrip("/")


CHECKS: dict[str, Check] = {
    "GET /plans": plans_are_on_sale,
    "GET /account": account_needs_a_token,
    "CORS": site_may_call_the_api,
    "webhook": webhook_refuses_the_unsigned,
    "endpoint in Stripe": endpoint_is_enabled,
    "site": site_is_there,
    "config.json": config_is_this_deployments,
}
