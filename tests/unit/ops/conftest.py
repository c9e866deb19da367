"""The operator's commands in this process, over the table in memory and the fake Stripe: the fixtures of tests/unit/billing."""

import os
import sys
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest

from ops import __main__ as ops
from tests.unit.billing.conftest import account, table

__all__ = ["account", "table"]

Told = tuple[int, str, str]


@pytest.fixture
def tell(account: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Told]]:
    """`tell("explain", "u2")`: runs `python -m ops explain u2` and gives (exit status, standard output, standard error)."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["ops", *arguments])
        capsys.readouterr()
        try:
            status = ops.main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        lines = capsys.readouterr()
        # The layer's logger was made before the command could silence it, as it never is outside of tests.
        output = "".join(line for line in lines.out.splitlines(keepends=True) if not line.startswith('{"level"'))
        return status, output, lines.err

    with patch.dict(os.environ):  # a command completes its environment
        yield run
