"""`sam local` beside a local stack: what it needs so that the built functions use that stack's table, users and Stripe."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network
from pathlib import Path

from local.stack import LocalStack
from tests.sam.relay import relay
from tests.template.sam_cli import HOST_ARCHITECTURE, SITE_URL

Options = list[str | Path]


@contextmanager
def host_of_containers(stack: LocalStack) -> Iterator[str]:
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


def options_beside(stack: LocalStack, host: str, template: Path, folder: Path) -> Options:
    """Options of `sam local …` for what was built, its template (changed here) included; `folder` is for a file of variables."""
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
    files: Options = ["--template", template, "--env-vars", variables]
    return [*files, "--parameter-overrides", overrides, "--skip-pull-image", "--region", "us-east-1"]
