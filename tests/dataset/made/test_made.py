"""A dataset of one's own photographs, from the folder to what programs read."""

import csv
import hashlib
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from configuration import check, open_dataset
from fake_photographs import photograph
from hydra_app import compose
from own_photographs import write_hostile, write_odd, write_photographs
from PIL import Image

from dupeval.dataset import Dataset
from dupeval.dataset.images import read_rgb
from dupeval.dataset.made import read_made, twice
from dupeval.dataset.made import recipe as module
from dupeval.errors import DatasetError, InputError, SettingsError
from dupeval.representation.raw import RawPixels

NAMES = [f"IMG_{seed:04d}.jpg" for seed in range(11)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a folder of eleven photographs: one query of 20 images."""
    write_photographs(tmp_path / "source", range(11))
    return tmp_path / "source"


def made(source: Path, **settings: Any) -> Dataset:
    return read_made(source.parent / "data" / "made", source, **settings)


def quietly(source: Path, **settings: Any) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return made(source, **settings)


def rows(source: Path) -> list[dict[str, str]]:
    path = source.parent / "data" / "made" / "labels.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def problems(source: Path, **settings: Any) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        made(source, **settings)
    assert not (source.parent / "data" / "made").exists()
    return caught.value.problems


def contents(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in [folder, *folder.rglob("*")]
    }


class TestWhatIsMade:
    def test_is_each_photograph_as_it_is_and_copies_of_some(self, source: Path) -> None:
        dataset = made(source)
        assert dataset.name == "made-news-0"
        (query,) = dataset.queries
        assert len(query.images) == 20
        first = [label.photograph for label in query.labels if not label.edit]
        assert sorted(first) == NAMES
        assert query.n_true_pairs >= 8
        for image, label in query.with_labels:
            if not label.edit:
                shown = read_rgb(image).astype(int)
                assert np.abs(shown - read_rgb(source / label.photograph)).mean() < 6

    def test_says_what_it_was_made_of_and_pairs_only_of_collages(self, source: Path) -> None:
        quietly(source, level="wild")
        assert rows(source)[0].keys() == {"query", "image", "photograph", "edit", "scene"}
        pairs = source.parent / "data" / "made" / "pairs.csv"
        assert pairs.exists() == any("collage" in row["edit"] for row in rows(source))

    def test_nothing_is_written_into_the_folder_of_photographs(self, source: Path) -> None:
        before = contents(source)
        made(source)
        assert contents(source) == before

    def test_depends_on_the_photographs_the_level_and_the_draw_alone(
        self, source: Path, tmp_path: Path
    ) -> None:
        first = made(source)
        elsewhere = tmp_path / "elsewhere" / "other name"
        elsewhere.parent.mkdir()
        source.rename(elsewhere)
        assert made(elsewhere, name="mine").fingerprint == first.fingerprint
        draw = read_made(tmp_path / "draw", elsewhere, draw=1)
        assert draw.fingerprint != first.fingerprint

    def test_queries_of_another_size(self, source: Path) -> None:
        dataset = quietly(source, images_a_query=8, queries="random")
        assert [len(query.images) for query in dataset.queries] == [8, 8, 6]


class TestPhotographsOfAnyKind:
    def test_are_read_as_a_person_sees_them(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        odd = write_odd(source)
        (query,) = quietly(source).queries
        labels = {label.photograph: image for image, label in query.with_labels if not label.edit}
        assert set(labels) == {path.name for path in odd}
        for path in odd:
            shown, expected = read_rgb(labels[path.name]), read_rgb(path)
            assert shown.shape == expected.shape
            assert np.abs(shown.astype(int) - expected).mean() < 6

    def test_grey_ones_are_not_made_grey_and_long_ones_not_cut_to_another_shape(
        self, tmp_path: Path
    ) -> None:
        source = tmp_path / "source"
        source.mkdir()
        for seed in range(22):
            photograph(seed).convert("L").resize((900, 90)).save(source / f"{seed}.png")
        quietly(source)
        edits = "+".join(row["edit"] for row in rows(source))
        assert "jpeg" in edits
        assert not re.search("greyscale|aspect|saturation|balance", edits)

    def test_files_that_are_no_images_are_told_at_each_reading(self, source: Path) -> None:
        (source / "notes.txt").touch()
        for _ in range(2):
            with pytest.warns(UserWarning, match=r"1 files are no images by name \(1 \.txt\)"):
                made(source)


class TestWhatIsWrong:
    def test_is_said_at_once_and_nothing_is_made(self, source: Path, tmp_path: Path) -> None:
        expected = write_hostile(source / "holidays", tmp_path / "outside")
        (source / "same.jpg").write_bytes((source / NAMES[3]).read_bytes())
        with Image.open(source / NAMES[5]) as image:
            image.resize((200, 150)).save(source / "small.png")
        found = problems(source)
        assert len(found) == len(expected) + 2
        for name, fault in expected.items():
            assert any(problem.startswith(f"holidays/{name}: {fault}") for problem in found)
        skip = "dataset.near_duplicates=skip takes one of them"
        assert f"same.jpg: the same file as {NAMES[3]}; {skip}" in found
        assert f"small.png: nearly the same picture as {NAMES[5]}; {skip}" in found

    def test_copies_may_be_left_out_and_the_largest_stays(self, source: Path) -> None:
        (source / "same.jpg").write_bytes((source / NAMES[3]).read_bytes())
        with Image.open(source / NAMES[5]) as image:
            image.resize((512, 384)).save(source / "large.png")
        for _ in range(2):
            with pytest.warns(UserWarning, match="are left out, being copies of others") as caught:
                dataset = made(source, near_duplicates="skip")
        assert str(caught[0].message).endswith(
            f"2 of 13 photographs are left out, being copies of others: same.jpg for {NAMES[3]}, "
            f"{NAMES[5]} for large.png"
        )
        labels = {label.photograph for query in dataset.queries for label in query.labels}
        assert labels == {*NAMES, "large.png"} - {NAMES[5]}

    @pytest.mark.parametrize(
        ("root", "message"),
        [
            ("source/made", "lies in dataset.source="),
            ("source", "lies in dataset.source="),
            (".", "lies in dataset.root="),
        ],
    )
    def test_neither_folder_may_lie_in_the_other(
        self, source: Path, root: str, message: str
    ) -> None:
        with pytest.raises(SettingsError, match=message):
            read_made(source.parent / root, source)
        with pytest.raises(SettingsError, match="cache_dir="):
            read_made(source.parent / "data", source, checked_dir=source / "cache")

    def test_a_source_that_is_no_path(self, source: Path) -> None:
        with pytest.raises(SettingsError, match=r"^dataset.source=2024; possible: the path of a"):
            read_made(source.parent / "data", 2024)  # type: ignore[arg-type]

    def test_results_may_not_go_into_the_folder_of_photographs(self, source: Path) -> None:
        config = compose(
            "run", ["dataset=made", f"dataset.source={source}", f"out_dir={source / 'results'}"]
        )
        with pytest.raises(SettingsError, match="in which nothing is written"):
            check(config)

    def test_a_changed_file_of_the_dataset(self, source: Path) -> None:
        made(source)
        labels = source.parent / "data" / "made" / "labels.csv"
        labels.write_text(labels.read_text().replace(NAMES[0], NAMES[1]))
        with pytest.raises(DatasetError, match="files were changed since it was built"):
            made(source)

    def test_a_folder_of_somebody_elses_in_its_place(self, source: Path) -> None:
        root = source.parent / "data" / "made"
        root.mkdir(parents=True)
        (root / "mine.txt").write_text("mine")
        with pytest.raises(Exception, match="is not a made dataset built by dupeval"):
            made(source)
        assert (root / "mine.txt").read_text() == "mine"


class TestMakingAgain:
    @pytest.fixture(autouse=True)
    def looks(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """Count how often photographs are looked at: when a dataset is made."""
        counted: list[int] = []
        look_at_all = module.look_at_all

        def counting(images: Any, *others: Any) -> Any:
            counted.append(len(images))
            return look_at_all(images, *others)

        monkeypatch.setattr(module, "look_at_all", counting)
        return counted

    def test_is_not_done_while_nothing_changes(self, source: Path, looks: list[int]) -> None:
        first = made(source)
        (source / "Thumbs.db").touch()
        assert made(source).fingerprint == first.fingerprint
        assert looks == [11]

    def test_is_done_for_another_photograph_or_name_and_other_settings(
        self, source: Path, looks: list[int]
    ) -> None:
        fingerprints = {made(source).fingerprint}
        (source / NAMES[0]).rename(source / "renamed.jpg")
        fingerprints.add(made(source).fingerprint)
        photograph(99).save(source / "renamed.jpg")
        fingerprints.add(made(source).fingerprint)
        fingerprints.add(quietly(source, images_a_query=8).fingerprint)
        fingerprints.add(quietly(source, images_a_query=8, queries="random").fingerprint)
        embedding = RawPixels(size=4)
        quietly(source, images_a_query=8, embedding=embedding)
        quietly(source, images_a_query=8, embedding=embedding)
        assert looks == [11] * 6
        assert len(fingerprints) == 5

    def test_is_not_half_done_where_it_fails(
        self, source: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = made(source)
        write_photographs(source, [70])

        def fail(*_: object) -> None:
            raise OSError("no space left on device")

        with monkeypatch.context() as patch, pytest.raises(OSError, match="no space left"):
            patch.setattr(module, "fit", fail)
            made(source)
        (source / "IMG_0070.jpg").unlink()
        assert made(source).fingerprint == first.fingerprint


def test_alike_photographs_are_hard_negatives_by_whatever_says_so(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not what is tested here.
    monkeypatch.setattr(twice, "NEAR", 0.0)
    for seed in range(11):
        for number, dark in enumerate((0.2, 0.9)):
            image = photograph(seed).point(lambda value, dark=dark: round(value * dark))
            image.save(source / f"{number}_{seed}.jpg")
        (source / NAMES[seed]).unlink()
    dataset = quietly(source, embedding=RawPixels(size=1))
    together = [{label.photograph[0] for label in query.labels} for query in dataset.queries]
    assert sorted(together, key=sorted) == [{"0"}, {"1"}]


def test_as_programs_are_given_it(source: Path, tmp_path: Path) -> None:
    write_photographs(source / "more", range(20, 25))
    config = compose(
        "run",
        [
            *("dataset=made", f"dataset.source={source}", "dataset.queries=subfolders"),
            *("dataset.level=study", "dataset.draw=2", "dataset.name=mine"),
            "+representation@dataset.embedding=raw",
            *(f"dataset.root={tmp_path / 'data'}", f"cache_dir={tmp_path / 'cache'}"),
            "progress=false",
        ],
    )
    with pytest.warns(UserWarning, match="2 queries of 9 to 20 images"):
        dataset = open_dataset(config)
    assert dataset.name == "mine-study-2"
    assert [query.slug for query in dataset.queries] == ["query", "more"]
    config = compose("run", ["dataset=made", f"dataset.source={source}", "dataset.name=mine"])
    assert config.dataset.root == "data/mine-news-0"
