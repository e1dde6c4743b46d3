"""UKBench: ROOT/ukbenchNNNNN.jpg, whose groups are objects and not photographs.

Images of a group are four other photographs of one object or scene, which a finder of copies must
tell apart: each is a photograph of its own, and hard negatives are all there is. With
``groups="photographs"`` they count as copies, and scores answer another question: how well images
of one scene are found.
"""

from __future__ import annotations

import re
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.importing import Found, Groups, Reading, import_images, list_names


def read_ukbench(
    root: Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    images_a_query: int | None = 100,
    groups: Groups = "scenes",
) -> Dataset:
    """Read UKBench; groups are scenes, the number in an image's name // 4.

    Parameters
    ----------
    root, checked_dir, progress, images_a_query, groups
        See `dupeval.dataset.importing.Reading`. Of the folder, only what is named
        ``ukbench`` and ends in ``.jpg`` is taken for an image.

    Raises
    ------
    DatasetError
        With every problem; see `dupeval.dataset.importing.import_images`.
    """
    reading = Reading(root, "ukbench", images_a_query, checked_dir, progress, groups)
    problems: list[str] = []
    found = []
    for name in list_names(root, "", problems):
        if not (name.startswith("ukbench") and name.endswith(".jpg")):
            continue
        number = re.fullmatch(r"ukbench([0-9]{5})\.jpg", name)
        if number:
            found.append(Found(name, f"{int(number[1]) // 4:04d}"))
        else:
            problems.append(f"{name}: not named as in UKBench, ukbench, five digits and .jpg")
    return import_images(reading, found, problems)
