"""What not every machine can measure (`sam local` needs Docker): the last measurement, with its day, for the runs that leave it out."""

import dataclasses
import json
from pathlib import Path

from bench.metrics import Result, today

KEPT = Path(__file__).with_name("kept.json")


def keep(name: str, result: Result, file: Path = KEPT) -> None:
    """To be committed with the page that shows it."""
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(known | {name: dataclasses.asdict(result) | {"on": today()}}, indent=2) + "\n")


def kept(file: Path = KEPT) -> dict[str, Result]:
    """By metric; nothing where nothing was ever measured."""
    return {name: Result(**each) for name, each in json.loads(file.read_text()).items()} if file.exists() else {}
