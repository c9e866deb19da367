"""`make gallery`: a picture of each page and state, on a phone and on a desk, light and dark, in build/gallery/index.html.

The pictures are taken by the browser tests (tests/e2e/states) as they come by; this module runs them and lays the pictures out.
"""

import os
import sys
from html import escape
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "gallery"
VARIANTS = ("light-desk", "dark-desk", "light-phone", "dark-phone")

HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Recur: every page and state</title>
<style>
  body { margin: 2rem; font: 1rem system-ui, sans-serif; background: #e8ecea; color: #16211d }
  section { margin-block-end: 3rem }
  div { display: flex; gap: 1rem; align-items: start; overflow-x: auto }
  img { display: block; border-radius: 8px; box-shadow: 0 1px 6px rgb(0 0 0 / 20%) }
  .desk { width: 560px } .phone { width: 200px }
</style>
<h1>Every page and state</h1>
"""


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    os.environ["GALLERY"] = str(FOLDER)
    outcome = pytest.main(["-q", "-m", "not sam_local", str(ROOT / "tests" / "e2e" / "states")])
    names = sorted({picture.stem.removesuffix("-light-desk") for picture in FOLDER.glob("*-light-desk.png")})
    (FOLDER / "index.html").write_text(HEAD + "\n".join(map(section, names)), encoding="utf-8")
    print(f"{len(names)} states: {FOLDER.relative_to(ROOT)}/index.html")
    return int(outcome)


def section(name: str) -> str:
    """The four pictures of one state, each leading to itself at full size."""
    pictures = "\n".join(picture(f"{name}-{variant}") for variant in VARIANTS)
    return f"<section><h2>{escape(name.replace('-', ' '))}</h2><div>\n{pictures}\n</div></section>"


def picture(name: str) -> str:
    device = name.rpartition("-")[2]
    return f'<a href="{name}.png"><img class="{device}" src="{name}.png" alt="{escape(name)}" loading="lazy"></a>'


if __name__ == "__main__":
    sys.exit(main())
