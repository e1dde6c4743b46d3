"""Stored figures and their captions."""

from pathlib import Path

from dupeval.files import file_sha256
from dupeval.report.figures import Figure, read_figures


def test_every_png_with_its_caption_by_name(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "a.pdf", ".hidden.png"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "a.md").write_text("# A title\n\nData: 9 queries,\n180 images.\n\n", "utf-8")
    assert read_figures(tmp_path) == [
        Figure(
            "a",
            tmp_path / "a.png",
            file_sha256(tmp_path / "a.png"),
            ("A title", "Data: 9 queries, 180 images."),
        ),
        Figure("b", tmp_path / "b.png", file_sha256(tmp_path / "b.png"), ()),
    ]


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "nowhere") == []
