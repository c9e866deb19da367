"""AWS SAM's command line: `sam build` and `sam deploy`, as a user would type them. What they say is kept, and shown when they fail."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ops.deploy import stack_events
from ops.deploy.overrides import argument
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

LOG = ".aws-sam/log"
SHOWN_LINES = 15


def build(target: Target, values: dict[str, str]) -> None:
    """Raises `Stopped`."""
    _run(target, "build", ["build", *_overrides(values)], hint="`make build` does the same and shows everything")


def deploy_arguments(target: Target, values: dict[str, str], *, asking: bool) -> list[str]:
    """samconfig.toml has the rest: the stack's name, the bucket, tags, capabilities."""
    confirm = [] if asking else ["--no-confirm-changeset"]
    return ["deploy", "--config-env", target.stage, "--region", target.region, "--no-progressbar", *confirm, *_overrides(values)]


def asks(target: Target) -> bool:
    """Whether samconfig.toml wants the change set confirmed and somebody is there to do it."""
    return bool(target.overrides.settings.get("confirm_changeset")) and not target.agreed and sys.stdin.isatty()


def deploy(target: Target, values: dict[str, str]) -> None:
    """Raises `Stopped`, with what CloudFormation says failed first. Where somebody is asked, sam has the terminal."""
    asking, before = asks(target), stack_events.newest(target)
    hint = f"the stack is as it was before, or CloudFormation is rolling it back. Then {target.again}"
    arguments = deploy_arguments(target, values, asking=asking)
    _run(target, "deploy", arguments, hint=hint, terminal=asking, causes=lambda: stack_events.causes(target, before))


def _overrides(values: dict[str, str]) -> list[str]:
    return ["--parameter-overrides", *(argument(name, value) for name, value in sorted(values.items()))]


def _run(
    target: Target, name: str, arguments: list[str], *, hint: str, terminal: bool = False, causes: Callable[[], list[str]] = list
) -> None:
    folder = target.project / LOG
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{target.stage}-{name}.txt"
    environment = {**os.environ, **target.environment, "SAM_CLI_TELEMETRY": "0"}
    try:
        if terminal:
            status = subprocess.run([target.sam, *arguments], cwd=target.project, env=environment, check=False).returncode
        else:
            with log.open("wb") as said:
                done = subprocess.run(
                    [target.sam, *arguments],
                    cwd=target.project,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
            status = done.returncode
    except OSError as error:
        raise Stopped(f"{target.sam} could not be started: {error.strerror}.") from None
    if status:
        raise Stopped(f"sam {name} failed: {hint}.{_why(causes(), log.relative_to(target.project), None if terminal else log)}")


def _why(causes: list[str], name: Path, log: Path | None) -> str:
    """The causes, if they are known; else the end of what sam said, if that was not said on the terminal."""
    if causes:
        rest = f"\nAll that sam said is in {name}." if log else ""
        return "\n".join([" What failed first:", *(f"  {each}" for each in causes)]) + rest
    return f" It said last (all of it in {name}):\n{_last_lines(log)}" if log else ""


def _last_lines(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-SHOWN_LINES:])
