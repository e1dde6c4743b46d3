"""Images that are odd and whole, each made in a line or two, with their pixels."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from by_hand import chunk, png
from image_bytes import (
    GREY_ROW,
    GREYS,
    HALVES,
    NOISE,
    RED,
    TURNED,
    XMP,
    Pixels,
    bmp,
    cyclic_tiff,
    exif_of,
    frames,
    halves,
    ico,
    jpeg_with,
    many_steps,
    noise,
    palette,
    png_text,
    saved,
    segment,
    turn,
    wrong_crc,
)
from PIL import Image


@dataclass(frozen=True)
class Odd:
    """An image that can be read.

    Attributes
    ----------
    content : callable
        Makes the bytes.
    pixels : array of shape (height, width, 3)
    tolerance : int, default 0
        Of a format that loses something.
    """

    content: Callable[[], bytes]
    pixels: Pixels
    tolerance: int = 0


READ: dict[str, Odd] = {
    "EXIF turned": Odd(lambda: halves(exif=exif_of(turn(6))), TURNED, 6),
    "EXIF orientation 0": Odd(lambda: halves(exif=exif_of(turn(0))), HALVES, 6),
    "EXIF orientation 9": Odd(lambda: halves(exif=exif_of(turn(9))), HALVES, 6),
    "EXIF orientation 65535": Odd(lambda: halves(exif=exif_of(turn(65535))), HALVES, 6),
    "EXIF orientation as text": Odd(lambda: halves(exif=exif_of((0x112, 2, 2, b"6"))), HALVES, 6),
    "EXIF tags of wrong types": Odd(
        lambda: halves(exif=exif_of((0x100, 2, 3, b"96"), turn(6), (0x11A, 7, 4, b"\0\0\0H"))),
        TURNED,
        6,
    ),
    "EXIF directory that holds itself": Odd(
        lambda: halves(exif=exif_of(turn(6), (0x8769, 4, 1, b"\x08\0\0\0"))), TURNED, 6
    ),
    "EXIF directory that follows itself": Odd(
        lambda: halves(exif=exif_of(turn(6), then=8)), TURNED, 6
    ),
    "EXIF of 65535 tags that are not there": Odd(
        lambda: halves(exif=exif_of(turn(6), n=65535)), TURNED, 6
    ),
    "EXIF that points to its end": Odd(
        lambda: halves(exif=exif_of((0x10F, 2, 4000, b"\xff\xff\xff\x7f"), turn(6))), TURNED, 6
    ),
    "JPEG with an XML entity bomb": Odd(
        lambda: jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)), HALVES, 6
    ),
    "PNG with an XML entity bomb": Odd(
        lambda: png(2, 1, 8, 0, GREY_ROW, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
        GREYS,
    ),
    "JPEG with a broken colour profile": Odd(
        lambda: jpeg_with(segment(0xE2, b"ICC_PROFILE\0\x02\x09" + b"x" * 99)), HALVES, 6
    ),
    "PNG with a broken colour profile": Odd(
        lambda: png(2, 1, 8, 0, GREY_ROW, chunk(b"iCCP", b"a\0\0no zlib")), GREYS
    ),
    "PNG with 100 MB of colour profile": Odd(
        lambda: png(2, 1, 8, 0, GREY_ROW, png_text(b"iCCP", bytes(100_000_000))), GREYS
    ),
    "PNG with 100 MB of zTXt": Odd(
        lambda: png(2, 1, 8, 0, GREY_ROW, png_text(b"zTXt", bytes(100_000_000))), GREYS
    ),
    "PNG with 100 MB of iTXt": Odd(
        lambda: png(2, 1, 8, 0, GREY_ROW, png_text(b"iTXt", bytes(100_000_000))), GREYS
    ),
    "PNG with 20,000 texts": Odd(
        lambda: png(2, 1, 8, 0, GREY_ROW, chunk(b"tEXt", b"a\0b") * 20_000), GREYS
    ),
    "PNG with a wrong checksum of its pixels": Odd(lambda: wrong_crc(b"IDAT"), GREYS),
    # As Pillow and browsers show it: what is not there is black.
    "PNG with a row too few": Odd(
        lambda: png(2, 2, 8, 0, GREY_ROW), np.concatenate([GREYS, 0 * GREYS])
    ),
    "PNG with pixels for more rows": Odd(lambda: png(2, 1, 8, 0, GREY_ROW * 5000), GREYS),
    "PNG named .jpg": Odd(lambda: noise("PNG"), NOISE),
    "PNG of 1 bit": Odd(
        lambda: png(2, 1, 1, 0, b"\0\x40"), np.repeat(np.uint8([[[0], [255]]]), 3, 2)
    ),
    "PNG of 16-bit greys": Odd(
        lambda: png(2, 1, 16, 0, b"\0" + struct.pack(">HH", 257 * 5, 257 * 85)), GREYS
    ),
    "PNG of 16-bit colours": Odd(
        lambda: png(2, 1, 16, 2, b"\0" + struct.pack(">6H", *[257 * 5] * 3, *[257 * 85] * 3)), GREYS
    ),
    "PNG of grey with alpha": Odd(
        lambda: png(2, 1, 8, 4, b"\0\x05\xff\x07\0"), np.repeat(np.uint8([[[5], [255]]]), 3, 2)
    ),
    "PNG of which nothing is seen": Odd(
        lambda: png(2, 1, 8, 6, b"\0" + bytes(8)), np.full((1, 2, 3), 255, np.uint8)
    ),
    "PNG of a palette with a clear colour": Odd(
        lambda: palette(b"\0\1", chunk(b"tRNS", b"\xff\0")), np.uint8([[[10, 20, 30], [255] * 3]])
    ),
    "PNG of an index beyond its palette": Odd(
        lambda: palette(b"\0\1\xc8"), np.uint8([[[10, 20, 30], [40, 50, 60], [0] * 3]])
    ),
    "animated GIF": Odd(lambda: frames("GIF"), RED),
    "animated WebP": Odd(lambda: frames("WEBP", lossless=True), RED),
    "animated PNG": Odd(lambda: frames("PNG"), RED),
    "MPO of three pictures": Odd(lambda: frames("MPO", quality=100), RED, 3),
    "TIFF of three pages": Odd(lambda: frames("TIFF"), RED),
    "TIFF whose directory follows itself": Odd(cyclic_tiff, GREYS),
    "JPEG of inks": Odd(
        lambda: saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=100), RED, 3
    ),
    "JPEG in steps, with marks to begin again": Odd(
        lambda: halves(progressive=True, restart_marker_blocks=1), HALVES, 6
    ),
    "JPEG of 70 steps": Odd(lambda: many_steps(60, Image.fromarray(HALVES)), HALVES, 6),
    "JPEG with 4 MB of comments": Odd(
        lambda: jpeg_with(*[segment(0xFE, bytes(65_000))] * 64), HALVES, 6
    ),
    "JPEG with a page of HTML behind it": Odd(
        lambda: halves() + b"<script>alert(1)</script>", HALVES, 6
    ),
    "GIF with a script for its comment": Odd(
        lambda: noise("GIF", comment=b"<script>alert(1)</script>"), NOISE, 255
    ),
    "BMP from top to bottom": Odd(lambda: bmp(2, -1, b"\x05" * 3 + b"\x55" * 3 + b"\0\0"), GREYS),
    "icon whose picture is of another size": Odd(lambda: ico(noise("PNG"), 99), NOISE),
    "1 x 1": Odd(lambda: png(1, 1, 8, 0, b"\0\x05"), GREYS[:, :1]),
    "1 x 60,000": Odd(
        lambda: png(1, 60_000, 8, 0, b"\0\x05" * 60_000), np.full((60_000, 1, 3), 5, np.uint8)
    ),
    "60,000 x 1": Odd(
        lambda: png(60_000, 1, 8, 0, b"\0" + b"\x05" * 60_000), np.full((1, 60_000, 3), 5, np.uint8)
    ),
}
