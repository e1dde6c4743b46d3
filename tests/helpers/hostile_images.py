"""Files that are no images to be read, each made in a line or two, and what is said of each.

`REFUSED` are broken, or larger than they look, or no images. `ENTRIES` are no files, or not to be
read, whatever they are called.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from by_hand import png
from image_bytes import (
    GREY_ROW,
    HALVES,
    NOISE,
    big_tiff,
    bmp,
    first_half,
    flat_png,
    gif,
    grey_tiff,
    halves,
    ico,
    many_steps,
    noise,
    saved,
    says,
    tiff_table,
    webp,
    wrong_crc,
)
from PIL import Image


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
