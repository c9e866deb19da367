"""Answers are read as JSON: with stripe-python's own classes and with the layer's stand-in for them the code sees the same."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import _object_classes  # pyright: ignore[reportPrivateUsage]

from billing import catalogue
from billing.fetch import pages
from billing.stripe_api import ask
from tests.support.stripe_in_process import InProcessStripe

STAND_IN = Path(__file__).parents[3] / "layers" / "billing" / "shake" / "stand_ins" / "stripe" / "_object_classes.py"


def stand_in() -> Any:
    spec = spec_from_file_location("stand_in_for_classes", STAND_IN)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives what something says with stripe-python's classes, and with the stand-in's."""

    def both(look: Any) -> tuple[Any, Any]:
        whole = look()
        with monkeypatch.context() as patch:
            patch.setattr(_object_classes, "get_object_class", stand_in().get_object_class)
            return whole, look()

    return both


def test_an_answer_is_the_same_and_knows_its_headers(account: InProcessStripe, both: Any) -> None:
    _, subscription = account.subscriber("u2")
    whole, shallow = both(lambda: ask(lambda stripe: stripe.v1.subscriptions.retrieve(subscription)))
    assert whole.data == shallow.data
    assert shallow.certain


def test_pages_follow_each_other(account: InProcessStripe, both: Any) -> None:
    def ids() -> list[str]:
        return [price["id"] for page in pages(lambda stripe, page: stripe.v1.prices.list(page), limit=1) for price in page.data["data"]]

    whole, shallow = both(ids)
    assert whole == shallow
    assert len(set(whole)) > 1

    def by_the_sdk() -> list[str]:
        return [price.id for price in account.client.v1.prices.list({"limit": 1}).auto_paging_iter()]

    assert both(by_the_sdk) == (whole, whole)


def test_the_catalogue_is_the_same(account: InProcessStripe, both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(each.plans, each.fees) for each in both(lambda: catalogue._from_stripe(0))]  # pyright: ignore[reportPrivateUsage]
    assert found[0] == found[1]
    assert any(plan["features"] for plan in found[0][0])


def test_nothing_is_made_of_what_is_in_an_answer(account: InProcessStripe, both: Any) -> None:
    _, subscription = account.subscriber("u2")
    whole, shallow = both(lambda: account.client.v1.subscriptions.retrieve(subscription))
    assert isinstance(whole["items"], stripe.ListObject)
    assert not isinstance(shallow["items"], stripe.StripeObject)
    assert shallow.to_dict() == shallow.last_response.data


def test_one_is_made_of_another(account: InProcessStripe) -> None:
    """As stripe-python itself does when it refreshes one."""
    shallow = stand_in().Shallow
    values: Any = {"id": "sub_1", "object": "subscription", "items": {"object": "list"}}
    first = shallow.construct_from(values, "sk_test_x")
    assert shallow.construct_from(first, "sk_test_x").to_dict()["id"] == "sub_1"
    first.refresh_from({"id": "sub_1", "object": "subscription"})
    assert "items" not in first
