"""local/setup/chromium.py on machines that are made up: which browser is taken, and that a file alone proves nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.setup import chromium as setup

PAGE = "echo '<html><head></head><body></body></html>'"
STUB = "echo 'requires the chromium snap to be installed' >&2; exit 1"


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No browser anywhere, and none to be installed; PATH is `bin`."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(setup, "CACHE", tmp_path / ".cache" / "chromium")
    monkeypatch.setattr(setup, "APPLICATIONS", ())
    monkeypatch.setattr(setup, "playwrights_own", lambda: str(tmp_path / "playwright" / "chrome"))
    monkeypatch.setattr(setup, "newly_installed", lambda: iter(()))
    return tmp_path


def test_the_one_the_user_names_is_taken(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(machine / "bin" / "chromium", PAGE)
    named = program(machine / "mine", PAGE)
    monkeypatch.setenv("CHROMIUM", str(named))
    assert setup.chromium() == named


def test_the_one_the_user_names_has_to_run(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(machine / "bin" / "chromium", PAGE)
    monkeypatch.setenv("CHROMIUM", str(program(machine / "mine", STUB)))
    with pytest.raises(setup.NoChromium, match="does not run"):
        setup.chromium()


def test_a_stub_on_the_path_is_passed_over(machine: Path) -> None:
    program(machine / "bin" / "chromium-browser", STUB)
    chrome = program(machine / "bin" / "google-chrome", PAGE)
    assert setup.chromium() == chrome


def test_what_playwright_downloaded_is_found(machine: Path) -> None:
    own = program(machine / "playwright" / "chrome", PAGE)
    assert setup.chromium() == own


def test_what_was_found_is_not_looked_for_again(machine: Path) -> None:
    found = program(machine / "bin" / "chromium", PAGE)
    setup.chromium()
    program(found, STUB)
    assert setup.chromium() == found


def test_a_browser_that_has_gone_is_replaced(machine: Path) -> None:
    program(machine / "bin" / "chromium", PAGE)
    setup.chromium()
    (machine / "bin" / "chromium").unlink()
    chrome = program(machine / "bin" / "google-chrome", PAGE)
    assert setup.chromium() == chrome


def test_a_browser_is_installed_only_where_there_is_none(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def installs() -> Iterator[str]:
        yield str(program(machine / "bin" / "chromium", PAGE))

    monkeypatch.setattr(setup, "newly_installed", installs)
    assert setup.chromium() == machine / "bin" / "chromium"


def test_without_any_the_user_is_told_what_to_install() -> None:
    with pytest.raises(setup.NoChromium, match="apt-get install chromium"):
        setup.chromium()
