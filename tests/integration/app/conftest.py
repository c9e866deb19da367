from collections.abc import Iterator

import pytest

from local.ports import Ports
from local.stack import LocalStack
from tests.support.people import Stripe


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The whole product, as `make dev` starts it, on ports of its own."""
    with LocalStack(ports=Ports.free(), environment={}) as running:
        yield running


@pytest.fixture
def stripe(stack: LocalStack) -> Stripe:
    return Stripe(stack)
