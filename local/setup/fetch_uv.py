"""Puts the release of uv that uv.lock pins into a folder of the project: `python fetch_uv.py uv.lock .venv-uv`.

Runs before there is any environment, hence on the standard library of any Python from 3.11 on. pip installs it where Python comes
with pip (it knows the user's index, proxy and certificates). Debian's and Ubuntu's python3 come with neither pip nor venv: there
the wheel that the lock file names is downloaded, and checked against the hash in it.
"""

import hashlib
import importlib.util
import io
import platform
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path
from typing import Any


class CannotFetch(Exception):
    """uv cannot be had; the message says what the user can do."""


def main(lock: Path, folder: Path) -> None:
    """Make `folder`/bin/uv.

    Raises:
        CannotFetch: no network, or no wheel for this machine.
    """
    pinned = pinned_uv(lock)
    if importlib.util.find_spec("ensurepip"):
        install_with_pip(pinned, folder)
    else:
        download_wheel(wheel_for_this_machine(pinned["wheels"]), folder)


def pinned_uv(lock: Path) -> dict[str, Any]:
    """What the lock file says of uv: `version`, and `wheels` with `url` and `hash` each."""
    return next(package for package in tomllib.loads(lock.read_text())["package"] if package["name"] == "uv")


def install_with_pip(pinned: dict[str, Any], folder: Path) -> None:
    venv.create(folder, with_pip=True, clear=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        hashes = " ".join(f"--hash={wheel['hash']}" for wheel in pinned["wheels"])
        requirements.write(f"uv=={pinned['version']} {hashes}\n")
        requirements.flush()
        command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements.name]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise CannotFetch(f"uv could not be installed from PyPI: check the network, or install uv yourself. pip says: {last}")


def wheel_for_this_machine(wheels: list[dict[str, Any]]) -> dict[str, Any]:
    """The wheel for this Linux's processor and C library, told by the platform tags in its name (PEP 427, PEP 600)."""
    libc = "manylinux2014" if platform.libc_ver()[0] == "glibc" else "musllinux_1_1"
    wanted = f"{libc}_{platform.machine()}"
    for wheel in wheels:
        if sys.platform == "linux" and wanted in wheel["url"].removesuffix(".whl").rpartition("-")[2].split("."):
            return wheel
    raise CannotFetch(f"This Python has no pip, and uv no wheel for {sys.platform} {platform.machine()}: install uv yourself.")


def download_wheel(wheel: dict[str, Any], folder: Path) -> None:
    try:
        with urllib.request.urlopen(wheel["url"], timeout=60) as answer:
            content = answer.read()
    except OSError as error:
        raise CannotFetch(f"uv could not be downloaded: check the network (or HTTPS_PROXY) and try again. {error}") from error
    if "sha256:" + hashlib.sha256(content).hexdigest() != wheel["hash"]:
        raise CannotFetch(f"{wheel['url']} is not the file that uv.lock names.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        program = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        target = folder / "bin" / "uv"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(program))
        target.chmod(0o755)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except CannotFetch as error:
        sys.exit(str(error))
