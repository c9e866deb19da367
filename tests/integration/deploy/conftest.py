"""Accounts to deploy to: `cloud` is empty for each test; what serves them is started once."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from moto.server import ThreadedMotoServer

from local.ports import Ports
from local.stack import LocalStack
from ops.deploy import smoke, webhook
from tests.integration.deploy.cloud import REGION, Cdn, Cloud

_AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would log every request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def cdn() -> Iterator[Cdn]:
    started = Cdn()
    yield started
    started.close()


@pytest.fixture(scope="session")
def deployed(cdn: Cdn) -> Iterator[LocalStack]:
    """What answers in the deployed functions' place; its CORS allows the CDN's origin."""
    with LocalStack(ports=Ports.free(), environment={}, parameters={"SiteUrl": cdn.url}) as stack:
        headers = requests.get(stack.site_url, timeout=30).headers
        cdn.headers = [(name, headers[name]) for name in ("content-security-policy", "x-content-type-options")]
        yield stack


@pytest.fixture
def cloud(moto: str, cdn: Cdn, deployed: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    for name, value in (_AWS | {"AWS_ENDPOINT_URL": moto}).items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_DEPLOY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(smoke, "PAUSE", 0.2)
    monkeypatch.setattr(webhook, "settle", lambda: None)
    return Cloud(deployed, cdn, tmp_path)
