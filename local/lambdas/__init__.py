"""Functions of the template, each in processes of its own behind the Lambda Runtime API.

lambdas = Lambdas(template.functions, aws_endpoint="http://127.0.0.1:4566")
result = lambdas.invoke("PlansFunction", {"rawPath": "/plans"})
result.payload, result.failed
"""

import json
from collections.abc import Iterable
from typing import Any

from local.lambdas.environment import Endpoints
from local.lambdas.invocation import Result
from local.lambdas.pool import Pool
from local.lambdas.worker import has_awslambdaric
from local.logs import Log
from local.template import Function

__all__ = ["Lambdas", "Result"]


class Lambdas:
    """Invokes functions by their logical id. The endpoints are what functions call AWS at, and Lambda itself, if it is served.

    `own_client` runs our runtime client even where AWS's is installed.
    """

    def __init__(
        self,
        functions: Iterable[Function],
        *,
        aws_endpoint: str,
        lambda_endpoint: str | None = None,
        log: Log | None = None,
        max_workers: int = 10,
        idle_seconds: float = 300.0,
        own_client: bool | None = None,
    ) -> None:
        own = not has_awslambdaric() if own_client is None else own_client
        self._log = log or Log(quiet=True)
        self._pools = {
            function.logical_id: Pool(
                function,
                endpoints=Endpoints(aws_endpoint, lambda_endpoint),
                log=self._log,
                max_workers=max_workers,
                idle_seconds=idle_seconds,
                own_client=own,
            )
            for function in functions
        }

    def invoke(self, function: str, event: bytes | dict[str, Any] | list[Any], wait: float | None = None) -> Result | None:
        """The result of a synchronous invocation; None only when `wait` seconds are given and were over first.

        Raises `KeyError` for a function the template does not have.
        """
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        return self._pools[function].invoke(payload, wait)

    def find(self, name: str) -> str | None:
        """The logical id of a function given by logical id, name or ARN."""
        for logical_id, pool in self._pools.items():
            if name in (logical_id, pool.function.name, pool.function.arn):
                return logical_id
        return None

    def worker_count(self, function: str) -> int:
        """How many processes the function has right now."""
        return self._pools[function].worker_count

    def pids(self) -> list[int]:
        """The processes of all functions. Each leads a process group, which a test may kill as AWS reclaims a sandbox."""
        return [pid for pool in self._pools.values() for pid in pool.pids]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
