"""What a line of the log and a row are found by; and that tracing costs nothing."""

import io
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from aws_lambda_powertools import Logger

from billing import cause

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(cause, "logger", lambda: heard)
    heard = Logger(service=f"unit-{uuid.uuid4()}", stream=stream)
    return stream


def test_it_stands_in_every_line_until_the_next_one_begins(lines: io.StringIO) -> None:
    for id_, kind, written in (("a=", "request", "request a="), ("evt_1", "", "evt_1"), ("8476", "reconcile", "reconcile 8476")):
        cause.begin(id_, kind)
        cause.logger().info("Hello")
        assert json.loads(lines.getvalue().splitlines()[-1])["correlation_id"] == id_
        assert cause.cause() == written


SOURCES = {
    "evt_1": "evt_1",
    "evt_1 (fetched)": "evt_1",
    "evt_1 reconciled (fetched)": "evt_1",
    "request a=": "a=",
    "request a= (fetched)": "a=",
    "reconcile 8476 (fetched)": "8476",
    "reconcile by hand (fetched)": "by hand",
    "backfill (fetched)": "backfill",
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_part_leads_to_the_lines_of_what_wrote_it(source: str) -> None:
    assert cause.correlation_id(source) == SOURCES[source]


def test_lines_name_the_invocation_and_whom_it_is_about_until_the_next_one(lines: io.StringIO) -> None:
    class Context:
        function_name, aws_request_id = "recur-dev-webhook", "8a1a"

    def said() -> dict[str, str]:
        cause.logger().info("Hello")
        line = json.loads(lines.getvalue().splitlines()[-1])
        return {name: line[name] for name in ("correlation_id", "function_name", "function_request_id", "user", "customer") if name in line}

    invocation = {"function_name": "recur-dev-webhook", "function_request_id": "8a1a"}
    cause.begin("r1", "delivery", Context())
    cause.begin("evt_1")
    cause.concern(user="u1", customer="cus_1")
    assert said() == {"correlation_id": "evt_1", **invocation, "user": "u1", "customer": "cus_1"}
    cause.begin("r2", "delivery", Context())
    assert said() == {"correlation_id": "r2", **invocation}


def test_what_may_be_killed_has_left_one_line_before(lines: io.StringIO) -> None:
    for id_ in ("evt_1", "evt_2"):
        cause.begin(id_)
        cause.announce("Asking Stripe")
        cause.announce("Asking Stripe")
    said = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["message"], line["correlation_id"]) for line in said] == [("Asking Stripe", "evt_1"), ("Asking Stripe", "evt_2")]


def test_a_trace_is_named_where_there_is_one(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    cause.begin("a", "request")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
    cause.logger().info("Traced")
    monkeypatch.delenv("_X_AMZN_TRACE_ID")
    cause.logger().info("Not traced")
    traced, untraced = map(json.loads, lines.getvalue().splitlines())
    assert traced["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert "xray_trace_id" not in untraced


def test_no_function_loads_a_tracer() -> None:
    """docs/decisions/0011-tracing-without-a-tracer.md"""
    folders = sorted(str(folder) for folder in (ROOT / "functions").iterdir() if folder.is_dir())
    code = f"""
import sys
sys.path[:0] = [{str(ROOT / "layers" / "billing")!r}, *{folders!r}]
for folder in {folders!r}:
    __import__(folder.rpartition("/")[2])
import billing.reconcile, billing.deletion, stripe, boto3
stripe.StripeClient, boto3.client
print([name for name in sys.modules if name.startswith(("aws_xray_sdk", "opentelemetry"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
