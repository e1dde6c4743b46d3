"""What is asked for is done with what is left of the images; what is impossible is told first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from own_images import write_photograph
from PIL import Image

from dupeval.clustering import Linkage
from dupeval.clustering.pairs import SomePairs
from dupeval.dataset.images import ImageError
from dupeval.errors import SettingsError
from dupeval.grouping import running
from dupeval.grouping.default import default_method
from dupeval.grouping.finding import Unread, find
from dupeval.grouping.groups import Grouping
from dupeval.grouping.running import CHANGED, Chosen, group_images
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.representation.raw import RawPixels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "abc":
        write_photograph(tmp_path / "in" / f"{name}.png", name)
    return tmp_path / "in"


def grouped(folder: Path, against: Path | None = None, **settings: Any) -> Grouping:
    chosen = Chosen("verified", default_method(), **settings)
    references = None if against is None else find([against])
    resources = Resources(folder.parent / "cache")
    return group_images(find([folder]), references, chosen, resources)


def breaking(break_it: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let something happen to the files when they are compared for the first time."""
    asked = []

    def compare(_: object, images: list[Any], *__: object) -> SomePairs:
        asked.append(len(images))
        if len(asked) == 1:
            break_it()
            raise ImageError("cannot be read (No such file or directory)")
        return SomePairs(len(images), np.empty((0, 2), np.int64), np.empty(0), 1.0)

    monkeypatch.setattr(running, "distances_of", compare)
    return asked


def test_what_vanishes_or_changes_meanwhile_is_left_out_and_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_it() -> None:
        (folder / "a.png").unlink()

    asked = breaking(break_it, monkeypatch)
    found = grouped(folder)
    assert asked == [3, 2]
    assert [Path(file.path).name for file in found.files] == ["b.png", "c.png"]
    assert found.unread == (Unread(str(folder / "a.png"), CHANGED),)


def test_a_library_that_vanishes_is_an_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photograph(tmp_path / "library" / "x.png", "x")
    breaking((tmp_path / "library" / "x.png").unlink, monkeypatch)
    with pytest.raises(SettingsError, match=r"no images that can be read: .*x.png was changed"):
        grouped(folder, tmp_path / "library")


def test_an_image_that_cannot_be_read_for_another_reason_is_no_endless_loop(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(lambda: None, monkeypatch)
    with pytest.raises(ImageError):
        grouped(folder)


def test_one_image_is_a_group(folder: Path) -> None:
    for name in "bc":
        (folder / f"{name}.png").unlink()
    found = grouped(folder)
    assert [group.members for group in found.groups] == [(0,)]
    assert found.n_pairs == 0


@pytest.mark.parametrize("threshold", [-0.1, float("nan"), float("inf")])
def test_a_threshold_must_be_one(folder: Path, threshold: float) -> None:
    with pytest.raises(SettingsError, match="threshold="):
        grouped(folder, threshold=threshold)


def test_above_a_hundred_images_few_pairs_are_looked_at_and_what_is_connected_throughout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fake_photographs import photograph

    from dupeval.grouping import comparing

    sides = range(150, 250, 20)
    for seed in range(3):
        (tmp_path / "in").mkdir(exist_ok=True)
        for side in sides:
            image = photograph(seed).resize((side, side * 3 // 4))
            image.save(tmp_path / "in" / f"{seed} {side}.png")
    monkeypatch.setattr(comparing, "SMALL", len(sides))
    found = grouped(tmp_path / "in")
    assert [len(group.members) for group in found.groups] == [len(sides)] * 3
    within = 3 * len(sides) * (len(sides) - 1) // 2
    assert within <= found.n_looked_at < found.n_pairs


def test_linkage_is_the_methods() -> None:
    linkage: Linkage = default_method().linkage_of({})
    assert linkage == "average"


def test_many_images_are_compared_as_few_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        with Image.open(folder / f"{name}.png") as image:
            image.resize((40, 30)).save(folder / f"{name} small.png")
    method = VectorMethod(RawPixels(size=8), linkage="average", metric="cosine", threshold=0.02)
    resources = Resources(folder.parent / "cache")

    def groups() -> Grouping:
        return group_images(find([folder]), None, Chosen("raw", method), resources)

    few = groups()
    monkeypatch.setattr("dupeval.method.vectors.MOST_CONDENSED", 2)
    monkeypatch.setattr("dupeval.clustering.vectors.MOST_LOOKED_AT", 2)
    many = groups()
    assert len(few.several) == 3
    assert [group.members for group in many.groups] == [group.members for group in few.groups]
    assert [group.height for group in many.groups] == pytest.approx(
        [group.height for group in few.groups]
    )


def test_of_an_index_it_is_told_what_it_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compare(*_: object) -> SomePairs:
        pairs = SomePairs(3, np.array([[0, 1]]), np.array([0.01]), np.inf)
        pairs.recall = 0.987
        return pairs

    monkeypatch.setattr(running, "distances_of", compare)
    with pytest.warns(UserWarning, match=r"^of 3 images pairs are found .*: 98\.7% of those near"):
        grouped(folder, threshold=0.1)
