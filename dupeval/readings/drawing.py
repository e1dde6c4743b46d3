"""The figure of the readings: published against measured, and how far every reading is."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.axes import Axes

from dupeval.figures.layout import canvas_of
from dupeval.figures.style import COLOURS, GREY, INK, SMALL, style
from dupeval.readings.evidence import Chosen, Evidence
from dupeval.readings.page import NAMES
from dupeval.readings.scoring import METHODS
from dupeval.readings.space import METRICS
from dupeval.tables import SCORES


def readings_figure(evidence: Evidence) -> bytes:
    """Return the figure as PNG."""
    chosen = evidence.chosen()
    content = io.BytesIO()
    with style():
        figure = canvas_of(2.7, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
        _draw_figures(left, evidence, chosen)
        _draw_distances(right, evidence, chosen)
        figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def _draw_figures(ax: Axes, evidence: Evidence, chosen: Chosen) -> None:
    measured = evidence.figures_of_draws(chosen)
    for i in range(len(METHODS)):
        for j, score in enumerate(SCORES):
            x, own = 4 * i + j, measured[:, i, j]
            ax.plot([x] * len(own), own, "o", color=COLOURS[j], alpha=0.35, ms=4, mew=0)
            label = {"f1": "F1"}.get(score, score) if not i else None
            ax.plot(x, own.mean(), "o", color=COLOURS[j], ms=6, label=label)
            ax.plot(x, evidence.published[i, j], "_", color=INK, ms=14, mew=2)
    ax.plot([], [], "_", color=INK, ms=14, mew=2, label="published")
    ax.set_xticks([4 * i + 1 for i in range(len(METHODS))], [NAMES[m] for m in METHODS])
    ax.set_ylim(-0.04, 1.04)
    ax.set_title("Chosen reading: draws, and their mean")
    ax.legend(loc="center left", bbox_to_anchor=(0.0, 0.55), fontsize=SMALL)


def _draw_distances(ax: Axes, evidence: Evidence, chosen: Chosen) -> None:
    nearest = np.mean([x.nearest[:, 0] for x in evidence.judging], axis=0)
    metrics = np.array([reading.metric for reading in evidence.readings])
    bins = np.linspace(0, float(nearest.max()), 60).tolist()
    of_metric = [nearest[metrics == metric] for metric in METRICS]
    ax.hist(of_metric, bins, stacked=True, color=COLOURS[: len(METRICS)], label=METRICS)
    ax.axvline(float(evidence.distances(chosen).mean()), color=INK, label="chosen, by its rule")
    ax.axvline(evidence.constant(), color=GREY, ls="--", label="constant table")
    ax.set_yscale("symlog", linthresh=10)
    ax.set_yticks(numbers := [0, 10, 100, 1000], map(str, numbers))
    ax.set_xlabel("distance, at the nearest threshold")
    ax.set_ylabel("readings")
    ax.set_title("All readings")
    ax.legend(loc="upper left", frameon=True, framealpha=1, edgecolor="none", fontsize=SMALL)
