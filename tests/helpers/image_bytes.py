"""Image files made by hand or by Pillow, of which some part is not what it should be."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from by_hand import chunk, png, tiff
from PIL import Image

Pixels = npt.NDArray[np.uint8]
NOISE: Pixels = np.random.default_rng(11).integers(0, 256, (16, 24, 3), dtype=np.uint8)
# Black on the left, and the same after a quarter turn.
HALVES: Pixels = np.repeat(np.repeat([[[0] * 3, [255] * 3]], 16, 1), 16, 0).astype(np.uint8)
TURNED: Pixels = HALVES.swapaxes(0, 1)
GREYS: Pixels = np.repeat(np.array([[[5], [85]]], np.uint8), 3, 2)
GREY_ROW = b"\0\x05\x55"


def saved(image: Image.Image, kind: str, **settings: Any) -> bytes:
    """Return the bytes of an image file."""
    content = io.BytesIO()
    image.save(content, kind, **settings)
    return content.getvalue()


def noise(kind: str, **settings: Any) -> bytes:
    return saved(Image.fromarray(NOISE), kind, **settings)


def halves(**settings: Any) -> bytes:
    return saved(Image.fromarray(HALVES), "JPEG", quality=95, **settings)


def frames(kind: str, **settings: Any) -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], **settings)


RED: Pixels = np.full((8, 8, 3), (255, 0, 0), np.uint8)

# EXIF, byte by byte: entries of tag, type, count, value.


def exif_of(*entries: tuple[int, int, int, bytes], then: int = 0, n: int | None = None) -> bytes:
    start = struct.pack("<6s4sIH", b"Exif", b"II*", 8, len(entries) if n is None else n)
    return start + b"".join(struct.pack("<HHI4s", *e) for e in entries) + struct.pack("<I", then)


def turn(value: int) -> tuple[int, int, int, bytes]:
    return 0x112, 3, 1, struct.pack("<H", value)


LOL = b'<!ENTITY l0 "ha">' + b"".join(
    b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10)
)
XMP = (
    b'<?xml version="1.0"?><!DOCTYPE x [' + LOL + b']><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<a tiff:Orientation="&l9;">&l9;</a></x:xmpmeta>'
)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg_with(*segments: bytes, **settings: Any) -> bytes:
    whole = halves(**settings)
    return whole[:2] + b"".join(segments) + whole[2:]


def png_text(kind: bytes, value: bytes) -> bytes:
    before = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}[kind]
    return chunk(kind, before + zlib.compress(value, 9))


def palette(indices: bytes, *extra: bytes) -> bytes:
    """Build a PNG of 8-bit indices into two colours."""
    colours = chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))
    return png(len(indices), 1, 8, 3, b"\0" + indices, colours, *extra)


def ico(inside: bytes, side: int) -> bytes:
    """Build an icon that says how large the picture inside is."""
    entry = struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(inside), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + inside


def bmp(width: int, height: int, pixels: bytes, bits: int = 24) -> bytes:
    size = 54 + len(pixels)
    header = struct.pack("<2sIIIIiiHHIIiiII", b"BM", size, 0, 54, 40, width, height, 1, bits, 0,
                         len(pixels), 0, 0, 0, 0)  # fmt: skip
    return header + pixels


def gif(canvas: tuple[int, int], frame: tuple[int, int, int, int]) -> bytes:
    """Build a GIF of one frame (left, top, width, height) of red pixels."""
    red = saved(Image.new("P", frame[2:] if max(frame) < 100 else (1, 1)), "GIF")
    data = red[red.index(b"\x2c", 13) + 10 :]
    start = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\xff\0\0\0\0\0"
    return start + b"\x2c" + struct.pack("<HHHHB", *frame, 0) + data


def flat_png(width: int, height: int, colour: int, *extra: bytes) -> bytes:
    """Build a PNG with all rows empty, as far as a small file holds them."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = 1 + width * channels
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(row * 64)) for _ in range(-(-height // 64))]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    data = b"".join(parts) + packer.flush()
    pieces = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


def says(content: bytes, width: int, height: int) -> bytes:
    """Let a JPEG say another size."""
    at = next(i for m in (b"\xff\xc0", b"\xff\xc2") if (i := content.find(m)) > 0)
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]


def many_steps(n: int, image: Image.Image) -> bytes:
    """Build a JPEG of which the last step is there n more times."""
    whole = saved(image, "JPEG", progressive=True, quality=95)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * n + whole[-2:]


def webp(width: int, height: int, data: bytes = bytes(30)) -> bytes:
    """Build a WebP that says its size, and little more."""
    content = b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14 | 1 << 28) + data
    start = b"WEBPVP8L" + struct.pack("<I", len(content))
    whole = start + content + bytes(len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def clear_webp(width: int, height: int) -> bytes:
    """Build a WebP of which nothing is seen, of 34 bytes whatever its size."""
    return webp(width, height, bytes.fromhex("071011118888fe07"))


def tiff_table(*tags: tuple[int, int, int, int], n: int | None = None, then: int = 0) -> bytes:
    """Build a little-endian TIFF of one directory of tag, type, count and value or offset."""
    start = b"II*\0" + struct.pack("<IH", 8, len(tags) if n is None else n)
    return start + b"".join(struct.pack("<HHII", *t) for t in tags) + struct.pack("<I", then)


def grey_tiff(width: int, height: int, *more: tuple[int, int, int, int]) -> bytes:
    n_bytes = min(width * height, 2**32 - 1)
    own = {
        **{256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, 1)},
        **{262: (3, 1, 1), 273: (4, 1, 8), 278: (4, 1, height), 279: (4, 1, n_bytes)},
    }
    own.update({tag: rest for tag, *rest in more})
    return tiff_table(*((tag, *own[tag]) for tag in sorted(own))) + bytes(64)


def cyclic_tiff() -> bytes:
    whole = bytearray(tiff("<", 1, [8], b"\x05\x55"))
    n = struct.unpack_from("<H", whole, 8)[0]
    struct.pack_into("<I", whole, 10 + 12 * n, 8)
    return bytes(whole)


def many_strips(n: int) -> bytes:
    """Build a TIFF of n strips of one pixel: each takes more to remember than it holds."""
    at = 10 + 12 * 8 + 4
    tags = tiff_table(
        *((256, 4, 1, 1), (257, 4, 1, n), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)),
        *((273, 4, n, at), (278, 4, 1, 1), (279, 4, n, at + 4 * n)),
    )
    return tags + struct.pack("<I", at) * n + struct.pack("<I", 1) * n


def big_tiff(n: int) -> bytes:
    return b"II+\0" + struct.pack("<HHQQ", 8, 0, 16, n) + bytes(4000)


def first_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def wrong_crc(kind: bytes) -> bytes:
    whole = bytearray(png(2, 1, 8, 0, GREY_ROW, chunk(b"tEXt", b"a\0b")))
    at = whole.index(kind)
    n = struct.unpack_from(">I", whole, at - 4)[0]
    whole[at + 4 + n] ^= 1
    return bytes(whole)
