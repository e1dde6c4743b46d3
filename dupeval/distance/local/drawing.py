"""A picture of why two images are, or are not, copies: the overlap, its correlation, residuals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from dupeval.distance.local.verified import Explained
from dupeval.figures.style import DPI, INK, WIDTH, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How much longer residuals are drawn than they are; most are below a pixel.
MAGNIFIED = 15


def explanation_png(explained: Explained, a: str, b: str) -> bytes:
    """Draw what a pair's distance rests on.

    Parameters
    ----------
    explained : Explained
    a, b : str
        What the two images are called.

    Returns
    -------
    bytes
        A PNG: both images where they overlap, in the frame of the coarser one; the correlation in
        the box around each place, what is not textured left out; and what the model leaves of each
        matched key point, much longer than it is.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  (a second that other programs do without)

    laid = explained.laid
    height, width = laid.correlation.shape
    with style():
        figure = Figure((WIDTH, WIDTH / 4 * height / width + 0.6), dpi=DPI, layout="constrained")
        axes: Any = figure.subplots(1, 4)
        for ax, picture, name in ((axes[0], laid.overlap.a, a), (axes[1], laid.overlap.b, b)):
            ax.imshow(np.where(laid.overlap.mask, picture, 255), cmap="gray", vmin=0, vmax=255)
            ax.set_title(name, fontsize="small")
        shown = np.where(laid.textured, laid.correlation, np.nan)
        axes[2].imshow(shown, cmap="RdYlBu", vmin=-1, vmax=1)
        axes[2].set_title("correlation: 1 blue, -1 red", fontsize="small")
        _draw_residuals(axes[3], explained)
        for ax in axes:
            ax.set_xticks([])
            ax.set_yticks([])
        figure.suptitle(summary(explained), fontsize="small")
        file = io.BytesIO()
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def summary(explained: Explained) -> str:
    """Say in one line what a pair's score rests on."""
    found, hypothesis = explained.evidence, explained.hypothesis
    how = [found.look, *(["mirrored"] if hypothesis.mirrored else [])]
    how.append("similarity" if found.similar is None else "perspective")
    return (
        f"score {explained.score:.2f} ({', '.join(how)}): {found.n_inliers} of {found.n_matches} "
        f"matches agree, correlation {found.median:.2f} (quartiles {found.quartile:.2f}, "
        f"{found.upper:.2f}), parallax {found.parallax:.2f}, shared {found.share:.0%}, "
        f"halo {found.halo:.2f}"
    )


def _draw_residuals(ax: Axes, explained: Explained) -> None:
    laid, hypothesis = explained.laid, explained.hypothesis
    ax.imshow(hypothesis.b, cmap="gray", vmin=-255, vmax=255)
    x, y = laid.points.T
    u, v = laid.residuals.T * MAGNIFIED
    ax.quiver(x, y, u, v, angles="xy", scale_units="xy", scale=1, color=INK, width=0.006)
    ax.set_title(f"residuals, {MAGNIFIED} times as long", fontsize="small")
