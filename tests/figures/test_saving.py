"""A picture as files: the same bytes each time, and a caption that cannot be mistaken."""

import io

import numpy as np
import pytest
from PIL import Image

from dupeval.dataset import Dataset
from dupeval.figures import Picture, style
from dupeval.figures.saving import caption, files_of
from dupeval.figures.thumbnails import place


def picture(title: str = "A title") -> Picture:
    canvas = style.canvas(1.0, 2.0)
    page = style.page(canvas)
    style.write(page, 0.1, 0.8, "금융당국이 abc")
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    place(page, pixels, 1.0, 0.4, style.GREY)
    return Picture(canvas, title, "What is seen.", "loqo", {"query": "one", "method": "raw"})


@pytest.mark.usefixtures("in_style")
class TestFiles:
    def test_a_figure_is_a_png_a_pdf_and_a_caption(self, dataset: Dataset) -> None:
        contents = files_of("name", picture(), dataset)
        assert list(contents) == ["name.png", "name.pdf", "name.md"]
        with Image.open(io.BytesIO(contents["name.png"])) as png:
            assert png.size == (400, 200)
            assert round(png.info["dpi"][0]) == 200
        assert contents["name.pdf"].startswith(b"%PDF")

    def test_the_same_picture_is_the_same_bytes(self, dataset: Dataset) -> None:
        assert files_of("name", picture(), dataset) == files_of("name", picture(), dataset)

    def test_no_date_and_no_version_is_written(self, dataset: Dataset) -> None:
        contents = files_of("name", picture(), dataset)
        with Image.open(io.BytesIO(contents["name.png"])) as png:
            assert set(png.info) <= {"dpi"}
        for mark in (b"CreationDate", b"matplotlib", b"Matplotlib"):
            assert mark not in contents["name.pdf"]

    def test_fonts_are_embedded_as_truetype(self, dataset: Dataset) -> None:
        pdf = files_of("name", picture(), dataset)["name.pdf"]
        assert b"+DejaVuSans" in pdf
        assert b"+NanumGothic" in pdf
        assert b"/CIDFontType2" in pdf
        assert b"/Type3" not in pdf


class TestCaption:
    def test_says_data_protocol_and_settings(self, dataset: Dataset) -> None:
        with style.style():
            lines = caption(picture(), dataset).splitlines()
        assert lines == [
            "**A title.** What is seen.",
            "",
            f"- Data: small, 3 queries, 11 images, fingerprint {dataset.fingerprint[:12]}",
            "- Protocol: loqo",
            "- Settings: query=one, method=raw",
        ]

    def test_text_from_outside_stays_text(self, dataset: Dataset) -> None:
        with style.style():
            hostile = picture("<script>x</script>\n# *bold* [link](u) `code` |")
        first = caption(hostile, dataset).splitlines()[0]
        assert first.startswith(
            r"**&lt;script&gt;x&lt;/script&gt; # \*bold\* \[link\](u) \`code\` \|.**"
        )
