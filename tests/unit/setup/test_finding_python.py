"""local/setup/*.sh on machines that are made up: which Python is taken, and what a user reads when there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[3] / "local" / "setup"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The only version that can really run in these tests."""

REAL = os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def works(path: Path) -> Path:
    return program(path, f'exec "{REAL}" "$@"')


def find(*versions: str, path: list[Path], home: Path) -> tuple[int, str]:
    """Exit code and output (both streams) of python.sh."""
    environment = {"PATH": ":".join(map(str, path)), "HOME": str(home)}
    command = ["/bin/sh", SETUP / "python.sh", *versions]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def test_the_interpreter_itself_is_named_not_its_wrapper(tmp_path: Path) -> None:
    works(tmp_path / "bin" / f"python{VERSION}")
    code, found = find(VERSION, path=[tmp_path / "bin"], home=tmp_path)
    assert code == 0
    assert os.path.realpath(found.strip()) == REAL


def test_a_shim_that_stands_for_nothing_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "shims" / f"python{VERSION}", "echo 'pyenv: command not found' >&2; exit 127")
    works(tmp_path / "bin" / f"python{VERSION}")
    code, found = find(VERSION, path=[tmp_path / "shims", tmp_path / "bin"], home=tmp_path)
    assert code == 0
    assert os.path.realpath(found.strip()) == REAL


def test_a_python_that_pyenv_keeps_off_the_path_is_found(tmp_path: Path) -> None:
    works(tmp_path / ".pyenv" / "versions" / f"{VERSION}.99" / "bin" / f"python{VERSION}")
    assert find(VERSION, path=[tmp_path], home=tmp_path)[0] == 0


def test_plain_python3_of_the_right_version_will_do(tmp_path: Path) -> None:
    works(tmp_path / "bin" / "python3")
    assert find(VERSION, path=[tmp_path / "bin"], home=tmp_path)[0] == 0


def test_another_version_under_the_name_is_not_taken(tmp_path: Path) -> None:
    works(tmp_path / "bin" / "python3.99")
    assert find("3.99", path=[tmp_path / "bin"], home=tmp_path) == (1, "")


def test_the_first_version_asked_for_that_exists_wins(tmp_path: Path) -> None:
    works(tmp_path / "bin" / f"python{VERSION}")
    assert find("3.99", VERSION, path=[tmp_path / "bin"], home=tmp_path)[0] == 0


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A clone on a machine with a shell and no Python; its PATH is `tools`."""
    shutil.copytree(SETUP, tmp_path / "local" / "setup")
    (tmp_path / "tools").mkdir()
    for name in ("cut", "dirname", "sh"):
        (tmp_path / "tools" / name).symlink_to(str(shutil.which(name)))
    return tmp_path


def test_without_any_python_the_user_reads_one_line(bare_machine: Path) -> None:
    environment = {"PATH": str(bare_machine / "tools"), "HOME": str(bare_machine)}
    command = ["/bin/sh", bare_machine / "local" / "setup" / "environment.sh", ".venv", "--group", "dev"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("version", "taken"), [("uv 0.13.0 (abc 2026-01-01)", True), ("uv 1.0.0", True), ("uv 0.4.30", False), ("", False)]
)
def test_only_a_recent_uv_is_taken_from_the_path(bare_machine: Path, version: str, taken: bool) -> None:
    uv = program(bare_machine / "tools" / "uv", f"echo '{version}'")
    environment = {"PATH": str(bare_machine / "tools"), "HOME": str(bare_machine)}
    command = ["/bin/sh", bare_machine / "local" / "setup" / "uv.sh"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout == f"{uv}\n") == taken
