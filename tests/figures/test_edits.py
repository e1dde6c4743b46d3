"""Which pairs a family of edits has, and how many of them are found."""

from pathlib import Path

import pytest

from dupeval.dataset import Dataset, LabelledImage, Query
from dupeval.errors import SettingsError
from dupeval.figures.edits import (
    RecallByEdit,
    TruePair,
    families_of,
    pairs_of,
    recall_by_family,
)
from dupeval.figures.material import Material


def query(slug: str, *images: tuple[str, str, str]) -> Query:
    labelled = (LabelledImage(name, Path(name), shown, edit, "") for name, shown, edit in images)
    return Query(slug, slug, tuple(labelled))


DATASET = Dataset(
    "by hand",
    (
        query(
            "one",
            ("first", "p", ""),
            ("cropped", "p", "crop:0.79+jpeg:43"),
            ("small", "p", "resize:0.5"),
            ("other", "q", "crop:0.5"),
        ),
        query("two", ("first", "p", ""), ("cropped", "p", "crop:0.9"), ("again", "p", "")),
    ),
)


@pytest.mark.parametrize(
    ("edit", "families"),
    [
        ("crop:0.79+mirror", {"crop", "mirror"}),
        ("sharpness:sharpen=1.92+jpeg:60", {"sharpness", "jpeg"}),
        ("crop:0.9+crop:0.8", {"crop"}),
        (" by hand ", {"by hand"}),
        ("", set()),
        ("+:", set()),
    ],
)
def test_families_of_a_chain(edit: str, families: set[str]) -> None:
    assert families_of(edit) == families


def test_a_pair_counts_for_its_families_if_one_of_it_is_unedited() -> None:
    assert pairs_of(DATASET) == [
        TruePair("one", ("first", "cropped"), frozenset({"crop", "jpeg"})),
        TruePair("one", ("first", "small"), frozenset({"resize"})),
        TruePair("one", ("cropped", "small"), frozenset()),
        TruePair("two", ("first", "cropped"), frozenset({"crop"})),
        TruePair("two", ("first", "again"), frozenset()),
        TruePair("two", ("cropped", "again"), frozenset({"crop"})),
    ]


def test_recall_is_the_share_of_pairs_that_are_together() -> None:
    found = {
        "one": {"first": 0, "cropped": 0, "small": 1, "other": 0},
        "two": {"first": 0, "cropped": 1, "again": 0},
    }
    assert recall_by_family(pairs_of(DATASET), found) == {
        "all pairs": pytest.approx(2 / 6),
        "crop": pytest.approx(1 / 3),
        "jpeg": 1,
        "resize": 0,
    }


def test_without_edits_there_is_nothing_to_draw() -> None:
    images = (("a", "p", ""), ("b", "p", ""))
    with pytest.raises(SettingsError, match=r"of nothing has a copy .* column edit in labels\.csv"):
        pairs_of(Dataset("nothing", (query("one", *images),)))


def test_nor_where_only_edited_copies_meet() -> None:
    images = (("a", "p", "crop"), ("b", "p", "crop"))
    with pytest.raises(SettingsError, match="no unedited image"):
        pairs_of(Dataset("edited", (query("one", *images),)))


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_the_first_column_is_table_1s_pooled_recall(self, material: Material) -> None:
        picture = RecallByEdit().draw(material)
        (page,) = picture.canvas.axes
        texts = [text.get_text() for text in page.texts]
        assert texts[0] == "all pairs (5)"
        assert sorted(texts[1:4]) == ["colour (1)", "crop (2)", "mirror (2)"]
        recall = material.stored.table1.set_index("method")["recall_micro"]
        for method in ("raw", "raw_pca"):
            assert texts[texts.index(method) + 1] == f"{recall[method]:.2f}"

    def test_of_many_families_those_with_the_most_pairs(self, material: Material) -> None:
        picture = RecallByEdit(most_families=2).draw(material)
        (page,) = picture.canvas.axes
        texts = [text.get_text() for text in page.texts]
        assert "colour (1)" not in texts
        assert picture.text.endswith("Left out: 1 families with fewer pairs.")
