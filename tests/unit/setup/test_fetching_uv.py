"""fetch_uv.py where Python comes without pip: the wheel that the lock file names, and no other file."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.setup import fetch_uv

PROGRAM = b"#!/bin/sh\necho uv 0.13.9\n"


def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv/__init__.py", "")
        archive.writestr("uv-0.13.9.data/scripts/uvx", b"another program")
        archive.writestr("uv-0.13.9.data/scripts/uv", PROGRAM)
    return content.getvalue()


WHEEL = wheel()
HASH = "sha256:" + hashlib.sha256(WHEEL).hexdigest()


@pytest.fixture
def index() -> Iterator[str]:
    """Address of a server that answers every path with the wheel."""

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(WHEEL)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_program_in_the_wheel_is_put_where_a_venv_would_have_it(index: str, tmp_path: Path) -> None:
    fetch_uv.download_wheel({"url": f"{index}/uv.whl", "hash": HASH}, tmp_path / ".venv-uv")
    program = tmp_path / ".venv-uv" / "bin" / "uv"
    assert program.read_bytes() == PROGRAM
    assert program.stat().st_mode & 0o111


def test_a_file_with_another_hash_is_refused(index: str, tmp_path: Path) -> None:
    with pytest.raises(fetch_uv.CannotFetch, match="not the file that"):
        fetch_uv.download_wheel({"url": f"{index}/uv.whl", "hash": "sha256:0"}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_user_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(fetch_uv.CannotFetch, match="check the network"):
        fetch_uv.download_wheel({"url": "http://127.0.0.1:1/uv.whl", "hash": HASH}, tmp_path)


@pytest.mark.parametrize(
    ("machine", "libc", "expected"),
    [
        ("x86_64", "glibc", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        ("x86_64", "", "musllinux_1_1_x86_64"),
        ("aarch64", "glibc", "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64"),
        ("aarch64", "", "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64"),
    ],
)
def test_the_lock_file_has_a_wheel_for_every_linux_we_know(monkeypatch: pytest.MonkeyPatch, machine: str, libc: str, expected: str) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    pinned = fetch_uv.pinned_uv(Path(__file__).parents[3] / "uv.lock")
    assert fetch_uv.wheel_for_this_machine(pinned["wheels"])["url"].endswith(f"-py3-none-{expected}.whl")


def test_a_machine_without_a_wheel_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    with pytest.raises(fetch_uv.CannotFetch, match="install uv yourself"):
        fetch_uv.wheel_for_this_machine([])
