"""AWS, Stripe and a CDN to deploy to: moto and the local Stripe over HTTP, and a clone of the project that is small and the test's own.

What is deployed answers too: the API and the webhook are those of a running local stack, and the site comes out of moto's bucket.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import boto3
import requests
from botocore.client import BaseClient
from stripe import StripeClient
from stripe import _http_client as stripe_http  # pyright: ignore[reportPrivateUsage]

from billing.release import NEWEST
from local.http_server import HttpServer, Request, Response, listen
from local.stack import LocalStack
from ops.deploy.target import Target
from ops.webhooks import FINGERPRINT, fingerprint

ROOT = Path(__file__).parents[3]
REGION = "eu-west-1"
SECRET_KEY, PUBLISHABLE_KEY = "sk_test_local", "pk_test_local"
PAGES = ["index.html", "404.html", "css/base.css", "js/http.js", "img/favicon.svg"]
"""The site of the clone: a few files of the real one, of several types."""


class Died(BaseException):
    """Whoever deployed: no cleaning up follows, as after a cut connection or a closed laptop."""


class Cdn:
    """What CloudFront is to the site: the bucket's objects, with the security headers that the local stack sends."""

    def __init__(self) -> None:
        listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.headers: list[tuple[str, str]] = []
        self.bucket: Callable[[], str | None] = lambda: None
        self._server = HttpServer(listener, self._answer, name="cdn", max_body=0)
        self._server.start()

    def _answer(self, request: Request) -> Response:
        key = request.path.removeprefix("/") or "index.html"
        found = requests.get(f"{os.environ['AWS_ENDPOINT_URL']}/{self.bucket()}/{key}", auth=None, timeout=10, headers=_signed("s3"))
        kept = [(name, found.headers[name]) for name in ("content-type", "cache-control") if name in found.headers]
        return Response(200 if found.ok else 404, [*kept, *self.headers], found.content)

    def close(self) -> None:
        self._server.close()


def _signed(service: str) -> dict[str, str]:
    return {"authorization": f"AWS4-HMAC-SHA256 Credential=test/20261122/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"}


