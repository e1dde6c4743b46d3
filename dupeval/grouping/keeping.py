"""Which image of a group is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from dupeval.grouping.reading import ImageFile

# What decides; where it is the same for several the others decide, in this order.
Keep = Literal["pixels", "bytes", "oldest", "name"]
RULES: tuple[Keep, ...] = get_args(Keep)

_BEST_FIRST: dict[Keep, Callable[[ImageFile], Any]] = {
    "pixels": lambda file: -file.content.n_pixels,
    "bytes": lambda file: -file.n_bytes,
    "oldest": lambda file: file.modified_ns,
    "name": lambda file: file.path,
}


def keeper(files: Sequence[ImageFile], keep: Keep = "pixels") -> int:
    """Return the place of the image that is kept.

    Parameters
    ----------
    files : sequence of ImageFile
        At least one.
    keep : {"pixels", "bytes", "oldest", "name"}, default "pixels"
        The one with most pixels, with the largest file, whose file was changed the longest ago, or
        whose path is first in the order of letters. Where that is the same for several, the others
        decide, in this order.
    """
    order = [keep, *(rule for rule in RULES if rule != keep)]

    def rank(place: int) -> tuple[Any, ...]:
        return tuple(_BEST_FIRST[rule](files[place]) for rule in order)

    return min(range(len(files)), key=rank)
