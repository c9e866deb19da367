"""Which Stripe: the local one or test mode, and never the live one."""

import pytest

from local.stripe_side import StripeSettingsError, StripeSide

TEST_MODE = {"STRIPE_SECRET_KEY": "sk_test_abc", "STRIPE_PUBLISHABLE_KEY": "pk_test_abc", "STRIPE_WEBHOOK_SECRET": "whsec_abc"}
PORT = 12111


def test_without_keys_it_is_the_local_one() -> None:
    for environment in ({}, {"STRIPE_SECRET_KEY": "sk_test_local"}):
        side = StripeSide.choose(environment, PORT)
        assert side.local
        assert (side.secret_key, side.publishable_key, side.webhook_secret) == ("sk_test_local", "pk_test_local", None)
        assert side.api_base == side.script_sources == side.hook_sources == "http://127.0.0.1:12111"
        assert side.script_url == "http://127.0.0.1:12111/endive/stripe.js"


@pytest.mark.parametrize(
    ("release", "environment", "version"),
    [
        (None, {}, "2026-10-28.endive"),
        ("clover", {}, "2025-09-30.clover"),
        ("2025-09-30.clover", {}, "2025-09-30.clover"),
        (None, {"STRIPE_API_VERSION": "2025-09-30.clover"}, "2025-09-30.clover"),
        ("endive", {"STRIPE_API_VERSION": "2025-09-30.clover"}, "2026-10-28.endive"),
    ],
)
def test_the_release_is_one_setting(release: str | None, environment: dict[str, str], version: str) -> None:
    side = StripeSide.choose(environment, PORT, release)
    assert side.api_version == version
    assert side.script_url.endswith(f"/{version.rpartition('.')[2]}/stripe.js")


def test_a_release_nobody_knows() -> None:
    with pytest.raises(StripeSettingsError, match="there is no Stripe release daisy: choose one of "):
        StripeSide.choose({}, PORT, "daisy")


def test_three_keys_make_it_test_mode() -> None:
    side = StripeSide.choose(TEST_MODE, PORT)
    assert not side.local
    assert (side.secret_key, side.publishable_key, side.webhook_secret) == ("sk_test_abc", "pk_test_abc", "whsec_abc")
    assert side.api_base == "https://api.stripe.com"
    assert side.script_url == "https://js.stripe.com/endive/stripe.js"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("STRIPE_PUBLISHABLE_KEY", "", "STRIPE_PUBLISHABLE_KEY is not set"),
        ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET is not set"),
        ("STRIPE_SECRET_KEY", "abc", "STRIPE_SECRET_KEY does not begin with sk_test_ or rk_test_"),
        ("STRIPE_SECRET_KEY", "sk_live_abc", "STRIPE_SECRET_KEY is a live key"),
        ("STRIPE_SECRET_KEY", "rk_live_abc", "STRIPE_SECRET_KEY is a live key"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_abc", "STRIPE_PUBLISHABLE_KEY is a live key"),
    ],
)
def test_half_a_setting_and_live_keys_are_refused(name: str, value: str, problem: str) -> None:
    with pytest.raises(StripeSettingsError) as caught:
        StripeSide.choose(TEST_MODE | {name: value}, PORT)
    assert problem in str(caught.value)
    assert "abc" not in str(caught.value), "keys are not repeated"


def test_a_live_publishable_key_beside_the_local_stripe_is_refused_too() -> None:
    with pytest.raises(StripeSettingsError, match="live key"):
        StripeSide.choose({"STRIPE_PUBLISHABLE_KEY": "pk_live_abc"}, PORT)
