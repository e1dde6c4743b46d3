"""Other people's datasets: small folders of the true layouts, and what is wrong with bad ones."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_dataset import photograph_bytes

from dupeval.dataset import Dataset
from dupeval.dataset.importers.clusters import read_clusters
from dupeval.dataset.importers.copydays import read_copydays
from dupeval.dataset.importers.holidays import read_holidays
from dupeval.dataset.importers.imagededup import read_imagededup
from dupeval.dataset.importers.ukbench import read_ukbench
from dupeval.dataset.importing import Found, cut
from dupeval.errors import DatasetError, SettingsError


def fill(root: Path, *places: str) -> Path:
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(photograph_bytes(place))
    return root


def rows(dataset: Dataset) -> list[tuple[str, str, str]]:
    return sorted(
        (i.name, of.photograph, of.edit) for q in dataset.queries for i, of in q.with_labels
    )


def problems_of(read: Callable[[], Dataset]) -> tuple[str, ...]:
    with pytest.raises(DatasetError) as caught:
        read()
    return caught.value.problems


COPYDAYS = (
    "original/200000.jpg",
    "original/200100.jpg",
    "strong/200001.jpg",
    "jpegqual/75/200000.jpg",
    "jpegqual/3/200100.jpg",
    "crops/50/200000.jpg",
)


def test_copydays_has_photographs_and_edits(tmp_path: Path) -> None:
    assert rows(read_copydays(fill(tmp_path, *COPYDAYS))) == [
        ("crops__50__200000.jpg", "2000", "crop:50"),
        ("jpegqual__3__200100.jpg", "2001", "jpeg:3"),
        ("jpegqual__75__200000.jpg", "2000", "jpeg:75"),
        ("original__200000.jpg", "2000", ""),
        ("original__200100.jpg", "2001", ""),
        ("strong__200001.jpg", "2000", "strong"),
    ]


def test_all_problems_of_copydays_are_told_at_once(tmp_path: Path) -> None:
    fill(tmp_path, "jpegqual/75/rose.jpg", "jpegqual/best/200000.jpg")
    (tmp_path / "strong").mkdir()
    (tmp_path / "strong/200001.jpg").write_bytes(b"")
    assert problems_of(lambda: read_copydays(tmp_path)) == (
        "original: cannot be read (No such file or directory)",
        "jpegqual/best: not a folder named as a number from 1 to 99",
        "jpegqual/75/rose.jpg: not named as in Copydays, six digits and .jpg",
        "strong/200001.jpg: the file has zero bytes",
    )


def scenes(dataset: Dataset) -> list[str]:
    return [of.scene for q in dataset.queries for _, of in q.with_labels]


def test_scenes_of_holidays_are_the_number_by_100(tmp_path: Path) -> None:
    fill(tmp_path, "jpg/100000.jpg", "jpg/100001.jpg", "jpg/100100.jpg", "jpg/.DS_Store")
    dataset = read_holidays(tmp_path)
    assert scenes(dataset) == ["1000", "1000", "1001"]
    assert [row[:2] for row in rows(dataset)] == [
        (name, name) for name in ("jpg__100000.jpg", "jpg__100001.jpg", "jpg__100100.jpg")
    ]
    (query,) = dataset.queries
    assert (query.n_true_pairs, query.n_scene_pairs) == (0, 1)


def test_scenes_of_ukbench_are_the_number_by_4(tmp_path: Path) -> None:
    fill(tmp_path, *(f"ukbench{n:05d}.jpg" for n in range(3, 9)), "readme.txt")
    dataset = read_ukbench(tmp_path)
    assert scenes(dataset) == ["0000", "0001", "0001", "0001", "0001", "0002"]
    assert sum(query.n_true_pairs for query in dataset.queries) == 0


def test_scenes_may_be_taken_for_photographs_and_folders_for_scenes(tmp_path: Path) -> None:
    fill(tmp_path, "jpg/100000.jpg", "jpg/100001.jpg", "jpg/100100.jpg")
    dataset = read_holidays(tmp_path, groups="photographs")
    assert [row[1] for row in rows(dataset)] == ["1000", "1000", "1001"]
    assert scenes(dataset) == ["", "", ""]
    folders = read_clusters(fill(tmp_path / "mine", "a/1.png", "a/2.png", "b.png"), groups="scenes")
    assert scenes(folders) == ["a", "a", "./b.png"]
    with pytest.raises(SettingsError, match=r"dataset.groups=x; possible: photographs, scenes"):
        read_clusters(tmp_path / "mine", groups="x")  # type: ignore[arg-type]


def test_a_cluster_is_a_folder_and_a_distractor_is_alone(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.png", "a/2.png", "b/1.png", "a.png")
    assert rows(read_clusters(tmp_path)) == [
        ("a.png", "./a.png", ""),
        ("a__1.png", "a", ""),
        ("a__2.png", "a", ""),
        ("b__1.png", "b", ""),
    ]


def test_links_out_of_the_folder_and_folders_in_clusters_are_refused(tmp_path: Path) -> None:
    root = fill(tmp_path / "mine", "a/1.png", "a/2.png", "a/deep/3.png")
    fill(tmp_path / "other", "x.png")
    (root / "a/4.png").symlink_to(tmp_path / "other/x.png")
    (root / "b").symlink_to(tmp_path / "other")
    assert problems_of(lambda: read_clusters(root)) == (
        f"a/4.png: leads out of {root}",
        "a/deep: is not a file",
        f"b/x.png: leads out of {root}",
    )


def test_nothing_to_score_is_a_problem(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.png", "b/1.png")
    assert problems_of(lambda: read_clusters(tmp_path)) == (
        "no two images belong together, so there is nothing to score",
    )


def test_two_paths_that_give_one_name_are_a_problem(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.png", "a/2.png", "a__1.png")
    assert problems_of(lambda: read_clusters(tmp_path)) == (
        "a__1.png: would have the same name, a__1.png, as a/1.png; rename one",
    )


def imagededup(root: Path, truth: object) -> Callable[[], Dataset]:
    path = root.parent / "truth.json"
    path.write_text(json.dumps(truth), encoding="utf-8")
    return lambda: read_imagededup(root, str(path))


def test_the_truth_of_imagededup(tmp_path: Path) -> None:
    root = fill(tmp_path / "images", "a.png", "b.png", "c.png")
    read = imagededup(root, {"a.png": ["b.png"], "b.png": ["a.png"], "c.png": []})
    assert [row[1] for row in rows(read())] == ["a.png", "a.png", "c.png"]


def test_names_of_a_truth_are_compared_in_one_unicode_form(tmp_path: Path) -> None:
    root = fill(tmp_path / "images", "e\u0301.png", "b.png")
    read = imagededup(root, {"\u00e9.png": ["b.png"], "b.png": ["e\u0301.png"]})
    assert rows(read()) == [("b.png", "b.png", ""), ("e\u0301.png", "b.png", "")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "not JSON"),
        ("[]", "not of the form {image: [duplicates]}"),
        ('{"a.png": [], "a.png": []}', "image 'a.png' has more than one line"),
        ('{"a.png": "b.png"}', "the duplicates of 'a.png' are not a list of names"),
    ],
)
def test_a_truth_of_another_form_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    root = fill(tmp_path / "images", "a.png")
    (tmp_path / "truth.json").write_text(text, encoding="utf-8")
    problems = problems_of(lambda: read_imagededup(root, str(tmp_path / "truth.json")))
    assert problems[0].startswith(f"{tmp_path / 'truth.json'}: {fault}")


def test_a_truth_that_contradicts_itself_names_the_images(tmp_path: Path) -> None:
    root = fill(tmp_path / "images", "a.png", "b.png", "c.png", "d.png")
    truth = {
        "a.png": ["b.png"],
        "b.png": ["a.png", "c.png"],
        "c.png": ["b.png"],
        "e.png": ["f.png"],
    }
    where = tmp_path / "truth.json"
    pair = "are duplicates, but only one of them is said to be one of"
    assert problems_of(imagededup(root, truth)) == (
        f"{where}: 'a.png' and 'b.png' {pair} 'c.png'",
        f"{where}: 'b.png' and 'c.png' {pair} 'a.png'",
        f"{where}: 'f.png', a duplicate of 'e.png', has no line",
        f"d.png: not in {where}; give it a line",
        f"{where}: no file 'e.png'",
    )


@pytest.mark.parametrize("size", [1, 0, True, 2.5])
def test_a_query_has_two_images_at_least(tmp_path: Path, size: int) -> None:
    with pytest.raises(SettingsError, match=f"dataset.images_a_query={size}; possible: a whole"):
        read_clusters(tmp_path, images_a_query=size)


def test_the_cut_keeps_groups_whole_and_gives_each_query_two(tmp_path: Path) -> None:
    found = [Found(f"{g}/{n}", str(g)) for g in range(23) for n in range(1 + g % 5)]
    for size in (2, 7, 20, None):
        queries = cut(found, size)
        groups = [{image.group for image in query} for query in queries]
        assert sorted(x.place for q in queries for x in q) == sorted(x.place for x in found)
        assert sum(map(len, groups)) == 23
        assert all(len(group) >= 2 for group in groups)
    assert len(cut(found, None)) == 1


def test_reading_writes_nothing_below_the_folder_and_remembers_elsewhere(tmp_path: Path) -> None:
    root = fill(tmp_path / "mine", *COPYDAYS)
    before = sorted(root.rglob("*"))
    first = read_copydays(root, tmp_path / "checked")
    assert read_copydays(root, tmp_path / "checked").fingerprint == first.fingerprint
    assert sorted(root.rglob("*")) == before
    assert any((tmp_path / "checked").rglob("*"))
