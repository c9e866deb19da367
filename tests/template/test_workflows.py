"""The pipeline: no long-lived key, least permissions, and the very commands that one would type."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.sam_cli import ROOT

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {file.name: file.read_text() for file in sorted(FOLDER.iterdir())}
WORKFLOWS: dict[str, Any] = {name: yaml.load(text, yaml.BaseLoader) for name, text in TEXTS.items()}
JOBS = [(name, job, content) for name, workflow in WORKFLOWS.items() for job, content in workflow["jobs"].items()]
STEPS = [step for _, _, job in JOBS for step in job.get("steps", [])]


def test_the_files() -> None:
    assert list(WORKFLOWS) == ["audit.yml", "ci.yml", "deploy-stage.yml", "deploy.yml"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_long_lived_key_is_anywhere(name: str) -> None:
    for word in ("AWS_ACCESS_KEY", "aws-access-key", "AWS_SECRET", "secrets.", "STRIPE_", "sk_", "rk_", "whsec_"):
        assert word not in TEXTS[name], word


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_nothing_that_a_job_does_not_ask_for(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] in ({}, {"contents": "read"})


@pytest.mark.parametrize(("name", "job", "content"), JOBS, ids=[f"{name}-{job}" for name, job, _ in JOBS])
def test_only_deploying_asks_for_a_token(name: str, job: str, content: Any) -> None:
    asked = content.get("permissions", WORKFLOWS[name]["permissions"])
    deploys = "stage" in content.get("with", {}) or any("make deploy" in step.get("run", "") for step in content.get("steps", []))
    assert asked == {"contents": "read"} | ({"id-token": "write"} if deploys else {})


def test_one_stage_after_the_other_and_none_without_the_tests() -> None:
    jobs = WORKFLOWS["deploy.yml"]["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {"ci": None, "dev": "ci", "staging": "dev", "prod": "staging"}
    assert [job["with"]["stage"] for name, job in jobs.items() if name != "ci"] == ["dev", "staging", "prod"]
    for job in jobs.values():
        assert (ROOT / job["uses"]).is_file()


def test_a_fork_runs_the_tests_and_deploys_nothing() -> None:
    jobs = WORKFLOWS["deploy.yml"]["jobs"]
    assert {name: job.get("if") for name, job in jobs.items()} == {"ci": None} | dict.fromkeys(
        ("dev", "staging", "prod"), "vars.DEPLOY == 'on'"
    )


@pytest.mark.parametrize(("newest", "status"), [("a" * 40, 0), ("b" * 40, 1), ("", 1)], ids=["still", "overtaken", "unknown"])
def test_a_run_that_was_overtaken_does_not_put_old_code_back(tmp_path: Path, newest: str, status: int) -> None:
    asked = tmp_path / "asked"
    gh = tmp_path / "gh"
    gh.write_text(f'#!/bin/sh\necho "$@" >{asked}\n{f"echo {newest}" if newest else "exit 4"}\n')
    gh.chmod(0o755)
    run = {"GITHUB_SHA": "a" * 40, "GITHUB_REF_NAME": "main", "GITHUB_REPOSITORY": "you/recur", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", ROOT / ".ci" / "newest"], env=run, capture_output=True, text=True, check=False)
    assert asked.read_text() == "api repos/you/recur/git/ref/heads/main --jq .object.sha\n"
    assert (done.returncode != 0) == bool(status)
    assert ("would put" in done.stdout) == (newest == "b" * 40)


def test_a_stage_is_deployed_once_at_a_time_in_its_own_environment() -> None:
    job = WORKFLOWS["deploy-stage.yml"]["jobs"]["deploy"]
    assert job["environment"] == "${{ inputs.stage }}"
    assert job["concurrency"] == {"group": "deploy-${{ inputs.stage }}", "cancel-in-progress": "false"}


def test_the_commands_are_those_of_a_laptop() -> None:
    typed = {name: [step["run"] for step in job.get("steps", []) if "run" in step] for name, _, job in JOBS}
    *tools, ci = typed["ci.yml"]
    assert ci == "bash .ci/run"
    assert all(command.startswith("sudo apt-get install ") for command in tools)
    assert typed["deploy-stage.yml"] == ["bash .ci/newest", 'make deploy STAGE="$STAGE" ARGS=--yes']
    assert typed["audit.yml"] == ["make audit"]
    targets = (ROOT / "Makefile").read_text()
    assert "\ndeploy:" in targets
    assert "\naudit:" in targets
    assert all((ROOT / ".ci" / name).is_file() for name in ("run", "newest"))
    # What others may write never becomes part of a command.
    assert not any("${{" in command for commands in typed.values() for command in commands)


def test_actions_are_pinned_to_commits_and_leave_no_token_behind() -> None:
    used = [step for step in STEPS if "uses" in step]
    for step in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        if step["uses"].startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"
    for text in TEXTS.values():
        for line in re.findall(r"uses: [\w-]+/.*", text):
            assert re.search(r" # v\d+\.\d+\.\d+$", line), line
