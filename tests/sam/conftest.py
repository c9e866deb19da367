"""The built functions in the real `sam local`, beside the local stack that holds their table, users and Stripe."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path

import pytest

from local.ports import Ports
from local.stack import LocalStack
from tests.sam.docker import NoDocker, base_image, docker_engine
from tests.sam.relay import relay
from tests.template.sam_cli import HOST_ARCHITECTURE, SITE_URL, sam


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.sam_local)


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    try:
        with docker_engine(tmp_path_factory.mktemp("docker") / "dockerd.log"):
            base_image()
            yield
    except NoDocker as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), environment={}) as running:
        yield running


@pytest.fixture(scope="session")
def host(docker: None, stack: LocalStack) -> Iterator[str]:
    """This machine's address, as containers see it. Docker Desktop passes it on to 127.0.0.1; on Linux a relay does."""
    if sys.platform == "darwin":
        yield "host.docker.internal"
        return
    command = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"]
    subnet = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    gateway = str(next(ip_network(subnet).hosts()))
    with ExitStack() as relays:
        for port in (stack.ports.aws, stack.ports.stripe):
            relays.enter_context(relay((gateway, port), ("127.0.0.1", port)))
        yield gateway


@pytest.fixture(scope="session")
def sam_local(host: str, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """Options that make `sam local …` run what `sam build` built, on the local stack's table and Stripe."""
    folder = tmp_path_factory.mktemp("sam_local")
    sam("build", "--build-dir", folder / "build", "--parameter-overrides", f"Architecture={HOST_ARCHITECTURE}")
    template = folder / "build" / "template.yaml"
    # sam overrides only what the template declares, and the template does not know AWS's endpoint.
    declared, found = re.subn(r"(?m)^( +)STAGE:", r'\1AWS_ENDPOINT_URL: ""\n\g<0>', template.read_text(), count=1)
    assert found
    template.write_text(declared)
    values = {
        function.logical_id: {
            **{name: value.replace("127.0.0.1", host) for name, value in function.environment.items()},
            "AWS_ENDPOINT_URL": f"http://{host}:{stack.ports.aws}",
        }
        for function in stack.template.functions
    }
    variables = folder / "variables.json"
    variables.write_text(json.dumps(values))
    overrides = f"Architecture={HOST_ARCHITECTURE} SiteUrl={SITE_URL}"
    return [
        "--template",
        template,
        "--env-vars",
        variables,
        "--parameter-overrides",
        overrides,
        "--skip-pull-image",
        "--region",
        "us-east-1",
    ]
