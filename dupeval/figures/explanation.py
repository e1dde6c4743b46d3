"""A picture of why two images are, or are not, taken for copies."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from dupeval.distance.explanation import Explanation, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The height of a row of panels, in widths of a page.
HIGHEST = 0.5


def explanation_picture(
    explained: Explanation,
    names: tuple[str, str] | None = None,
    kind: Literal["png", "webp"] = "png",
    dpi: int | None = None,
    quality: int = 75,
) -> bytes:
    """Draw both images and the panels of an explanation, side by side.

    Parameters
    ----------
    explained : Explanation
    names : tuple of str, optional
        What the two images are called: written above them, and the summary above all.
    kind : {"png", "webp"}, default "png"
    dpi : int, optional
        By default that of all figures.
    quality : int, default 75
        Of WebP.

    Returns
    -------
    bytes
        Of the file.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  (a second that other programs do without)

    from dupeval.figures.style import DPI, WIDTH, style  # noqa: PLC0415

    panels = [
        *map(Panel, names or ("", ""), (explained.a, explained.b)),
        *explained.panels,
    ]
    tallest = max(panel.values.shape[0] / panel.values.shape[1] for panel in panels)
    height = min(WIDTH / len(panels) * tallest, HIGHEST * WIDTH) + (0.6 if names else 0.25)
    with style():
        figure = Figure((WIDTH, height), dpi=dpi or DPI, layout="constrained")
        axes: Any = figure.subplots(1, len(panels))
        for ax, panel in zip(axes, panels, strict=True):
            _draw(ax, panel)
        if names:
            figure.suptitle(explained.summary, fontsize="small")
        file = io.BytesIO()
        settings: dict[str, Any] = (
            {"metadata": {"Software": None}}
            if kind == "png"
            else {"pil_kwargs": {"quality": quality, "method": 4}}
        )
        figure.savefig(file, format=kind, **settings)
    return file.getvalue()


def _draw(ax: Axes, panel: Panel) -> None:
    from dupeval.figures.style import INK  # noqa: PLC0415

    if panel.is_map:
        ax.imshow(panel.values, cmap="RdYlBu", vmin=-1, vmax=1)
    elif panel.arrows is None:
        ax.imshow(panel.values, cmap="gray", vmin=0, vmax=255)
    else:
        # Pale, so that the arrows stand out.
        ax.imshow(panel.values, cmap="gray", vmin=-255, vmax=255)
        x, y = panel.arrows.points.T
        u, v = panel.arrows.lengths.T
        ax.quiver(x, y, u, v, angles="xy", scale_units="xy", scale=1, color=INK, width=0.006)
    ax.set_title(panel.title, fontsize="small")
    ax.set_xticks([])
    ax.set_yticks([])
