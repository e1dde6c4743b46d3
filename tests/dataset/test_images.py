"""Decoding: every kind of image becomes the 8-bit RGB pixels a person would see."""

import hashlib
import io
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from by_hand import chunk, png
from PIL import EpsImagePlugin, Image

from dupeval.dataset.images import ImageError, check_pixel_count, pixel_sha256, read_rgb

WHITE = [255, 255, 255]
RNG = np.random.default_rng(7)
NOISE: npt.NDArray[np.uint8] = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)

AVIF = pytest.param(
    "avif",
    marks=pytest.mark.skipif(
        ".avif" not in Image.registered_extensions(), reason="this Pillow cannot write AVIF"
    ),
)


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


# Kinds of pixels.


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "ppm", "tga"])
def test_rgb_pixels_of_a_lossless_format_are_unchanged(tmp_path: Path, ending: str) -> None:
    pixels = read_rgb(saved(tmp_path / f"a.{ending}", Image.fromarray(NOISE)))
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, NOISE)


def test_the_format_is_told_by_the_content_and_not_by_the_name(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.fromarray(NOISE), format="PNG")
    np.testing.assert_array_equal(read_rgb(path), NOISE)


def test_a_one_bit_image_is_black_and_white(tmp_path: Path) -> None:
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 1)
    assert read_rgb(saved(tmp_path / "a.png", image)).tolist() == [[[0, 0, 0], WHITE]]


def test_grey_is_the_same_value_in_every_channel(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 7, 255]], np.uint8))
    assert read_rgb(saved(tmp_path / "a.png", image)).tolist() == [[[0] * 3, [7] * 3, WHITE]]


def test_grey_with_alpha_is_laid_on_white(tmp_path: Path) -> None:
    image = Image.new("LA", (3, 1))
    for x, value in enumerate([(9, 255), (9, 0), (0, 51)]):
        image.putpixel((x, 0), value)
    assert read_rgb(saved(tmp_path / "a.png", image)).tolist() == [[[9] * 3, WHITE, [204] * 3]]


@pytest.mark.parametrize(("ending", "options"), [("png", {}), ("webp", {"lossless": True})])
def test_colour_with_alpha_is_laid_on_white(
    tmp_path: Path, ending: str, options: dict[str, Any]
) -> None:
    image = Image.new("RGBA", (3, 1))
    for x, value in enumerate([(10, 20, 30, 255), (10, 20, 30, 0), (10, 20, 30, 51)]):
        image.putpixel((x, 0), value)
    pixels = read_rgb(saved(tmp_path / f"a.{ending}", image, **options))
    # 51 / 255 of the colour and 204 / 255 of white.
    assert pixels.tolist() == [[[10, 20, 30], WHITE, [206, 208, 210]]]


def palette_image() -> Image.Image:
    image = Image.new("P", (3, 1))
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    for x in range(3):
        image.putpixel((x, 0), x)
    return image


@pytest.mark.parametrize("ending", ["png", "gif", "bmp"])
def test_a_palette_image_has_the_colours_of_its_palette(tmp_path: Path, ending: str) -> None:
    pixels = read_rgb(saved(tmp_path / f"a.{ending}", palette_image()))
    assert pixels.tolist() == [[[10, 20, 30], [40, 50, 60], [70, 80, 90]]]


@pytest.mark.parametrize("ending", ["png", "gif"])
def test_the_transparent_colour_of_a_palette_is_white(tmp_path: Path, ending: str) -> None:
    pixels = read_rgb(saved(tmp_path / f"a.{ending}", palette_image(), transparency=1))
    assert pixels.tolist() == [[[10, 20, 30], WHITE, [70, 80, 90]]]


