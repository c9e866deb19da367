"""What every test shares: deployed code on the path as Lambda has it, and one browser for the whole run."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from local import stack as local_stack
from local.gateway import FunctionUrlGateway, HttpApiGateway
from local.http_server import Request, Response
from local.ports import Ports
from local.setup.chromium import NoChromium, chromium
from local.stack import LocalStack
from tests.support.api import objection, webhook_objection

if TYPE_CHECKING:
    from tests.support.people import Stripe

ROOT = Path(__file__).parents[1]

# `make test-built`: every stack runs the functions and the layer that `sam build` made.
if built := os.environ.get("TEST_TEMPLATE"):
    local_stack.TEMPLATE = Path(built).resolve()

# Tests type make as somebody does in a terminal, whatever make runs them.
for name in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "ARGS"):
    os.environ.pop(name, None)

# The same examples in each run, and none that fails for being slow on a busy machine.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.load_profile("steady")

# As on Lambda: the layer's folder, and each function's own (so `import plans` is functions/plans/plans.py).
sys.path[:0] = [str(ROOT / "layers" / "billing"), *(str(folder) for folder in sorted((ROOT / "functions").iterdir()) if folder.is_dir())]

# QUIC and the background services only make noise in a run without a network.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium that runs ($CHROMIUM, or what `make test` found or installed)."""
    try:
        return chromium()
    except NoChromium as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """One Chromium for the run: take a `browser.new_context()` of your own, so that tests share no storage.

    Playwright's synchronous API keeps an event loop running in this thread: tests that need `asyncio.run` do it in a thread of theirs.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def objections() -> Iterator[list[str]]:
    """Answers of any stack's API and webhook, to whomever, that docs/openapi.json does not describe."""
    found: list[str] = []
    answer, answer_stripe = HttpApiGateway.__call__, FunctionUrlGateway.__call__

    def watched(gateway: HttpApiGateway, request: Request) -> Response:
        response = answer(gateway, request)
        if problem := objection(gateway.api, request, response):
            found.append(problem)
        return response

    def watched_url(gateway: FunctionUrlGateway, request: Request) -> Response:
        response = answer_stripe(gateway, request)
        if problem := webhook_objection(gateway.url, request, response):
            found.append(problem)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpApiGateway, "__call__", watched)
        patch.setattr(FunctionUrlGateway, "__call__", watched_url)
        yield found


@pytest.fixture(autouse=True)
def every_answer_is_as_documented(objections: list[str]) -> Iterator[None]:
    """Fails the test during which the API answered otherwise."""
    yield
    found, objections[:] = objections[:], []
    assert found == []


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The whole product, as `make dev` starts it, on ports of its own. Tests share it: use people of your own (`tests.support.people`)."""
    with LocalStack(ports=Ports.free(), environment={}) as running:
        yield running


@pytest.fixture
def stripe(stack: LocalStack) -> "Stripe":
    """The operator's side of the stack's Stripe."""
    from tests.support.people import Stripe  # not before the path above is set

    return Stripe(stack)
