"""What the figures show of a small dataset, and that they follow the configuration."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from sklearn import decomposition

from dupeval.clustering import Dendrogram
from dupeval.dataset import Dataset
from dupeval.figures import style
from dupeval.figures.dendrogram import BAR, DendrogramOfQuery, DrawnTree
from dupeval.figures.duplicates import Duplicates, examples
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.layout import thumbnails
from dupeval.figures.process import FeatureExtraction, Process, sample
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16

pytestmark = pytest.mark.usefixtures("in_style")


def texts(picture_axes: object) -> list[str]:
    return [text.get_text() for text in picture_axes.texts]  # type: ignore[attr-defined]


def tops(merges: object) -> list[float]:
    """Return the heights of drawn merges."""
    return [segment[1, 1] for segment in merges.get_segments()]  # type: ignore[attr-defined]


def heights(tree: object) -> list[float]:
    """Return the heights of all merges of a drawn tree."""
    return sorted(top for part in tree.collections for top in tops(part))  # type: ignore[attr-defined]


class TestDuplicates:
    def test_a_row_for_the_photograph_with_the_most_images_of_each_query(
        self, dataset: Dataset
    ) -> None:
        found = examples(dataset, 4)
        assert [query.slug for query, _ in found] == ["one", "두번째"]
        assert [image.name for image, _ in found[0][1]] == ["a.png", "b.jpg", "e.png"]

    def test_of_more_queries_those_with_the_most_copies(self, dataset: Dataset) -> None:
        assert [query.slug for query, _ in examples(dataset, 1)] == ["one"]

    def test_the_edit_is_written_below_its_copy(self, inputs: FigureInputs) -> None:
        (page,) = Duplicates().draw(inputs).canvas.axes
        assert texts(page)[2:5] == ["no edit", "crop 0.79", "mirror"]
        assert len(page.images) == 3 + 2

    def test_where_no_edit_is_known_none_is_claimed(self, inputs: FigureInputs) -> None:
        queries = [
            replace(query, labels=tuple(replace(label, edit="") for label in query.labels))
            for query in inputs.dataset.queries
        ]
        unknown = replace(inputs, dataset=replace(inputs.dataset, queries=tuple(queries)))
        (page,) = Duplicates().draw(unknown).canvas.axes
        assert not {"no edit", "crop 0.79", "mirror"} & set(texts(page))
        assert len(page.images) == 3 + 2

    def test_images_that_are_left_out_are_said_to_be(self, inputs: FigureInputs) -> None:
        picture = Duplicates(images=2).draw(inputs)
        assert len(picture.canvas.axes[0].images) == 2 + 2
        assert "at most 2 images of each" in picture.text

    def test_a_dataset_without_copies_says_so(self, inputs: FigureInputs) -> None:
        without = replace(inputs, dataset=Dataset("without", inputs.dataset.queries[2:]))
        (page,) = Duplicates().draw(without).canvas.axes
        assert texts(page) == ["No photograph of this dataset has copies."]


class TestDendrogram:
    def test_the_line_is_where_the_protocol_cut(self, inputs: FigureInputs) -> None:
        picture = DendrogramOfQuery(query="one", method="raw").draw(inputs)
        page, tree = picture.canvas.axes
        threshold = inputs.stored.row("raw", "loqo", "one")["threshold"]
        (line,) = tree.lines
        assert set(line.get_ydata()) == {threshold}
        assert len(page.images) == 5
        assert picture.protocol == f"loqo, threshold {threshold:.3f}"

    def test_neighbouring_leaves_of_one_photograph_share_a_bar(self, inputs: FigureInputs) -> None:
        page, _ = DendrogramOfQuery(query="두번째", method="raw").draw(inputs).canvas.axes
        assert sorted(texts(page)[2:]) == ["A", "B"]

    @pytest.mark.parametrize("most", [1, 2, 4])
    def test_of_many_images_some_are_shown(self, inputs: FigureInputs, most: int) -> None:
        figure = DendrogramOfQuery(query="one", method="raw", most_images=most)
        picture = figure.draw(inputs)
        assert len(picture.canvas.axes[0].images) == most
        assert f"Of 5 images {most} are shown" in picture.text

    def test_the_tree_is_that_of_the_parameters_the_protocol_chose(
        self, chosen: FigureInputs
    ) -> None:
        picture = DendrogramOfQuery(query="one", method="raw_pca", protocol="nested").draw(chosen)
        _, tree = picture.canvas.axes
        assert tree.get_ylabel() == "cityblock distance, single linkage"
        # By hand: the first component of the two other queries.
        vectors = [
            np.array(list(RawPixels(size=6).vectors(query.images)), float)
            for query in chosen.dataset.queries
        ]
        pca = decomposition.PCA(1, svd_solver="full").fit(np.concatenate(vectors[1:]))
        reduced = pca.transform(vectors[0])
        expected = Dendrogram.from_vectors(reduced, "single", "cityblock").heights
        np.testing.assert_allclose(heights(tree), expected, rtol=1e-6)
        row = chosen.stored.row("raw_pca", "nested", "one")
        assert row["precision"] > 0.5
        assert f"precision {row['precision']:.3f}, recall {row['recall']:.3f}" in picture.text
        assert picture.settings["linkage"] == "single"

    def test_of_a_protocol_of_configured_parameters_it_is_as_configured(
        self, chosen: FigureInputs
    ) -> None:
        picture = DendrogramOfQuery(query="one", method="raw_pca", protocol="fixed").draw(chosen)
        assert picture.canvas.axes[1].get_ylabel() == "cosine distance, complete linkage"
        assert "precision 0.300, recall 1.000, F1 0.462" in picture.text

    def test_merges_up_to_the_threshold_are_dark_and_those_above_light(
        self, inputs: FigureInputs
    ) -> None:
        _, tree = DendrogramOfQuery(query="one", method="raw").draw(inputs).canvas.axes
        threshold = inputs.stored.row("raw", "loqo", "one")["threshold"]
        light, dark = tree.collections
        assert [to_hex(part.get_edgecolor()[0]) for part in (light, dark)] == [
            to_hex(style.LIGHT),
            to_hex(style.INK),
        ]
        assert max(tops(dark)) <= threshold < min(tops(light))

    def test_leaves_bars_and_images_are_in_the_trees_order(self, inputs: FigureInputs) -> None:
        figure = DendrogramOfQuery(query="one", method="raw")
        page, _ = figure.draw(inputs).canvas.axes
        query = inputs.dataset.queries[0]
        leaves = DrawnTree.of(inputs.answers("raw").dendrogram(0, {})).leaves
        assert leaves.tolist() != sorted(leaves)
        (size,) = {page.images[0].get_array().shape[:2]}
        expected = thumbnails([query.images[i] for i in leaves], *np.array(size[::-1]) / style.DPI)
        for drawn, picture in zip(page.images, expected, strict=True):
            np.testing.assert_array_equal(drawn.get_array(), picture)
        runs = [len(list(run)) for _, run in groupby(query.photographs[leaves])]
        bars = [patch for patch in page.patches if patch.get_height() == pytest.approx(BAR)]
        widths = [bar.get_width() for bar in sorted(bars, key=lambda bar: bar.get_x())]
        assert [round(5 * width / sum(widths)) for width in widths] == runs
        assert runs != [len(list(run)) for _, run in groupby(query.photographs)]

    def test_two_images(self, inputs: FigureInputs) -> None:
        picture = DendrogramOfQuery(query="3", method="raw_pca").draw(inputs)
        assert len(picture.canvas.axes[0].images) == 2


class TestDrawingsOfTheConfiguration:
    def changed(self, inputs: FigureInputs, method: VectorMethod) -> FigureInputs:
        return replace(inputs, methods={"m": method}, settings={"m": {}})

    def words(self, inputs: FigureInputs, method: VectorMethod) -> str:
        changed = self.changed(inputs, method)
        process = Process(query="one", method="m").draw(changed).canvas
        features = FeatureExtraction(query="one", method="m").draw(changed).canvas
        return " ".join([*texts(process.axes[0]), "|", *texts(features.axes[0])])

    def test_of_pixels(self, inputs: FigureInputs) -> None:
        words = self.words(inputs, VectorMethod(RawPixels(size=6, colour="grey", resize="pad")))
        assert "raw pixels padded to 6×6 grey" in words
        assert "vector 36 values" in words
        assert "block" not in words
        assert "reduction" not in words
        assert "PCA" not in words
        assert "average linkage" in words

    def test_of_a_layer_of_the_network(self, inputs: FigureInputs, tmp_path: Path) -> None:
        vgg = VGG16(weights_dir=tmp_path, layer="pool2", size=64, resize="crop")
        words = self.words(inputs, VectorMethod(vgg, linkage="single", metric="cityblock"))
        assert "VGG16 pool2" in words
        assert "block 2" in words
        assert "block 3" not in words
        assert "cropped to 64×64" in words
        assert f"vector {16 * 16 * 128} values" in words
        assert "cityblock distance single linkage" in words

    @pytest.mark.parametrize(
        ("reduction", "expected"),
        [
            (PCA(n_components=7, fit="query"), "PCA 7 components fit on the query"),
            (
                PCA(n_components=0.5, whiten=True),
                "PCA 50% of variance fit on other queries whitened",
            ),
        ],
    )
    def test_of_a_reduction(self, inputs: FigureInputs, reduction: PCA, expected: str) -> None:
        drawn, of_features = self.words(inputs, VectorMethod(RawPixels(), reduction)).split("|")
        assert expected in drawn
        assert expected in of_features

    def test_of_a_protocol(self, inputs: FigureInputs) -> None:
        drawn = Process(query="one", method="raw", protocol="oracle").draw(inputs)
        page, *_ = drawn.canvas.axes
        assert "oracle" in texts(page)

    def test_nothing_needs_to_be_stored_or_computed(
        self, inputs: FigureInputs, tmp_path: Path
    ) -> None:
        vgg = VectorMethod(VGG16(weights_dir=tmp_path / "none"))
        self.words(replace(inputs, table1_dir=tmp_path / "nothing"), vgg)
        assert not (tmp_path / "none").exists()


def test_the_sample_has_pairs_and_others(dataset: Dataset) -> None:
    first, second, third = (
        [[image.name for image in group] for group in sample(query)] for query in dataset.queries
    )
    assert first == [["a.png", "b.jpg"], ["c.png"], ["d.png"]]
    assert second == [["a.png", "b.jpg"], ["c.png", "d.png"]]
    assert third == [["a.png"], ["b.png"]]
