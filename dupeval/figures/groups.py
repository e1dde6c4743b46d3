"""The groups that methods found in one query, side by side, their mistakes marked."""

from __future__ import annotations

from dataclasses import dataclass as plain_dataclass
from typing import Annotated

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset import Query
from dupeval.figures import Figure, Picture, Slug, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.mistakes import FoundGroup, found_groups, telling
from dupeval.figures.thumbnails import thumbnails
from dupeval.settings import STRICT

# Of the page, in tiles.
WIDTH = 10
# Inches.
MARGIN, BETWEEN, TOP, LEGEND = 0.08, 0.18, 0.48, 0.24
NAME, COUNTS, INSET = 0.24, 0.34, 0.035
TILE_WIDTH, TILE_HEIGHT, IMAGE_WIDTH, IMAGE_HEIGHT = 0.635, 0.68, 0.51, 0.44
# Face, edge and width of a box.
WRONG = ("#FCEBDD", style.WRONG, 1.1)
RIGHT, ALONE = ("#F4F4F4", style.GREY, 0.7), ("white", style.PALE, 0.7)
SIGNS = (("\N{BALLOT X}", style.WRONG), ("\N{NORTH EAST ARROW}", style.MISSED))
MEANINGS = (
    "in one group with 2 images of other photographs",
    "2 images of its photograph are in other groups",
)


