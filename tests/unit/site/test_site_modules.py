"""The site's pure modules and its files, tested by Node's own test runner: `node --test tests/unit/site/*.test.mjs`."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = Path(sysconfig.get_path("scripts")) / "node"


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.mjs")), ids=lambda file: file.name)
def test_node(file: Path) -> None:
    ran = subprocess.run([NODE, "--no-warnings", "--test", file], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
