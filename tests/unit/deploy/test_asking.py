"""Who is asked before something is changed for good: somebody at a terminal, who has not agreed beforehand."""

import sys
from pathlib import Path

import pytest

from ops.deploy import catalogue, sam
from ops.deploy.target import Target
from tests.unit.deploy.test_parameters import TEMPLATE

CONFIG = """
[dev.deploy.parameters]
stack_name = "recur-dev"
parameter_overrides = "Stage=dev"
region = "eu-west-1"
confirm_changeset = %s
"""


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("agreed", [False, True])
@pytest.mark.parametrize("confirm", ["false", "true"])
def test_who_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool, agreed: bool, confirm: str) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "samconfig.toml").write_text(CONFIG % confirm)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal)
    target = Target("dev", project=tmp_path, agreed=agreed)
    assert catalogue.asks(target) == (terminal and not agreed)
    assert sam.asks(target) == (terminal and not agreed and confirm == "true")
    arguments = sam.deploy_arguments(target, {"Stage": "dev"}, asking=sam.asks(target))
    assert ("--no-confirm-changeset" in arguments) != sam.asks(target)
