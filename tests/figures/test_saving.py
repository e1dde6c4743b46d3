"""A picture as files: the same bytes each time, and a caption that cannot be mistaken."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from article import PDFLATEX, compiled
from PIL import Image

from dupeval.dataset import Dataset
from dupeval.figures import Picture, layout, style
from dupeval.figures.saving import StoredFigure, caption, files_of


def picture(title: str = "A title") -> Picture:
    canvas = layout.canvas_of(1.0, 2.0)
    page = layout.page(canvas)
    layout.write(page, 0.1, 0.8, "금융당국이 abc")
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    layout.place(page, pixels, 1.0, 0.4, style.GREY)
    return Picture(canvas, title, "What is seen.", "loqo", {"query": "one", "method": "raw"})


@pytest.mark.usefixtures("in_style")
class TestFiles:
    def test_a_figure_is_a_png_vectors_and_a_caption(self, dataset: Dataset) -> None:
        contents, _ = files_of("name", picture(), dataset, "t")
        assert list(contents) == ["name.png", "name.pdf", "name.svg", "name.md", "name.tex"]
        with Image.open(io.BytesIO(contents["name.png"])) as png:
            assert png.size == (400, 200)
            assert round(png.info["dpi"][0]) == 200
        assert contents["name.pdf"].startswith(b"%PDF")
        svg = contents["name.svg"].decode()
        assert "<svg " in svg
        # Letters are outlines, so that no font is wanting where it is shown.
        assert "<text" not in svg

    def test_the_same_picture_is_the_same_bytes(self, dataset: Dataset) -> None:
        assert files_of("name", picture(), dataset, "t") == files_of(
            "name", picture(), dataset, "t"
        )

    def test_no_date_and_no_version_is_written(self, dataset: Dataset) -> None:
        contents, _ = files_of("name", picture(), dataset, "t")
        with Image.open(io.BytesIO(contents["name.png"])) as png:
            assert set(png.info) <= {"dpi"}
        for mark in (b"CreationDate", b"matplotlib", b"Matplotlib"):
            assert mark not in contents["name.pdf"]
        for mark in (b"dc:date", b"Matplotlib v"):
            assert mark not in contents["name.svg"]

    def test_fonts_are_embedded_as_truetype(self, dataset: Dataset) -> None:
        pdf = files_of("name", picture(), dataset, "t")[0]["name.pdf"]
        assert b"+DejaVuSans" in pdf
        assert b"+NanumGothic" in pdf
        assert b"/CIDFontType2" in pdf
        assert b"/Type3" not in pdf

    def test_what_the_caption_says_is_stored_as_fields(self, dataset: Dataset) -> None:
        contents, stored = files_of("name", picture(), dataset, "t", ("mistakes", 2))
        assert stored == StoredFigure(
            hashlib.sha256(contents["name.png"]).hexdigest(),
            "t",
            part="mistakes",
            rank=2,
            svg_sha256=hashlib.sha256(contents["name.svg"]).hexdigest(),
            title="A title",
            alt="A title",
            text="What is seen.",
            facts=(
                f"Data: small, 3 queries, 11 images, fingerprint {dataset.fingerprint[:12]}",
                "Protocol: loqo",
                "Settings: query=one, method=raw",
            ),
        )
        assert contents["name.md"].decode() == caption(stored)


@pytest.mark.usefixtures("in_style")
class TestFloat:
    def test_is_as_wide_as_the_text_with_caption_and_label(self, dataset: Dataset) -> None:
        contents, _ = files_of("name", picture("50 % of_it"), dataset, "t")
        assert contents["name.tex"].decode().splitlines()[1:] == [
            *(r"\begin{figure*}[tbp]", r"\centering"),
            r"\includegraphics[width=\textwidth]{name.pdf}",
            r"\caption[{50 \% of\_it}]{50 \% of\_it. What is seen.}",
            *(r"\label{fig:name}", r"\end{figure*}"),
        ]

    @pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
    @pytest.mark.parametrize("options", ["a4paper", "a4paper,twocolumn"])
    def test_compiles(self, dataset: Dataset, tmp_path: Path, options: str) -> None:
        title = "]{}% \\ [금융] #1"
        contents, _ = files_of("name", picture(title), dataset, "t")
        (tmp_path / "name.pdf").write_bytes(contents["name.pdf"])
        assert "Overfull" not in compiled(tmp_path, contents["name.tex"].decode(), options)


class TestCaption:
    FIGURE = StoredFigure("p", None, "A title", "", "What is seen.", ("Data: [1]", "Protocol: x"))

    def test_says_all_but_what_is_for_who_does_not_see(self) -> None:
        assert caption(self.FIGURE).splitlines() == [
            "**A title.** What is seen.",
            "",
            r"- Data: \[1\]",
            "- Protocol: x",
        ]

    def test_text_from_outside_stays_text(self) -> None:
        hostile = replace(self.FIGURE, title="<script>x</script> # *bold* [link](u) `code` |")
        assert caption(hostile).startswith(
            r"**&lt;script&gt;x&lt;/script&gt; # \*bold\* \[link\](u) \`code\` \|.**"
        )
