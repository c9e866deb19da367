"""One logger and one way to count, made at first use (Powertools reads the environment when it is constructed)."""

import os
from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric


@cache
def logger() -> Logger:
    """Structured JSON lines. What is logged names ids and types, never a secret, an e-mail or a body."""
    return Logger()


def count(name: str, **dimensions: str) -> None:
    """Adds one to a CloudWatch metric (embedded metric format: a log line, no call)."""
    _emit(name, 1, MetricUnit.Count, dimensions)


def measure(name: str, value: float, unit: MetricUnit = MetricUnit.Count) -> None:
    """Says what a figure was, zero included, so that an alarm can tell nothing found from nobody looking."""
    _emit(name, value, unit, {})


def _emit(name: str, value: float, unit: MetricUnit, dimensions: dict[str, str]) -> None:
    if os.environ.get("POWERTOOLS_METRICS_DISABLED") == "true":
        return  # `single_metric` itself does not heed it
    with single_metric(name=name, unit=unit, value=value) as metric:
        for dimension, content in dimensions.items():
            metric.add_dimension(name=dimension, value=content)