def test_half_transparent_colours_of_a_palette_are_laid_on_white(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", palette_image(), transparency=bytes([255, 0, 51]))
    assert read_rgb(path).tolist() == [[[10, 20, 30], WHITE, [218, 220, 222]]]


@pytest.mark.parametrize(
    ("colour", "row", "transparent", "expected"),
    [
        pytest.param(0, b"\0\x05\x09", struct.pack(">H", 5), [WHITE, [9] * 3], id="grey"),
        pytest.param(
            2,
            b"\0\x05\x06\x07\x09\x0a\x0b",
            struct.pack(">HHH", 5, 6, 7),
            [WHITE, [9, 10, 11]],
            id="rgb",
        ),
    ],
)
def test_a_transparent_colour_of_a_png_without_palette_is_white(
    tmp_path: Path, colour: int, row: bytes, transparent: bytes, expected: list[list[int]]
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(2, 1, 8, colour, row, chunk(b"tRNS", transparent)))
    assert read_rgb(path).tolist() == [expected]


def test_the_transparent_value_of_a_16_bit_grey_png_is_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    row = b"\0" + struct.pack(">HH", 0, 257 * 200)
    path.write_bytes(png(2, 1, 16, 0, row, chunk(b"tRNS", struct.pack(">H", 0))))
    assert read_rgb(path).tolist() == [[WHITE, [200] * 3]]


def test_cmyk_is_converted_to_the_colours_it_prints(tmp_path: Path) -> None:
    image = Image.new("CMYK", (4, 1))
    for x, ink in enumerate([(0, 0, 0, 0), (255, 0, 0, 0), (0, 0, 0, 255), (0, 255, 0, 55)]):
        image.putpixel((x, 0), ink)
    pixels = read_rgb(saved(tmp_path / "a.tif", image))
    assert pixels.tolist() == [[WHITE, [0, 255, 255], [0, 0, 0], [200, 0, 200]]]


def test_a_cmyk_jpeg_is_not_inverted(tmp_path: Path) -> None:
    image = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    pixels = read_rgb(saved(tmp_path / "a.jpg", image, quality=100)).astype(int)
    assert np.abs(pixels - [0, 255, 255]).max() <= 2


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_16_bit_grey_is_scaled_to_8_bits_and_rounded(tmp_path: Path, ending: str) -> None:
    # 65535 = 257 * 255, so 128 is just below one half of a step, and 129 just above.
    values = [0, 128, 129, 257, 257 * 100, 257 * 100 + 129, 65535]
    image = Image.fromarray(np.array([values], np.uint16))
    grey = read_rgb(saved(tmp_path / f"a.{ending}", image))
    assert grey.tolist() == [[[v] * 3 for v in (0, 0, 1, 1, 100, 101, 255)]]


def test_16_bit_grey_keeps_its_scale_when_the_whole_image_is_dark(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 200, 255]], np.uint16))
    assert read_rgb(saved(tmp_path / "a.png", image)).tolist() == [[[0] * 3, [1] * 3, [1] * 3]]


def test_16_bit_rgb_png_is_scaled_to_8_bits(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(2, 1, 16, 2, b"\0" + struct.pack(">6H", *(257 * v for v in range(6)))))
    assert read_rgb(path).tolist() == [[[0, 1, 2], [3, 4, 5]]]


# Orientation.

# What is stored under each EXIF orientation when a person sees `upright`.
STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize(("ending", "options"), [("png", {}), ("webp", {"lossless": True})])
def test_the_exif_orientation_is_applied(
    tmp_path: Path, orientation: int, ending: str, options: dict[str, Any]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](NOISE)))
    path = saved(tmp_path / f"a.{ending}", stored, exif=exif, **options)
    np.testing.assert_array_equal(read_rgb(path), NOISE)


def test_the_exif_orientation_of_a_jpeg_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.new("RGB", (32, 16), "black")
    stored.paste("white", (0, 0, 16, 16))
    pixels = read_rgb(saved(tmp_path / "a.jpg", stored, exif=exif, quality=95)).astype(int)
    # Turned by 90 degrees clockwise, the left half is on top.
    assert pixels.shape == (32, 16, 3)
    assert pixels[:16].min() >= 250
    assert pixels[16:].max() <= 5


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "a.png", Image.fromarray(NOISE), exif=exif)
    np.testing.assert_array_equal(read_rgb(path), NOISE)


# Several frames.


@pytest.mark.parametrize(
    ("ending", "options"), [("gif", {}), ("webp", {"lossless": True}), ("png", {}), ("tif", {})]
)
def test_of_several_frames_the_first_is_taken(
    tmp_path: Path, ending: str, options: dict[str, Any]
) -> None:
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "lime", "blue")]
    path = saved(
        tmp_path / f"a.{ending}", frames[0], save_all=True, append_images=frames[1:], **options
    )
    with Image.open(path) as image:
        assert image.n_frames == 3
    assert read_rgb(path).tolist() == [[[255, 0, 0]] * 4] * 3


# What cannot be decoded.


def test_zero_bytes_are_no_image(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.touch()
    with pytest.raises(ImageError, match=r"^the file has zero bytes$"):
        read_rgb(path)


@pytest.mark.parametrize(
    "content",
    [b"\0", b"not an image", b"<!DOCTYPE html><html></html>", RNG.bytes(2000), b"\xff\xd8\xff"],
)
def test_bytes_that_are_no_image_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"^not an image that Pillow can read$"):
        read_rgb(path)


# Pillow may warn of what it repairs.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp", "tif", "bmp", AVIF])
def test_a_file_cut_off_anywhere_in_its_first_half_is_refused(tmp_path: Path, ending: str) -> None:
    whole = saved(
        tmp_path / f"whole.{ending}", Image.fromarray(RNG.integers(0, 256, (24, 20, 3), np.uint8))
    )
    content = whole.read_bytes()
    path = tmp_path / f"cut.{ending}"
    for length in np.linspace(1, len(content) / 2, 20).astype(int):
        path.write_bytes(content[:length])
        with pytest.raises(ImageError, match=r"^(cannot be decoded \(.+\)|not an image .+)$"):
            read_rgb(path)


