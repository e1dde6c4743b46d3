"""What is kept below the cache folder is refused under another name than its own."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.dataset import checking as checking_module
from dupeval.dataset.folder import read_folder
from dupeval.metrics import PairCurve, pair_scores
from dupeval.report.pictures import Format, pictures_within
from dupeval.representation import Representation
from dupeval.representation.cache import VectorCache
from dupeval.store import Store
from dupeval.sweep.outcome import Best, Outcome
from dupeval.tool.cache import ReplyCache
from dupeval.tool.process import Reply


@dataclass(frozen=True)
class NameAsVector(Representation):
    """The number that a file is called by."""

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "name"}

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        for image in images:
            yield np.array([float(image.name)], np.float32)


def exchange(folder: Path) -> None:
    """Let the two entries of a store change places."""
    one, other = sorted(folder.rglob("*.safetensors"))
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def test_vectors_are_computed_again(tmp_path: Path) -> None:
    images = [ImageHandle.of(Path("nowhere"), f"{i}", f"{i}" * 64) for i in (1, 2)]
    cache = VectorCache(tmp_path)
    assert cache.vectors(images, NameAsVector()).tolist() == [[1], [2]]
    exchange(tmp_path)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.vectors(images, NameAsVector()).tolist() == [[1], [2]]


def test_replies_are_asked_for_again(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path)
    for name, groups in (("a", [[[0, 1]]]), ("b", [[[1, 2]]])):
        cache.save({"tool": "t"}, [name], Reply(groups, 0.0, 0.0, 0.0))
    exchange(tmp_path)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.load({"tool": "t"}, ["a"]) is None


def test_outcomes_are_computed_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key, labels in (("a", [0, 0]), ("b", [0, 1])):
        curve = PairCurve.of_partition(pair_scores([1, 1], labels))
        store.put({"outcome": key}, Outcome((curve,), (Best(0.5, 1.0),)).entry)
    exchange(tmp_path)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert store.get({"outcome": "a"}) is None


def test_pictures_are_made_again(tmp_path: Path) -> None:
    files = {}
    for name, colour in (("a" * 64, "red"), ("b" * 64, "blue")):
        files[name] = tmp_path / f"{colour}.png"
        Image.new("RGB", (8, 8), colour).save(files[name])
    made = pictures_within(files, 10**6, [Format(8, 80)], tmp_path / "cache")
    exchange(tmp_path / "cache")
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert pictures_within(files, 10**6, [Format(8, 80)], tmp_path / "cache") == made


def test_datasets_are_checked_again(
    make_dataset: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [
        make_dataset(tmp_path / name, {"q": {"a.png": name, "b.png": "other"}}) for name in "xy"
    ]
    for root in roots:
        read_folder(root, tmp_path / "checked")
    exchange(tmp_path / "checked")
    decoded: list[Path] = []
    monkeypatch.setattr(checking_module, "read_rgb", decoded.append)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        read_folder(roots[0], tmp_path / "checked")
    assert sorted(path.name for path in decoded) == ["a.png", "b.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_the_place_of_an_entry_is_not_waited_for(tmp_path: Path) -> None:
    images = [ImageHandle.of(Path("nowhere"), "1", "1" * 64)]
    cache = VectorCache(tmp_path)
    cache.vectors(images, NameAsVector())
    (entry,) = tmp_path.rglob("*.safetensors")
    entry.unlink()
    os.mkfifo(entry)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.vectors(images, NameAsVector()).tolist() == [[1]]
    assert entry.is_file()
