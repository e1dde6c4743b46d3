"""What a tool sees of a query: private copies of its images under neutral names."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dupeval.dataset import ImageHandle
from dupeval.dataset.formats import format_of

NEUTRAL_NAME = re.compile(r"\b(\d{5})\.[a-z][a-z0-9]*\b")
ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif", "JPEG2000": ".jp2"}


def in_order(images: Sequence[ImageHandle]) -> list[int]:
    """Return the places of images in an order that says nothing of labels or names."""
    return sorted(range(len(images)), key=lambda i: images[i].sha256)


@contextmanager
def private_copies(
    images: Sequence[ImageHandle], place: Path | None = None
) -> Iterator[list[Path]]:
    """Copy images into a folder of their own in `place`, which vanishes afterwards.

    Copies, not links: a tool may write to what it is given. Names are numbers in the order
    of `images`, with the usual ending of the format that the content has.
    """
    with tempfile.TemporaryDirectory(
        prefix="dupeval-", dir=place, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name) / "images"
        folder.mkdir()
        copies = []
        for i, image in enumerate(images):
            with image.open() as file:
                content = file.read()
            copy = folder / f"{i:05d}{_ending(content)}"
            copy.write_bytes(content)
            copies.append(copy)
        yield copies


def _ending(content: bytes) -> str:
    kind = format_of(io.BytesIO(content))
    return ENDINGS.get(kind, f".{kind.lower()}")
