"""Which Stripe the stack talks to: the local one, or Stripe's own test mode."""

import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.ports import HOST

LOCAL_SECRET_KEY = "sk_test_local"
LOCAL_PUBLISHABLE_KEY = "pk_test_local"
DEFAULT_RELEASE = "2026-10-28.endive"
_RELEASES_FILE = Path(__file__).resolve().parent.parent / "layers" / "billing" / "billing" / "release.py"


class StripeSettingsError(Exception):
    """The environment's Stripe settings cannot be used; one line."""


@dataclass(frozen=True, slots=True)
class StripeSide:
    """Keys and addresses. `webhook_secret` is None while it is to come from registering an endpoint at the local Stripe."""

    local: bool
    secret_key: str
    publishable_key: str
    webhook_secret: str | None
    api_version: str
    api_base: str
    script_url: str
    script_sources: str
    """For the CSP: where Stripe.js and its frames come from."""
    hook_sources: str

    @classmethod
    def choose(cls, environment: Mapping[str, str], port: int, release: str | None = None) -> "StripeSide":
        """Stripe's test mode if the three variables are set, else the local one. Raises `StripeSettingsError`; a live key never passes."""
        keys = {name: environment.get(name, "") for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")}
        for name, key in keys.items():
            if key.startswith(("sk_live", "rk_live", "pk_live")):
                raise StripeSettingsError(f"{name} is a live key: the local stack works with test keys only")
        api_version, script = _release(release or environment.get("STRIPE_API_VERSION") or DEFAULT_RELEASE)
        if keys["STRIPE_SECRET_KEY"] in ("", LOCAL_SECRET_KEY):
            base = f"http://{HOST}:{port}"
            local_script = base + script.removeprefix("https://js.stripe.com")
            return cls(True, LOCAL_SECRET_KEY, LOCAL_PUBLISHABLE_KEY, None, api_version, base, local_script, base, base)
        return cls._test_mode(keys, api_version, script)

    @classmethod
    def _test_mode(cls, keys: dict[str, str], api_version: str, script: str) -> "StripeSide":
        expected = {
            "STRIPE_SECRET_KEY": ("sk_test_", "rk_test_"),
            "STRIPE_PUBLISHABLE_KEY": ("pk_test_",),
            "STRIPE_WEBHOOK_SECRET": ("whsec_",),
        }
        for name, prefixes in expected.items():
            if not keys[name].startswith(prefixes):
                given = "is not set" if not keys[name] else f"does not begin with {' or '.join(prefixes)}"
                raise StripeSettingsError(f"for Stripe's test mode all of {', '.join(expected)} are needed: {name} {given}")
        return cls(
            local=False,
            secret_key=keys["STRIPE_SECRET_KEY"],
            publishable_key=keys["STRIPE_PUBLISHABLE_KEY"],
            webhook_secret=keys["STRIPE_WEBHOOK_SECRET"],
            api_version=api_version,
            api_base="https://api.stripe.com",
            script_url=script,
            script_sources="https://js.stripe.com https://*.js.stripe.com",
            hook_sources="https://hooks.stripe.com",
        )


def _release(name: str) -> tuple[str, str]:
    """API version and Stripe.js URL of a release, given in full or by its last word (`clover`)."""
    # The layer is no package of this process, and its table stands in a file of its own.
    releases = runpy.run_path(str(_RELEASES_FILE))["RELEASES"]
    for version, release in releases.items():
        if name in (version, version.rpartition(".")[2]):
            return version, release.stripe_js
    raise StripeSettingsError(f"there is no Stripe release {name}: choose one of {', '.join(releases)}")
