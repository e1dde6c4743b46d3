"""Stored figures in the report: in the order of its argument, as drawings where these are small."""

from pathlib import Path

import pytest
from PIL import Image

from dupeval.figures.saving import FILE_NAME, StoredFigure, record_bytes
from dupeval.files import file_sha256
from dupeval.report import figures
from dupeval.report.figures import DrawnFigures, drawn_figures

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three figures, one of which has a drawing."""
    made = {}
    where = {"z": ("why", 1), "a": ("why", 2), "m": ("mistakes", 1)}
    for i, (name, (part, rank)) in enumerate(where.items()):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (200 + i, 100), "navy").save(path)
        says = (name, "", "Text.", ())
        made[name] = StoredFigure(file_sha256(path), None, *says, part=part, rank=rank)
    svg = tmp_path / "z.svg"
    svg.write_text(SVG, encoding="utf-8")
    made["z"] = StoredFigure(**{**vars(made["z"]), "svg_sha256": file_sha256(svg)})
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "f" * 64, made))
    return tmp_path


def drawn(folder: Path, most_bytes: int = 10**6) -> DrawnFigures:
    return drawn_figures(folder, "f" * 64, "t", None, most_bytes, folder / "cache")


def test_each_is_in_its_part_at_its_place(folder: Path) -> None:
    parts = drawn(folder).parts
    assert {part: [f.name for f in own] for part, own in parts.items()} == {
        "scores": [],
        "why": ["z", "a"],
        "mistakes": ["m"],
        "settings": [],
        "data": [],
    }
    assert drawn(folder).n == 3


def test_a_small_drawing_takes_the_place_of_the_picture(folder: Path) -> None:
    drawing, picture = drawn(folder).parts["why"]
    assert drawing.picture.uri.startswith("data:image/svg+xml;base64,")
    # As large as the picture, for the page to keep room.
    assert (drawing.picture.width, drawing.picture.height) == (200, 100)
    assert picture.picture.uri.startswith("data:image/webp;base64,")


def test_a_drawing_that_was_changed_since_or_is_large_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "z.svg").write_text(SVG + " ", encoding="utf-8")
    assert drawn(folder).parts["why"][0].picture.uri.startswith("data:image/webp")
    (folder / "z.svg").write_text(SVG, encoding="utf-8")
    assert drawn(folder).parts["why"][0].picture.uri.startswith("data:image/svg")
    monkeypatch.setattr(figures, "MOST_OF_DRAWING", len(SVG) - 1)
    assert drawn(folder).parts["why"][0].picture.uri.startswith("data:image/webp")


def test_without_room_a_figure_has_no_picture(folder: Path) -> None:
    drawing, picture = drawn(folder, 150).parts["why"]
    assert drawing.picture
    assert picture.picture is None
