"""What the local stack takes from a template, as typed values. All durations in seconds, all sizes in MB unless named otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Cors:
    """An HTTP API's or Function URL's CORS configuration. Empty tuples where the template says nothing."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: int | None = None
    credentials: bool = False


@dataclass(frozen=True, slots=True)
class JwtAuthorizer:
    """A JWT authorizer: who may have issued a token, for whom, and where in the request it is."""

    name: str
    issuer: str
    audience: tuple[str, ...]
    identity_source: str
    """`$request.header.Name` or `$request.querystring.name`."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route of an HTTP API. `method` is `ANY` for all, `path` is `$default` for what nothing else takes."""

    method: str
    path: str
    function: str
    """Logical id."""
    authorizer: JwtAuthorizer | None = None
    scopes: tuple[str, ...] = ()
    timeout: float = 30.0
    """How long the gateway waits for the function: 30 s unless the route says less."""

    @property
    def key(self) -> str:
        """`GET /plans` or `$default`, as AWS spells a route key."""
        return "$default" if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class HttpApi:
    logical_id: str
    routes: tuple[Route, ...]
    cors: Cors | None


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A Function URL without IAM authentication."""

    function: str
    cors: Cors | None


@dataclass(frozen=True, slots=True)
class Layer:
    logical_id: str
    content: Path
    """The folder that goes on the import path: `python/` of a built layer, the source folder of one that is not built."""
    built: bool


@dataclass(frozen=True, slots=True)
class SilentEvent:
    """A trigger in the template that nothing fires locally, a schedule, say."""

    kind: str
    name: str
    input: str
    """The event it would send, as JSON, where the template fixes it; else `{}`."""


@dataclass(frozen=True, slots=True)
class Function:
    logical_id: str
    name: str
    handler: str
    code: Path
    layers: tuple[Layer, ...]
    environment: dict[str, str]
    timeout: float
    memory: int
    log_format: str
    log_level: str | None
    silent_events: tuple[SilentEvent, ...] = ()
    alias: str | None = None
    """The one SAM publishes versions under. Here it always means the code as it is."""

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:000000000000:function:{self.name}"

    @property
    def arns(self) -> tuple[str, ...]:
        """All by which it may be called: its own, and its alias's."""
        return (self.arn, f"{self.arn}:{self.alias}") if self.alias else (self.arn,)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one statement of a function's role allows."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    """ARNs."""
    keys: tuple[str, ...]
    """Patterns (`user#*`) for the hash keys of a table's items; none for all."""


@dataclass(frozen=True, slots=True)
class Pipe:
    """An EventBridge Pipe from a table's stream to an event bus."""

    logical_id: str
    stream: str
    """ARN."""
    filters: tuple[Callable[[Any], bool], ...]
    """A record goes on if one of them holds, or if there is none."""
    batch_size: int
    retries: int
    """After the first try of a batch; -1 for until it works."""
    bisect: bool
    dead_letters: str | None
    """Name of the queue."""
    enrichment: str | None
    """Logical id of the function."""
    bus: str
    event_source: str
    """This, the detail type and the time may be paths (`$.a.b`) into what the enrichment returned."""
    detail_type: str
    time: str | None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that is provisioned as it stands: its CloudFormation properties, resolved."""

    logical_id: str
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What CloudFront sends instead of an error of the origin's."""

    path: str
    status: int


@dataclass(frozen=True, slots=True)
class SiteDelivery:
    """How CloudFront delivers the site."""

    default_root_object: str = ""
    """The key for `/`; empty for none."""
    headers: dict[str, str] = field(default_factory=dict)
    """Lower-case names and values, added to every answer."""
    error_pages: dict[int, ErrorPage] = field(default_factory=dict)
    """By the origin's status."""
