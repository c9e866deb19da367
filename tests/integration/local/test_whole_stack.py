"""The project's own template with the local Stripe: everything is set up when the stack says it is ready."""

import json
import tomllib
from collections.abc import Iterator

import pytest

from local.children import ROOT
from local.ports import Ports
from local.stack import LocalStack
from tests.integration.local.support import call


@pytest.fixture(scope="module", params=["endive", "clover"])
def whole(request: pytest.FixtureRequest) -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), environment={}, release=request.param) as stack:
        yield stack


def test_plans_come_from_the_catalogue_that_was_applied(whole: LocalStack) -> None:
    answer = call(f"{whole.api_url}/plans", origin=whole.site_url)
    assert answer.status == 200, answer.body
    prices = {price["lookupKey"]: price["unitAmount"] for plan in answer.json["plans"] for price in plan["prices"]}
    catalogue = tomllib.loads((ROOT / "catalog.toml").read_text())
    wanted = [price for product in catalogue["products"] for price in product["prices"] if "interval" in price]
    assert prices == {price["lookup_key"]: price["unit_amount"] for price in wanted}
    assert answer.headers["access-control-allow-origin"] == whole.site_url


def test_the_webhook_has_its_secret(whole: LocalStack) -> None:
    answer = call(whole.webhook_url, "POST", b"{}", stripe_signature="t=1,v1=00", content_type="application/json")
    assert answer.status == 400, "500 would mean that no secret is configured"


def test_the_sites_config_points_here(whole: LocalStack) -> None:
    config = call(f"{whole.site_url}/config.json").json
    release = whole.stripe.api_version.rpartition(".")[2]
    assert config == {
        "apiUrl": whole.api_url,
        "region": "us-east-1",
        "stripe": {"publishableKey": "pk_test_local", "scriptUrl": f"{whole.stripe_url}/{release}/stripe.js"},
        "cognito": {"endpoint": whole.aws_url, "clientId": config["cognito"]["clientId"]},
    }
    assert config["cognito"]["clientId"]


def test_the_sites_csp_allows_the_local_addresses_and_none_of_aws(whole: LocalStack) -> None:
    policy = call(f"{whole.site_url}/config.json").headers["content-security-policy"]
    connect = next(part for part in policy.split(";") if part.strip().startswith("connect-src")).split()
    assert {whole.api_url, whole.aws_url, whole.stripe_url} <= set(connect)
    assert "amazonaws.com" not in policy


def test_functions_know_their_release_and_reach_their_stripe(whole: LocalStack) -> None:
    environment = {function.logical_id: function.environment for function in whole.template.functions}["PlansFunction"]
    assert environment["STRIPE_API_VERSION"] == whole.stripe.api_version
    assert environment["STRIPE_API_BASE"] == whole.stripe_url
    assert "sk_test" not in json.dumps(environment), "secrets are read by reference"
