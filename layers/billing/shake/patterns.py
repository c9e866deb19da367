"""Regular expressions compiled when the layer is built, and not at each cold start: libraries compile a hundred while they are imported.

CPython's `re.compile` turns a pattern into code for its matcher, in Python, and hands that to C. The code is the same on every 64-bit
machine; which matcher understands it says `_sre.MAGIC`. `billing.patterns` looks patterns up at run time, and compiles what is not there
as ever.
"""

import marshal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

FILE = "billing_patterns"

_COLLECT = """
import marshal, re, sys
from _sre import MAGIC, compile as make
from importlib import import_module
found = {}
compiler = re._compiler
class Recorder:
    def compile(self, pattern, flags, code, groups, groupindex, indexgroup):
        if pattern is not None:
            found[pattern, asked] = (int(flags), [*map(int, code)], groups, dict(groupindex), indexgroup)
        return make(pattern, flags, code, groups, groupindex, indexgroup)
    def __getattr__(self, name):
        return getattr(_sre, name)
_sre, compiler._sre, compile, asked = compiler._sre, Recorder(), compiler.compile, 0
def record(pattern, flags=0):
    global asked
    asked = int(flags)
    return compile(pattern, flags)
compiler.compile = record
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    try:
        import_module(name)
    except Exception:
        pass  # for another processor or system: its patterns are then compiled at run time
by_text = lambda entry: (str(entry[0][0]), entry[0][1])
sys.stdout.buffer.write(marshal.dumps((MAGIC, dict(sorted(found.items(), key=by_text))), 2))
"""


def compile_patterns(packages: Path, modules: Iterable[str]) -> None:
    """What `modules` compile when they are imported, into the file that `billing.patterns` reads."""
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", _COLLECT, str(packages), *sorted(modules)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode or not marshal.loads(done.stdout)[1]:
        sys.exit(f"The libraries' patterns could not be collected: {done.stderr.decode(errors='replace')[-500:]}")
    (packages / FILE).write_bytes(done.stdout)
