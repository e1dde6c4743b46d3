"""Recall by family of edits, drawn."""

from pathlib import Path

import pytest
from labelled import Labelled, labelled_query

from dupeval.dataset import Dataset, Query
from dupeval.errors import SettingsError
from dupeval.figures import Picture
from dupeval.figures.edits import RecallByEdit, numbers_of_pairs
from dupeval.figures.inputs import FigureInputs


def query(slug: str, *images: tuple[str, str, str]) -> Query:
    labelled = (Labelled(name, Path(name), shown, edit, "") for name, shown, edit in images)
    return labelled_query(slug, slug, labelled)


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


def test_the_families_with_the_most_pairs_come_first() -> None:
    assert list(numbers_of_pairs(DATASET).items()) == [("crop", 3), ("jpeg", 1), ("resize", 1)]


def test_without_edits_there_is_nothing_to_draw() -> None:
    images = (("a", "p", ""), ("b", "p", ""))
    with pytest.raises(SettingsError, match=r"of nothing has a copy .* column edit in labels\.csv"):
        numbers_of_pairs(Dataset("nothing", (query("one", *images),)))


def test_nor_where_only_edited_copies_meet() -> None:
    images = (("a", "p", "crop"), ("b", "p", "crop"))
    with pytest.raises(SettingsError, match="no unedited image"):
        numbers_of_pairs(Dataset("edited", (query("one", *images),)))


def read(picture: Picture) -> tuple[list[str], list[str], list[list[str]]]:
    """Return the columns' and the rows' names, and what stands in the cells."""
    (axes,) = picture.canvas.axes
    columns, rows = (
        [text.get_text() for text in labels]
        for labels in (axes.get_xticklabels(), axes.get_yticklabels())
    )
    texts = [text.get_text() for text in axes.texts]
    return columns, rows, [texts[i : i + len(columns)] for i in range(0, len(texts), len(columns))]


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_the_first_column_is_table_1s_pooled_recall(self, inputs: FigureInputs) -> None:
        picture = RecallByEdit().draw(inputs)
        families, methods, cells = read(picture)
        assert families[0] == "all pairs (5)"
        assert sorted(families[1:]) == ["colour (1)", "crop (2)", "mirror (2)"]
        assert methods == ["raw", "raw_pca"]
        recall = inputs.stored.table1.set_index("method")["recall_micro"]
        assert [row[0] for row in cells] == [f"{recall[method]:.2f}" for method in methods]

    def test_a_cell_is_the_recall_of_the_pairs_of_a_family(self, inputs: FigureInputs) -> None:
        families, _, (row,) = read(RecallByEdit(methods=("raw",)).draw(inputs))
        cells = dict(zip((name.split(" (")[0] for name in families), row, strict=True))
        place = ("loqo", "raw")
        groups = [inputs.stored.partitions[*place, slug] for slug in ("one", "두번째")]
        found = [of["a.png"] == of["b.jpg"] for of in groups]
        assert cells["crop"] == cells["mirror"] == f"{sum(found) / 2:.2f}"
        assert cells["colour"] == f"{groups[0]['a.png'] == groups[0]['e.png']:.2f}"

    def test_of_many_families_those_with_the_most_pairs(self, inputs: FigureInputs) -> None:
        picture = RecallByEdit(most_families=2).draw(inputs)
        assert "colour (1)" not in read(picture)[0]
        assert picture.text.endswith("Left out: 1 families with fewer pairs.")