class Cloud:
    """Empty accounts at AWS and Stripe, and a clone in `project`."""

    def __init__(self, stack: LocalStack, cdn: Cdn, project: Path) -> None:
        self.local, self.cdn, self.project = stack, cdn, project
        self.stripe_url = stack.stripe_url
        self.stripe = StripeClient(SECRET_KEY, stripe_version=NEWEST, base_addresses={"api": stack.stripe_url})
        requests.post(f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset", timeout=30).raise_for_status()
        self.control("reset", {})
        self._clone()
        self.sam = project / "sam"
        shutil.copy(Path(__file__).with_name("sam_stand_in.py"), self.sam)
        self.sam.write_text(f"#!{sys.executable}\n{self.sam.read_text()}")
        self.sam.chmod(0o755)
        self.distribution = _distribution(self.target().client("cloudfront"))
        self.make_table()
        outputs = {
            "ApiUrl": stack.api_url,
            "WebhookUrl": stack.webhook_url,
            "SiteUrl": cdn.url,
            "DistributionId": self.distribution,
            "UserPoolId": f"{REGION}_pool",
            "UserPoolClientId": "client",
            "TableName": "recur-dev-Table-1",
        }
        (project / "outputs.json").write_text(json.dumps(outputs))
        self._observer, behind_cdn = self.target(keys=False), self.target(keys=False)
        cdn.bucket = lambda: looking(behind_cdn).outputs.get("SiteBucketName")

    def _clone(self) -> None:
        shutil.copy(ROOT / "template.yaml", self.project)
        shutil.copy(ROOT / "catalog.toml", self.project)
        config = (ROOT / "samconfig.toml").read_text()
        for stage in ("dev", "staging", "prod"):
            config = config.replace(f'"Stage={stage}"', f'"Stage={stage} StripeApiBase={self.stripe_url} PastDueGraceDays=7"')
        (self.project / "samconfig.toml").write_text(config)
        for page in PAGES:
            (self.project / "static_site" / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "static_site" / page, self.project / "static_site" / page)

    def make_table(self) -> None:
        """The one that the stack would make, and keep when it goes."""
        self.target().client("dynamodb").create_table(
            TableName="recur-dev-Table-1",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=True,
        )

    def target(self, stage: str = "dev", keys: bool = True, signed_in: bool = True, **options: Any) -> Target:
        """Targets share their clients, which take longer to make than a deployment takes; one that is not `signed_in` makes its own."""
        given = dict(os.environ) | {"SAM": str(self.sam)}
        if keys:
            given |= {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY}
        target = Target(stage, project=self.project, environment=given | options.pop("environment", {}), **options)
        if signed_in:
            target.__dict__.update(session=_session(), _clients=_clients)
        return target

    @property
    def observer(self) -> Target:
        """Who looks at what is there now."""
        return looking(self._observer)

    def control(self, path: str, body: Any) -> Any:
        answer = requests.post(f"{self.stripe_url}/_control/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    @property
    def sam_calls(self) -> list[list[str]]:
        file = self.project / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    # ---------------------------------------------------------------------------------------------- what is there now

    def endpoints(self) -> list[dict[str, Any]]:
        return [each.to_dict() for each in self.stripe.v1.webhook_endpoints.list({"limit": 100})]

    def objects(self) -> dict[str, tuple[str, str, str]]:
        """Key to (ETag, content type, cache header)."""
        s3, bucket = self.observer.client("s3"), self.observer.outputs["SiteBucketName"]
        found: dict[str, tuple[str, str, str]] = {}
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            key = each.get("Key", "")
            head = s3.head_object(Bucket=bucket, Key=key)
            found[key] = (head["ETag"], head["ContentType"], head["CacheControl"])
        return found

    def invalidations(self) -> int:
        return self.observer.client("cloudfront").list_invalidations(DistributionId=self.distribution)["InvalidationList"]["Quantity"]

    def state(self) -> dict[str, Any]:
        """All that a deployment leaves, but for ids and secrets; checked to fit together: one endpoint, and its own secret."""
        target = self.observer
        (endpoint,) = self.endpoints()
        (secret,) = target.parameters.webhook_secrets()
        assert endpoint["metadata"][FINGERPRINT] == fingerprint(secret)
        prices = [each.to_dict() for each in self.stripe.v1.prices.list({"limit": 100, "active": True})]
        return {
            "endpoint": {name: endpoint[name] for name in ("url", "status", "enabled_events", "api_version")},
            "keys": (target.parameters.get("secret-key"), target.parameters.get("publishable-key")),
            "prices": sorted((each["lookup_key"], each["unit_amount"]) for each in prices),
            "site": self.objects(),
            "parameters": {each.get("ParameterKey"): each.get("ParameterValue") for each in (target.stack or {}).get("Parameters", [])},
        }


_clients: dict[str, Any] = {}


@cache
def _session() -> boto3.Session:
    return boto3.Session(region_name=REGION)


def looking(target: Target) -> Target:
    """Anew: what it saw of the stack before is forgotten."""
    target.refresh()
    return target


def _distribution(cloudfront: Any) -> str:
    origin = {"Id": "site", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour = {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"}
    config = {
        "CallerReference": "test",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
    }
    return cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]


# ------------------------------------------------------------------------------------------------ what is changed, and when it ends

_READING = ("Describe", "Get", "List", "Head")


@contextmanager
def watched(changed: Callable[[str], None]) -> Iterator[None]:
    """`changed` is told before each call that changes something at AWS or Stripe, by its name; it may raise."""
    aws, http = cast(Any, BaseClient), cast(Any, stripe_http.RequestsClient)
    call, send = aws._make_api_call, http.request

    def to_aws(client: Any, operation: str, arguments: Any) -> Any:
        if not operation.startswith(_READING):
            changed(operation)
        return call(client, operation, arguments)

    def to_stripe(client: Any, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        if method.upper() != "GET" and "permission_probe" not in url:
            changed(f"{method.upper()} {url.partition('/v1/')[2]}")
        return send(client, method, url, headers, post_data)

    with patch.object(aws, "_make_api_call", to_aws), patch.object(http, "request", to_stripe):
        yield
