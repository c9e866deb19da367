"""The house rules of the stand-in itself: it stands alone, says what it assumes, starts and stops cleanly."""

import ast
import re
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

from local.fake_stripe.contract import known_contracts
from local.fake_stripe.control.routes import ACTIONS
from local.fake_stripe.registry import load
from local.fake_stripe.server.routing import declared_routes, same_call

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "local" / "fake_stripe"
SOURCES = [
    path for folder in ("contract", "control", "engine", "resources", "server", "webhooks", ".") for path in (PACKAGE / folder).glob("*.py")
]


def imports(path: Path) -> set[str]:
    """Absolute names of the modules a file imports."""
    inside = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(inside.split(".")[: -node.level]) if node.level else ""
            found.add(".".join(part for part in (base, node.module) if part))
    return found


def test_it_needs_nothing_but_the_standard_library_and_itself() -> None:
    for path in SOURCES:
        outside = {name for name in imports(path) if not name.startswith("local.fake_stripe")}
        assert {name.partition(".")[0] for name in outside} <= set(sys.stdlib_module_names), path


def test_imports_point_inward() -> None:
    """The engine knows no HTTP resource; the server knows a resource only where the parts are put together."""
    for path in SOURCES:
        names = imports(path)
        if path.parent.name == "engine":
            assert not any(name.startswith(("local.fake_stripe.resources", "local.fake_stripe.control")) for name in names), path
        if path.parent.name == "server" and path.name != "app.py":
            assert not any(name.startswith(("local.fake_stripe.resources", "local.fake_stripe.engine")) for name in names), path
    for pure in ("money.py", "clock.py"):
        assert not any(name.startswith("local.fake_stripe") for name in imports(PACKAGE / pure)), pure


def test_every_assumption_names_a_file_and_every_mention_an_assumption() -> None:
    entries = tomllib.loads((PACKAGE / "assumptions.toml").read_text())["assumption"]
    known = [entry["id"] for entry in entries]
    assert len(known) == len(set(known))
    for entry in entries:
        assert (PACKAGE / entry["where"]).exists(), entry["id"]
        assert entry["what"].endswith("."), entry["id"]
    mentioned = {name for path in SOURCES for name in re.findall(r"\(assumption (\w+)\)", path.read_text())}
    assert mentioned <= set(known)
    transcripts = (ROOT / "tests" / "contract" / "transcripts").glob("*.txt")
    named = {name for path in transcripts for line in path.read_text().splitlines() if line.startswith("# assumes")
             for name in line.partition("): ")[2].split(", ")}  # fmt: skip
    assert named <= set(known)


def test_every_control_is_in_the_readme() -> None:
    readme = (PACKAGE / "README.md").read_text()
    for method, path in ACTIONS:
        assert f"{method} {path.removeprefix('/_control/')}" in readme, (method, path)


def test_handlers_say_what_they_take() -> None:
    """No endpoint accepts a POST parameter unseen: what is not in `takes` is refused, so `takes` must be of the contract."""
    contracts = [(contract, declared_routes(contract)) for contract in known_contracts()]
    wrong = {}
    for endpoint in load().endpoints:
        if endpoint.own:
            continue
        known: set[str] = set()
        for contract, routes in contracts:
            found = routes.find(endpoint.method, endpoint.path.replace("{", "").replace("}", ""))
            if found and same_call(found[0].path, endpoint.path):
                known |= set(contract.classes.get(found[0].params or "", {}))
        browser = {"client_secret"} if endpoint.publishable else set()
        unknown = {name.partition(".")[0] for name in endpoint.takes} - known - browser
        if unknown:
            wrong[endpoint.method, endpoint.path] = unknown
    assert wrong == {}


def test_it_says_when_it_is_ready_and_when_its_port_is_taken() -> None:
    first = subprocess.Popen([sys.executable, "-m", "local.fake_stripe", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        ready = first.stdout.readline()
        address = ready.split(" on ")[1].split()[0]
        assert ready.startswith("fake Stripe ready on http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/_control/health", timeout=10) as answer:
            assert answer.status == 200
        port = address.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "local.fake_stripe", "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode == 1
        assert second.stderr.strip().splitlines() == [f"fake Stripe: cannot listen on 127.0.0.1:{port}: Address already in use"]
    finally:
        first.terminate()
        first.wait(10)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0
