"""The pixels of an opened image as a person sees them, or why nobody can tell what that would be.

Pillow opens more than it shows rightly: what is not sure to look like the file is refused here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from PIL import Image

# Tags of TIFF.
SUBFILE_TYPE, BITS, COMPRESSION, PHOTOMETRIC, PLANAR = 254, 258, 259, 262, 284
COLOUR_MAP, SUB_IMAGES, SAMPLE_FORMAT = 320, 330, 339
SIGNED, FLOATING = 2, 3

# Mode and number of channels of the Photoshop files that Pillow shows as they are.
PSD_KINDS = {(1, 1), (2, 1), (3, 3), (3, 4), (4, 4), (8, 1), (9, 3)}

# Formats that say what is white in greys of more than 8 bits, or whose reader scales them.
DEEP = ("PNG", "ICO", "ICNS", "JPEG2000", "PPM")

REFUSED = {
    **dict.fromkeys(("FITS", "MCIDAS", "SPIDER"), "the values are measurements, not colours"),
    "XBM": "nobody can tell which of the two colours is white",
}


class UnsureError(ValueError):
    """Why it is not known what an image looks like."""


def to_rgb(image: Image.Image, header: bytes) -> Image.Image:
    """Return an opened image's first frame as mode RGB, not turned.

    Parameters
    ----------
    image : Image
        As `PIL.Image.open` gives it; not yet loaded.
    header : bytes
        The first 32 bytes of its file.

    Raises
    ------
    UnsureError
        If it is not known what the values look like.
    """
    fault = _fault(image, header)
    if fault:
        raise UnsureError(fault)
    _scale_transparent_grey(image)
    image.load()
    if _is_deep(image):
        image = _to_8_bits(image)
    elif image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data and not _alpha_is_unused(image, header):
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _is_deep(image: Image.Image) -> bool:
    """Say whether a grey image has more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _fault(image: Image.Image, header: bytes) -> str | None:
    """Say what keeps an image from being shown rightly."""
    kind, mode = image.format, image.mode
    if kind == "TIFF":
        return _fault_of_tiff(mode, _tags(image), header)
    psd_mode, channels = _psd_kind(header) if kind == "PSD" else (0, 0)
    return _first(
        [
            (kind in REFUSED, f"a file of {kind}, of which {REFUSED.get(kind or '')}"),
            (
                kind == "PSD" and (psd_mode, channels) not in PSD_KINDS,
                f"a PSD file of mode {psd_mode} with {channels} channels",
            ),
            (
                _raw_mode(image) == "RGB;16B" and "transparency" in image.info,
                "a PNG of 16-bit colours, one of which is transparent",
            ),
            (
                kind in ("JPEG", "MPO") and mode == "CMYK" and "adobe" not in image.info,
                "a CMYK JPEG that does not say, by Adobe's mark, how its inks are stored",
            ),
            (
                _is_deep(image) and kind not in DEEP,
                f"a file of {kind} and mode {mode}, which does not say what white is",
            ),
        ]
    )


def _fault_of_tiff(mode: str, tags: Mapping[int, Any], header: bytes) -> str | None:
    bits, kinds = tags.get(BITS, (1,)), tags.get(SAMPLE_FORMAT, (1,))
    return _first(
        [
            (
                SIGNED in kinds,
                f"a TIFF of signed {bits[0]}-bit integers, which does not say what white is",
            ),
            (
                mode == "I",
                "a TIFF of 32-bit integers; possible: 8 or 16 bits, or floating point from 0 to 1",
            ),
            (
                tags.get(PLANAR) == 2 and max(bits) > 8,
                f"a TIFF of {max(bits)}-bit colours in separate planes",
            ),
            (
                FLOATING in kinds and header.startswith(b"MM") and tags.get(COMPRESSION, 1) != 1,
                "a compressed TIFF of big-endian floating point values",
            ),
            (
                mode in ("P", "PA") and 0 < max(tags.get(COLOUR_MAP, (0,))) < 256,
                "a TIFF whose colour map has 8 bits instead of 16",
            ),
            (
                tags.get(SUBFILE_TYPE, 0) & 1 == 1 and SUB_IMAGES in tags,
                "a TIFF whose first picture is a small preview, as cameras write raw files",
            ),
        ]
    )


def _first(cases: Iterable[tuple[bool, str]]) -> str | None:
    return next((reason for holds, reason in cases if holds), None)


def _tags(image: Image.Image) -> Mapping[int, Any]:
    tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
    return tags


def _psd_kind(header: bytes) -> tuple[int, int]:
    channels, mode = struct.unpack_from(">H10xH", header, 12)
    return mode, channels


def _raw_mode(image: Image.Image) -> str:
    """Return Pillow's name for how a PNG stores its values, such as L;4 or RGB;16B."""
    tiles: list[Any] = getattr(image, "tile", [])
    return str(tiles[0][3]) if tiles else ""


def _alpha_is_unused(image: Image.Image, header: bytes) -> bool:
    # A TGA says how many bits of alpha it has; others leave the byte 0, which is no transparency.
    return image.format == "TGA" and header[17] & 0x0F == 0


def _scale_transparent_grey(image: Image.Image) -> None:
    # Pillow scales greys of 2 and 4 bits to 8, but not the one that is transparent.
    bits = {"L;2": 2, "L;4": 4}.get(_raw_mode(image)) if image.format == "PNG" else None
    if bits and isinstance(image.info.get("transparency"), int):
        image.info["transparency"] *= 255 // (2**bits - 1)


def _to_8_bits(image: Image.Image) -> Image.Image:
    # Pillow's own conversion clips these modes to 0..255 instead of scaling them.
    tags = _tags(image)
    values = np.asarray(image)
    if image.mode == "F":
        least, most = values.min(), values.max()
        if not (least >= 0 and most <= 1):  # Neither holds of what is no number.
            raise UnsureError(
                f"floating point values from {least:g} to {most:g}; only those from 0 (black) to "
                "1 (white) are read"
            )
        white = 1.0
    else:
        white = 4095.0 if tags.get(BITS) == (12,) else 65535.0
    shares = np.rint(values.astype(np.float64) * (255.0 / white)).astype(np.uint8)
    grey = Image.fromarray(255 - shares if tags.get(PHOTOMETRIC) == 0 else shares)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        opaque = np.where(values == transparent, 0, 255).astype(np.uint8)
        grey.putalpha(Image.fromarray(opaque))
    return grey
