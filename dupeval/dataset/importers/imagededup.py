"""A folder of images with imagededup's ground truth: JSON of the form {image: [duplicates]}."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dupeval.dataset import Dataset
from dupeval.dataset.importing import Found, Reading, import_images, list_names
from dupeval.dataset.names import composed
from dupeval.files import open_regular


def read_imagededup(
    root: Path,
    truth: str,
    checked_dir: Path | None = None,
    progress: bool = False,
    images_a_query: int | None = 100,
    name: str | None = None,
) -> Dataset:
    """Read a folder of images and their ground truth; duplicates are one photograph.

    Parameters
    ----------
    root : Path
        All images, in one folder.
    truth : str
        The JSON file, anywhere. Every image has a line; duplicates name each other.
    checked_dir, progress, images_a_query, name
        See `dupeval.dataset.importing.Reading`.

    Raises
    ------
    DatasetError
        With every problem: see `dupeval.dataset.importing.import_images`; also images whose lines
        contradict each other, as where a is b's duplicate, b is c's, and a is not c's.
    """
    reading = Reading(root, name, images_a_query, checked_dir, progress)
    problems: list[str] = []
    groups = _groups(Path(truth), problems)
    # The truth may lie beside the images.
    beside = Path(truth).resolve()
    names = [x for x in list_names(root, "", problems) if (root / x).resolve() != beside]
    if groups:
        problems += [
            f"{x}: not in {truth}; give it a line" for x in names if composed(x) not in groups
        ]
        problems += [
            f"{truth}: no file {x!r}" for x in sorted(groups.keys() - set(map(composed, names)))
        ]
    found = [Found(x, min(groups[composed(x)])) for x in names if composed(x) in groups]
    return import_images(reading, found, problems)


def _groups(truth: Path, problems: list[str]) -> dict[str, frozenset[str]]:
    """Return the group of each image, itself among them."""
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        lines = dict(pairs)
        if len(lines) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return lines

    try:
        with open_regular(truth) as file:
            lines = json.load(file, object_pairs_hook=unique)
    except OSError as error:
        problems.append(f"{truth}: cannot be read ({error.strerror})")
        return {}
    except (ValueError, RecursionError) as error:
        problems.append(f"{truth}: not JSON ({error})")
        return {}
    problems += [f"{truth}: image {name!r} has more than one line" for name in twice]
    if not isinstance(lines, dict) or not lines:
        problems.append(f"{truth}: not of the form {{image: [duplicates]}}")
        return {}
    groups: dict[str, frozenset[str]] = {}
    for name, others in lines.items():
        if isinstance(others, list) and all(isinstance(other, str) for other in others):
            groups[composed(name)] = frozenset(map(composed, [name, *others]))
        else:
            problems.append(f"{truth}: the duplicates of {name!r} are not a list of names")
    problems += _contradictions(truth, groups)
    return groups


def _contradictions(truth: Path, groups: dict[str, frozenset[str]]) -> list[str]:
    """Tell the images whose lines do not agree with those of their duplicates."""
    faults = []
    for name, group in sorted(groups.items()):
        for other in sorted(group - {name}):
            if other not in groups:
                faults.append(f"{truth}: {other!r}, a duplicate of {name!r}, has no line")
                continue
            amiss = sorted(group ^ groups[other])
            # Of two lines that each name the other, one is enough.
            if amiss and (name < other or name not in groups[other]):
                faults.append(
                    f"{truth}: {name!r} and {other!r} are duplicates, but only one of them is "
                    f"said to be one of {', '.join(map(repr, amiss))}"
                )
    return faults
