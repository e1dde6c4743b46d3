"""How an image file is saved: the last link of an edit chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from PIL import Image

from dupeval.dataset.making.edits import whole
from dupeval.dataset.making.levels import Spans

FIRST_QUALITY = 92


@dataclass(frozen=True)
class Encoding:
    """A file format with its options.

    Attributes
    ----------
    extension : str
        Without a dot; also Pillow's name of the format, but for jpg.
    options : mapping
        Arguments to `Image.save`.
    """

    extension: str
    options: Mapping[str, int] = field(default_factory=dict)

    def save(self, image: Image.Image, path: Path) -> None:
        """Write the file."""
        if self.extension == "gif" and image.mode == "RGB":
            image = image.quantize(256, Image.Quantize.MEDIANCUT)
        name = "JPEG" if self.extension == "jpg" else self.extension.upper()
        image.save(path, format=name, **self.options)


FIRST_PUBLISHED = Encoding("jpg", {"quality": FIRST_QUALITY})


def jpeg(rng: Random, quality: Spans) -> tuple[Encoding, str]:
    """JPEG of some quality."""
    drawn = whole(rng, quality)
    return Encoding("jpg", {"quality": drawn}), str(drawn)


def other_format(rng: Random, quality: Spans) -> tuple[Encoding, str]:
    """PNG, GIF of 256 colours, or WebP of some quality."""
    extension = rng.choice(("png", "gif", "webp"))
    if extension != "webp":
        return Encoding(extension), extension
    drawn = whole(rng, quality)
    return Encoding("webp", {"quality": drawn, "method": 4}), f"webp={drawn}"
