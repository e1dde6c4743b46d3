"""Every kind of pixels is read as a person sees it, by values worked out by hand, or refused."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from by_hand import chunk, png, tiff
from PIL import Image

from dupeval.dataset.images import ImageError, read_rgb

WHITE = [255, 255, 255]
ORDERS = pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
PACKED = pytest.mark.parametrize("packed", [False, True], ids=["plain", "deflated"])


def read(path: Path, content: bytes) -> list[list[list[int]]]:
    file = path / "image"
    file.write_bytes(content)
    pixels: list[list[list[int]]] = read_rgb(file).tolist()
    return pixels


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read(path, content)
    return str(caught.value)


def greys(*values: int) -> list[list[list[int]]]:
    return [[[value] * 3 for value in values]]


def shorts(order: str, *values: int) -> bytes:
    return struct.pack(f"{order}{len(values)}H", *values)


# Depths of grey.


@ORDERS
@PACKED
@pytest.mark.parametrize(
    ("bits", "row", "black_is_zero"),
    [
        pytest.param(1, b"\x40", (0, 255), id="1 bit"),
        pytest.param(2, b"\x60", (85, 170), id="2 bits"),
        pytest.param(4, b"\x1e", (17, 238), id="4 bits"),
        pytest.param(8, b"\x00\x32", (0, 50), id="8 bits"),
    ],
)
def test_greys_of_a_tiff(
    tmp_path: Path, order: str, packed: bool, bits: int, row: bytes, black_is_zero: Sequence[int]
) -> None:
    assert read(tmp_path, tiff(order, 1, [bits], row, packed=packed)) == greys(*black_is_zero)
    inverted = (255 - value for value in black_is_zero)
    assert read(tmp_path, tiff(order, 0, [bits], row, packed=packed)) == greys(*inverted)


@ORDERS
@PACKED
def test_16_bit_greys_of_a_tiff_in_both_byte_orders(
    tmp_path: Path, order: str, packed: bool
) -> None:
    # 256 is nearer to 257 * 1 than to 0, and 128 nearer to 0.
    row = shorts(order, 128, 256, 257 * 50, 65535)
    content = tiff(order, 1, [16], row, size=(4, 1), packed=packed)
    assert read(tmp_path, content) == greys(0, 1, 50, 255)


@PACKED
def test_16_bit_greys_whose_zero_is_white(tmp_path: Path, packed: bool) -> None:
    row = shorts("<", 0, 257 * 50)
    assert read(tmp_path, tiff("<", 0, [16], row, packed=packed)) == greys(255, 205)
    # Pillow does not open them big-endian.
    assert refusal(tmp_path, tiff(">", 0, [16], row, packed=packed))


@PACKED
def test_12_bit_greys_have_white_at_4095(tmp_path: Path, packed: bool) -> None:
    row = bytes([0xFF, 0xF8, 0x00])
    assert read(tmp_path, tiff("<", 1, [12], row, packed=packed)) == greys(255, 128)


@pytest.mark.parametrize(
    ("order", "photometric", "packed", "expected"),
    [
        ("<", 1, False, (51, 255)),
        (">", 1, False, (51, 255)),
        ("<", 1, True, (51, 255)),
        ("<", 0, False, (204, 0)),
        (">", 0, False, (204, 0)),
    ],
)
def test_floating_point_greys_go_from_0_to_1(
    tmp_path: Path, order: str, photometric: int, packed: bool, expected: Sequence[int]
) -> None:
    row = struct.pack(f"{order}2f", 0.2, 1.0)
    content = tiff(order, photometric, [32], row, packed=packed, more={339: (3, [3])})
    assert read(tmp_path, content) == greys(*expected)


@pytest.mark.parametrize("values", [(0.0, 1.5), (-0.25, 0.5), (0.0, 255.0), (0.5, float("nan"))])
def test_floating_point_greys_of_another_range_are_refused_with_it(
    tmp_path: Path, values: Sequence[float]
) -> None:
    row = struct.pack("<2f", *values)
    reason = refusal(tmp_path, tiff("<", 1, [32], row, more={339: (3, [3])}))
    assert "only those from 0 (black) to 1 (white) are read" in reason


@pytest.mark.parametrize("maximum", [100, 255, 1000, 65535])
def test_greys_of_a_pgm_are_shares_of_its_maximum(tmp_path: Path, maximum: int) -> None:
    kind = ">3H" if maximum > 255 else ">3B"
    row = struct.pack(kind, 0, maximum // 5, maximum)
    assert read(tmp_path, b"P5 3 1 %d\n" % maximum + row) == greys(0, 51, 255)


def test_a_dark_16_bit_pgm_is_dark(tmp_path: Path) -> None:
    assert read(tmp_path, b"P5 2 1 65535\n" + shorts(">", 200, 255)) == greys(1, 1)


def test_a_portable_bitmap_has_black_at_1(tmp_path: Path) -> None:
    assert read(tmp_path, b"P4 2 1\n\x40") == greys(255, 0)


def test_a_portable_float_map_goes_from_0_to_1_and_upwards(tmp_path: Path) -> None:
    assert read(tmp_path, b"Pf\n1 2\n-1.0\n" + struct.pack("<2f", 0.2, 1)) == [[WHITE], [[51] * 3]]


# Transparency, laid on white: 51 of 255 is a fifth, so value v becomes v / 5 + 204.


@ORDERS
@PACKED
@pytest.mark.parametrize(
    ("extra", "pixels", "expected"),
    [
        pytest.param(0, (10, 255, 10, 51), (10, 10), id="unspecified, so no alpha"),
        pytest.param(1, (10, 255, 10, 51), (10, 214), id="premultiplied"),
        pytest.param(2, (10, 255, 10, 51), (10, 206), id="alpha"),
    ],
)
def test_grey_with_an_extra_channel(
    tmp_path: Path,
    order: str,
    packed: bool,
    extra: int,
    pixels: Sequence[int],
    expected: Sequence[int],
) -> None:
    more = {338: (3, [extra])}
    content = tiff(order, 1, [8, 8], bytes(pixels), packed=packed, more=more)
    assert read(tmp_path, content) == greys(*expected)


@ORDERS
@PACKED
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(
    ("extra", "second"),
    [
        pytest.param(0, [10, 20, 30], id="unspecified, so no alpha"),
        pytest.param(1, [214, 224, 234], id="premultiplied"),
        pytest.param(2, [206, 208, 210], id="alpha"),
    ],
)
def test_colours_with_an_extra_channel(
    tmp_path: Path, order: str, packed: bool, bits: int, extra: int, second: list[int]
) -> None:
    samples = (10, 20, 30, 255, 10, 20, 30, 51)
    row = bytes(samples) if bits == 8 else shorts(order, *(257 * value for value in samples))
    content = tiff(order, 2, [bits] * 4, row, packed=packed, more={338: (3, [extra])})
    assert read(tmp_path, content) == [[[10, 20, 30], second]]


COLOUR_MAP = [*[0, 2570], *[0] * 254, *[0, 5140], *[0] * 254, *[0, 7710], *[0] * 254]


@ORDERS
def test_a_palette_of_a_tiff_with_and_without_alpha(tmp_path: Path, order: str) -> None:
    colours = {320: (3, COLOUR_MAP)}
    assert read(tmp_path, tiff(order, 3, [8], b"\0\1", more=colours)) == [[[0] * 3, [10, 20, 30]]]
    row = bytes([1, 255, 1, 51])
    content = tiff(order, 3, [8, 8], row, more={**colours, 338: (3, [2])})
    assert read(tmp_path, content) == [[[10, 20, 30], [206, 208, 210]]]


@pytest.mark.parametrize(
    ("depth", "row", "transparent", "expected"),
    [
        pytest.param(1, b"\x40", 0, (255, 255), id="1 bit, black"),
        pytest.param(2, b"\x10", 1, (0, 255), id="2 bits"),
        pytest.param(4, b"\x5f", 5, (255, 255), id="4 bits"),
        pytest.param(4, b"\x5e", 85, (85, 238), id="4 bits, a value that no pixel can have"),
        pytest.param(8, b"\x05\x55", 5, (255, 85), id="8 bits"),
        pytest.param(16, b"\x01\x2c\x01\x2d", 300, (255, 1), id="16 bits"),
    ],
)
def test_the_transparent_grey_of_a_png_is_of_its_own_depth(
    tmp_path: Path, depth: int, row: bytes, transparent: int, expected: Sequence[int]
) -> None:
    content = png(2, 1, depth, 0, b"\0" + row, chunk(b"tRNS", shorts(">", transparent)))
    assert read(tmp_path, content) == greys(*expected)


def test_16_bit_alpha_of_a_png(tmp_path: Path) -> None:
    row = b"\0" + shorts(">", 2570, 65535, 2570, 51 * 257)
    assert read(tmp_path, png(2, 1, 16, 4, row)) == greys(10, 206)


def test_a_transparent_16_bit_colour_of_a_png_is_refused(tmp_path: Path) -> None:
    # Pillow keeps the upper 8 bits of each value, in which neighbours are the same.
    row = b"\0" + shorts(">", 300, 300, 300, 301, 301, 301)
    content = png(2, 1, 16, 2, row, chunk(b"tRNS", shorts(">", 300, 300, 300)))
    assert "16-bit colours, one of which is transparent" in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("alpha_bits", "expected"),
    [
        pytest.param(8, [[[10, 20, 30], [206, 208, 210]]], id="with alpha"),
        pytest.param(0, [[[10, 20, 30], [10, 20, 30]]], id="the fourth byte is no alpha"),
    ],
)
def test_a_tga_says_whether_it_has_alpha(
    tmp_path: Path, alpha_bits: int, expected: list[list[list[int]]]
) -> None:
    header = struct.pack("<2xB9x2H2B", 2, 2, 1, 32, 32 + alpha_bits)
    assert read(tmp_path, header + bytes([30, 20, 10, 255, 30, 20, 10, 51])) == expected


def test_the_unused_byte_of_a_bitmap_is_no_alpha(tmp_path: Path) -> None:
    header = b"BM" + struct.pack("<IHHI", 62, 0, 0, 54)
    header += struct.pack("<IiiHHIIiiII", 40, 2, 1, 1, 32, 0, 8, 0, 0, 0, 0)
    pixels = bytes([30, 20, 10, 0, 30, 20, 10, 51])
    assert read(tmp_path, header + pixels) == [[[10, 20, 30], [10, 20, 30]]]


# Colours.


@ORDERS
@PACKED
def test_16_bit_colours_of_a_tiff(tmp_path: Path, order: str, packed: bool) -> None:
    row = shorts(order, *(257 * value for value in range(6)))
    content = tiff(order, 2, [16] * 3, row, packed=packed)
    assert read(tmp_path, content) == [[[0, 1, 2], [3, 4, 5]]]


@ORDERS
@PACKED
@pytest.mark.parametrize("bits", [8, 16])
def test_inks_of_a_tiff(tmp_path: Path, order: str, packed: bool, bits: int) -> None:
    inks = (255, 0, 0, 0, 0, 255, 0, 55)
    row = bytes(inks) if bits == 8 else shorts(order, *(257 * value for value in inks))
    content = tiff(order, 5, [bits] * 4, row, packed=packed)
    assert read(tmp_path, content) == [[[0, 255, 255], [200, 0, 200]]]


def test_a_cmyk_jpeg_without_adobes_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("CMYK", (8, 8), (255, 0, 0, 0)).save(path, quality=100)
    content = path.read_bytes()
    at = content.index(b"\xff\xee\x00\x0eAdobe")
    assert "by Adobe's mark" in refusal(tmp_path, content[:at] + content[at + 16 :])


def test_luma_and_chroma_of_a_tiff(tmp_path: Path) -> None:
    # ITU-R BT.601: pure red is Y 76, Cb 85, Cr 255; equal chroma is grey.
    row = bytes([76, 85, 255, 200, 128, 128])
    content = tiff("<", 6, [8] * 3, row, more={530: (3, [1, 1])})
    assert read(tmp_path, content) == [[[254, 0, 0], [200] * 3]]


@PACKED
def test_halved_chroma_is_decoded_or_refused(tmp_path: Path, packed: bool) -> None:
    content = tiff(
        "<",
        6,
        [8] * 3,
        bytes([76, 76, 76, 76, 85, 255]),
        size=(2, 2),
        packed=packed,
        more={530: (3, [2, 2])},
    )
    if packed:
        assert read(tmp_path, content) == [[[254, 0, 0]] * 2] * 2
    else:
        assert "truncated" in refusal(tmp_path, content)


@ORDERS
@PACKED
def test_cielab_is_seen_through_its_definition(tmp_path: Path, order: str, packed: bool) -> None:
    # L* 50.2 is a luminance of 0.186, in sRGB 119; L* 100 is white. L* 54.1, a* 81, b* 70 is the
    # red of sRGB under D50.
    row = bytes([128, 0, 0, 255, 0, 0, 138, 81, 70])
    (pixels,) = read(tmp_path, tiff(order, 8, [8] * 3, row, size=(3, 1), packed=packed))
    expected = [[119] * 3, WHITE, [255, 0, 0]]
    worst = max(
        abs(a - b) for x, y in zip(pixels, expected, strict=True) for a, b in zip(x, y, strict=True)
    )
    assert worst <= 6


# What Pillow opens, but does not show rightly.


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            tiff("<", 1, [32], struct.pack("<2I", 5, 2**32 - 1)), "32-bit integers", id="32 bits"
        ),
        pytest.param(
            tiff("<", 1, [32], struct.pack("<2i", -5, 70000), more={339: (3, [2])}),
            "signed 32-bit integers",
            id="signed, 32 bits",
        ),
        pytest.param(
            tiff(">", 1, [16], struct.pack(">2h", -5, 300), more={339: (3, [2])}),
            "signed 16-bit integers",
            id="signed, 16 bits",
        ),
        pytest.param(
            tiff("<", 1, [8], struct.pack("<2b", -5, 100), more={339: (3, [2])}),
            "signed 8-bit integers",
            id="signed, 8 bits",
        ),
        pytest.param(
            tiff(">", 1, [32], struct.pack(">2f", 0.2, 1), packed=True, more={339: (3, [3])}),
            "compressed TIFF of big-endian floating point",
            id="floating point, MM, deflated",
        ),
        pytest.param(
            tiff("<", 2, [16] * 3, bytes(12), more={284: (3, [2])}),
            "16-bit colours in separate planes",
            id="planes",
        ),
        pytest.param(
            tiff("<", 3, [8], b"\0\1", more={320: (3, [value // 257 for value in COLOUR_MAP])}),
            "colour map has 8 bits",
            id="colour map",
        ),
        pytest.param(
            tiff("<", 1, [8], b"\0\1", more={254: (4, [1]), 330: (4, [8])}),
            "small preview",
            id="raw file of a camera",
        ),
        pytest.param(
            b"#define a_width 8\n#define a_height 1\nstatic char a_bits[] = {\n0x01};\n",
            "XBM",
            id="X11 bitmap",
        ),
    ],
)
def test_what_nobody_can_tell_the_look_of_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    message = refusal(tmp_path, content)
    assert message.startswith("not read, being a")
    assert reason in message


def psd(mode: int, channels: int, data: bytes, depth: int = 8) -> bytes:
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, channels, 1, 2, depth, mode)
    return header + bytes(14) + data


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(psd(1, 1, b"\0\x32"), greys(0, 50), id="grey"),
        pytest.param(psd(3, 3, bytes(range(6))), [[[0, 2, 4], [1, 3, 5]]], id="RGB"),
        pytest.param(
            psd(4, 4, bytes([0, 255, 255, 0, 255, 255, 255, 200])),
            [[[0, 255, 255], [200, 0, 200]]],
            id="CMYK, stored inverted",
        ),
        pytest.param(
            psd(3, 4, bytes([10, 10, 20, 20, 30, 30, 255, 51])),
            [[[10, 20, 30], [206, 208, 210]]],
            id="RGB with transparency",
        ),
    ],
)
def test_photoshop_files(tmp_path: Path, content: bytes, expected: list[list[list[int]]]) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("mode", "channels", "depth"), [(0, 1, 1), (1, 2, 8), (3, 5, 8), (7, 3, 8)]
)
def test_photoshop_files_that_pillow_shows_in_part_are_refused(
    tmp_path: Path, mode: int, channels: int, depth: int
) -> None:
    content = psd(mode, channels, bytes(channels * 2), depth)
    assert f"a PSD file of mode {mode}" in refusal(tmp_path, content)


def test_measurements_are_no_colours(tmp_path: Path) -> None:
    cards = ["SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 2", "NAXIS2  = 1", "END"]
    content = "".join(
        (f"{card[:10]}{card[10:]:>20}" if "=" in card else card).ljust(80) for card in cards
    )
    assert "measurements" in refusal(tmp_path, content.encode().ljust(2880) + bytes(2880))


# Metadata beside the pixels.


def text(kind: bytes, value: bytes) -> bytes:
    before = {b"tEXt": b"a\0", b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}[kind]
    return chunk(kind, before + (value if kind == b"tEXt" else zlib.compress(value)))


GREY_ROW = b"\0\x05\x55"


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"iCCP"], ids=bytes.decode)
def test_megabytes_of_text_do_not_keep_the_pixels_of_a_png_from_being_read(
    tmp_path: Path, kind: bytes
) -> None:
    content = png(2, 1, 8, 0, GREY_ROW, text(kind, b"node " * 400_000))
    assert read(tmp_path, content) == greys(5, 85)


def test_text_after_the_pixels_does_not_keep_them_from_being_read_either(tmp_path: Path) -> None:
    content = png(2, 1, 8, 0, GREY_ROW)
    end = content.rindex(b"IEND") - 4
    content = content[:end] + text(b"zTXt", bytes(2_000_000)) + content[end:]
    assert read(tmp_path, content) == greys(5, 85)


@pytest.mark.parametrize(
    "orientation",
    [
        pytest.param(
            chunk(b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="3"/>'), id="XMP"
        ),
        pytest.param(
            chunk(
                b"zTXt",
                b"Raw profile type exif\0\0"
                + zlib.compress(
                    b"\nexif\n      32\n"
                    + (b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3" + bytes(7)).hex().encode()
                ),
            ),
            id="EXIF as ImageMagick wrote it",
        ),
    ],
)
def test_what_is_left_out_for_too_much_text_is_not_the_orientation(
    tmp_path: Path, orientation: bytes
) -> None:
    parts = text(b"zTXt", bytes(2_000_000)), orientation
    assert read(tmp_path, png(2, 1, 8, 0, GREY_ROW, *parts)) == greys(85, 5)


def exif_jpeg(path: Path, *entries: tuple[int, int, int, bytes]) -> bytes:
    """Build a grey JPEG, black on the left, with EXIF entries of tag, type, count and value."""
    image = Image.new("L", (32, 16), "white")
    image.paste("black", (0, 0, 16, 16))
    tags = struct.pack("<6s4sIH", b"Exif", b"II*", 8, len(entries))
    tags += b"".join(struct.pack("<HHI4s", *entry) for entry in entries) + bytes(4)
    image.save(path / "a.jpg", quality=100, exif=tags)
    return (path / "a.jpg").read_bytes()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((0x100, 2, 3, b"96"), id="a width that is text"),
        pytest.param((0x11A, 7, 4, b"\0\0\0H"), id="a resolution that is bytes"),
        pytest.param((0x132, 4, 1, b"\1\0\0\0"), id="a date that is a number"),
        pytest.param((0x8769, 4, 1, b"\xff\xff\0\0"), id="a directory outside the file"),
    ],
)
def test_a_wrong_tag_beside_the_orientation_does_not_disturb_it(
    tmp_path: Path, other: tuple[int, int, int, bytes]
) -> None:
    pixels = read(tmp_path, exif_jpeg(tmp_path, *sorted([(0x112, 3, 1, b"\6"), other])))
    # Turned by 90 degrees clockwise, the left half is on top.
    assert (len(pixels), len(pixels[0])) == (32, 16)
    assert max(map(max, pixels[0])) < 10
    assert min(map(min, pixels[-1])) > 245


def test_an_orientation_that_is_no_number_is_passed_over(tmp_path: Path) -> None:
    pixels = read(tmp_path, exif_jpeg(tmp_path, (0x112, 2, 2, b"6")))
    assert (len(pixels), len(pixels[0])) == (16, 32)


def test_exif_that_cannot_be_read_leaves_the_image_as_it_is_stored(tmp_path: Path) -> None:
    content = exif_jpeg(tmp_path, (0x112, 3, 1, b"\6")).replace(b"Exif\0\0II*\0", b"Exif\0\0QQ*\0")
    pixels = read(tmp_path, content)
    assert (len(pixels), len(pixels[0])) == (16, 32)


@ORDERS
@PACKED
def test_the_orientation_of_a_tiff_is_applied_once(
    tmp_path: Path, order: str, packed: bool
) -> None:
    content = tiff(
        order, 1, [8], bytes([1, 2, 3, 4, 5, 6]), size=(3, 2), packed=packed, more={274: (3, [6])}
    )
    assert read(tmp_path, content) == [*greys(4, 1), *greys(5, 2), *greys(6, 3)]
