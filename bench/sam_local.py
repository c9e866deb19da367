"""A warm call through `make dev`, over the same call through `sam local start-api` with its containers kept (Docker; opt-in)."""

import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.artefacts import ROOT, TOOLS, BenchError, sam_build, scratch
from bench.measure import Figure, added
from bench.metrics import Result
from local.ports import Ports
from local.stack import LocalStack
from tests.sam.beside import host_of_containers, options_beside
from tests.sam.docker import NoDocker, base_image, docker_engine

READY = "Running on http://"
PATH = "/plans"
"""The one route without an authorizer: sam's own lets nobody sign in."""


def gateway(n: int) -> Result:
    """The median of n warm calls each. Raises `BenchError` where `sam local` cannot run."""
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        try:
            open_.enter_context(docker_engine(folder / "dockerd.log"))
            base_image()
        except NoDocker as error:
            raise BenchError(f"gateway_over_sam_local: {error}") from error
        stack = open_.enter_context(LocalStack(ports=Ports.free(), environment={}))
        sam = open_.enter_context(_start_api(stack, folder))
        ours, theirs = (Figure.of(_warm_calls(url + PATH, n)) for url in (stack.api_url, sam))
    return Result(ours.value / theirs.value, n, added(ours.spread, theirs.spread), ours.value * 1000, None, theirs.value * 1000, "ms")


def _warm_calls(url: str, n: int) -> list[float]:
    taken: list[float] = []
    for _ in range(n + 2):
        started = time.perf_counter()
        with urllib.request.urlopen(url, timeout=120) as answer:
            answer.read()
        taken.append(time.perf_counter() - started)
    return taken[2:]


@contextmanager
def _start_api(stack: LocalStack, folder: Path) -> Iterator[str]:
    """`sam local start-api` on what is built, its functions on the stack's table and Stripe; its URL."""
    template = sam_build(ROOT / "template.yaml", scratch() / "sam-local") / "template.yaml"
    port = Ports.free().api
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    with host_of_containers(stack) as host:
        options = options_beside(stack, host, template, folder)
        process = subprocess.Popen(
            [TOOLS / "sam", "local", "start-api", *options, "--port", str(port), "--warm-containers", "LAZY"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            if not any(READY in line for line in process.stderr):
                raise BenchError("sam local start-api ended before it served.")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)
