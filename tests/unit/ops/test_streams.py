"""Real processes whose output nobody takes, and a terminal that is narrow."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from local.children import ROOT

SAYING = """
import sys
from ops import __main__ as main
from ops.commands import doctor

def run(arguments):
    for _ in range(20_000):
        print("a line of what it has to say")
    return 2

doctor.run = run
sys.argv = ["ops", "doctor"]
sys.exit(main.main())
"""


@pytest.mark.parametrize("words", [["-c", SAYING], ["-m", "ops", "doctor", "--help"], ["-m", "ops", "catalog", "plan", "--file", "none"]])
@pytest.mark.parametrize("both", [False, True])
def test_a_reader_who_has_seen_enough_is_no_error_of_ours(words: list[str], both: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=writer, stderr=writer if both else subprocess.PIPE, text=True, env=environment()
    )
    os.close(writer)
    _, errors = command.communicate(timeout=60)
    assert command.returncode == 1
    assert "Traceback" not in (errors or "")
    assert "Exception ignored" not in (errors or "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", [["-c", SAYING], ["-m", "ops", "doctor", "--help"]])
def test_a_full_disk_is_said_in_a_line(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False, env=environment()
        )
    assert done.returncode == 1
    assert done.stderr == "What is said cannot be written: No space left on device. Make room, and run it again.\n"


def test_without_a_standard_output_it_still_works() -> None:
    command = ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, SAYING]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, timeout=60, check=False, env=environment())
    assert (done.returncode, done.stderr) == (2, "")


WORKING = """
import ops, threading
from ops.screen import progress
shown = threading.Event()

def line():
    shown.set()
    return "0123456789" * 30

with progress(line, every=0.01):
    shown.wait()
"""


def test_progress_stays_in_one_row_of_a_narrow_terminal() -> None:
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    command = subprocess.Popen([sys.executable, "-c", WORKING], cwd=ROOT, stderr=end, stdin=subprocess.DEVNULL, env=environment())
    os.close(end)
    said = b""
    try:
        while part := os.read(terminal, 4096):
            said += part
    except OSError:
        pass  # how Linux says that the other side is closed
    os.close(terminal)
    assert command.wait(timeout=60) == 0
    rows = [row.removesuffix(b"\x1b[K") for row in said.split(b"\r") if row]
    assert rows[0] == b"0123456789" * 3 + b"012345678"
    assert {len(row) for row in rows} <= {39, 0}


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("STRIPE_", "AWS_", "COLUMNS", "PYTHON"))}
