"""The format of an image, also where Pillow does not open all of it."""

import io

import pytest
from image_bytes import GREY_ROW, NOISE, png, png_text, saved
from PIL import Image

from dupeval.dataset.formats import format_of


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_it_is_told_by_the_content(kind: str) -> None:
    assert format_of(io.BytesIO(saved(Image.fromarray(NOISE), kind))) == kind


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"], ids=bytes.decode)
def test_of_a_png_with_megabytes_of_text_it_is_told_too(kind: bytes) -> None:
    long = bytes(2_000_000)
    assert format_of(io.BytesIO(png(2, 1, 8, 0, GREY_ROW, png_text(kind, long)))) == "PNG"
