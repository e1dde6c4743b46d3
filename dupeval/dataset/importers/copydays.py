"""INRIA Copydays: photographs, and copies of them that were cropped, compressed or attacked.

ROOT/original/NNNNnn.jpg, ROOT/strong/NNNNnn.jpg, ROOT/jpegqual/QUALITY/NNNNnn.jpg,
ROOT/crops/PERCENT/NNNNnn.jpg; the first four digits are the photograph.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.importing import Found, Reading, import_images, list_names

# The column `edit` of each folder whose sub-folders are strengths.
FAMILIES = {"jpegqual": "jpeg", "crops": "crop"}


def read_copydays(
    root: Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    images_a_query: int | None = 100,
) -> Dataset:
    """Read Copydays; groups are photographs.

    The archives come apart, so that ``strong``, ``jpegqual`` and ``crops`` may each be missing,
    but ``original`` may not. The column ``edit`` is ``jpeg:75``, ``crop:50`` (in per cent, the
    folder's name), ``strong``, or empty of an original.

    Parameters
    ----------
    root, checked_dir, progress, images_a_query
        See `dupeval.dataset.importing.Reading`.

    Raises
    ------
    DatasetError
        With every problem; see `dupeval.dataset.importing.import_images`.
    """
    reading = Reading(root, "copydays", images_a_query, checked_dir, progress)
    problems: list[str] = []
    found = [
        Found(f"{place}/{name}", name[:4], edit)
        for place, edit in _folders(root, problems)
        for name in list_names(root, place, problems)
    ]
    for image in found:
        if not re.fullmatch(r"[0-9]{6}\.jpg", image.place.rpartition("/")[2]):
            problems.append(f"{image.place}: not named as in Copydays, six digits and .jpg")
    return import_images(reading, found, problems)


def _folders(root: Path, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Give each folder of images with its edit."""
    yield "original", ""
    if os.path.lexists(root / "strong"):
        yield "strong", "strong"
    for family, edit in FAMILIES.items():
        if not os.path.lexists(root / family):
            continue
        for name in list_names(root, family, problems):
            if re.fullmatch(r"[1-9][0-9]?", name):
                yield f"{family}/{name}", f"{edit}:{name}"
            else:
                problems.append(f"{family}/{name}: not a folder named as a number from 1 to 99")
