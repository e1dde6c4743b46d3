"""INRIA Holidays: ROOT/jpg/NNNNnn.jpg, whose groups are scenes and not photographs.

Images of a group are other photographs of one place, which a finder of copies must tell apart: each
is a photograph of its own, and hard negatives are all there is. With ``groups="photographs"`` they
count as copies, and scores answer another question: how well images of one scene are found.
"""

from __future__ import annotations

import re
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.importing import Found, Groups, Reading, import_images, list_names


def read_holidays(
    root: Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    images_a_query: int | None = 100,
    groups: Groups = "scenes",
) -> Dataset:
    """Read Holidays; groups are scenes, the number in an image's name // 100.

    Parameters
    ----------
    root, checked_dir, progress, images_a_query, groups
        See `dupeval.dataset.importing.Reading`.

    Raises
    ------
    DatasetError
        With every problem; see `dupeval.dataset.importing.import_images`.
    """
    reading = Reading(root, "holidays", images_a_query, checked_dir, progress, groups)
    problems: list[str] = []
    found = [Found(f"jpg/{name}", name[:4]) for name in list_names(root, "jpg", problems)]
    for image in found:
        if not re.fullmatch(r"jpg/[0-9]{6}\.jpg", image.place):
            problems.append(f"{image.place}: not named as in Holidays, six digits and .jpg")
    return import_images(reading, found, problems)
