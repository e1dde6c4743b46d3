"""findimagedupes: the connected components of our distances are its own groups."""

import shutil
import subprocess
from pathlib import Path

import pytest
from fake_photographs import photograph
from fake_program import fake_program
from fake_tools import told

from dupeval.clustering import Dendrogram
from dupeval.dataset.standin import ensure_standin
from dupeval.errors import NoScoresError
from dupeval.tool import ToolNote
from dupeval.tool.findimagedupes import FindImageDupes

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("findimagedupes") is None,
    reason="findimagedupes is not on the PATH; on Debian: apt install findimagedupes",
)


def own_groups(images: list[Path], *options: str) -> set[frozenset[str]]:
    """Return the groups that the program itself makes, by the images' names."""
    command = ["findimagedupes", *options, "--", *map(str, images)]
    lines = subprocess.check_output(command, text=True).splitlines()
    return {frozenset(Path(path).name for path in line.split()) for line in lines}


@pytest.fixture(scope="module")
def flowers() -> tuple[list[Path], list[float | None]]:
    """Give the images of a query of the stand-in, and our distances."""
    root = ensure_standin(ROOT / "data" / "standin-news-0", progress=False)
    images = sorted((root / "images" / "flowers").iterdir())
    (distances,) = map(told, FindImageDupes().answers(images))
    return images, distances


@pytest.mark.parametrize(("given", "bits"), [("90%", 25), ("80%", 51), ("70%", 76)])
def test_connected_components_are_its_own_groups(
    flowers: tuple[list[Path], list[float | None]], given: str, bits: int
) -> None:
    images, distances = flowers
    labels = Dendrogram.from_distances(distances, "single").cut(bits).tolist()
    groups: dict[int, set[str]] = {}
    for image, label in zip(images, labels, strict=True):
        groups.setdefault(label, set()).add(image.name)
    own = own_groups(images, f"--threshold={given}")
    assert own == {frozenset(group) for group in groups.values() if len(group) > 1}
    assert len(own) >= 2


def test_its_default_is_90_percent(flowers: tuple[list[Path], list[float | None]]) -> None:
    images, _ = flowers
    assert own_groups(images) == own_groups(images, "--threshold=90%")


@pytest.mark.parametrize("folder", ["a b", "quo\"te's", "new\nline", "한국어", "[0]%d:x", "-x"])
def test_the_folder_of_images_may_be_called_anything(tmp_path: Path, folder: str) -> None:
    images = [tmp_path / folder / f"{i:05d}.png" for i in range(3)]
    images[0].parent.mkdir()
    for seed, path in zip((1, 2, 1), images, strict=True):
        photograph(seed).save(path)
    (distances,) = map(told, FindImageDupes().answers(images))
    assert distances[1] == 0.0
    assert min(d for d in (distances[0], distances[2]) if d is not None) > 25


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n cut"])
def test_an_image_that_it_cannot_read_has_no_distance_and_the_others_keep_theirs(
    tmp_path: Path, content: bytes
) -> None:
    images = [tmp_path / f"{name}.png" for name in "abc"]
    for path in images:
        photograph(1).save(path)
    images[1].write_bytes(content)
    with pytest.warns(ToolNote, match=r"^cannot read 1 of 3 .* alone: 'b.png'$"):
        assert list(map(told, FindImageDupes().answers(images))) == [[None, 0.0, None]]


class TestAnotherProgramOfThatName:
    def answers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> str:
        (tmp_path / "bin").mkdir()
        fake_program(tmp_path / "bin" / "findimagedupes", code)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        with pytest.raises(NoScoresError) as caught:
            FindImageDupes().answers([tmp_path / "a.png", tmp_path / "b.png"])
        assert caught.value.source == "failed"
        assert str(caught.value).isprintable()
        return str(caught.value)

    def test_that_prints_garbage_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = self.answers(tmp_path, monkeypatch, "print('\\x1b[31mgarbage')")
        assert message == r"cannot read its output '\x1b[31mgarbage'"

    def test_that_names_other_images_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = self.answers(tmp_path, monkeypatch, "print('QUJD  c.png')")
        assert message == "its output names 'c.png', none of the images"

    def test_that_ends_badly_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        message = self.answers(tmp_path, monkeypatch, "raise SystemExit('no such option')")
        assert message == "findimagedupes ended with exit code 1: no such option"


def test_without_the_program_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoScoresError) as caught:
        FindImageDupes().versions()
    assert caught.value.source == "missing"
    assert str(caught.value) == (
        "the program 'findimagedupes' is not on the PATH; it is an optional program that groups "
        "similar images; to get it: apt install findimagedupes (Debian, Ubuntu), elsewhere "
        "https://www.jhnc.org/findimagedupes"
    )
