"""Cycles are not looked for while a function is imported, and are looked for afterwards: also where an import fails half-way."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

PROGRAM = """
import gc, sys
sys.path[:0] = sys.argv[1:3]
import re, json, logging, dataclasses, typing  # what stands on Lambda before ours
passes = []
import billing
gc.callbacks.append(lambda phase, told: passes.append(phase))
import webhook
print(len(passes))
class Node: pass
def cycle():
    node = Node()
    node.itself = node
for _ in range(400_000):
    cycle()
print(len(passes))
"""


def test_no_pass_while_importing_and_some_when_there_is_garbage() -> None:
    command = [sys.executable, "-I", "-c", PROGRAM, ROOT / "functions" / "webhook", ROOT / "layers" / "billing"]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, after = map(int, done.stdout.split())
    assert before == 0
    assert after > 0