@pytest.mark.parametrize(
    ("ending", "missing"), [("jpg", 100), ("png", 100), ("webp", 100), ("tif", 100)]
)
def test_a_truncated_image_is_not_filled_up_with_grey(
    tmp_path: Path, ending: str, missing: int
) -> None:
    path = saved(tmp_path / f"a.{ending}", Image.fromarray(np.tile(NOISE, (5, 5, 1))))
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(ImageError):
        read_rgb(path)


# Pillow may warn of what it repairs.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp", "tif", "bmp", AVIF, "dds", "ico"])
def test_a_damaged_file_is_refused_or_decoded_but_never_ends_in_another_error(
    tmp_path: Path, ending: str
) -> None:
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (24, 20, 3), dtype=np.uint8))
    content = saved(tmp_path / f"whole.{ending}", image).read_bytes()
    path = tmp_path / f"damaged.{ending}"
    others = []
    for at in range(0, len(content), max(1, len(content) // 100)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            read_rgb(path)
        except ImageError:
            pass
        except Exception as error:
            others.append(f"byte {at}: {type(error).__name__}: {error}")
    assert others == []


def test_a_file_that_does_not_exist_is_an_image_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="No such file"):
        read_rgb(tmp_path / "a.png")


def test_a_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ImageError, match=r"^cannot be read \(no regular file\)$"):
        read_rgb(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.eps", "a.jpg"])
def test_eps_is_refused_and_never_handed_to_ghostscript(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = saved(tmp_path / name, Image.new("RGB", (4, 4)), format="EPS")
    calls = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *a, **k: calls.append(a))
    with pytest.raises(ImageError, match=r"^not an image that Pillow can read$"):
        read_rgb(path)
    assert calls == []


@pytest.mark.parametrize(("ending", "of"), [("png", "PNG"), ("gif", "GIF"), ("bmp", "BMP")])
def test_an_error_message_is_one_line_without_the_file_name(
    tmp_path: Path, ending: str, of: str
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).save(buffer, of)
    path = tmp_path / f"secret.{ending}"
    path.write_bytes(buffer.getvalue()[:60])
    with pytest.raises(ImageError) as caught:
        read_rgb(path)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


# Decompression bombs: a few bytes that claim a huge image.


def test_an_image_far_past_the_bomb_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(100_000, 100_000, 8, 2, b""))
    assert path.stat().st_size < 100
    with pytest.raises(ImageError, match=r"^cannot be decoded \(Image size \(10000000000 pixels\)"):
        read_rgb(path)


def test_an_image_up_to_twice_the_bomb_limit_is_refused_too(tmp_path: Path) -> None:
    # Pillow itself only warns there, and here a warning is an error.
    path = tmp_path / "a.png"
    path.write_bytes(png(10_000, 10_000, 8, 2, b""))
    with pytest.raises(ImageError, match=r"10000 x 10000 pixels|Image size \(100000000 pixels\)"):
        read_rgb(path)


def test_an_image_of_exactly_the_limit_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.png", Image.fromarray(NOISE))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", NOISE.shape[0] * NOISE.shape[1])
    np.testing.assert_array_equal(read_rgb(path), NOISE)


def test_a_row_too_long_for_the_decoder_is_an_image_error(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(Image.MAX_IMAGE_PIXELS or 0, 1, 8, 2, b""))
    with pytest.raises(ImageError, match=r"^cannot be decoded"):
        read_rgb(path)


def test_the_pixel_count_is_checked_against_the_limit_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = Image.new("1", (10, 10))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 99)
    with pytest.raises(ImageError, match=r"^10 x 10 pixels are more than the limit of 99$"):
        check_pixel_count(image)
    for limit in (100, None):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        check_pixel_count(image)


# The hash of pixels.


def test_the_pixel_hash_is_that_of_height_width_and_bytes() -> None:
    expected = hashlib.sha256(b"6x9:" + NOISE.tobytes()).hexdigest()
    assert pixel_sha256(NOISE) == expected


def test_the_pixel_hash_depends_on_the_shape() -> None:
    assert pixel_sha256(NOISE) != pixel_sha256(NOISE.reshape(9, 6, 3))


def test_the_pixel_hash_depends_on_every_pixel() -> None:
    changed = NOISE.copy()
    changed[-1, -1, -1] ^= 1
    assert pixel_sha256(changed) != pixel_sha256(NOISE)


def test_the_pixel_hash_does_not_depend_on_the_layout_in_memory() -> None:
    assert pixel_sha256(np.asfortranarray(NOISE)) == pixel_sha256(NOISE)
