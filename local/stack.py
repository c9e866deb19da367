"""The whole product on 127.0.0.1: AWS, Stripe, functions, gateway and site, started together and ended together.

with LocalStack(ports=Ports.free()) as stack:
    urllib.request.urlopen(f"{stack.api_url}/plans")
"""

import json
import os
import platform
import socket
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from local.aws.client import AwsClient, AwsError
from local.aws.provision import provision, put_secret
from local.bus import Bus
from local.children import ROOT, Children
from local.gateway import FunctionUrlGateway, HttpApiGateway, Keys, function_url_origin, http_api_origin
from local.gateway.function_url import MAX_BODY as FUNCTION_URL_MAX_BODY
from local.gateway.http_api import MAX_BODY as HTTP_API_MAX_BODY
from local.http_server import App, HttpServer, listen
from local.lambdas import Lambdas, Result
from local.lambdas.invoke_api import MAX_BODY as INVOKE_MAX_BODY
from local.lambdas.invoke_api import InvokeApi
from local.logs import Log
from local.ports import HOST, Ports, reserve
from local.site import MAX_BODY as SITE_MAX_BODY
from local.site import Site
from local.site_content import site_config
from local.streams import Streams
from local.stripe_side import StripeSide
from local.template import SiteDelivery, Template

TEMPLATE = ROOT / "template.yaml"
"""What is run where nobody names another: `make test-built` names the built one."""

_REGION = "us-east-1"
_STRIPE_SETUP = "Stripe's set-up"


class StackError(Exception):
    """The stack cannot start, or a part of it has ended; one line."""


