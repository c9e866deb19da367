"""What a function has loaded when it is ready, in a process of its own as on Lambda: of the heavy modules those that it cannot do without.

From the sources at once; from what `sam build` makes in the slow test. What is loaded here is paid for at every cold start.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.sam_cli import ROOT

HEAVY = {
    "stripe": "stripe._error",
    "asyncio": "asyncio.events",
    "boto3": "boto3.session",
    "requests": "requests.sessions",
    "pydantic": "pydantic.main",
    "msgspec": "msgspec._core",
    "pynamodb": "pynamodb.models",
    "aws_lambda_powertools.logging": "aws_lambda_powertools.logging.logger",
}
"""A module that is there only when the one it is of is loaded: a deferred one stands in `sys.modules` without."""

USUAL = {"msgspec", "pynamodb", "aws_lambda_powertools.logging"}
"""An endpoint's: a body to check, the table, a log. None asks Stripe, or looks at an error of Stripe's, before it is called."""

OTHERS = {
    "reconcile": USUAL - {"msgspec"},
    "stream_enrichment": USUAL - {"msgspec", "pynamodb"},
    "webhook": USUAL - {"msgspec"},
}
"""Those that nobody's browser calls."""

MAY_LOAD = {path.stem: OTHERS.get(path.stem, USUAL) for path in sorted((ROOT / "functions").glob("*/*.py"))}

READY = """
import importlib, sys
sys.path[:0] = sys.argv[2:4]
importlib.import_module(sys.argv[1])
print(*(name for name in sys.argv[4:] if name in sys.modules))
"""


ASKS_STRIPE = """
import stripe
from billing.stripe_http import PooledClient
try:
    stripe.StripeClient("sk_test_x", http_client=PooledClient(1, 1), base_addresses={"api": "http://127.0.0.1:1"}).v1.prices.list()
except stripe.APIConnectionError:
    pass
"""

LOGS = """
from billing.log import logger
logger().warning("x")
"""


def loaded(python: Path, name: str, function: Path, layer: Path, *options: str, then: str = "") -> set[str]:
    """When the function is ready, and has then done something more."""
    program = READY.replace("print", f"{then}\nprint")
    command = [python, "-I", "-W", "ignore", *options, "-c", program, name, function, layer, *HEAVY.values()]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout.split()
    return {module for module, sign in HEAVY.items() if sign in told}


@pytest.mark.parametrize("name", MAY_LOAD)
def test_from_the_sources(name: str) -> None:
    assert loaded(Path(sys.executable), name, ROOT / "functions" / name, ROOT / "layers" / "billing") == MAY_LOAD[name]


def test_a_log_line_loads_nothing_more() -> None:
    found = loaded(Path(sys.executable), "webhook", ROOT / "functions" / "webhook", ROOT / "layers" / "billing", then=LOGS)
    assert found == MAY_LOAD["webhook"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux libraries cannot be loaded here")
def test_as_built(built: Path, lambda_python: Path) -> None:
    layer = built / "BillingLayer" / "python"
    folders = {path.stem: path.parent for path in built.glob("*Function/*.py")}
    assert folders.keys() == MAY_LOAD.keys()
    assert {name: loaded(lambda_python, name, folder, layer, "-S") for name, folder in folders.items()} == MAY_LOAD
    asked = loaded(lambda_python, "cancel_subscription", folders["cancel_subscription"], layer, "-S", then=ASKS_STRIPE + LOGS)
    assert asked == MAY_LOAD["cancel_subscription"] | {"stripe"}, "and none of what stripe-python can use besides"
