"""The storm of `tests/chaos/full_stack.py`, small: all at once, deliveries lost and shuffled, functions killed; then one reconcile."""

import pytest

from local.ports import Ports
from local.stack import LocalStack
from tests.chaos.full_stack import PARAMETERS, storm, table


@pytest.mark.parametrize(
    "users",
    [8, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(900)])],
)
def test_after_a_storm_and_one_reconcile_nothing_differs(users: int) -> None:
    # A stack of its own: its functions are killed, and all its users are compared.
    with LocalStack(ports=Ports.free(), environment={}, parameters=PARAMETERS) as stack:
        outcome = storm(stack, users, seed=users)
    assert outcome.problems == [], table(outcome)
    assert outcome.deliveries["dropped"] > 0
    assert outcome.kills > 0
    assert outcome.reconciled["repaired"] > 0
