"""Stored figures and their captions."""

from pathlib import Path

import pytest

from dupeval.files import file_sha256
from dupeval.report.figures import Figure, read_figures


def written(folder: Path, name: str, caption: str | None = None) -> tuple[Path, str]:
    path = folder / f"{name}.png"
    path.write_bytes(name.encode())
    if caption is not None:
        path.with_suffix(".md").write_text(caption, encoding="utf-8")
    return path, file_sha256(path)


def test_every_png_with_its_caption_by_name(tmp_path: Path) -> None:
    b = written(tmp_path, "b")
    caption = "**F1 of a\\_b &lt;c&gt;.** What is\nseen.\n\n- Data: \\[1\\]\n- Protocol: loqo\n"
    a = written(tmp_path, "a", caption)
    for other in ("a.pdf", ".hidden.png"):
        (tmp_path / other).touch()
    assert read_figures(tmp_path) == [
        Figure(*a, "F1 of a_b <c>.", "What is seen.", ("Data: [1]", "Protocol: loqo")),
        Figure(*b, "b", "", ()),
    ]


@pytest.mark.parametrize("caption", ["Bars of F1.\n", "Bars\nof F1.\n\n"])
def test_a_caption_of_another_form_is_a_text(tmp_path: Path, caption: str) -> None:
    path = written(tmp_path, "a", caption)
    assert read_figures(tmp_path) == [Figure(*path, "a", "Bars of F1.", ())]


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "nowhere") == []
