"""The dataset in memory: what its fingerprint covers, and how true pairs are counted."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest
from labelled import Labelled, dataset_of, labelled_query

from dupeval.dataset import Dataset, ImageHandle, Query
from dupeval.dataset.folder import read_folder
from dupeval.truth import Said, Verdict


def image(name: str, photograph: str = "p", edit: str = "", sha256: str = "0" * 64) -> Labelled:
    return Labelled(name, Path("/images") / name, photograph, edit, sha256)


IMAGES = (image("a.png"), image("b.png", "q", "crop:0.9"), image("c.png"))
ONE = labelled_query("one", "First", IMAGES)
TWO = labelled_query(
    "two", "둘째", (image("a.png", sha256="1" * 64), image("b.png", sha256="2" * 64))
)
DATASET = Dataset("mine", (ONE, TWO))


def with_images(*images: Labelled) -> Dataset:
    return Dataset("mine", (labelled_query("one", "First", images), TWO))


def with_image(**changes: str) -> Dataset:
    first, *others = IMAGES
    return with_images(first._replace(**changes), *others)


def in_scenes(*scenes: str) -> Dataset:
    of_all = (*scenes, "", "", "")
    labels = [replace(label, scene=of_all[i]) for i, label in enumerate(ONE.labels)]
    return Dataset("mine", (replace(ONE, labels=tuple(labels)), TWO))


def with_verdict(said: Said) -> Dataset:
    return Dataset("mine", (replace(ONE, verdicts=(Verdict(0, 2, said),)), TWO))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(Dataset("mine", (replace(ONE, title="first"), TWO)), id="a title"),
        pytest.param(Dataset("mine", (replace(ONE, slug="un"), TWO)), id="a query's slug"),
        pytest.param(with_image(name="z.png"), id="an image's name"),
        pytest.param(with_image(photograph="q"), id="a label"),
        pytest.param(with_image(edit="mirror"), id="an edit"),
        pytest.param(in_scenes("s", "t"), id="a scene"),
        pytest.param(with_verdict("unsure"), id="a verdict"),
        pytest.param(with_image(sha256="f" * 64), id="the bytes of a file"),
        pytest.param(with_images(*IMAGES[::-1]), id="the images' order"),
        pytest.param(
            Dataset("mine", (replace(ONE, labels=(*ONE.labels[1:], ONE.labels[0])), TWO)),
            id="which image a label is of",
        ),
        pytest.param(Dataset("mine", (TWO, ONE)), id="the queries' order"),
        pytest.param(Dataset("mine", (ONE,)), id="a query less"),
        pytest.param(with_images(*IMAGES[:2]), id="an image less"),
    ],
)
def test_the_fingerprint_changes_with(changed: Dataset) -> None:
    assert changed.fingerprint != DATASET.fingerprint


def test_the_fingerprint_tells_scenes_and_verdicts_apart() -> None:
    made = [in_scenes("s", "t"), in_scenes("", "s"), in_scenes("s", "s"), in_scenes("s", "", "s")]
    made += [with_verdict("unsure"), with_verdict("same")]
    assert len({dataset.fingerprint for dataset in made}) == len(made)


def test_the_fingerprint_does_not_depend_on_where_the_dataset_lies_or_what_it_is_called() -> None:
    moved = tuple(
        replace(
            query,
            images=tuple(ImageHandle.of(Path("/moved"), i.name, i.sha256) for i in query.images),
        )
        for query in DATASET.queries
    )
    assert Dataset("yours", moved).fingerprint == DATASET.fingerprint


def test_the_fingerprint_is_the_same_in_every_run() -> None:
    zeros, ones, twos = (digit * 64 for digit in "012")
    text = (
        f'[["one","First",[["a.png","p","","{zeros}"],["b.png","q","crop:0.9","{zeros}"],'
        f'["c.png","p","","{zeros}"]]],["two","둘째",[["a.png","p","","{ones}"],'
        f'["b.png","p","","{twos}"]]]]'
    )
    assert DATASET.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("photographs", "pairs"),
    [
        ("", 0),
        ("a", 0),
        ("ab", 0),
        ("aa", 1),
        ("aab", 1),
        ("aaa", 3),
        ("aaabbc", 4),
        ("a" * 20, 190),
        (["a", "", "a", "", ""], 1),
        (["", ""], 0),
    ],
)
def test_true_pairs_are_the_pairs_of_images_of_one_photograph(
    photographs: Sequence[str], pairs: int
) -> None:
    assert dataset_of(photographs).queries[0].n_true_pairs == pairs


def test_a_query_is_scored_where_any_pair_counts() -> None:
    unlabelled = dataset_of(["", "a", ""]).queries[0]
    decided = replace(unlabelled, verdicts=(Verdict(0, 2, "same"),))
    assert (unlabelled.is_scored, decided.is_scored) == (False, True)
    assert (unlabelled.n_true_pairs, decided.n_true_pairs) == (0, 1)
    pair = dataset_of("aa").queries[0]
    assert (pair.is_scored, pair.n_true_pairs) == (True, 1)
    withdrawn = replace(pair, verdicts=(Verdict(0, 1, "unsure"),))
    assert (withdrawn.is_scored, withdrawn.n_true_pairs) == (False, 0)


def test_a_dataset_has_scenes_where_a_label_or_a_verdict_names_one() -> None:
    assert not DATASET.has_scenes
    assert in_scenes("", "s").has_scenes
    assert not with_verdict("different").has_scenes
    assert with_verdict("scene").has_scenes


def test_the_true_labels_are_the_photographs_in_the_order_of_the_images() -> None:
    assert ONE.photographs.tolist() == ["p", "q", "p"]


def test_an_image_whose_photograph_is_empty_is_unlabelled() -> None:
    one, two, three = (dataset := dataset_of("ab", ["", "a", ""], ["", "aa", "aa"])).queries
    assert one.is_labelled.tolist() == [True, True]
    assert two.is_labelled.tolist() == [False, True, False]
    assert [query.is_scored for query in (one, two, three)] == [True, False, True]
    assert dataset.n_unlabelled == 3


def test_each_image_goes_with_its_own_label() -> None:
    assert [(i.name, known.photograph, known.edit) for i, known in ONE.with_labels] == [
        ("a.png", "p", ""),
        ("b.png", "q", "crop:0.9"),
        ("c.png", "p", ""),
    ]


def test_an_image_without_a_label_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        list(Query("q", "Q", ONE.images, ONE.labels[:2]).with_labels)


def test_what_methods_see_of_an_image_tells_no_label() -> None:
    assert {field.name for field in fields(ImageHandle)} == {"name", "sha256", "open"}


def test_the_images_of_a_dataset_are_those_of_its_queries_one_query_after_the_other() -> None:
    assert DATASET.images == ONE.images + TWO.images


def test_a_dataset_made_by_the_shared_fixture_is_the_same_every_time(
    make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    queries = {"one": {"a.png": "p", "b.jpg": "p", "c.png": "q"}}
    first = read_folder(make_dataset(tmp_path / "first", queries))
    second = read_folder(make_dataset(tmp_path / "second", queries))
    assert first.fingerprint == second.fingerprint
    assert len({i.sha256 for i in first.images}) == 3
