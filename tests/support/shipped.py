"""What events/README.md says of each shipped event: its function, and what comes back."""

import re

from local.events import FOLDER

_LINES = re.findall(r"^\| \[(\w+)\]\((\w+)\.json\) \| (\w+) \| (.+) \|$", (FOLDER / "README.md").read_text(), re.M)
FUNCTIONS: dict[str, str] = {name: function for name, file, function, _ in _LINES if name == file}
"""Logical ids, by the event's name."""
PROMISED: dict[str, str] = {name: answer for name, *_, answer in _LINES}
"""A status, or words."""
