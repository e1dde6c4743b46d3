"""From folders to groups."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dupeval.clustering.pairs import PairDistances
from dupeval.dataset.images import ImageError
from dupeval.errors import SettingsError
from dupeval.grouping.comparing import distances_of
from dupeval.grouping.finding import Found, Unread
from dupeval.grouping.groups import (
    BEYOND,
    Grouping,
    NearMiss,
    contents_of,
    grouped_by_distance,
    grouped_by_labels,
    grouped_with_references,
)
from dupeval.grouping.keeping import Keep
from dupeval.grouping.reading import ImageFile, is_unchanged, read_files
from dupeval.method import Method, Partition, Resources
from dupeval.text import visible

CHANGED = "was changed or taken away while the run went on"


@dataclass(frozen=True)
class Chosen:
    """How images are grouped.

    Attributes
    ----------
    name : str
        What the method is called.
    method : Method
    threshold : float, optional
        By default the method's own.
    keep : str, default "pixels"
        See `dupeval.grouping.keeping.keeper`.
    promise : str, default ""
        What a calibration says of it; see `dupeval.deployment.using.chosen_by`.
    """

    name: str
    method: Method
    threshold: float | None = None
    keep: Keep = "pixels"
    promise: str = ""

    @property
    def cut(self) -> float:
        """The threshold in force; NaN of a method that has none.

        Raises
        ------
        SettingsError
            If there is none, or none is possible.
        """
        own = self.method.cut
        if own is not None and np.isnan(own):
            if self.threshold is not None:
                raise SettingsError(f"threshold has no meaning for {self.name}, which tells groups")
            return own
        chosen = own if self.threshold is None else self.threshold
        if chosen is None:
            raise SettingsError(f"{self.name} has no threshold of its own; possible: --threshold T")
        if not 0 <= chosen < np.inf:
            raise SettingsError(f"threshold={chosen:g} is not possible; possible: 0 and above")
        return chosen

    def below(self, largest: float) -> float:
        """Return the threshold, which must part images at the largest distance there is.

        Raises
        ------
        SettingsError
        """
        if not self.cut < largest:
            raise SettingsError(
                f"threshold={self.cut:g} joins all images; possible: below {largest:g}"
            )
        return self.cut


def default_cache() -> Path:
    """Return where what was learnt of images is kept, unless somebody says another place."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "dupeval"


def group_images(
    found: Found, references: Found | None, chosen: Chosen, resources: Resources
) -> Grouping:
    """Group the images among the files that were found.

    Parameters
    ----------
    found : Found
    references : Found, optional
        What the images are compared with, instead of with each other.
    chosen : Chosen
    resources : Resources

    Raises
    ------
    SettingsError
        If there is no image, or a setting is not possible.
    DupevalError
        If the method cannot be run here.
    """
    _ = chosen.cut  # What is impossible shows before any work.
    unread = [*found.unread, *(references.unread if references else ())]
    parts = []
    for some in (found, references) if references else (found,):
        read = read_files(some.paths, resources.cache_dir, resources.progress)
        unread += read.unread
        parts.append(read.files)
    while True:
        if not all(parts):
            raise SettingsError(_nothing(unread))
        try:
            return _grouped(parts, chosen, unread, resources)
        except ImageError:
            left = [tuple(filter(is_unchanged, part)) for part in parts]
            if left == parts:
                raise
            there = {file.path for part in left for file in part}
            gone = [file.path for part in parts for file in part if file.path not in there]
            unread += [Unread(path, CHANGED) for path in gone]
            parts = left


def _nothing(unread: Sequence[Unread]) -> str:
    if not unread:
        return "there are no images; possible: other folders, or --recursive for folders in them"
    first = unread[0]
    more = f", and {len(unread) - 1:,} more" if len(unread) > 1 else ""
    return f"there are no images that can be read: {visible(first.path)} {first.reason}{more}"


def _grouped(
    parts: Sequence[tuple[ImageFile, ...]],
    chosen: Chosen,
    unread: Sequence[Unread],
    resources: Resources,
) -> Grouping:
    """Group the images of one part, or put those of the first to those of the second."""
    files = tuple(file for part in parts for file in part)
    contents = [list(contents_of(part).values()) for part in parts]
    images = [part[of[0]].handle for part, own in zip(parts, contents, strict=True) for of in own]
    n = len(contents[0])
    n_first = n if len(parts) > 1 else None
    answer: PairDistances | Partition = np.zeros(1, np.int64)
    if len(images) > 1:
        answer = distances_of(chosen.method, images, n_first, chosen.cut * (1 + BEYOND), resources)
    n_pairs = n_looked_at = n * (n - 1) // 2 if n_first is None else n * len(contents[1])
    near: Sequence[NearMiss] = ()
    if not isinstance(answer, PairDistances):
        if n_first is not None:
            raise SettingsError(
                f"{chosen.name} tells groups and no distances; possible: without "
                "--against, or a method that tells distances, such as verified"
            )
        groups = grouped_by_labels(files, answer, chosen.keep)
    else:
        n_looked_at = min(n_pairs, answer.n_looked_at)
        cut = chosen.below(answer.largest)
        if n_first is None:
            linkage = chosen.method.linkage_of(chosen.method.default)
            groups, near = grouped_by_distance(files, answer, cut, linkage, chosen.keep)
        else:
            groups, near = grouped_with_references(files, len(parts[0]), answer, cut)
        if answer.recall < 1:
            warnings.warn(
                f"of {answer.n:,} images pairs are found through an index: "
                f"{answer.recall:.1%} of those near enough, by a sample of which all were compared",
                stacklevel=2,
            )
    return Grouping(
        *(files, groups, tuple(near), tuple(unread), chosen.name, chosen.cut),
        n_references=0 if n_first is None else len(parts[1]),
        n_pairs=n_pairs,
        n_looked_at=n_looked_at,
        promise=chosen.promise,
    )
