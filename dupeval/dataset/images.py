"""Any image file as 8-bit RGB pixels."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError

from dupeval.dataset import ImageHandle
from dupeval.dataset.pixels import UnsureError, to_rgb
from dupeval.dataset.room import Room
from dupeval.errors import DupevalError
from dupeval.files import open_regular

# More decoders than this only cost memory: images may be as large as Pillow's limit.
MOST_DECODERS = 4

# Pixels that are decoded at the same time, in images large or many: as many as one may have. Each
# takes up to 27 bytes meanwhile (measured, of WebP).
_ROOM = Room(Image.MAX_IMAGE_PIXELS or 2**27)

# Pillow takes memory in blocks of 16 MiB, which the C library keeps for each thread when they are
# free; those of 64 MiB it gives back.
Image.core.set_block_size(2**26)  # type: ignore[attr-defined]

# Steps in which a JPEG may become clearer; cameras and web sites use up to some 20. Each may be a
# few bytes and take as long as a whole image.
MOST_STEPS = 100
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Where a PNG may hold its orientation besides EXIF proper.
_ORIENTATION_TEXTS = (b"XML:com.adobe.xmp", b"Raw profile type exif")


class ImageError(DupevalError):
    """An image file that cannot be decoded; the message says why, without the file's name."""


def read_rgb(image: Path | ImageHandle) -> npt.NDArray[np.uint8]:
    """Decode an image file to an array of shape (height, width, 3); see `open_rgb`."""
    return np.asarray(open_rgb(image))


def open_rgb(image: Path | ImageHandle) -> Image.Image:
    """Decode an image file.

    The EXIF orientation is applied, transparency is laid on white, deeper values are scaled to
    8 bits, colour profiles are not applied, and of several frames the first is taken.

    Parameters
    ----------
    image : Path or ImageHandle
        Any format Pillow reads, except EPS, which Pillow would hand to another program, and what
        `dupeval.dataset.pixels` refuses.

    Returns
    -------
    Image
        Loaded, of mode RGB.

    Raises
    ------
    ImageError
        If the file is empty, no image, truncated, of a kind whose look is not known, has more
        than Pillow's ``Image.MAX_IMAGE_PIXELS`` pixels, or is a JPEG of more than 100 steps.
    """
    try:
        with open_regular(image) if isinstance(image, Path) else image.open() as file:
            if not file.read(1):
                raise ImageError("the file has zero bytes")
            file.seek(0)
            try:
                return _decoded(file)
            except ValueError:
                file.seek(0)
                if file.read(8) != b"\x89PNG\r\n\x1a\n":
                    raise
                return _decoded(_without_texts(file))
    except UnidentifiedImageError:
        raise ImageError("not an image that Pillow can read") from None
    except UnsureError as error:
        raise ImageError(f"not read, being {error}") from None
    except ImageError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise ImageError(f"cannot be read ({error.strerror})") from None
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


def _decoded(file: IO[bytes]) -> Image.Image:
    header = file.read(32)
    file.seek(0)
    with Image.open(file, formats=_formats()) as image:
        check_pixel_count(image)
        if image.format in ("JPEG", "MPO"):
            _check_steps(file)
        with _ROOM.taken(image.width * image.height):
            pixels = to_rgb(image, header)
            turn = _TURNS.get(_orientation(image))
            return pixels if turn is None else pixels.transpose(turn)


def _check_steps(file: IO[bytes]) -> None:
    """Raise ImageError when a JPEG has more scans than any has that somebody wants to be seen."""
    before = file.tell()
    file.seek(0)
    content = file.read()
    file.seek(before)
    at, n = 0, 0
    while (found := _MARKER.search(content, at)) and found[0] != b"\xff\xd9":
        n += found[0] == b"\xff\xda"
        length = content[found.end() : found.end() + 2]
        at = found.end() + int.from_bytes(length)
    if n > MOST_STEPS:
        raise ImageError(f"a JPEG of {n:,} steps, more than the limit of {MOST_STEPS}")


def _orientation(image: Image.Image) -> Any:
    # Not ImageOps.exif_transpose: it also writes the EXIF anew, and fails if another tag of it is
    # of the wrong type.
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except Exception:
        # Metadata that cannot be read say nothing; the pixels are whole, and viewers show them.
        return None


def _without_texts(file: IO[bytes]) -> IO[bytes]:
    """Return a PNG without its texts and colour profile, which Pillow limits to some MiB.

    Texts that may hold the orientation stay.
    """
    file.seek(0)
    parts = [file.read(8)]
    while len(start := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", start)
        rest = file.read(length + 4)
        is_text = kind in (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
        if not is_text or rest.partition(b"\0")[0] in _ORIENTATION_TEXTS:
            parts += [start, rest]
    return io.BytesIO(b"".join(parts))
