"""What we are measured beside is handed its deliveries as a server would hand them."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.children import ROOT
from local.fake_stripe.webhooks.signing import signature_header
from tests.support import events

SECRET = "whsec_" + "bench"


@pytest.mark.parametrize(("secret", "taken"), [(SECRET, True), ("whsec_" + "another", False)])
def test_a_peer_verifies_what_is_delivered(tmp_path: Path, secret: str, taken: bool) -> None:
    body = json.dumps(events.event("customer.subscription.updated", events.subscription()))
    delivery = {"body": body, "headers": {"stripe-signature": signature_header([secret], body.encode(), int(time.time()))}}
    (tmp_path / "events.json").write_text(json.dumps([delivery]))
    command = [sys.executable, ROOT / "bench" / "peers" / "flask_sample.py", tmp_path / "events.json"]
    environment = os.environ | {"WEBHOOK_SECRET": SECRET, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == taken, done.stderr
    assert ("500 INTERNAL SERVER ERROR" in done.stderr) != taken
