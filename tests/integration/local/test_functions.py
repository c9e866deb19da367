"""Functions as processes: what they see, how they scale, and how they end."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.lambdas import Lambdas, Result
from local.lambdas.worker import has_awslambdaric
from local.logs import Log
from local.stack import LocalStack
from local.template import Function, Layer
from tests.integration.local.support import FIXTURE, call
from tests.support.processes import alive, wait_for

CLIENTS = [pytest.param(False, marks=pytest.mark.skipif(not has_awslambdaric(), reason="no wheel here")), True]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the fixture's code, free to be edited."""
    shutil.copytree(FIXTURE / "probe", tmp_path / "probe", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(FIXTURE / "layer", tmp_path / "layer", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


Start = Callable[..., Lambdas]


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Starts `Lambdas` with one function, `Probe`, with other settings where given."""
    started: list[Lambdas] = []

    def start_lambdas(*, timeout: float = 10.0, **options: Any) -> Lambdas:
        layer = Layer("Shelf", project / "layer", built=False)
        function = Function("Probe", "probe", "probe.handler", project / "probe", (layer,), {"OWN": "1"}, timeout, 256, "Text", None)
        started.append(Lambdas([function], aws_endpoint="http://127.0.0.1:9", **options))
        return started[-1]

    yield start_lambdas
    for lambdas in started:
        lambdas.close()


def do(lambdas: Lambdas, what: str, **order: Any) -> Result:
    result = lambdas.invoke("Probe", {"do": what, **order})
    assert result is not None
    return result


def value(result: Result) -> Any:
    assert not result.failed, result.payload
    return json.loads(result.payload)


def error(result: Result) -> tuple[str, str]:
    assert result.failed
    document = json.loads(result.payload)
    return document["errorType"], document["errorMessage"]


@pytest.mark.parametrize("own_client", CLIENTS)
class TestBothRuntimeClients:
    def test_value_and_state_between_calls(self, start: Start, own_client: bool) -> None:
        lambdas = start(own_client=own_client)
        assert value(do(lambdas, "return", value={"a": "é", "b": [1, None]})) == {"a": "é", "b": [1, None]}
        state = value(do(lambdas, "state"))
        assert (state["calls"], state["book"], state["cwd"].rpartition("/")[2]) == (2, "first edition", "probe")

    def test_an_exception(self, start: Start, own_client: bool) -> None:
        lambdas = start(own_client=own_client)
        failed = do(lambdas, "raise", message="no such luck")
        assert error(failed) == ("ValueError", "no such luck")
        assert any("probe.py" in line for line in json.loads(failed.payload)["stackTrace"])
        assert value(do(lambdas, "state"))["calls"] == 2, "an exception does not end the process"

    def test_context(self, start: Start, own_client: bool) -> None:
        context = value(do(start(own_client=own_client, timeout=7), "context"))
        assert (context["function_name"], context["function_version"]) == ("probe", "$LATEST")
        assert int(context["memory_limit_in_mb"]) == 256
        assert context["invoked_function_arn"] == "arn:aws:lambda:us-east-1:000000000000:function:probe"
        assert 0 < context["remaining"] <= 7000

    def test_a_module_that_does_not_import(self, start: Start, own_client: bool, project: Path) -> None:
        code = project / "probe" / "probe.py"
        lambdas = start(own_client=own_client)
        good = code.read_text()
        code.write_text("import nothing_of_that_name\n")
        kind, message = error(do(lambdas, "state"))
        assert kind == "Runtime.ImportModuleError"
        assert "nothing_of_that_name" in message
        code.write_text("def handler(:\n")
        assert error(do(lambdas, "state"))[0] == "Runtime.UserCodeSyntaxError"
        code.write_text("handle = None\n")
        assert error(do(lambdas, "state"))[0] == "Runtime.HandlerNotFound"
        code.write_text(good)
        assert value(do(lambdas, "state"))["calls"] == 1

    def test_a_value_that_is_no_json(self, start: Start, own_client: bool, project: Path) -> None:
        (project / "probe" / "probe.py").write_text("def handler(event, context): return {1, 2}\n")
        assert error(do(start(own_client=own_client), "state"))[0] == "Runtime.MarshalError"

    def test_print_and_standard_error_are_logged(self, start: Start, own_client: bool, tmp_path: Path) -> None:
        log = Log(quiet=True, file=tmp_path / "log")
        lambdas = start(own_client=own_client, log=log)
        do(lambdas, "print", text="hello there")
        lambdas.close()
        wait_for(lambda: (tmp_path / "log").read_text().count("Probe | hello there") == 2)


def test_the_environment_is_the_templates_and_lambdas_and_nothing_of_the_host(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_of_somebody")
    monkeypatch.setenv("AWS_PROFILE", "production")
    environment = value(do(start(), "environment"))
    assert not {"STRIPE_SECRET_KEY", "AWS_PROFILE", "HOME", "USER", "VIRTUAL_ENV"} & set(environment)
    assert environment["OWN"] == "1"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "probe"
    assert environment["_HANDLER"] == "probe.handler"
    assert (environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"], environment["TZ"]) == ("us-east-1", "us-east-1", ":UTC")
    assert environment["AWS_SECRET_ACCESS_KEY"] == "local"
    asked = [sys.executable, "-c", "from botocore.compat import HAS_CRT; print(HAS_CRT)"]
    signs = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert signs.stdout == "False\n", "the layer has no awscrt to sign with"


def test_a_function_is_killed_at_its_timeout_with_all_it_started(start: Start) -> None:
    lambdas = start(timeout=1)
    child = value(do(lambdas, "child"))["pid"]
    kind, message = error(do(lambdas, "sleep", seconds=60))
    assert kind == "Sandbox.Timedout"
    assert message.endswith("Task timed out after 1.00 seconds")
    wait_for(lambda: not alive(child))
    assert value(do(lambdas, "state"))["calls"] == 1, "the next call gets a new process"


@pytest.mark.parametrize(("code", "message"), [(3, "exit status 3"), (0, "without providing a reason")])
def test_a_crash_fails_that_call_only(start: Start, code: int, message: str) -> None:
    lambdas = start()
    before = value(do(lambdas, "state"))["pid"]
    kind, text = error(do(lambdas, "exit", code=code))
    assert kind == "Runtime.ExitError"
    assert message in text
    assert value(do(lambdas, "state"))["pid"] != before


def parallel(lambdas: Lambdas, count: int, what: str, **order: Any) -> list[Any]:
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(value(do(lambdas, what, **order)))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_parallel_calls_get_processes_of_their_own_up_to_the_cap(start: Start) -> None:
    lambdas = start(max_workers=3)
    results = parallel(lambdas, 8, "sleep", seconds=0.2)
    assert len(results) == 8
    assert lambdas.worker_count("Probe") == 3
    assert len({result["pid"] for result in results}) == 3


def test_calls_one_after_the_other_share_one_process(start: Start) -> None:
    lambdas = start()
    assert len({value(do(lambdas, "state"))["pid"] for _ in range(5)}) == 1
    assert lambdas.worker_count("Probe") == 1


def test_idle_processes_go(start: Start) -> None:
    lambdas = start(idle_seconds=0.1)
    pid = value(do(lambdas, "state"))["pid"]
    wait_for(lambda: lambdas.worker_count("Probe") == 0)
    wait_for(lambda: not alive(pid))
    assert value(do(lambdas, "state"))["calls"] == 1


@pytest.mark.parametrize("file", ["probe/probe.py", "layer/shelf/__init__.py"])
def test_an_edit_takes_effect_on_the_next_call(start: Start, project: Path, file: str) -> None:
    lambdas = start()
    assert value(do(lambdas, "state"))["book"] == "first edition"
    code = project / file
    # Same size, within the same second: where bytecode would be trusted wrongly.
    for edition in ("other edition", "third edition"):
        text = code.read_text()
        if file.startswith("probe"):
            text = text.replace('"book": BOOK', f'"book": "{edition}"').replace('"book": "other edition"', f'"book": "{edition}"')
        else:
            text = f'BOOK = "{edition}"\n'
        code.write_text(text)
        assert value(do(lambdas, "state"))["book"] == edition
    assert lambdas.worker_count("Probe") == 1


def test_an_edit_lets_calls_under_way_finish(start: Start, project: Path) -> None:
    lambdas = start()
    slow: list[Any] = []
    begun = project / "begun"
    thread = threading.Thread(target=lambda: slow.append(value(do(lambdas, "sleep", seconds=0.5, touch=str(begun)))))
    thread.start()
    wait_for(begun.exists)
    (project / "layer" / "shelf" / "__init__.py").write_text('BOOK = "second"\n')
    state = value(do(lambdas, "state"))
    thread.join()
    assert state["book"] == "second"
    assert slow
    wait_for(lambda: not alive(slow[0]["pid"]))  # the process with the old code is not used again


def test_close_ends_every_process_and_fails_what_waits(start: Start) -> None:
    lambdas = start(max_workers=1)
    pid = value(do(lambdas, "state"))["pid"]
    results: list[Result] = []
    threads = [threading.Thread(target=lambda: results.append(do(lambdas, "sleep", seconds=60))) for _ in range(2)]
    for thread in threads:
        thread.start()
    lambdas.close()
    for thread in threads:
        thread.join(timeout=10)
    assert [result.failed for result in results] == [True, True]
    wait_for(lambda: not alive(pid))


class TestBehindTheGateway:
    def test_an_exception_is_500_behind_the_api_and_502_behind_a_function_url(self, stack: LocalStack) -> None:
        order = {"do": "raise", "message": "secret detail"}
        answer = call(f"{stack.api_url}/do", "POST", order)
        assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
        answer = call(stack.webhook_url, "POST", order)
        assert (answer.status, answer.body) == (502, b"Internal Server Error")

    def test_a_timeout_of_the_function_likewise(self, stack: LocalStack) -> None:
        order = {"do": "sleep", "seconds": 30}
        assert call(f"{stack.api_url}/hasty", "POST", order).status == 500
        assert call(stack.webhook_url, "POST", order).status == 502

    def test_a_gateway_that_waits_no_longer_says_503_and_the_function_goes_on(self, stack: LocalStack, tmp_path: Path) -> None:
        answer = call(f"{stack.api_url}/impatient", "POST", {"do": "sleep", "seconds": 1})
        assert (answer.status, answer.json) == (503, {"message": "Service Unavailable"})

    def test_any_event_can_be_sent_by_name(self, stack: LocalStack) -> None:
        result = stack.invoke("NightlyFunction", {"do": "return", "value": "done"})
        assert (result.payload, result.failed) == (b'"done"', False)

    def test_a_function_can_call_another(self, stack: LocalStack) -> None:
        client = boto3.client(
            "lambda", endpoint_url=stack.lambda_url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        answer = client.invoke(FunctionName="recur-local-NightlyFunction", Payload=b'{"do": "return", "value": 7}')
        assert (answer["StatusCode"], answer["Payload"].read()) == (200, b"7")
        assert "FunctionError" not in answer
        failed = client.invoke(FunctionName="NightlyFunction", Payload=b'{"do": "raise", "message": "x"}')
        assert failed.get("FunctionError") == "Unhandled"
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.invoke(FunctionName="NobodyFunction")
        with pytest.raises(client.exceptions.InvalidParameterValueException):
            client.invoke(FunctionName="NightlyFunction", InvocationType="Event")
        environment = call(f"{stack.api_url}/do", "POST", {"do": "environment"}).json
        assert environment["AWS_ENDPOINT_URL_LAMBDA"] == stack.lambda_url

    def test_no_web_page_invokes(self, stack: LocalStack) -> None:
        url = f"{stack.lambda_url}/2015-03-31/functions/NightlyFunction/invocations"
        assert call(url, "POST", b"{}", content_type="text/plain").status == 403

    def test_logs_name_the_function(self, stack: LocalStack, log_file: Path) -> None:
        call(f"{stack.api_url}/do", "POST", {"do": "print", "text": "here I am"})
        wait_for(lambda: "ProbeFunction | here I am" in log_file.read_text())

    def test_variables_refer_to_what_was_made(self, stack: LocalStack) -> None:
        environment = call(f"{stack.api_url}/do", "POST", {"do": "environment"}).json
        assert environment["TABLE_NAME"] == "recur-local-Table"
        assert environment["OWN"].startswith("arn:aws:dynamodb:us-east-1:000000000000:table/recur-local-Table")
        assert environment["COMMON"] == "yes"
