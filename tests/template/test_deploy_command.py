"""The real `sam` takes what `make deploy` gives it: the parameters as they were meant, and the artefacts that were built."""

import ast
import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ops.deploy import sam, stack
from ops.deploy.overrides import argument
from ops.deploy.release_hash import release_hash
from ops.deploy.target import Target
from tests.template.sam_cli import HOST_ARCHITECTURE, ROOT, TOOLS

REGION = "eu-west-1"
READ = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
print(json.dumps(CfnParameterOverridesType().convert(sys.argv[1:], None, None)))
"""


def test_sam_reads_every_value_as_it_was_meant() -> None:
    values = {
        "A": "",
        "B": "rate(5 minutes)",
        "C": "a=b, 'c'",
        "D": 'say "x" y',
        "E": "back\\slash",
        "F": "https://*.js.stripe.com https://b",
    }
    command = [TOOLS / "python", "-c", READ, *(argument(name, value) for name, value in values.items())]
    assert json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) == values


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SAM_CLI_TELEMETRY": "0",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield
    server.stop()


@pytest.mark.slow
def test_sam_deploy_packages_and_uploads_under_this_command_line(built: Path, tmp_path: Path, aws: None) -> None:
    """As far as it honestly goes here: to the change set, which moto cannot make of a template that lies in a bucket."""
    shutil.copytree(built, tmp_path / stack.BUILD)
    shutil.copy(ROOT / "template.yaml", tmp_path)
    config = (ROOT / "samconfig.toml").read_text()
    config = config.replace('"Stage=dev', f'"Architecture={HOST_ARCHITECTURE} Stage=dev').replace(
        "resolve_s3 = true", 's3_bucket = "artefacts"'
    )
    (tmp_path / "samconfig.toml").write_text(config)
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket="artefacts", CreateBucketConfiguration={"LocationConstraint": REGION})

    target = Target("dev", project=tmp_path)
    values = stack.parameters(target)
    values["Release"] = release_hash(tmp_path / stack.BUILD, values)
    command = [TOOLS / "sam", *sam.deploy_arguments(target, values, asking=False)]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    shown = re.search(r"Parameter overrides +: (.*)", done.stdout)
    assert shown, done.stderr
    assert ast.literal_eval(shown[1]) == values
    assert re.search(r"Stack name +: recur-dev", done.stdout)
    assert re.search(r"Confirm changeset +: False", done.stdout)
    assert "when calling the CreateChangeSet operation" in done.stderr
    uploaded = [each.get("Key", "") for each in s3.list_objects_v2(Bucket="artefacts").get("Contents", [])]
    assert len([key for key in uploaded if key.startswith("recur-dev/")]) > 5
    assert len([key for key in uploaded if key.endswith(".template")]) == 1