@dataclass(frozen=True, config=STRICT)
class GroupsOfQuery(Figure):
    """The groups that some methods and an external tool found in one query.

    Attributes
    ----------
    query : str, optional
        Its slug; see `FigureInputs.place` for the default.
    methods : tuple of str, default ("vgg_pca",)
    tool : str, optional, default "imagehash_phash"
        One more, beside them.
    protocol : str, optional
        By default the first honest one of the run.
    most_images : int, default 40
        Of each method; of more images some of those in the worst groups.
    """

    query: Slug | None = None
    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("vgg_pca",)
    tool: str | None = "imagehash_phash"
    protocol: str | None = None
    most_images: Annotated[int, Field(ge=1)] = 40

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        query = inputs.dataset.queries[inputs.place(self.query)]
        protocol = inputs.protocol(self.protocol)
        names = [*self.methods, *([self.tool] if self.tool else [])]
        across = min(2, len(names))
        width = (style.WIDTH - 2 * MARGIN + BETWEEN) / across
        blocks = [self._block(inputs, query, name, protocol, WIDTH // across) for name in names]
        rows = [blocks[i : i + across] for i in range(0, len(blocks), across)]
        heights = [max(block.height for block in row) for row in rows]
        top = sum(heights)
        page = layout.page(canvas := layout.canvas_of(TOP + LEGEND + top))
        layout.heading(page, query, f"{', '.join(names)}: {protocol}")
        for i, ((sign, colour), meaning) in enumerate(zip(SIGNS, MEANINGS, strict=True)):
            x, y = MARGIN + 2.9 * i, top + LEGEND / 2
            layout.label(page, x, y, f"{sign}2", ha="left", weight="bold", color=colour)
            layout.label(page, x + 0.25, y, meaning, ha="left", size=style.SMALL)
        for row, height in zip(rows, heights, strict=True):
            for i, block in enumerate(row):
                _draw_block(page, block, query, MARGIN + i * width, top)
            top -= height
        n = len(query.images)
        left_out = f" Of {n} images {self.most_images} are shown, some of each in the worst groups."
        return Picture(
            canvas,
            title=f"Groups found in the query {query.slug} ({query.title})",
            text=(
                "Each box is a group; its images differ in letter and colour where they show "
                "different photographs, grey without a letter is a photograph shown once. A cross "
                "and a number: with so many images of other photographs the image is in one group "
                "(wrong pairs; the box is orange). An arrow and a number: so many images of its "
                "photograph are in other groups (missed pairs). Below: the pairs of the whole "
                "query, counted." + (left_out if n > self.most_images else "")
            ),
            protocol=protocol,
            settings={"query": query.slug, "methods": ", ".join(names)},
        )

    def _block(
        self, inputs: FigureInputs, query: Query, name: str, protocol: str, columns: int
    ) -> Block:
        """Lay the groups of a method out; those of one image come below the others."""
        row = inputs.stored.row(name, protocol, query.slug)
        labels = inputs.stored.labels((protocol, name, query.slug))
        groups = found_groups(query.photographs.tolist(), labels.tolist())
        chosen = telling([groups], len(labels), self.most_images)
        shown = [ShownGroup.of(group, chosen) for group in sorted(groups, key=_larger_first)]
        boxes: list[tuple[ShownGroup, int, int]] = []
        n_rows = 0
        for alone in (False, True):
            some = [one for one in shown if one.images and (one.group.n_images == 1) == alone]
            places, used = layout.packed([one.n_tiles for one in some], columns)
            boxes += [(one, n_rows + y, x) for one, (y, x) in zip(some, places, strict=True)]
            n_rows += used
        counts = (
            f"{row['tp']:.0f} right, {row['fp']:.0f} wrong, {row['fn']:.0f} missed pairs\n"
            f"precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}"
        )
        return Block(name, counts, boxes, columns, n_rows)


@plain_dataclass(frozen=True)
class ShownGroup:
    """A group, and of each image that is shown of it in how many wrong and missed pairs it is."""

    group: FoundGroup
    images: dict[int, tuple[int, int]]

    @classmethod
    def of(cls, group: FoundGroup, chosen: frozenset[int]) -> ShownGroup:
        """Show those images of a group that are chosen."""
        images = {
            image: (group.n_images - len(part.images), part.elsewhere)
            for part in group.parts
            for image in part.images
            if image in chosen
        }
        return cls(group, images)

    @property
    def n_tiles(self) -> int:
        """How many places it takes: one more than it has images, where some are left out."""
        return len(self.images) + (len(self.images) < self.group.n_images)


@plain_dataclass(frozen=True)
class Block:
    """What is drawn of one method.

    Attributes
    ----------
    name, counts : str
    boxes : list of (ShownGroup, int, int)
        What is in each, and the row and column of its first tile.
    columns, rows : int
        Of the grid of tiles.
    """

    name: str
    counts: str
    boxes: list[tuple[ShownGroup, int, int]]
    columns: int
    rows: int

    @property
    def height(self) -> float:
        """In inches."""
        return NAME + self.rows * TILE_HEIGHT + COUNTS + 0.1


def _larger_first(group: FoundGroup) -> tuple[int, int]:
    return -group.n_images, min(part.images[0] for part in group.parts)


def _draw_block(page: Axes, block: Block, query: Query, left: float, top: float) -> None:
    room = style.WIDTH - left - block.columns * TILE_WIDTH
    layout.write(page, left, top - NAME / 2, block.name, room, weight="bold")
    marks = style.marks(query.photographs.tolist())
    for shown, row, column in block.boxes:
        box_left, box_top = left + column * TILE_WIDTH, top - NAME - row * TILE_HEIGHT
        _draw_box(page, shown, block.columns, box_left, box_top)
        pictures = thumbnails([query.images[i] for i in shown.images], IMAGE_WIDTH, IMAGE_HEIGHT)
        for k, ((i, counts), picture) in enumerate(
            zip(shown.images.items(), pictures, strict=True)
        ):
            x = box_left + (k % block.columns + 0.5) * TILE_WIDTH
            tile_top = box_top - k // block.columns * TILE_HEIGHT
            mark = marks[query.labels[i].photograph]
            layout.frame(page, picture, x, tile_top - INSET - 0.03 - IMAGE_HEIGHT / 2, mark)
            _draw_counts(page, counts, x, tile_top - TILE_HEIGHT + INSET + 0.07)
    y = top - NAME - block.rows * TILE_HEIGHT - COUNTS / 2
    layout.label(page, left, y, block.counts, ha="left", linespacing=1.3)


def _draw_box(page: Axes, shown: ShownGroup, columns: int, left: float, top: float) -> None:
    group, n = shown.group, shown.n_tiles
    width = min(n, columns) * TILE_WIDTH - 2 * INSET
    height = -(-n // columns) * TILE_HEIGHT - 2 * INSET
    face, edge, line = WRONG if group.wrong else RIGHT if group.n_images > 1 else ALONE
    box = FancyBboxPatch((left + INSET, top - INSET - height), width, height, lw=line, zorder=1)
    box.set(facecolor=face, edgecolor=edge, boxstyle="round,pad=0,rounding_size=0.04")
    page.add_patch(box)
    more = group.n_images - len(shown.images)
    if more:
        x = left + ((n - 1) % columns + 0.5) * TILE_WIDTH
        y = top - ((n - 1) // columns + 0.5) * TILE_HEIGHT
        layout.label(page, x, y, f"{more}\nmore", color=style.GREY)


def _draw_counts(page: Axes, counts: tuple[int, int], x: float, y: float) -> None:
    """Write below an image in how many wrong and missed pairs it is."""
    signed = zip(SIGNS, counts, strict=True)
    texts = [(f"{sign}{count}", colour) for (sign, colour), count in signed if count]
    for k, (text, colour) in enumerate(texts):
        at = x + (k - (len(texts) - 1) / 2) * 0.27
        layout.label(page, at, y, text, size=style.SMALL, weight="bold", color=colour)
