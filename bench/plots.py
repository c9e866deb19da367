"""Draws docs/images/bench-*.svg from JSON on stdin: `plots.py FOLDER`, by .venv-bench's Python (matplotlib)."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, QUIET, RULE = "#1f2430", "#6b7280", "#d9dce3"
OURS, OTHER, LIGHT = "#3b5bdb", "#b4bccd", "#dfe5fb"

mpl.rcParams.update(
    {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": QUIET,
        "axes.edgecolor": RULE,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 14,
        "xtick.color": QUIET,
        "ytick.color": INK,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "grid.color": RULE,
        "grid.linewidth": 0.7,
        "svg.hashsalt": "recur",  # the same picture twice is the same file
        "svg.fonttype": "path",
        "figure.facecolor": "white",
        "legend.frameon": False,
    }
)


def cold_start(steps: list[tuple[str, float]], references: dict[str, float]) -> Figure:
    """A waterfall: each step begins where the one before it ended. Below it, what others take in all."""
    small = sum(value for _, value in steps) * 0.012
    shown = [step for step in steps if step[1] >= small]
    rest = sum(value for _, value in steps) - sum(value for _, value in shown)
    if rest > 0:
        shown.insert(-1, ("other imports", rest))
    figure, axes = plt.subplots(figsize=(8.4, 0.36 * (len(shown) + len(references)) + 1.5))
    begin, names = 0.0, []
    for row, (name, value) in enumerate(shown):
        axes.barh(row, value, left=begin, color=OURS, height=0.62)
        axes.text(begin + value + 8, row, f"{value:,.0f}", va="center", color=QUIET, fontsize=9)
        begin += value
        names.append(name)
    for row, (name, value) in enumerate(references.items(), len(shown)):
        axes.barh(row, min(value, begin * 1.6), color=OTHER, height=0.62)
        cut = value > begin * 1.6
        axes.text(min(value, begin * 1.6) + 8, row, f"{value:,.0f}{' →' if cut else ''}", va="center", color=QUIET, fontsize=9)
        names.append(name)
    axes.axhline(len(shown) - 0.5, color=RULE, linewidth=0.8)
    _bars(axes, names)
    axes.set_title("A cold webhook, from nothing to its first stored event")
    axes.set_xlabel("million instructions")
    axes.set_xlim(0, begin * 1.75)
    return figure


def layer(ours: dict[str, float], pip: dict[str, float]) -> Figure:
    """Unzipped megabytes by package, what pip installs beside what ships."""
    names = sorted(pip, key=lambda name: -pip[name])[:9]
    figure, axes = plt.subplots(figsize=(8.4, 0.5 * (len(names) + 1) + 1.5))
    rows = [*names, "all else"]
    for row, name in enumerate(rows):
        there = pip.get(name, sum(pip.values()) - sum(pip[each] for each in names))
        here = ours.get(name, 0.0) if name in names else sum(ours.values()) - sum(ours.get(each, 0.0) for each in names)
        axes.barh(row - 0.18, there, color=OTHER, height=0.34, label="as pip installs it" if row == 0 else None)
        axes.barh(row + 0.18, here, color=OURS, height=0.34, label="in the layer" if row == 0 else None)
        axes.text(max(there, here) + 0.25, row, f"{there:.1f} → {here:.1f}", va="center", color=QUIET, fontsize=9)
    _bars(axes, rows)
    axes.set_title(f"Where the layer's bytes go: {sum(pip.values()):.1f} → {sum(ours.values()):.1f} MB unzipped")
    axes.set_xlabel("MB")
    axes.set_xlim(0, max(pip.values()) * 1.18)
    axes.legend(loc="lower right")
    return figure


def costs(sizes: list[float], services: dict[str, list[float]]) -> Figure:
    """US dollars a month for a thousand subscribers, stacked by service."""
    figure, axes = plt.subplots(figsize=(8.4, 4.4))
    each = {name: [amount * 1000 / size for amount, size in zip(amounts, sizes, strict=True)] for name, amounts in services.items()}
    largest = sorted(each, key=lambda name: -each[name][-1])
    shades = ["#27408b", "#3b5bdb", "#6781e4", "#92a6ec", "#bac7f3", "#dfe5fb", "#eceef4"]
    kept, rest = largest[: len(shades) - 1], largest[len(shades) - 1 :]
    stacks = [each[name] for name in kept] + [[sum(each[name][at] for name in rest) for at in range(len(sizes))]]
    axes.stackplot(sizes, stacks, labels=[*kept, "all else"], colors=shades, linewidth=0)
    axes.set_xscale("log")
    axes.set_xlim(sizes[0], sizes[-1])
    axes.set_ylim(0)
    ticks = [size for size in sizes if str(int(size)).strip("0") == "1"]
    axes.set_xticks(ticks, [_short(size) for size in ticks])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: f"${value:g}")
    axes.tick_params(axis="y", colors=QUIET)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.set_title("AWS's bill for a thousand subscribers, by how many there are")
    axes.set_xlabel("subscribers")
    axes.set_ylabel("US dollars a month")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    return figure


def _bars(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _short(size: float) -> str:
    return f"{size / 1e6:g} M" if size >= 1e6 else f"{size / 1e3:g} k" if size >= 1e3 else f"{size:g}"


def main(folder: Path, data: dict[str, Any]) -> None:
    pictures = {"cold-start": cold_start, "layer": layer, "costs": costs}
    for name, draw in pictures.items():
        if name in data:
            figure = draw(**data[name])
            figure.savefig(folder / f"bench-{name}.svg", bbox_inches="tight", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.load(sys.stdin))
