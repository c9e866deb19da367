"""What the real `sam local` needs on a machine that may have neither: a Docker engine, and AWS's Lambda base image.

An engine that answers and an image that can be pulled are used as they are. As root on Debian, the engine comes from Debian's
packages and is ended afterwards; where no registry can be reached, base_image.sh makes a stand-in for the image.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.template.sam_cli import HOST_ARCHITECTURE, LAMBDA_PYTHON, TOOLS

IMAGE = f"public.ecr.aws/lambda/python:3.13-{HOST_ARCHITECTURE}"
ENGINE_STARTS_WITHIN = 60.0
"""Seconds."""


class NoDocker(Exception):
    """`sam local` cannot run here; the message says what is missing."""


@contextmanager
def docker_engine(log: Path) -> Iterator[None]:
    """A Docker engine that answers, for as long as the context lasts.

    Raises:
        NoDocker: none runs, and none can be started.
    """
    if succeeds("docker", "info"):
        yield
        return
    if not shutil.which("dockerd"):
        install("docker.io", "iptables")
    with log.open("wb") as output:
        engine = subprocess.Popen(["dockerd"], stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        if not becomes_true(lambda: succeeds("docker", "info"), engine):
            raise NoDocker(f"dockerd does not start: {log.read_text()[-500:]}")
        yield
    finally:
        engine.terminate()
        engine.wait()


def base_image() -> None:
    """Have the image that `sam local` runs Python 3.13 functions in."""
    if succeeds("docker", "image", "inspect", IMAGE) or succeeds("docker", "pull", "--quiet", IMAGE):
        return
    if not shutil.which("busybox"):
        install("busybox-static")
    script = Path(__file__).with_name("base_image.sh")
    subprocess.run(["sh", script, IMAGE, LAMBDA_PYTHON, TOOLS / "uv", version("awslambdaric")], check=True)


def succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def becomes_true(condition, process: subprocess.Popen[bytes]) -> bool:
    """Ask until the condition holds; not when the process ends first or takes longer than an engine may."""
    pause = threading.Event()
    for _ in range(int(ENGINE_STARTS_WITHIN / 0.2)):
        if condition():
            return True
        if process.poll() is not None:
            return False
        pause.wait(0.2)
    return False


def install(*packages: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoDocker(f"`sam local` needs Docker: start it, or run as root on Debian ({', '.join(packages)} would be installed).")
    for arguments in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *packages]):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
