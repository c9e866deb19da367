"""The built functions in the real `sam local`, beside the local stack that holds their table, users and Stripe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ports import Ports
from local.stack import LocalStack
from tests.sam.beside import Options, host_of_containers, options_beside
from tests.sam.docker import NoDocker, base_image, docker_engine
from tests.template.sam_cli import HOST_ARCHITECTURE, sam


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
    with host_of_containers(stack) as address:
        yield address


@pytest.fixture(scope="session")
def sam_local(host: str, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Options:
    """Options that make `sam local …` run what `sam build` built, on the local stack's table and Stripe."""
    folder = tmp_path_factory.mktemp("sam_local")
    sam("build", "--build-dir", folder / "build", "--parameter-overrides", f"Architecture={HOST_ARCHITECTURE}")
    return options_beside(stack, host, folder / "build" / "template.yaml", folder)
