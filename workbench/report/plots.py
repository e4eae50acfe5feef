"""The class in two pictures, as SVG that a page can hold. They hold no text of a learner's."""

from __future__ import annotations

import io
import re
import statistics
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, QUIET, LINE, GREEN = "#1b1f24", "#6a737d", "#d5dae0", "#1a7f4b"


def histogram(shares: Sequence[float], median: float | None) -> str:
    """How many learners scored which share (0 to 1) of the points, in tenths."""
    figure, axes = _figure(2.5)
    tenths = Counter(min(int(share * 10 + 1e-9), 9) for share in shares)
    heights = [tenths[tenth] for tenth in range(10)]
    axes.bar([10 * tenth + 5 for tenth in range(10)], heights, width=9.2, color=GREEN, zorder=2)
    for tenth, height in enumerate(heights):
        if height:
            axes.annotate(str(height), (10 * tenth + 5, height), (0, 3), textcoords="offset points",
                          ha="center", color=INK, fontsize=9)  # fmt: skip
    if median is not None:
        axes.axvline(100 * median, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3)
        left = median > 0.75
        axes.annotate(f"median {100 * median:.0f} %", (100 * median, 1), (-5 if left else 5, -3),
                      xycoords=("data", "axes fraction"), textcoords="offset points", va="top",
                      ha="right" if left else "left", color=INK, fontsize=9)  # fmt: skip
    axes.set(xlim=(0, 100), ylim=(0, max(heights, default=0) * 1.3 + 0.5), yticks=[])
    _percent(axes)
    return _svg(figure, "histogram")


def dots(shares: Mapping[str, Sequence[float]]) -> str:
    """Of each exercise, by its title: a dot a learner at the share scored, and the median."""
    figure, axes = _figure(2.5)
    for row, values in enumerate(shares.values()):
        axes.axhline(row, color=LINE, linewidth=1, zorder=1)
        places = [round(100 * value / 2.5) * 2.5 for value in values]
        # As many as score the same stand above each other, all between two lines.
        step = min(0.13, 0.75 / max(Counter(places).values(), default=1))
        stacked = Counter[float]()
        for place in places:
            axes.plot(place, row - step * stacked[place], "o", color=GREEN, markersize=5, zorder=3,
                      alpha=0.75, markeredgewidth=0, clip_on=False)  # fmt: skip
            stacked[place] += 1
        if values:
            middle = 100 * statistics.median(values)
            axes.plot([middle, middle], [row + 0.08, row + 0.22], color=INK, linewidth=2, zorder=2)
    axes.set(xlim=(-2, 102), ylim=(len(shares) - 0.7, -0.9))
    titles = [textwrap.fill(title, 22) for title in shares]
    axes.set_yticks(range(len(shares)), titles, color=INK, fontsize=9)
    axes.tick_params(axis="y", length=0)
    _percent(axes)
    return _svg(figure, "dots")


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.6, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    return figure, axes


def _percent(axes: Axes) -> None:
    axes.set_xticks(range(0, 101, 20), [f"{at} %" for at in range(0, 101, 20)], color=QUIET)
    axes.tick_params(axis="x", color=LINE, labelsize=9)


def _svg(figure: Figure, name: str) -> str:
    """The picture's <svg> element, the same for the same numbers, without metadata."""
    out = io.StringIO()
    # The salt keeps the ids of two pictures on a page apart, and stable.
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    svg = out.getvalue()
    return re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
