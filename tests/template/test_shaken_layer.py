"""What was left out of the built layer is not missed: every module in it, and every one that is loaded by name, is loaded from it alone."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import botocore
import pytest

from tests.template.sam_cli import ROOT, CloudFormation

MOST_BYTES = 3_300_000
"""Of the zipped layer: 0.12 of what pip installs of the same packages (28 MB)."""

ALONE = """
import importlib, pathlib, sys
layer, program = pathlib.Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(layer))
import billing
"""

EVERY_MODULE = """
failed = []
for file in sorted(layer.rglob("*")):
    if file.suffix not in (".py", ".pyc", ".so") or "__pycache__" in file.parts or "billing_roots" in file.parts:
        continue
    parts = file.relative_to(layer).with_suffix("").parts
    name = ".".join(parts).removesuffix(".__init__").partition(".cpython-")[0]
    if name == "botocore.crt.auth":
        continue  # only where awscrt lies beside: BESIDE loads it
    try:
        importlib.import_module(name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in sys.argv[3].split():
            failed.append(f"{name}: {error!r}")
print("\\n".join(failed))
"""

AWS_CLIENTS = """
from botocore.session import get_session
for service in ("dynamodb", "ssm", "cognito-idp"):
    for region in ("us-east-1", "eu-west-3", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"):
        client = get_session().create_client(service, region, aws_access_key_id="x", aws_secret_access_key="x")
        print(region, service, len(client.meta.service_model.operation_names), client.meta.endpoint_url)
        client.exceptions.ClientError
"""

BESIDE = (
    """
sys.path.append(sys.argv[4])
import awscrt, botocore.compat
import botocore.auth, botocore.crt.auth
assert botocore.compat.HAS_CRT and layer in pathlib.Path(botocore.compat.__file__).parents, "it has to lie beside the layer's botocore"
"""
    + AWS_CLIENTS
)

STRIPE_SERVICES = """
import stripe
from functools import reduce
from billing.stripe_http import PooledClient
v1 = stripe.StripeClient("sk_test_x", http_client=PooledClient(1, 1)).v1
for path in sys.argv[4:]:
    print(type(reduce(getattr, path.split(".")[:-1], v1)).__name__, reduce(getattr, path.split("."), v1).__name__)
for error in ("CardError", "InvalidRequestError", "AuthenticationError", "RateLimitError", "APIConnectionError", "APIError"):
    assert issubclass(getattr(stripe, error), stripe.StripeError)
"""

CREDENTIALS = """
import json, os, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
class Agent(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"AccessKeyId": "snap", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}).encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Agent)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"http://127.0.0.1:{server.server_port}/"
from billing import aws
print(aws.session().get_credentials().access_key)
server.shutdown()
"""

PATTERNS = """
import marshal, re, _sre
magic, known = marshal.loads((layer / "billing_patterns").read_bytes())
assert magic == _sre.MAGIC
made = {key: re.compile(*key) for key in known}
from importlib import reload
re.purge(); reload(re._compiler)
assert re._compiler.compile.__module__ == "re._compiler", "the compiler itself, which asks no table"
for key, pattern in made.items():
    assert re.compile(*key) == pattern, key
print(len(known))
"""

BINARY = """
from pynamodb.attributes import BinaryAttribute, BinarySetAttribute
from billing.state.items import Item
print([name for name, kind in Item.get_attributes().items() if isinstance(kind, (BinaryAttribute, BinarySetAttribute))])
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="Linux libraries cannot be loaded here")]

OPTIONAL = (
    "h2 brotli brotlicffi socks zstandard awscrt OpenSSL idna certifi requests httpx aiohttp anyio pycurl google boto3 aws_xray_sdk"
    " pydantic js"
)
"""What libraries try to load, can do without, and is not here."""


