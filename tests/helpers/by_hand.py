"""Image files made byte by byte, so that what they must look like is known without any library."""

import struct
import zlib
from collections.abc import Mapping, Sequence

# Tag to type and values; 3 is SHORT, 4 is LONG.
Tags = Mapping[int, tuple[int, Sequence[int]]]


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """Build a PNG: colour 0 is grey, 2 RGB, 4 grey with alpha; rows begin with a filter byte."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(rows))
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *extra, data, chunk(b"IEND", b"")]
    return b"".join(parts)


def chunk(kind: bytes, data: bytes) -> bytes:
    """Build a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def tiff(
    order: str,
    photometric: int,
    bits: Sequence[int],
    data: bytes,
    *,
    size: tuple[int, int] = (2, 1),
    packed: bool = False,
    more: Tags | None = None,
) -> bytes:
    """Build a TIFF of one strip.

    Parameters
    ----------
    order : {"<", ">"}
        Little- or big-endian (II or MM).
    photometric : int
        0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 CIELAB.
    bits : sequence of int
        Of each sample of a pixel.
    data : bytes
        The rows, in the byte order of `order`.
    packed : bool, default False
        Compressed with Deflate, which Pillow leaves to another library.
    """
    data = zlib.compress(data) if packed else data
    width, height = size
    tags = {
        **{256: (4, [width]), 257: (4, [height]), 258: (3, bits), 259: (3, [8 if packed else 1])},
        **{262: (3, [photometric]), 273: (4, [0]), 277: (3, [len(bits)]), 278: (4, [height])},
        **{279: (4, [len(data)]), **(more or {})},
    }
    at = 8 + 2 + 12 * len(tags) + 4
    values = {tag: _packed(order, *tags[tag]) for tag in sorted(tags)}
    long = b"".join(value for value in values.values() if len(value) > 4)
    values[273] = _packed(order, 4, [at + len(long)])
    entries = b""
    for tag, value in values.items():
        kind, numbers = tags[tag]
        entries += struct.pack(f"{order}HHI", tag, kind, len(numbers))
        if len(value) > 4:
            entries += struct.pack(f"{order}I", at)
            at += len(value)
        else:
            entries += value.ljust(4, b"\0")
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(tags))
    return start + entries + bytes(4) + long + data


def _packed(order: str, kind: int, numbers: Sequence[int]) -> bytes:
    return struct.pack(f"{order}{len(numbers)}{ {3: 'H', 4: 'I'}[kind] }", *numbers)
