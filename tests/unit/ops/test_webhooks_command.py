"""`webhooks`: what is there, what differs, and the exit status that tells; `webhooks apply` mends it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from billing.events import HANDLERS
from ops import settling
from ops.parameters import Parameters
from tests.support.stripe_in_process import InProcessStripe

Tell = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling.time, "sleep", lambda seconds: None)


def only(account: InProcessStripe) -> dict[str, Any]:
    (endpoint,) = account.get("/v1/webhook_endpoints")["data"]
    return endpoint


def test_none_yet(deployed: Parameters, account: InProcessStripe, tell: Tell) -> None:
    status, output, errors = tell("webhooks")
    assert (status, errors) == (2, "")
    assert "Wrong: there is none\nThis would mend it: .venv/bin/python -m ops webhooks apply\n  new endpoint: there is none" in output
    assert tell("webhooks", "apply")[0] == 0
    status, output, _ = tell("webhooks")
    assert (status, output.splitlines()[-1]) == (0, "As it has to be.")
    assert only(account)["url"] == "https://hook.test/"
    assert tell("webhooks", "apply")[1] == f"{only(account)['id']} is as it has to be.\n"


def test_what_was_changed_by_hand_is_named_and_mended(deployed: Parameters, account: InProcessStripe, tell: Tell) -> None:
    tell("webhooks", "apply")
    made = only(account)["id"]
    listened = [*sorted(HANDLERS)[1:], "radar.early_fraud_warning.created"]
    account.post(f"/v1/webhook_endpoints/{made}", enabled_events=listened, disabled=True)
    status, output, _ = tell("webhooks", "--json")
    told = json.loads(output)
    assert (status, told["agrees"]) == (2, False)
    (endpoint,) = told["endpoints"]
    assert endpoint["missingEvents"] == sorted(HANDLERS)[:1]
    assert endpoint["superfluousEvents"] == ["radar.early_fraud_warning.created"]
    assert endpoint["status"] == "disabled"
    assert f"{made}: enabled again" in told["mend"]
    assert f"{made} is disabled" in told["wrong"]
    assert len(told["wrong"]) == len(told["mend"]) == 3
    assert json.loads(tell("webhooks", "apply", "--json")[1])["endpoint"] == made
    assert tell("webhooks")[0] == 0
    assert (only(account)["id"], only(account)["status"]) == (made, "enabled")


def test_a_second_one_and_a_lost_secret(deployed: Parameters, account: InProcessStripe, tell: Tell) -> None:
    tell("webhooks", "apply")
    made = only(account)["id"]
    double = account.post("/v1/webhook_endpoints", url="https://hook.test/", enabled_events=["*"])["id"]
    status, output, _ = tell("webhooks")
    assert status == 2
    assert f"delete {double}" in output
    assert tell("webhooks", "apply")[1] == f"deleted {double}\n"
    deployed.put("webhook-secret", "whsec_other")
    status, output, _ = tell("webhooks")
    assert status == 2
    assert "is not in SSM" in output
    tell("webhooks", "apply")
    assert only(account)["id"] not in (made, double)
    assert tell("webhooks")[0] == 0


def test_without_a_key_it_says_how_to_store_one(deployed: Parameters, tell: Tell) -> None:
    deployed.delete_all()
    status, _, errors = tell("webhooks")
    assert status == 1
    assert "secrets set stripe-key --stage dev" in errors


def test_a_key_of_the_other_mode_is_not_used(deployed: Parameters, account: InProcessStripe, tell: Tell) -> None:
    deployed.put("secret-key", "sk_" + "live_" + "1234567890")
    account.requests.clear()
    status, _, errors = tell("webhooks", "apply")
    assert (status, account.requests) == (1, [])
    assert "dev takes test keys only" in errors


def test_a_key_for_deploying_is_used_where_there_is_one(deployed: Parameters, account: InProcessStripe, tell: Tell) -> None:
    narrow, wide = "rk_" + "test_narrow", "rk_" + "test_wide"
    account.api.keys.add(narrow, ["event_read"])
    account.api.keys.add(wide, ["webhook_write"])
    deployed.put("secret-key", narrow)
    status, _, errors = tell("webhooks", "apply")
    assert status == 1
    assert "permission" in errors
    deployed.put("deploy-key", wide)
    assert tell("webhooks", "apply")[0] == 0
