"""Image files that try a reader, each made in a line or two, and what is to come of each.

`READ` are odd and whole: the pixels are known. `REFUSED` are broken, or larger than they look, or
no images: the sentence is known. `ENTRIES` are no files, or not to be read, whatever they are
called.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
    big_tiff,
    bmp,
    cyclic_tiff,
    exif_of,
    first_half,
    flat_png,
    frames,
    gif,
    grey_tiff,
    halves,
    ico,
    jpeg_with,
    many_steps,
    noise,
    palette,
    png_text,
    saved,
    says,
    segment,
    tiff_table,
    turn,
    webp,
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


@dataclass(frozen=True)
class Bad:
    """A file that cannot be read.

    Attributes
    ----------
    content : callable
        Makes the bytes.
    said : str
        A regular expression for the whole sentence.
    """

    content: Callable[[], bytes]
    said: str


CUT = r"cannot be decoded \(.+\)"
STUB = r"not read, being a file of \w+ and mode F, which does not say what white is"
NO_IMAGE = "not an image that Pillow can read"
TOO_LARGE = r"\d+ x \d+ pixels are more than the limit of \d+"
BOMB = r"cannot be decoded \(Image size .+ could be decompression bomb DOS attack\.\)"
NO_IMAGE_OR_CUT = f"{NO_IMAGE}|{CUT}"

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

REFUSED: dict[str, Bad] = {
    "zero bytes": Bad(lambda: b"", "the file has zero bytes"),
    "a byte": Bad(lambda: b"\xff", NO_IMAGE),
    "zeros": Bad(lambda: bytes(10_000), NO_IMAGE),
    "HTML": Bad(lambda: b"<!DOCTYPE html><script>alert(1)</script>", NO_IMAGE),
    "SVG": Bad(
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', NO_IMAGE
    ),
    "PDF": Bad(lambda: b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", NO_IMAGE),
    "EPS": Bad(lambda: saved(Image.new("RGB", (4, 4)), "EPS"), NO_IMAGE),
    "EPS of DOS": Bad(
        lambda: (
            b"\xc5\xd0\xd3\xc6"
            + struct.pack("<II", 32, 99)
            + bytes(20)
            + saved(Image.new("RGB", (4, 4)), "EPS")
        ),
        NO_IMAGE,
    ),
    "ZIP": Bad(lambda: b"PK\x05\x06" + bytes(18), NO_IMAGE),
    "pickle": Bad(lambda: b"cos\nsystem\n(S'touch x'\ntR.", NO_IMAGE),
    "FITS": Bad(
        lambda: (
            b"".join(
                c.ljust(80)
                for c in (
                    b"SIMPLE  =                    T",
                    b"BITPIX  =                   16",
                    b"NAXIS   =                    2",
                    b"NAXIS1  =                    2",
                    b"NAXIS2  =                    1",
                    b"END",
                )
            ).ljust(2880)
            + bytes(2880)
        ),
        "not read, being a file of FITS, of which the values are measurements, not colours",
    ),
    "HDF5": Bad(lambda: b"\x89HDF\r\n\x1a\n" + bytes(500), STUB),
    "GRIB": Bad(lambda: b"GRIB\0\0\0\1" + bytes(500), STUB),
    "BUFR": Bad(lambda: b"BUFR" + bytes(500), STUB),
    "WMF": Bad(
        lambda: (
            b"\xd7\xcd\xc6\x9a\0\0"
            + struct.pack("<hhhhH", 0, 0, 32000, 32000, 1)
            + bytes(6)
            + b"\1\0\t\0"
            + bytes(99)
        ),
        BOMB,
    ),
    "MPEG": Bad(lambda: b"\0\0\1\xb3\x10\0\x10" + bytes(99), CUT),
    "JPEG of its first half": Bad(lambda: first_half(halves()), CUT),
    "JPEG cut in its head": Bad(lambda: halves()[:30], NO_IMAGE_OR_CUT),
    "JPEG without pixels": Bad(lambda: halves().partition(b"\xff\xda")[0], CUT),
    "PNG of its first half": Bad(lambda: first_half(noise("PNG")), CUT),
    "PNG cut in its head": Bad(lambda: noise("PNG")[:20], NO_IMAGE_OR_CUT),
    "PNG without pixels": Bad(
        lambda: png(2, 1, 8, 0, GREY_ROW).replace(b"IDAT", b"IDAX"), NO_IMAGE_OR_CUT
    ),
    "PNG with a wrong checksum of its head": Bad(lambda: wrong_crc(b"IHDR"), NO_IMAGE_OR_CUT),
    "PNG with a text of a wrong checksum": Bad(lambda: wrong_crc(b"tEXt"), NO_IMAGE),
    "PNG of 0 x 0": Bad(lambda: png(0, 0, 8, 0, b""), NO_IMAGE_OR_CUT),
    "GIF of its first half": Bad(lambda: first_half(noise("GIF")), NO_IMAGE_OR_CUT),
    "GIF of 0 x 0": Bad(
        lambda: b"GIF89a" + bytes(7) + b"\x2c" + bytes(9) + b"\2\0\x3b", NO_IMAGE_OR_CUT
    ),
    "WebP of its first half": Bad(lambda: first_half(noise("WEBP")), NO_IMAGE_OR_CUT),
    "TIFF of its first half": Bad(lambda: first_half(noise("TIFF")), CUT),
    "AVIF of its first half": Bad(lambda: first_half(noise("AVIF")), NO_IMAGE_OR_CUT),
    "PNG of 60,000 x 60,000": Bad(lambda: png(60_000, 60_000, 8, 0, b"\0"), BOMB),
    "PNG of 2,147,483,647 x 2,147,483,647": Bad(
        lambda: png(2**31 - 1, 2**31 - 1, 8, 0, b"\0"), BOMB
    ),
    "PNG of 90 megapixels": Bad(lambda: flat_png(9500, 9500, 0), TOO_LARGE),
    "GIF of 65,535 x 65,535": Bad(lambda: gif((65535, 65535), (0, 0, 1, 1)), BOMB),
    "GIF with a frame beyond its canvas": Bad(lambda: gif((8, 8), (65000, 65000, 1, 1)), BOMB),
    "WebP of 16,383 x 16,383": Bad(lambda: webp(16383, 16383), BOMB),
    "TIFF of 100,000 x 100,000": Bad(lambda: grey_tiff(100_000, 100_000), BOMB),
    "JPEG of 65,535 x 65,535": Bad(lambda: says(halves(), 65535, 65535), BOMB),
    "JPEG of 1,010 steps": Bad(
        lambda: many_steps(1000, Image.fromarray(HALVES)),
        "a JPEG of 1,010 steps, more than the limit of 100",
    ),
    "JPEG of height 0": Bad(lambda: says(halves(), 32, 0), NO_IMAGE_OR_CUT),
    "JPEG 2000 of 4,294,967,295": Bad(
        lambda: (
            noise("JPEG2000", no_jp2=True)[:8]
            + struct.pack(">II", 2**32 - 1, 2**32 - 1)
            + noise("JPEG2000", no_jp2=True)[16:]
        ),
        BOMB,
    ),
    "BMP of a wild head": Bad(lambda: bmp(2**31 - 1, -(2**31) + 1, b""), BOMB),
    "BMP of width 0": Bad(lambda: bmp(0, 5, bytes(99)), NO_IMAGE_OR_CUT),
    "BMP of negative width": Bad(lambda: bmp(-5, 5, bytes(99)), NO_IMAGE_OR_CUT),
    "BMP of 77 bits": Bad(lambda: bmp(5, 5, bytes(999), 77), NO_IMAGE_OR_CUT),
    "PPM of 999,999,999": Bad(lambda: b"P6 999999999 999999999 255\n", BOMB),
    "PPM of minus one": Bad(lambda: b"P6 -1 -1 255\n", NO_IMAGE_OR_CUT),
    "TGA of 65,535 x 65,535": Bad(
        lambda: b"\0\0\x02" + bytes(9) + struct.pack("<HHBB", 65535, 65535, 24, 0), BOMB
    ),
    "PSD of 30,000 x 30,000": Bad(
        lambda: struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, 30000, 30000, 8, 3) + bytes(14), BOMB
    ),
    "QOI of 2,147,483,647": Bad(
        lambda: b"qoif" + struct.pack(">IIBB", 2**31 - 1, 2**31 - 1, 3, 0), BOMB
    ),
    "icon that holds 200 megapixels": Bad(lambda: ico(flat_png(20_000, 10_000, 0), 16), BOMB),
    "icon that holds 90 megapixels": Bad(lambda: ico(flat_png(9500, 9500, 0), 16), TOO_LARGE),
    "icon that holds an icon": Bad(lambda: ico(ico(noise("PNG"), 24), 24), CUT),
    "TIFF whose directory is beyond its end": Bad(
        lambda: b"II*\0\xff\xff\xff\x7f", NO_IMAGE_OR_CUT
    ),
    "TIFF whose pixels are beyond its end": Bad(
        lambda: grey_tiff(2, 1, (273, 4, 1, 2**31 - 1)), CUT
    ),
    "TIFF of 65,535 tags that are not there": Bad(lambda: tiff_table(n=65535), NO_IMAGE_OR_CUT),
    "TIFF of 2^40 tags": Bad(lambda: big_tiff(2**40), NO_IMAGE_OR_CUT),
    "TIFF of a billion strips that are not there": Bad(
        lambda: grey_tiff(2, 1, (273, 4, 2**30, 8)), NO_IMAGE_OR_CUT
    ),
    "TIFF of an unknown compression": Bad(
        lambda: grey_tiff(2, 1, (259, 3, 1, 4711)), NO_IMAGE_OR_CUT
    ),
    "TIFF of 300 bits": Bad(lambda: grey_tiff(2, 1, (258, 3, 1, 300)), NO_IMAGE_OR_CUT),
}


# What is no file, or not one to be read, whatever it is called: how it is made at a path, given a
# folder outside of the dataset, and what a dataset and `dupeval group` say of it. Of links group
# says how many there are: it passes them over.


def _sparse(path: Path, outside: Path) -> None:
    path.touch()
    os.truncate(path, 5 * 10**9)


def _socket(path: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        # The path may be longer than a socket's may be.
        place = outside / "s"
        opened.bind(os.path.relpath(place))
    place.rename(path)


def _outside(path: Path, outside: Path) -> None:
    Image.fromarray(NOISE).save(outside / "secret.png")
    path.symlink_to(outside / "secret.png")


def _unreadable(path: Path, outside: Path) -> None:
    path.write_bytes(noise("PNG"))
    path.chmod(0)


HUGE = r"has 5,000,000,000 bytes, more than the limit of 2,147,483,648"
NO_FILE, A_LINK = "is not a file", None
OUT_OF_IT = "leads out of .+"


@dataclass(frozen=True)
class Entry:
    """What lies in a folder in place of an image.

    Attributes
    ----------
    make : callable
        Makes it at a path, given a folder outside.
    said, said_by_group : str or None
        Regular expressions for the sentences; None where it is passed over.
    """

    make: Callable[[Path, Path], object]
    said: str
    said_by_group: str | None


ENTRIES: dict[str, Entry] = {
    "folder": Entry(lambda path, _: path.mkdir(), NO_FILE, A_LINK),
    "pipe": Entry(lambda path, _: os.mkfifo(path), NO_FILE, NO_FILE),
    "socket": Entry(_socket, NO_FILE, NO_FILE),
    "link to a device": Entry(lambda path, _: path.symlink_to("/dev/zero"), OUT_OF_IT, A_LINK),
    "link to itself": Entry(
        lambda path, _: path.symlink_to(path.name), r"cannot be read \(.+\)", A_LINK
    ),
    "link to nothing": Entry(lambda path, _: path.symlink_to("x"), "is a link to nothing", A_LINK),
    "link to its folder": Entry(lambda path, _: path.symlink_to("."), NO_FILE, A_LINK),
    "link out of the dataset": Entry(_outside, OUT_OF_IT, A_LINK),
    "link to memory": Entry(lambda path, _: path.symlink_to("/proc/self/mem"), OUT_OF_IT, A_LINK),
    "file of 5 GB": Entry(_sparse, HUGE, HUGE),
    "file that may not be read": Entry(
        _unreadable,
        r": cannot be read \(Permission denied\)",
        r"cannot be read \(Permission denied\)",
    ),
}
