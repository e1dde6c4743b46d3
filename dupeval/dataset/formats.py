"""The format of an image file, by its content."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image


def format_of(file: BinaryIO) -> str:
    """Return Pillow's name of the format of an image that `dupeval.dataset.images` decodes.

    Parameters
    ----------
    file : binary stream
        From the beginning of the image.
    """
    try:
        with Image.open(file) as image:
            return image.format or ""
    except ValueError:
        # Of what is decoded, Pillow opens nothing but PNG only without its long texts.
        return "PNG"
