"""Two methods against each other: F1 query by query, and the pairs that only one of them finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from pydantic import PositiveInt

from dupeval.errors import SettingsError
from dupeval.figures import Figure, Part, Picture, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import one_line, short
from dupeval.truth import Truth

# Inches.
LEFT, RIGHT, TOP, ROW, AXIS, GAP = 1.35, 0.55, 0.4, 0.17, 0.4, 0.08
MARGIN, THUMBNAIL, BETWEEN, HEADING, NAME = 0.08, 0.72, 0.16, 0.26, 0.2
MARKERS = ("o", "D")


class Found(NamedTuple):
    """A pair of a query by the places of its images."""

    query: int
    a: int
    b: int


class TwoMethods(Figure):
    """Where two methods differ: in which queries, and on which pairs."""

    part: ClassVar[Part] = "mistakes"
    rank: ClassVar[int] = 2

    methods: tuple[str, str] = ("vgg", "vgg_pca")
    protocol: str | None = None
    most_queries: PositiveInt = 30
    most_pairs: PositiveInt = 8

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        one, other = self.methods
        if one == other:
            raise SettingsError(f"methods={[one, other]}: give two methods that differ")
        protocol, stored = inputs.protocol(self.protocol), inputs.stored
        f1 = {
            name: [float(stored.row(name, protocol, slug)["f1"]) for slug in inputs.slugs]
            for name in self.methods
        }
        partitions = {
            name: [stored.labels((protocol, name, slug)) for slug in inputs.slugs]
            for name in self.methods
        }
        truths = [query.truth for query in inputs.dataset.queries]
        only, n_true = alone(truths, partitions[one], partitions[other])
        scored = [i for i, value in enumerate(f1[one]) if np.isfinite(value)]
        gains = {i: f1[other][i] - f1[one][i] for i in scored}
        order = sorted(gains, key=lambda i: -abs(gains[i]))[: self.most_queries]
        order.sort(key=lambda i: gains[i])
        shown = [spread_over_queries(pairs)[: self.most_pairs] for pairs in only]
        across = int((style.page_width() - 2 * MARGIN + BETWEEN) / (2 * THUMBNAIL + BETWEEN))
        rows = [-(-len(pairs) // across) for pairs in shown]
        of_queries = ROW * len(order) + AXIS
        of_pairs = [HEADING + (n * (THUMBNAIL + NAME) or NAME) for n in rows]
        canvas = layout.canvas_of(TOP + of_queries + sum(of_pairs) + GAP)
        height = TOP + of_queries + sum(of_pairs) + GAP
        width = style.page_width() - LEFT - RIGHT
        axes = layout.axes_at(
            canvas, LEFT, height - TOP - ROW * len(order), width, ROW * len(order)
        )
        colours = _colours(self.methods, stored.methods)
        looks = _draw_queries(axes, [inputs.slugs[i] for i in order], f1, order, colours)
        layout.legend(canvas, looks)
        page, top = layout.page(canvas), height - TOP - of_queries
        for name, pairs, some, tall in zip(self.methods, only, shown, of_pairs, strict=True):
            text = f"only {short(name)} finds: {len(pairs)} of {n_true} true pairs"
            layout.write(page, MARGIN, top - HEADING / 2, text, weight="bold", color=style.INK)
            _draw_pairs(page, inputs, some, top - HEADING, across, colours[name])
            top -= tall
        left_out = len(scored) - len(order)
        return Picture(
            canvas,
            title=f"{one} against {other}",
            text=(
                "Above: the F1 of every query under both methods, those in which they differ most "
                "at the ends. Below: pairs of images of one photograph that one method puts into "
                "one group and the other does not, some of each query in turn."
                + (
                    f" Of {len(scored)} queries {left_out} with smaller differences are left out."
                    if left_out
                    else ""
                )
            ),
            protocol=protocol,
            settings={"methods": ", ".join(self.methods)},
            alt=f"F1 of {one} and {other} query by query, and pairs that only one of them finds",
        )


def alone(
    truths: Sequence[Truth],
    one: Sequence[npt.NDArray[np.int64]],
    other: Sequence[npt.NDArray[np.int64]],
) -> tuple[tuple[list[Found], list[Found]], int]:
    """Return the true pairs that only the one, and only the other partition has, and all in number.

    Parameters
    ----------
    truths : sequence of Truth
        Of each query: which pairs are true, what is said of single pairs included.
    one, other : sequence of ndarray of int, each of shape (n_images,)
        The group of each image.
    """
    found: tuple[list[Found], list[Found]] = ([], [])
    n_true = 0
    for query, (truth, left, right) in enumerate(zip(truths, one, other, strict=True)):
        i, j = np.triu_indices(len(truth), k=1)
        _, true = truth.of_pairs()
        of_one, of_other = left[i] == left[j], right[i] == right[j]
        n_true += int(true.sum())
        for pairs, there in zip(found, (of_one & ~of_other, of_other & ~of_one), strict=True):
            pairs += [Found(query, int(i[k]), int(j[k])) for k in np.flatnonzero(true & there)]
    return found, n_true


def spread_over_queries(pairs: Iterable[Found]) -> list[Found]:
    """Return pairs so that each query has its first one before any has its second."""
    of_queries: dict[int, list[Found]] = {}
    for pair in pairs:
        of_queries.setdefault(pair.query, []).append(pair)
    return [pair for turn in zip_longest(*of_queries.values()) for pair in turn if pair]


def _colours(methods: Sequence[str], of_run: Sequence[str]) -> dict[str, str]:
    """Return the colour of both; where a run has so many methods that both have one, ink."""
    colours = style.method_colours(of_run)
    one, other = methods
    second = colours[other] if colours[other] != colours[one] else style.INK
    return {one: colours[one], other: second}


def _draw_queries(
    axes: Axes,
    slugs: Sequence[str],
    f1: Mapping[str, Sequence[float]],
    order: Sequence[int],
    colours: Mapping[str, str],
) -> dict[str, style.Look]:
    """Draw a row a query: the F1 of both methods and the line between; return what marks mean."""
    one, other = f1
    for y, i in enumerate(order):
        ends = [f1[one][i], f1[other][i]]
        axes.plot(ends, [y, y], color=style.LIGHT, lw=1.2, zorder=1)
        difference = ends[1] - ends[0]
        look: style.Look = {"size": style.SMALL, "ha": "left"}
        layout.label(axes, 1.02, y, f"{difference:+.3f}", clip_on=False, **look)
    looks: dict[str, style.Look] = {}
    for name, marker in zip(f1, MARKERS, strict=True):
        look = {"ls": "", "marker": marker, "color": colours[name], "ms": 4.5, "mec": "white"}
        values = [f1[name][i] for i in order]
        axes.plot(values, range(len(order)), zorder=2, clip_on=False, mew=0.5, **look)
        looks[f"{short(name)} {np.mean(values):.3f}"] = look
    axes.set(xlim=(0, 1), ylim=(len(order) - 0.5, -0.5), xlabel="F1")
    axes.set_yticks(range(len(order)), [one_line(slug, 22) for slug in slugs])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    return looks


def _draw_pairs(
    page: Axes,
    inputs: FigureInputs,
    pairs: Sequence[Found],
    top: float,
    across: int,
    colour: str,
) -> None:
    if not pairs:
        layout.write(page, MARGIN, top - NAME / 2, "none", color=style.GREY)
        return
    queries = inputs.dataset.queries
    images = [queries[pair.query].images[i] for pair in pairs for i in (pair.a, pair.b)]
    pictures = layout.thumbnails(images, THUMBNAIL - 0.04, THUMBNAIL - 0.04)
    for place, pair in enumerate(pairs):
        row, column = divmod(place, across)
        left = MARGIN + column * (2 * THUMBNAIL + BETWEEN)
        y = top - row * (THUMBNAIL + NAME) - THUMBNAIL / 2
        for k in (0, 1):
            x = left + (k + 0.5) * THUMBNAIL
            layout.place(page, pictures[2 * place + k], x, y, colour)
        name = one_line(queries[pair.query].slug, 22)
        look: style.Look = {"color": style.GREY, "size": style.SMALL}
        layout.label(page, left + THUMBNAIL, y - THUMBNAIL / 2 - NAME / 2 + 0.02, name, **look)
