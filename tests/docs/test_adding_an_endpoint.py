"""docs/adding-an-endpoint.md, followed to the letter in a copy of the project: files made, lines put in, commands run.

A block's first line says what becomes of it: `python PATH` is a new file, `yaml PATH before "LINE"` goes into one, `sh` is run.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, Block, blocks

PAGE = (DOCS / "adding-an-endpoint.md").read_text()
STEPS = list(blocks(PAGE))
LINKED = (".venv", ".venv-clover", ".venv-sam", "tests/web/node_modules")
"""Not copied: what the Makefile has set up from the very same lock files."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as it stands here, uncommitted edits and all."""
    copied = tmp_path / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copied / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copied / name)  # with its time: make must find nothing to set up
    for name in LINKED:
        if (ROOT / name).exists():
            (copied / name).symlink_to(ROOT / name)
    return copied


def run(command: str, project: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(["sh", "-ec", command], cwd=project, env=environment, capture_output=True, text=True, check=False)


def put_in(step: Block, project: Path) -> None:
    """Makes or edits the file that the block names. The place must be there exactly once."""
    _, path, *place = step.info.split(" ", 2)
    file = project / path
    if not place:
        assert not file.exists(), f"{path} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.text)
        return
    before = place[0].removeprefix("before ")[1:-1].replace('\\"', '"')
    text = file.read_text()
    assert text.count(f"\n{before}") == 1, f"{path}: {before!r}"
    file.write_text(text.replace(f"\n{before}", f"\n{step.text}{before}"))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_page_can_be_followed(copy: Path) -> None:
    for step in STEPS:
        if step.info != "sh":
            put_in(step, copy)
            continue
        for command in step.text.splitlines():
            done = run(command, copy)
            assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            if command.startswith("make invoke"):
                assert '"statusCode": 200' in done.stdout
                assert "paymentMethods" in done.stdout


FORGOTTEN = {
    "pyproject.toml": "-m pytest -q tests/template/test_deployed_code.py -k pyright",
    "local/openapi/operations.py": "-m local.openapi",
    "events/README.md": "-m pytest -q tests/integration/app/test_shipped_events.py -k every_function",
    "AutoPublishCodeSha256": "-m pytest -q tests/template/test_versions.py -k lambda_takes",
}
"""By what is left out, a file's step or a line: what complains, as the page's last table says."""


@pytest.mark.slow
@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_what_is_forgotten_is_complained_of(forgotten: str, copy: Path) -> None:
    for step in STEPS:
        if step.info != "sh" and step.info.split(" ")[1] != forgotten:
            kept = "".join(line for line in step.text.splitlines(keepends=True) if forgotten not in line)
            put_in(Block(step.info, kept, step.line), copy)
    done = run(f".venv/bin/python {FORGOTTEN[forgotten]}", copy)
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    assert " failed" in done.stdout or "GET /payment-methods is a route of template.yaml without an entry" in done.stderr, done.stderr
