"""The tables of a made dataset: what each image shows, and of which pairs nobody can be sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, groupby
from pathlib import Path

from dupeval.dataset.making.plan import PlannedImage
from dupeval.dataset.making.records import Record
from dupeval.dataset.writing import table_texts


def write_tables(folder: Path, made: Sequence[tuple[PlannedImage, Record]]) -> None:
    """Write queries.csv, labels.csv, and pairs.csv where there is something to say in it.

    Parameters
    ----------
    folder : Path
    made : sequence of PlannedImage and Record
        All images, query after query, by place.
    """
    titles = {planned.source.query: planned.source.title for planned, _ in made}
    rows = (
        (record.query, record.image, record.photograph, record.edit, planned.source.scene)
        for planned, record in made
    )
    unsure = ((*pair, "unsure") for pair in withdrawn_pairs(made))
    for name, text in table_texts(titles, rows, unsure).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def withdrawn_pairs(
    made: Sequence[tuple[PlannedImage, Record]],
) -> Iterator[tuple[str, str, str]]:
    """Give each pair that shows something of one photograph, but not only, and is no copy.

    That is any pair of images of different photographs, one of them a collage, whose parts have
    a photograph in common: a collage and an image of its smaller part; two collages that share
    the smaller part; or one's larger part and the other's smaller. Whether such a pair belongs
    together is a matter of taste.

    Parameters
    ----------
    made : sequence of PlannedImage and Record

    Yields
    ------
    tuple of str
        The query and the names of two images, in the order of `made`.
    """
    for query, images in groupby(made, lambda image: image[1].query):
        for (one, first), (other, second) in combinations(images, 2):
            if one.source != other.source and one.shown & other.shown:
                yield query, first.image, second.image
