"""What is written in pictures: what parts of methods are called, and names cut to what has room."""

from __future__ import annotations

from string import ascii_uppercase

from dupeval.dataset import Query
from dupeval.reduction import PCA
from dupeval.representation import Representation
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16

_RESIZED = {"squash": "squashed to", "crop": "cropped to", "pad": "padded to"}
_FITTED = {"others": "other queries", "dataset": "all queries", "query": "the query"}


def representation_lines(representation: Representation) -> list[str]:
    """Return what a representation is and does, in a few short lines, its name first."""
    if isinstance(representation, VGG16):
        return [f"VGG16 {representation.layer}", *preparation_lines(representation)]
    if isinstance(representation, RawPixels):
        return ["raw pixels", *preparation_lines(representation)]
    key = dict(representation.key)
    name = str(key.pop("representation", type(representation).__name__))
    return [name, *(f"{setting} {value}" for setting, value in list(key.items())[:2])]


def preparation_lines(representation: RawPixels | VGG16) -> list[str]:
    """Return what is done to an image before all else."""
    side = representation.size
    grey = isinstance(representation, RawPixels) and representation.colour == "grey"
    return [f"{_RESIZED[representation.resize]} {side}×{side}", *(["grey"] if grey else [])]


def reduction_lines(reduction: PCA) -> list[str]:
    """Return what a reduction keeps and is fitted on."""
    kept = reduction.n_components
    return [
        f"{kept:.0%} of variance" if isinstance(kept, float) else f"{kept} components",
        f"fit on {_FITTED[reduction.fit]}",
        *(["whitened"] if reduction.whiten else []),
    ]


def query_name(query: Query) -> str:
    """Return a query's name, and its title where that says more."""
    return query.slug if query.title == query.slug else f"{query.slug} ({query.title})"


def grey_ones(query: Query) -> str:
    """Return which images of a query are grey and without a letter; see `style.marks`."""
    return "those shown once" + ("" if query.is_labelled.all() else " and for unlabelled images")


def one_line(text: str, most: int = 80) -> str:
    """Return text from outside as one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def short(name: str, most: int = 20) -> str:
    """Return a method's name in at most so many characters; of a long one beginning and end."""
    line = " ".join(name.split())
    half = (most - 1) // 2
    return line if len(line) <= most else f"{line[: most - 1 - half]}…{line[-half:]}"


def letters(place: int) -> str:
    """Return the letters of the photograph at a place: A to Z, then AA, AB and so on."""
    earlier, last = divmod(place, 26)
    return (letters(earlier - 1) if earlier else "") + ascii_uppercase[last]
