"""Where a running stack notes its addresses and what it is, for other commands on this machine: `state.json` in `.cache/local`."""

import json
from pathlib import Path
from typing import Any

STATE = Path(__file__).resolve().parent.parent / ".cache" / "local"
_NAME = "state.json"


def write_state(state: dict[str, Any], folder: Path = STATE) -> None:
    """Whole or not at all: whoever waits for the file reads it at once."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{_NAME}.tmp"
    temporary.write_text(json.dumps(state, indent=2))
    temporary.replace(folder / _NAME)


def read_state(folder: Path = STATE) -> dict[str, Any] | None:
    """What the stack that runs here wrote; None when none does."""
    try:
        return json.loads((folder / _NAME).read_text())
    except FileNotFoundError:
        return None


def remove_state(folder: Path = STATE) -> None:
    (folder / _NAME).unlink(missing_ok=True)