def alone(python: Path, layer: Path, program: str, *arguments: str | Path, **environment: str) -> str:
    """What a program prints that sees the standard library and the layer, nothing else of this machine."""
    command = [python, "-I", "-S", "-W", "ignore", "-c", ALONE + program, layer, "", OPTIONAL, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stripe_calls() -> set[str]:
    """What deployed code asks Stripe: `subscriptions.retrieve` of each `….v1.subscriptions.retrieve` in it."""
    called: set[str] = set()
    for path in (*ROOT.glob("functions/*/*.py"), *ROOT.glob("layers/billing/billing/**/*.py")):
        tree = ast.parse(path.read_bytes())
        for node in ast.walk(tree):
            names: list[str] = []
            while isinstance(node, ast.Attribute) and node.attr != "v1":
                names.insert(0, node.attr)
                node = node.value
            if isinstance(node, ast.Attribute) and names:
                called.add(".".join(names))
    return {path for path in called if not any(other.startswith(f"{path}.") for other in called)}


@pytest.fixture(scope="module")
def layer(built: Path) -> Path:
    return built / "BillingLayer" / "python"


def test_every_module_of_the_layer_can_be_loaded(layer: Path, lambda_python: Path) -> None:
    assert alone(lambda_python, layer, EVERY_MODULE).strip() == ""


def test_clients_find_their_endpoint_in_every_partition(layer: Path, lambda_python: Path) -> None:
    found = alone(lambda_python, layer, AWS_CLIENTS).splitlines()
    assert "us-east-1 dynamodb 5 https://dynamodb.us-east-1.amazonaws.com" in found
    assert "cn-north-1 ssm 1 https://ssm.cn-north-1.amazonaws.com.cn" in found
    assert "eusc-de-east-1 cognito-idp 1 https://cognito-idp.eusc-de-east-1.amazonaws.eu" in found
    assert len(found) == 15


def test_what_lies_behind_it_on_the_path_changes_nothing(layer: Path, lambda_python: Path, tmp_path: Path) -> None:
    """Lambda's runtime has libraries of the same names, and another layer may bring awscrt, of which botocore makes use where it is."""
    here = Path(botocore.__file__).parents[1]
    for name in ("awscrt", "boto3", "botocore", "urllib3", "s3transfer", "jmespath", *(path.name for path in here.glob("_awscrt*"))):
        (tmp_path / name).symlink_to(here / name)
    assert alone(lambda_python, layer, BESIDE, tmp_path) == alone(lambda_python, layer, AWS_CLIENTS)


def test_every_stripe_service_in_use_is_there(layer: Path, lambda_python: Path) -> None:
    asked = sorted(stripe_calls())
    assert {"subscriptions.retrieve", "checkout.sessions.create", "entitlements.active_entitlements.list"} <= set(asked)
    found = alone(lambda_python, layer, STRIPE_SERVICES, *asked).splitlines()
    assert [line.split()[1] for line in found] == [path.rpartition(".")[2] for path in asked]
    assert all(line.split()[0].endswith("Service") for line in found)


def test_credentials_also_come_from_where_snapstart_puts_them(layer: Path, lambda_python: Path) -> None:
    """A restored function has no keys in its environment: it is given the address of an agent instead."""
    assert alone(lambda_python, layer, CREDENTIALS, AWS_REGION="us-east-1").strip() == "snap"


def test_patterns_are_those_that_python_itself_compiles(layer: Path, lambda_python: Path) -> None:
    """Two patterns are equal if their text, flags and code are."""
    assert int(alone(lambda_python, layer, PATTERNS)) > 50


def test_no_attribute_is_binary(layer: Path, lambda_python: Path) -> None:
    """botocore would no longer turn its base64 into bytes (layers/billing/shake/models.py)."""
    assert alone(lambda_python, layer, BINARY, TABLE_NAME="table").strip() == "[]"


def test_the_operations_that_are_kept_are_those_the_roles_permit(cloudformation: CloudFormation, layer: Path) -> None:
    permitted: dict[str, set[str]] = {}
    for role in cloudformation.of_type("AWS::IAM::Role").values():
        for action in _actions(role.get("Policies", [])):
            service, _, operation = action.partition(":")
            permitted.setdefault(service, set()).add(operation)
    for service, streams in {
        "dynamodb": {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"},
        "ssm": set(),
        "cognito-idp": set(),
    }.items():
        model = json.loads(next((layer / "botocore" / "data" / service).rglob("service-2.json")).read_text())
        assert set(model["operations"]) == permitted[service] - streams


def _actions(node: object) -> list[str]:
    if isinstance(node, list):
        return [action for each in node for action in _actions(each)]
    if not isinstance(node, dict):
        return []
    found = node.get("Action", [])
    return [*([found] if isinstance(found, str) else found), *_actions(list(node.values()))]


def test_the_layer_is_small(layer: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "layer"), "zip", layer.parent)
    assert Path(archive).stat().st_size <= MOST_BYTES


def test_all_roots_are_trusted_each_in_a_file_of_its_own(layer: Path) -> None:
    roots = [path.read_text() for path in (layer / "billing_roots").iterdir()]
    assert all(root.count("BEGIN CERTIFICATE") == 1 for root in roots)
    locked = next(ROOT.glob(".venv/lib/python3*/site-packages/certifi/cacert.pem")).read_text()
    assert len(set(roots)) == locked.count("BEGIN CERTIFICATE")
