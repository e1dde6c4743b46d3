"""The groups that methods found in one query, side by side, their mistakes marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass as plain_dataclass
from typing import Annotated

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset import Query
from dupeval.figures import Figure, Picture, Slug, style
from dupeval.figures.material import Material
from dupeval.figures.mistakes import Mistakes, Part
from dupeval.figures.thumbnails import place, thumbnails
from dupeval.strict import STRICT

# Of the page, in tiles.
WIDTH = 10
# Inches.
MARGIN, BETWEEN, TOP, LEGEND = 0.08, 0.18, 0.48, 0.24
NAME, COUNTS, INSET = 0.24, 0.34, 0.035
TILE_WIDTH, TILE_HEIGHT, IMAGE_WIDTH, IMAGE_HEIGHT = 0.635, 0.68, 0.51, 0.44
WRONG_SIGN, MISSED_SIGN = "\N{BALLOT X}", "\N{NORTH EAST ARROW}"


@dataclass(frozen=True, config=STRICT)
class GroupsOfQuery(Figure):
    """The groups that some methods and an external tool found in one query.

    Attributes
    ----------
    query : str, optional
        Its slug; see `Material.place` for the default.
    methods : tuple of str, default ("vgg_pca",)
    tool : str, optional, default "imagehash_phash"
        One more, beside them.
    protocol : str, default "loqo"
    most_images : int, default 40
        Of each method; of more images those in groups with most mistakes.
    """

    query: Slug | None = None
    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("vgg_pca",)
    tool: str | None = "imagehash_phash"
    protocol: str = "loqo"
    most_images: Annotated[int, Field(ge=1)] = 40

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        query = material.dataset.queries[material.place(self.query)]
        names = [*self.methods, *([self.tool] if self.tool else [])]
        across = min(2, len(names))
        columns = WIDTH // across
        width = (style.WIDTH - 2 * MARGIN + BETWEEN) / across
        blocks = [
            Block.of(
                name,
                Mistakes.of(query, material.stored.partition(name, self.protocol, query.slug)),
                columns,
                self.most_images,
            )
            for name in names
        ]
        rows = [blocks[i : i + across] for i in range(0, len(blocks), across)]
        heights = [max(block.height for block in row) for row in rows]
        canvas = style.canvas(TOP + LEGEND + sum(heights))
        page = style.page(canvas)
        style.heading(page, query, f"{', '.join(names)}: {self.protocol}")
        top = page.get_ylim()[1] - TOP
        _draw_legend(page, top - LEGEND / 2)
        top -= LEGEND
        for row, height in zip(rows, heights, strict=True):
            for i, block in enumerate(row):
                _draw_block(page, block, query, (MARGIN + i * width, top))
            top -= height
        n, cut = len(query.images), len(query.images) > self.most_images
        return Picture(
            canvas,
            title=f"Groups found in the query {query.slug} ({query.title})",
            text=(
                "Each box is a group; its images differ in letter and colour where they show "
                "different photographs, grey without a letter is a photograph shown once. A cross "
                "and a number: with so many images of other photographs the image is in one group "
                "(wrong pairs; the box is orange). An arrow and a number: so many images of its "
                "photograph are in other groups (missed pairs). Below: the pairs of the whole "
                "query, counted."
                + (
                    f" Of {n} images at most {self.most_images} are shown, those in groups with "
                    "most mistakes."
                    if cut
                    else ""
                )
            ),
            protocol=self.protocol,
            settings={"query": query.slug, "methods": ", ".join(names)},
        )


@plain_dataclass(frozen=True)
class Block:
    """What is drawn of one method: its boxes on a grid of tiles.

    Attributes
    ----------
    name : str
    mistakes : Mistakes
    boxes : tuple of (Part, int, int)
        What is in each, and the row and column of its first tile.
    columns, rows : int
        Of the grid.
    """

    name: str
    mistakes: Mistakes
    boxes: tuple[tuple[Part, int, int], ...]
    columns: int
    rows: int

    @classmethod
    def of(cls, name: str, mistakes: Mistakes, columns: int, most_images: int) -> Block:
        """Lay the groups out; those of one image come below the others."""
        parts = mistakes.parts(most_images, columns - 1)
        boxes: list[tuple[Part, int, int]] = []
        rows = 0
        for section in (
            [part for part in parts if part.size > 1],
            [part for part in parts if part.size == 1],
        ):
            places, used = packed([part.n_tiles for part in section], columns)
            boxes += [
                (part, rows + row, column)
                for part, (row, column) in zip(section, places, strict=True)
            ]
            rows += used
        return cls(name, mistakes, tuple(boxes), columns, rows)

    @property
    def height(self) -> float:
        """In inches."""
        return NAME + self.rows * TILE_HEIGHT + COUNTS + 0.1


def packed(sizes: Sequence[int], columns: int) -> tuple[list[tuple[int, int]], int]:
    """Put boxes of some tiles onto a grid, each where it first fits.

    A box with more tiles than there are columns takes whole rows.

    Returns
    -------
    places : list of (int, int)
        The row and column of each box's first tile.
    rows : int
        How many rows are used.
    """
    places: list[tuple[int, int]] = []
    used: list[int] = []
    for size in sizes:
        if size > columns:
            places.append((len(used), 0))
            used += [columns] * -(-size // columns)
            continue
        row = next((i for i, taken in enumerate(used) if taken + size <= columns), len(used))
        if row == len(used):
            used.append(0)
        places.append((row, used[row]))
        used[row] += size
    return places, len(used)


def _draw_block(page: Axes, block: Block, query: Query, corner: tuple[float, float]) -> None:
    left, top = corner
    room = style.WIDTH - left - block.columns * TILE_WIDTH
    style.write(page, left, top - NAME / 2, block.name, room, weight="bold")
    pictures = iter(
        thumbnails(
            [query.images[i] for part, *_ in block.boxes for i in part.images],
            IMAGE_WIDTH,
            IMAGE_HEIGHT,
        )
    )
    marks = style.marks(query.photographs.tolist())
    for part, row, column in block.boxes:
        box_top = top - NAME - row * TILE_HEIGHT
        _draw_box(page, block, part, (left + column * TILE_WIDTH, box_top))
        for k, i in enumerate(part.images):
            row_of_box, column_of_box = divmod(k, block.columns)
            x = left + (column + column_of_box + 0.5) * TILE_WIDTH
            tile_top = box_top - row_of_box * TILE_HEIGHT
            mark = marks[query.labels[i].photograph]
            y = tile_top - INSET - 0.03 - IMAGE_HEIGHT / 2
            width, height = place(page, next(pictures), x, y, mark.colour)
            if mark.letter:
                style.badge(page, mark, x - width / 2, y + height / 2)
            _draw_counts(page, block.mistakes.wrong[i], block.mistakes.missed[i], x, tile_top)
    scores = block.mistakes.scores
    page.text(
        left,
        top - NAME - block.rows * TILE_HEIGHT - COUNTS / 2,
        f"{scores.tp} right, {scores.fp} wrong, {scores.fn} missed pairs\n"
        f"precision {scores.precision:.3f}, recall {scores.recall:.3f}, F1 {scores.f1:.3f}",
        va="center",
        linespacing=1.3,
    )


def _draw_box(page: Axes, block: Block, part: Part, corner: tuple[float, float]) -> None:
    wrong = any(block.mistakes.wrong[i] for i in part.images)
    columns = min(part.n_tiles, block.columns)
    rows = -(-part.n_tiles // block.columns)
    width, height = columns * TILE_WIDTH - 2 * INSET, rows * TILE_HEIGHT - 2 * INSET
    page.add_patch(
        FancyBboxPatch(
            (corner[0] + INSET, corner[1] - INSET - height),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.04",
            facecolor="#FCEBDD" if wrong else "#F4F4F4" if part.size > 1 else "white",
            edgecolor=style.WRONG if wrong else style.GREY if part.size > 1 else style.PALE,
            lw=1.1 if wrong else 0.7,
            zorder=1,
        )
    )
    if len(part.images) < part.size:
        page.text(
            corner[0] + (part.n_tiles - 0.5) * TILE_WIDTH,
            corner[1] - TILE_HEIGHT / 2,
            f"{part.size - len(part.images)}\nmore",
            ha="center",
            va="center",
            color=style.GREY,
        )


def _draw_counts(page: Axes, wrong: int, missed: int, x: float, tile_top: float) -> None:
    """Write below an image in how many wrong and missed pairs it is."""
    y = tile_top - TILE_HEIGHT + INSET + 0.07
    texts = [
        (f"{sign}{count}", colour)
        for sign, count, colour in (
            (WRONG_SIGN, wrong, style.WRONG),
            (MISSED_SIGN, missed, style.MISSED),
        )
        if count
    ]
    for k, (text, colour) in enumerate(texts):
        offset = (k - (len(texts) - 1) / 2) * 0.27
        page.text(
            x + offset,
            y,
            text,
            size=style.SMALL,
            weight="bold",
            color=colour,
            ha="center",
            va="center",
        )


def _draw_legend(page: Axes, y: float) -> None:
    entries = (
        (f"{WRONG_SIGN}2", style.WRONG, "in one group with 2 images of other photographs"),
        (f"{MISSED_SIGN}2", style.MISSED, "2 images of its photograph are in other groups"),
    )
    x = MARGIN
    for sign, colour, text in entries:
        page.text(x, y, sign, weight="bold", color=colour, va="center")
        page.text(x + 0.25, y, text, size=style.SMALL, va="center")
        x += 2.9
