"""What stands in the log beside our own lines: nothing."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_cold_start_writes_no_line() -> None:
    """With the root logger as Lambda's runtime has it: a handler, at INFO. pynamodb tells of its settings while it is imported."""
    folders = sorted(str(folder) for folder in (ROOT / "functions").iterdir() if folder.is_dir())
    code = f"""
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
sys.path[:0] = [{str(ROOT / "layers" / "billing")!r}, *{folders!r}]
for folder in {folders!r}:
    __import__(folder.rpartition("/")[2])
assert "pynamodb.settings" in sys.modules
for library in ("botocore", "pynamodb", "stripe"):
    logging.getLogger(library + ".part").info("Hello")
logging.getLogger("stripe").warning("This is told")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert (done.stdout.splitlines(), done.stderr) == (["WARNING:stripe:This is told"], "")
