"""What each guard of the order rule is for: taken away in a copy of the code, a history ends wrong (`mutations/*.toml`).

A mutation says why the guard is there, what to change, and the suite that sees it; the very same histories pass in the code as it is.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.chaos.__main__ import ROOT
from tests.unit.state.test_convergence import RUNS

LAYER = ROOT / "layers" / "billing"
MUTATIONS = sorted((Path(__file__).parent / "mutations").glob("*.toml"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(LAYER / "billing", tmp_path / "billing", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def tried(layer: Path, runs: int, *suites: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.chaos", "--layer", str(layer), "--runs", str(runs), "--jobs", "1", "--quiet", "--first"]
    chosen = [argument for suite in suites for argument in ("--suite", suite)]
    return subprocess.run([*command, *chosen], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", MUTATIONS, ids=lambda path: path.stem)
def test_without_this_guard_a_history_ends_wrong(path: Path, copy: Path) -> None:
    mutation = tomllib.loads(path.read_text())
    assert mutation["why"]
    for change in mutation["change"]:
        file = copy / change["file"]
        source = file.read_text()
        assert source.count(change["old"]) == 1, f"{path.name} no longer fits {change['file']}"
        file.write_text(source.replace(change["old"], change["new"]))
    outcome = tried(copy, RUNS, mutation["seen_by"])
    assert (outcome.returncode, outcome.stderr) == (1, "")
    assert outcome.stdout.startswith(f"{mutation['seen_by']}: ")


def test_with_all_of_them_none_does(copy: Path) -> None:
    outcome = tried(copy, 20)
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


def test_a_suite_that_is_not_there() -> None:
    outcome = tried(LAYER, 1, "sunshine")
    assert outcome.returncode == 2
    assert "sunshine" in outcome.stderr
