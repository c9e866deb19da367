import pytest

from tests.unit.fake_stripe.shop import RELEASES, Shop


@pytest.fixture(params=RELEASES, ids=lambda release: release.rpartition(".")[2])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A fresh shop, once in each release."""
    return Shop(request.param)


@pytest.fixture
def endive() -> Shop:
    """A fresh shop in the newest release, for what does not depend on the release."""
    return Shop()
