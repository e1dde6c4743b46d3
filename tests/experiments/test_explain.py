"""Why two images are taken for copies, from the command line."""

from collections.abc import Callable
from pathlib import Path

import explain
import pytest
from hydra_app import compose
from photographs import photograph

from dupeval.errors import SettingsError


@pytest.fixture
def overrides(tmp_path: Path, make_dataset: Callable[..., Path]) -> list[str]:
    root = make_dataset(tmp_path / "data", {"one": {"a.png": "p", "b.png": "p", "c.png": "q"}})
    image = photograph("astronaut")
    image.save(root / "images" / "one" / "a.png")
    image.crop((50, 50, 400, 400)).save(root / "images" / "one" / "b.png")
    folders = [f"cache_dir={tmp_path / 'cache'}", f"out_dir={tmp_path / 'out'}"]
    return ["dataset=folder", f"dataset.root={root}", "query=one", "a=a.png", *folders]


def test_a_picture_is_written_and_a_line_is_said(
    tmp_path: Path, overrides: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain.main(compose("explain", [*overrides, "b=b.png"])) == 0
    assert (tmp_path / "out" / "explanation.png").stat().st_size > 10_000
    said = capsys.readouterr().out
    assert said.startswith("score 0.92 (fine, similarity)")
    assert said.endswith(f"written to {tmp_path / 'out'}: explanation.png, explanation.txt\n")
    summary = (tmp_path / "out" / "explanation.txt").read_text(encoding="utf-8")
    assert said.startswith(summary)


def test_of_what_has_nothing_in_common_both_images_are_drawn(
    tmp_path: Path, overrides: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain.main(compose("explain", [*overrides, "b=c.png"])) == 0
    assert capsys.readouterr().out.startswith("score 0.00: no way was found")
    assert (tmp_path / "out" / "explanation.png").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["b=d.png"], "there is no image b=d.png in one; possible: a.png, b.png, c.png"),
        (["b=b.png", "query=two"], "there is no query=two; possible: one"),
        (["b=b.png", "method=raw"], "method=raw cannot explain a pair; possible: method=verified"),
        (["b=b.png", "method=sift"], "method=sift cannot explain a pair"),
    ],
)
def test_what_cannot_be_followed_is_told(
    overrides: list[str], changed: list[str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        explain.main(compose("explain", [*overrides, *changed]))
