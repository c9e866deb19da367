"""The commands themselves: what the Makefile types, what they say, and with which status they end."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ops import __main__ as ops
from ops.deploy import target as targets
from ops.deploy.steps import DEPLOY, DESTROY
from tests.integration.deploy.cloud import PUBLISHABLE_KEY, ROOT, SECRET_KEY, Cloud

Told = tuple[int, str, str]


@pytest.fixture
def tell(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """`tell("deploy", "--stage", "dev")`: exit status, standard output, standard error; in the cloud's clone."""
    monkeypatch.setattr(targets, "ROOT", cloud.project)
    monkeypatch.setenv("SAM", str(cloud.sam))

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["ops", *arguments])
        capsys.readouterr()
        status = ops.main()
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def steps(said: str) -> list[str]:
    return [line.split()[1] for line in said.splitlines() if line[0] in "✓✗·"]


def test_the_first_deployment_needs_keys_and_the_next_none(
    cloud: Cloud, tell: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said, error = tell("deploy", "--stage", "dev")
    assert (status, steps(said)) == (1, ["check"])
    assert error == "check: dev has no Stripe key yet: set STRIPE_SECRET_KEY for this first deployment. It is then kept in SSM.\n"
    with monkeypatch.context() as given:
        given.setenv("STRIPE_SECRET_KEY", SECRET_KEY)
        given.setenv("STRIPE_PUBLISHABLE_KEY", PUBLISHABLE_KEY)
        assert tell("deploy", "--stage", "dev", "--dry-run")[0] == 0
        assert cloud.endpoints() == []
        status, said, error = tell("deploy", "--stage", "dev")
    assert (status, steps(said), error) == (0, [step.name for step in DEPLOY], "")
    assert said.endswith(f"dev is at {cloud.cdn.url}\n")
    assert tell("deploy", "--stage", "dev")[0] == 0
    status, said, error = tell("destroy", "--stage", "dev")
    assert (status, steps(said), error) == (0, [step.name for step in DESTROY], "")


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        (["deploy", "STAGE=dev"], "SAM=.venv-sam/bin/sam .venv/bin/python -m ops deploy --stage 'dev'"),
        (["deploy", "STAGE=dev", "ARGS=--dry-run"], "SAM=.venv-sam/bin/sam .venv/bin/python -m ops deploy --stage 'dev' --dry-run"),
        (["deploy", "STAGE=prod", "ARGS=--yes"], "SAM=.venv-sam/bin/sam .venv/bin/python -m ops deploy --stage 'prod' --yes"),
        (["destroy", "STAGE=dev"], ".venv/bin/python -m ops destroy --stage 'dev'"),
        (["destroy", "STAGE=dev", "DELETE_TABLE=T-1"], ".venv/bin/python -m ops destroy --stage 'dev' --delete-table 'T-1'"),
        (["destroy", "STAGE=prod", "CONFIRM=recur-prod"], ".venv/bin/python -m ops destroy --stage 'prod' --confirm 'recur-prod'"),
    ],
)
def test_what_make_types(typed: list[str], run: str) -> None:
    done = subprocess.run(["make", "--no-print-directory", "--dry-run", *typed], cwd=ROOT, capture_output=True, text=True, check=True)
    last = " ".join(done.stdout.replace("\\\n", " ").splitlines()[-1].split())
    assert last == run


@pytest.mark.parametrize("target", ["deploy", "destroy"])
def test_a_stage_is_always_named(target: str, tmp_path: Path) -> None:
    """In a clone where nothing is set up: make says so before it would set anything up."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "uv.lock").touch()
    done = subprocess.run(["make", "--dry-run", target], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Say which stage: make {target} STAGE=dev" in done.stderr