class LocalStack:
    """See the module's docstring. `with_stripe=False` leaves Stripe out, for templates that know none."""

    def __init__(
        self,
        *,
        ports: Ports | None = None,
        template: Path | None = None,
        site: Path = ROOT / "static_site",
        release: str | None = None,
        environment: Mapping[str, str] = os.environ,
        with_stripe: bool = True,
        parameters: Mapping[str, str] | None = None,
        log: Log | None = None,
        max_workers: int = 10,
        own_runtime_client: bool | None = None,
    ) -> None:
        self.ports = ports or Ports.from_environment(environment)
        self.stripe = StripeSide.choose(environment, self.ports.stripe, release)
        self.site_url = f"http://{HOST}:{self.ports.site}"
        self.api_url = f"http://{HOST}:{self.ports.api}"
        self.webhook_url = f"http://{HOST}:{self.ports.webhook}/"
        self.aws_url = f"http://{HOST}:{self.ports.aws}"
        self.stripe_url = self.stripe.api_base
        self.lambda_url = ""
        """Lambda's Invoke API, on a port of the system's choice once started."""
        self.log = log or Log(quiet=True)
        self.aws = AwsClient(self.aws_url)
        self.template = Template.read(template or TEMPLATE, {**self._parameters(), **(parameters or {})})
        self.config: dict[str, Any] = {}
        """The site's config.json."""
        self._site_folder = site
        self._with_stripe = with_stripe
        self._max_workers = max_workers
        self._own_client = own_runtime_client
        self.bus = Bus(self.log)
        """What the template's Pipes have put on its event buses."""
        self._sockets: list[socket.socket] = []
        self._servers: list[HttpServer] = []
        self._children = Children(self.log)
        self._lambdas: Lambdas | None = None
        self._streams: Streams | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Returns when everything answers. Raises `StackError`, `PortTaken` or `TemplateError`; call `close` then."""
        function_urls = self.template.function_urls
        # All ports before anything is started. Whoever connects from now on waits until its server runs.
        site_socket = self._reserve(self.ports.site, "site")
        api_socket = self._reserve(self.ports.api, "api")
        aws_socket = self._reserve(self.ports.aws, "aws")
        url_sockets = [self._reserve(self.ports.webhook + index, "webhook") for index, _ in enumerate(function_urls)]
        self._start_stripe()
        stream_writes = self._start_aws(aws_socket)
        for url, listener in zip(function_urls, url_sockets, strict=True):
            self.template.provide(f"{url.function}Url", f"{url.function}Url", FunctionUrl=f"http://{HOST}:{_port(listener)}/")
        self._provision()
        lambdas = self._start_functions()
        if stream_writes:
            self._streams = Streams(self.template.pipes, lambdas, self.aws, self.bus, self.log)
            self._streams.start(stream_writes)
        self._serve_api(api_socket, lambdas)
        for url, listener in zip(function_urls, url_sockets, strict=True):
            gateway = FunctionUrlGateway(url, function_url_origin(url.function, _port(listener)), lambdas, self.log)
            self._serve(listener, gateway, url.function, FUNCTION_URL_MAX_BODY)
        self.config = self._config()
        self._serve(site_socket, Site(self._site_folder, self.config, self._delivery(), port=self.ports.site), "site", SITE_MAX_BODY)
        self._finish_stripe()

    def wait(self) -> None:
        """Blocks until a part of the stack ends by itself. Raises `StackError` then."""
        if ended := self._children.wait():
            raise StackError(ended)

    def invoke(self, function: str, event: bytes | dict[str, Any]) -> Result:
        """Invokes a function by its logical id with any event, as `aws lambda invoke` would."""
        assert self._lambdas is not None, "the stack is not started"
        result = self._lambdas.invoke(function, event)
        assert result is not None
        return result

    @property
    def described(self) -> dict[str, Any]:
        """What CloudFormation would tell of a deployed stack, as far as it is the same here: for `python -m ops --local`."""
        given = self.template.parameters.items()
        parameters = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in given}
        return {"region": _REGION, "outputs": self.template.outputs, "parameters": parameters}

    def worker_count(self, function: str) -> int:
        """How many processes a function has right now."""
        return self._lambdas.worker_count(function) if self._lambdas else 0

    def worker_pids(self) -> list[int]:
        """The functions' processes, each the leader of a process group."""
        return self._lambdas.pids() if self._lambdas else []

    def close(self) -> None:
        """Ends every process and frees every port. May be called twice."""
        for server in self._servers:
            server.close()
        if self._streams:
            self._streams.close()
        if self._lambdas:
            self._lambdas.close()
        self._children.close()
        for listener in self._sockets:
            listener.close()
        self.log.close()

    # ------------------------------------------------------------------------------------ parts

    def _parameters(self) -> dict[str, str]:
        arm = platform.machine().lower() in ("arm64", "aarch64")
        return {
            "Stage": "dev",
            "Architecture": "arm64" if arm else "x86_64",
            "SiteUrl": self.site_url,
            "StripeApiVersion": self.stripe.api_version,
            "StripeApiBase": self.stripe.api_base,
            "StripeJsSources": self.stripe.script_sources,
            "StripeHooksSources": self.stripe.hook_sources,
        }

    def _reserve(self, port: int, name: str) -> socket.socket:
        listener = reserve(port, name)
        self._sockets.append(listener)
        return listener

    def _serve(self, listener: socket.socket, app: App, name: str, max_body: int) -> None:
        server = HttpServer(listener, app, name=name, max_body=max_body)
        self._servers.append(server)
        server.start()

    def _serve_api(self, listener: socket.socket, lambdas: Lambdas) -> None:
        apis = self.template.http_apis
        if len(apis) > 1:
            names = ", ".join(api.logical_id for api in apis)
            raise StackError(f"{self.template.path.name}: the local stack has one port for an HTTP API, not for {names}")
        keys = Keys(lambda issuer: self.aws.get(f"/{issuer.rpartition('/')[2]}/.well-known/jwks.json"))
        for api in apis:
            gateway = HttpApiGateway(api, http_api_origin(api.logical_id, self.ports.api), lambdas, keys, self.log)
            self._serve(listener, gateway, "api", HTTP_API_MAX_BODY)
        if not apis:
            listener.close()

    def _start_aws(self, listener: socket.socket) -> socket.socket | None:
        """Returns where a byte can be read for every record of a table's stream, if the template has a Pipe to read them."""
        arguments, passed = ["local.aws", "--fd", str(listener.fileno())], [listener]
        reader = None
        if self.template.has_pipes:
            reader, writer = socket.socketpair()
            self._sockets.append(reader)
            arguments += ["--stream-fd", str(writer.fileno())]
            passed.append(writer)
        self._children.start("AWS", *arguments, pass_fds=[each.fileno() for each in passed])
        # Ours are closed, so that nobody waits on a dead moto.
        for each in passed:
            each.close()
        return reader

    def _provision(self) -> None:
        try:
            provision(self.template, self.aws)
            roles = self.template.roles.items()
            self.aws.control("roles", {function: [asdict(grant) for grant in grants] for function, grants in roles})
            if self._with_stripe:
                self._put_secret("secret-key", self.stripe.secret_key)
        except (OSError, AwsError) as error:
            raise StackError(f"AWS could not be set up: {error}") from error

    def _start_functions(self) -> Lambdas:
        invoke_socket = listen(HOST, 0)
        self._sockets.append(invoke_socket)
        self.lambda_url = f"http://{HOST}:{_port(invoke_socket)}"
        self._lambdas = Lambdas(
            self.template.functions,
            aws_endpoint=self.aws_url,
            lambda_endpoint=self.lambda_url,
            log=self.log,
            max_workers=self._max_workers,
            own_client=self._own_client,
        )
        self._serve(invoke_socket, InvokeApi(self._lambdas), "invoke", INVOKE_MAX_BODY)
        return self._lambdas

    def _start_stripe(self) -> None:
        """Starts the local Stripe and, beside it, what sets it up."""
        if not self._with_stripe:
            return
        wanted: list[str] = []
        if self.stripe.local:
            reserve(self.ports.stripe, "stripe").close()
            self._children.start("Stripe", "local.fake_stripe", "--port", str(self.ports.stripe))
            wanted = ["--await", self.stripe.api_base, "--webhook", self.webhook_url]
        environment = {
            "STRIPE_SECRET_KEY": self.stripe.secret_key,
            "STRIPE_API_BASE": self.stripe.api_base,
            "STRIPE_API_VERSION": self.stripe.api_version,
        }
        self._children.start_task(_STRIPE_SETUP, "local.stripe_setup", *wanted, environment=environment)

    def _finish_stripe(self) -> None:
        """Waits for the set-up, and puts the webhook's secret where the function looks for it."""
        if not self._with_stripe:
            return
        status, last_line = self._children.finish_task(_STRIPE_SETUP)
        if status != 0:
            raise StackError(f"Stripe could not be set up: {last_line}")
        self._put_secret("webhook-secret", self.stripe.webhook_secret or json.loads(last_line)["webhookSecret"])

    def _put_secret(self, name: str, value: str) -> None:
        stage = self.template.parameters.get("Stage", "dev")
        put_secret(self.aws, f"/recur/{stage}/stripe/{name}", value)

    # ------------------------------------------------------------------------------------ the site

    def _config(self) -> dict[str, Any]:
        clients = self.template.user_pool_clients
        client_id = self.template.resolve({"Ref": clients[0].logical_id}, "config.json") if clients else None
        return site_config(
            api_url=self.api_url,
            region=_REGION,
            publishable_key=self.stripe.publishable_key,
            script_url=self.stripe.script_url,
            cognito_endpoint=self.aws_url,
            client_id=client_id,
        )

    def _delivery(self) -> SiteDelivery:
        """As the template delivers it, with AWS's addresses in the headers (the CSP's) replaced by ours."""
        local = {f"https://cognito-idp.{_REGION}.amazonaws.com": self.aws_url}
        for api, _ in self.template.resources("AWS::Serverless::HttpApi"):
            api_id = self.template.resolve({"Ref": api}, api)
            local[f"https://{api_id}.execute-api.{_REGION}.amazonaws.com"] = self.api_url
        delivery = self.template.site
        headers = dict(delivery.headers)
        for name in headers:
            for address, ours in local.items():
                headers[name] = headers[name].replace(address, ours)
        return replace(delivery, headers=headers)


def _port(listener: socket.socket) -> int:
    return listener.getsockname()[1]
