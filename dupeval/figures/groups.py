"""The groups that methods found in one query, side by side, their mistakes marked."""

from __future__ import annotations

from collections.abc import Container
from typing import ClassVar, NamedTuple

from matplotlib.axes import Axes
from pydantic import PositiveInt

from dupeval.dataset import Query
from dupeval.figures import Figure, Names, Part, Picture, Slug, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.mistakes import FoundGroup, found_groups, telling
from dupeval.figures.texts import grey_ones, query_name

# Of the page, in tiles.
WIDTH = 10
# Inches.
MARGIN, BETWEEN, TOP, LEGEND = 0.08, 0.18, 0.48, 0.24
NAME, COUNTS, INSET = 0.24, 0.34, 0.035
TILE_WIDTH, TILE_HEIGHT, IMAGE_WIDTH, IMAGE_HEIGHT = 0.635, 0.68, 0.51, 0.44
# Of boxes.
WRONG: style.Look = {"fc": "#FCEBDD", "ec": style.WRONG, "lw": 1.1}
RIGHT: style.Look = {"fc": "#F4F4F4", "ec": style.GREY, "lw": 0.7}
ALONE: style.Look = {"fc": "white", "ec": style.PALE, "lw": 0.7}
SIGNS = (
    ("\N{BALLOT X}", style.WRONG, "in one group with 2 images of other photographs"),
    ("\N{NORTH EAST ARROW}", style.MISSED, "2 images of its photograph are in other groups"),
)


