"""Any image file as 8-bit RGB pixels."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from dupeval.errors import DupevalError

# More decoders than this only cost memory: images may be as large as Pillow's limit.
MOST_DECODERS = 4


class ImageError(DupevalError):
    """An image file that cannot be decoded; the message says why, without the file's name."""


def read_rgb(path: Path) -> npt.NDArray[np.uint8]:
    """Decode an image file to an array of shape (height, width, 3); see `open_rgb`."""
    return np.asarray(open_rgb(path))


def open_rgb(path: Path) -> Image.Image:
    """Decode an image file.

    The EXIF orientation is applied, transparency is laid on white, 16-bit images are scaled to
    8 bits, and of several frames the first is taken.

    Parameters
    ----------
    path : Path
        Any format Pillow reads, except EPS, which Pillow would hand to another program.

    Returns
    -------
    Image
        Loaded, of mode RGB.

    Raises
    ------
    ImageError
        If the file is empty, no image, truncated, or has more than Pillow's
        ``Image.MAX_IMAGE_PIXELS`` pixels.
    """
    try:
        if path.stat().st_size == 0:
            raise ImageError("the file has zero bytes")
        with Image.open(path, formats=_formats()) as image:
            check_pixel_count(image)
            ImageOps.exif_transpose(image, in_place=True)
            return _to_rgb(image)
    except UnidentifiedImageError:
        raise ImageError("not an image that Pillow can read") from None
    except ImageError:
        raise
    except Exception as error:
        # On damaged files Pillow's decoders raise almost anything, TypeError and MemoryError too.
        raise ImageError(f"cannot be decoded ({error})".replace("\n", " ")) from error


def check_pixel_count(image: Image.Image) -> None:
    """Raise ImageError when an opened image is past Pillow's decompression-bomb limit."""
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        raise ImageError(
            f"{image.width} x {image.height} pixels are more than the limit of {limit}"
        )


def pixel_sha256(pixels: npt.NDArray[np.uint8]) -> str:
    """Return the SHA-256 (64 hex digits) of decoded pixels and their height and width."""
    height, width, _ = pixels.shape
    return hashlib.sha256(b"%dx%d:" % (height, width) + pixels.tobytes()).hexdigest()


@cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(sorted(set(Image.OPEN) - {"EPS"}))


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _to_8_bits(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _to_8_bits(image: Image.Image) -> Image.Image:
    # Pillow's own conversion clips these modes to 0..255 instead of scaling them.
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    if image.mode == "F":
        scale = 255.0 if values.max(initial=0.0) <= 1.0 else 1.0
    else:
        scale = 255.0 / 65535.0 if values.max(initial=0.0) > 255 or image.mode != "I" else 1.0
    grey = Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        opaque = np.where(np.asarray(image) == transparent, 0, 255).astype(np.uint8)
        grey.putalpha(Image.fromarray(opaque))
    return grey
