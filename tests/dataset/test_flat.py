"""One flat folder with a table of labels is a dataset of one query."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from own_images import write_photograph

from dupeval.dataset import Dataset
from dupeval.dataset.flat import read_flat, read_sample
from dupeval.errors import DatasetError, SettingsError

LABELS = [("a 1.png", "a"), ("a 2.png", "a"), ("b.png", "b"), ("c.png", "")]


def write_csv(path: Path, *rows: tuple[str, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "sample"
    for name, photograph in LABELS:
        write_photograph(root / name, photograph or name)
    write_csv(root / "labels.csv", ("image", "photograph"), *LABELS)
    return root


def said(dataset: Dataset) -> list[tuple[str, str]]:
    return [
        (image.name, label.photograph)
        for query in dataset.queries
        for image, label in query.with_labels
    ]


def test_it_is_one_query_of_the_listed_images(root: Path, tmp_path: Path) -> None:
    write_photograph(root / "not listed.png", "x")
    dataset = read_sample(root, tmp_path / "checked")
    assert [query.slug for query in dataset.queries] == ["sample"]
    assert said(dataset) == LABELS
    assert dataset.queries[0].n_true_pairs == 1
    assert read_sample(root, tmp_path / "checked").fingerprint == dataset.fingerprint


def test_images_may_lie_in_a_folder_of_that_name_and_a_query_be_named(root: Path) -> None:
    (root / "images").mkdir()
    for name, _ in LABELS:
        (root / name).rename(root / "images" / name)
    rows = [("two words", *row) for row in LABELS]
    write_csv(root / "labels.csv", ("query", "image", "photograph"), *rows)
    pairs = ("two words", "b.png", "c.png", "same")
    write_csv(root / "pairs.csv", ("query", "image_a", "image_b", "verdict"), pairs)
    dataset = read_sample(root)
    assert dataset.queries[0].slug == "two words"
    assert said(dataset) == LABELS
    assert dataset.queries[0].n_true_pairs == 2


def test_labels_may_lie_elsewhere_as_the_labelling_page_writes_them(
    root: Path, tmp_path: Path, make_dataset: Callable[..., Path]
) -> None:
    elsewhere = tmp_path / "labels"
    elsewhere.mkdir()
    (root / "labels.csv").unlink()
    rows = [("sample", *row) for row in LABELS]
    write_csv(elsewhere / "labels.csv", ("query", "image", "photograph"), *rows)
    pairs = ("sample", "a 1.png", "b.png", "unsure")
    write_csv(elsewhere / "pairs.csv", ("query", "image_a", "image_b", "verdict"), pairs)
    dataset = read_sample(root, labels_dir=elsewhere)
    assert said(dataset) == LABELS
    assert dataset.queries[0].truth.has_withdrawn
    with pytest.raises(DatasetError, match=r"labels\.csv: missing"):
        read_sample(root, labels_dir=tmp_path)
    of_queries = make_dataset(tmp_path / "data", {"one": {"a.png": "a", "b.png": "a"}})
    with pytest.raises(SettingsError, match="is a dataset folder, whose labels lie beside"):
        read_sample(of_queries, labels_dir=elsewhere)


def test_a_dataset_folder_is_read_as_always(
    tmp_path: Path, make_dataset: Callable[..., Path]
) -> None:
    root = make_dataset(tmp_path / "data", {"one": {"a.png": "a", "b.png": "a"}})
    assert [query.title for query in read_sample(root).queries] == ["ONE"]
    with pytest.raises(DatasetError, match=r"labels\.csv: missing"):
        read_sample(tmp_path)


def test_everything_that_is_wrong_is_told_at_once(root: Path, tmp_path: Path) -> None:
    (root / "link.png").symlink_to(tmp_path / "outside.png")
    write_photograph(tmp_path / "outside.png", "x")
    rows = [
        *LABELS,
        *(("a 1.png", "a"), ("gone.png", "a"), ("../x.png", "b"), ("link.png", "b")),
    ]
    write_csv(root / "labels.csv", ("image", "photograph"), *rows)
    with pytest.raises(DatasetError) as caught:
        read_flat(root)
    assert list(caught.value.problems) == [
        "labels.csv:6: image 'a 1.png' is already in labels.csv:2",
        "labels.csv:7: image 'gone.png' has no file of that name",
        "labels.csv:8: image '../x.png' is a path; only a name inside its folder is possible",
        f"labels.csv:9: image 'link.png' leads out of {root}",
    ]


def test_several_queries_and_photographs_in_two_scenes_are_refused(root: Path) -> None:
    rows = [(str(i), *row, str(i)) for i, row in enumerate(LABELS)]
    write_csv(root / "labels.csv", ("query", "image", "photograph", "scene"), *rows)
    with pytest.raises(DatasetError) as caught:
        read_flat(root)
    assert list(caught.value.problems) == [
        "labels.csv: 4 queries, of which the images lie in images/QUERY/; in one flat folder there "
        "is one query",
        "labels.csv:3: photograph 'a' lies in scene '1' and in '0'; possible: one scene a "
        "photograph",
    ]


def test_what_cannot_be_decoded_or_scored_is_told(root: Path) -> None:
    (root / "b.png").write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"labels.csv:4: b.png: "):
        read_flat(root)
    write_csv(root / "labels.csv", ("image", "photograph"), ("a 1.png", "a"), ("a 2.png", ""))
    with pytest.raises(DatasetError, match="no two images have a photograph"):
        read_flat(root)