class GroupsOfQuery(Figure):
    """The groups that some methods and an external tool found in one query."""

    part: ClassVar[Part] = "mistakes"
    rank: ClassVar[int] = 1

    query: Slug | None = None
    methods: Names = ("vgg_pca",)
    tool: str | None = "imagehash_phash"
    protocol: str | None = None
    most_images: PositiveInt = 40

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        query = inputs.dataset.queries[inputs.place(self.query)]
        protocol = inputs.protocol(self.protocol)
        names = [*self.methods, *([self.tool] if self.tool else [])]
        across = min(2, len(names))
        width = (style.page_width() - 2 * MARGIN + BETWEEN) / across
        blocks = [self._block(inputs, query, name, protocol, WIDTH // across) for name in names]
        rows = [blocks[i : i + across] for i in range(0, len(blocks), across)]
        heights = [max(block.height for block in row) for row in rows]
        top = sum(heights)
        page = layout.page(canvas := layout.canvas_of(TOP + LEGEND + top))
        layout.heading(page, query, f"{', '.join(names)}: {protocol}")
        for i, (sign, colour, meaning) in enumerate(SIGNS):
            x, y = MARGIN + 2.9 * i, top + LEGEND / 2
            layout.label(page, x, y, f"{sign}2", ha="left", weight="bold", color=colour)
            layout.label(page, x + 0.25, y, meaning, ha="left", size=style.SMALL)
        for row, height in zip(rows, heights, strict=True):
            for i, block in enumerate(row):
                _draw_block(page, block, query, MARGIN + i * width, top)
            top -= height
        n = len(query.images)
        left_out = f" Of {n} images {self.most_images} are shown, some of the worst groups."
        return Picture(
            canvas,
            title=f"Groups found in the query {query_name(query)}",
            text=(
                "Each box is a group; its images differ in letter and colour where they show "
                f"different photographs; grey without a letter stands for {grey_ones(query)}. A "
                "cross and a number: with so many images of other photographs the image is in one "
                "group (wrong pairs; the box is orange). An arrow and a number: so many images of "
                "its photograph are in other groups (missed pairs). Below: the pairs of the whole "
                "query, counted, and how many of the wrong ones are of one scene, if any."
                + (left_out if n > self.most_images else "")
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
        groups = found_groups(query.photographs.tolist(), labels.tolist(), query.truth)
        chosen = telling([groups], len(labels), self.most_images)
        groups.sort(key=lambda g: (-g.n_images, min(part.images[0] for part in g.parts)))
        shown = [(g, images) for g in groups if (images := mistakes_of(g, chosen))]
        n_together = sum(group.n_images > 1 for group, _ in shown)
        boxes: list[tuple[FoundGroup, dict[int, tuple[int, int]], int, int]] = []
        n_rows = 0
        for some in (shown[:n_together], shown[n_together:]):
            # One tile more than there are images, where some are left out.
            sizes = [len(images) + (len(images) < group.n_images) for group, images in some]
            places, used = layout.packed(sizes, columns)
            boxes += [(*one, n_rows + y, x) for one, (y, x) in zip(some, places, strict=True)]
            n_rows += used
        of_scene = sum(group.same_scene for group in groups)
        alike = f" ({of_scene} of one scene)" if of_scene else ""
        counts = (
            f"{row['tp']:.0f} right, {row['fp']:.0f} wrong{alike}, {row['fn']:.0f} missed pairs\n"
            f"precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}"
        )
        return Block(name, counts, boxes, columns, NAME + n_rows * TILE_HEIGHT + COUNTS + 0.1)


class Block(NamedTuple):
    """What is drawn of one method.

    Of each box the group, the mistakes of its shown images, and the row and column of its first
    tile.
    """

    name: str
    counts: str
    boxes: list[tuple[FoundGroup, dict[int, tuple[int, int]], int, int]]
    columns: int
    height: float  # in inches


def mistakes_of(group: FoundGroup, chosen: Container[int]) -> dict[int, tuple[int, int]]:
    """Return of each chosen image in how many wrong and in how many missed pairs it is."""
    return {
        image: group.mistakes(image, part)
        for part in group.parts
        for image in part.images
        if image in chosen
    }


def _draw_block(page: Axes, block: Block, query: Query, left: float, top: float) -> None:
    room = style.page_width() - left - block.columns * TILE_WIDTH
    layout.write(page, left, top - NAME / 2, block.name, room, weight="bold")
    marks = style.marks(query.photographs.tolist())
    for group, shown, row, column in block.boxes:
        box_left, box_top = left + column * TILE_WIDTH, top - NAME - row * TILE_HEIGHT
        more = group.n_images - len(shown)
        n = len(shown) + (more > 0)
        n_rows = -(-n // block.columns)
        look = WRONG if group.wrong else RIGHT if group.n_labelled > 1 else ALONE
        bottom, width = box_top - n_rows * TILE_HEIGHT, min(n, block.columns) * TILE_WIDTH
        size = (width - 2 * INSET, n_rows * TILE_HEIGHT - 2 * INSET)
        layout.box(page, box_left + INSET, bottom + INSET, *size, 0.04, **look)
        tiles = [
            (box_left + (x + 0.5) * TILE_WIDTH, box_top - y * TILE_HEIGHT)
            for y, x in (divmod(k, block.columns) for k in range(n))
        ]
        pictures = layout.thumbnails([query.images[i] for i in shown], IMAGE_WIDTH, IMAGE_HEIGHT)
        for i, picture, (x, y) in zip(shown, pictures, tiles, strict=False):
            layout.frame(page, picture, x, y - INSET - 0.03 - IMAGE_HEIGHT / 2, marks[i])
            counts = zip(SIGNS, shown[i], strict=True)
            texts = [(f"{sign}{count}", colour) for (sign, colour, _), count in counts if count]
            for k, (text, colour) in enumerate(texts):
                at, below = x + (k - (len(texts) - 1) / 2) * 0.27, y - TILE_HEIGHT + INSET + 0.07
                layout.label(page, at, below, text, size=style.SMALL, weight="bold", color=colour)
        if more:
            x, y = tiles[-1]
            layout.label(page, x, y - TILE_HEIGHT / 2, f"{more}\nmore", color=style.GREY)
    y = top - block.height + 0.1 + COUNTS / 2
    layout.label(page, left, y, block.counts, ha="left", linespacing=1.3)
