"""Runs another program so that it ends when its parent does, however the parent ends: `python -P tether.py MODULE_OR_FILE ARGS…`.

The parent holds the other end of standard input. When the parent is gone (even by SIGKILL), reading it gives end of file, and the
whole process group goes. That works on Linux and macOS alike; PR_SET_PDEATHSIG is Linux's alone and fires when a *thread* ends.
Stands alone, and imports nothing of the project, since functions run under it.
"""

import os
import runpy
import signal
import sys
import threading


def _die_with_parent(pipe: int) -> None:
    while os.read(pipe, 1024):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def main() -> None:
    pipe = os.dup(0)  # not inherited by programs the child starts
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_die_with_parent, args=(pipe,), name="tether", daemon=True).start()
    sys.argv = sys.argv[1:]
    if sys.argv[0].endswith(".py"):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
