"""Precision-recall lines that promise nothing that no cut gives."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.errors import SettingsError
from dupeval.figures.curves import PrecisionAndRecall, worst_case
from dupeval.figures.inputs import FigureInputs
from dupeval.method.imported import ImportedMethod
from dupeval.metrics import PairCurve, pair_scores


def curve(*counts: tuple[int, int]) -> PairCurve:
    """Make the curve of cuts with so many true and false pairs together, of 4 and 10."""
    tp, fp = np.array(counts).T
    thresholds = np.append(-math.inf, np.arange(1.0, len(tp)))
    return PairCurve(thresholds, tp, fp, 4 - tp, 10 - fp)


class TestTheLine:
    def test_between_two_cuts_the_wrong_pairs_come_first(self) -> None:
        recall, precision = worst_case(curve((0, 0), (1, 0), (3, 2), (4, 2), (4, 10)))
        assert list(zip(recall, precision, strict=True)) == [
            (0.25, 1),
            (0.25, 1 / 3),
            (0.5, 2 / 4),
            (0.75, 3 / 5),
            (0.75, 3 / 5),
            (1, 4 / 6),
            (1, 4 / 14),
        ]

    def test_where_only_wrong_pairs_came_before_precision_rises_from_0(self) -> None:
        recall, precision = worst_case(curve((0, 0), (0, 1), (2, 2)))
        assert recall.tolist() == [0, 0, 0.25, 0.5]
        assert precision.tolist() == [0, 0, 1 / 3, 2 / 4]

    def test_of_many_right_pairs_some_are_points(self) -> None:
        tp, fp = np.array([0, 0, 1000]), np.array([0, 1, 100])
        thresholds = np.array([-math.inf, 1, 2])
        recall, precision = worst_case(PairCurve(thresholds, tp, fp, 1000 - tp, 100 - fp))
        assert recall.tolist() == [0, *np.arange(21) / 20]
        right = np.arange(21) * 50
        assert precision.tolist() == [0, *(right / (right + 100))]

    def test_merges_of_equal_height_have_no_point_between(self) -> None:
        recall, precision = worst_case(curve((0, 0), (2, 2)))
        assert (recall.tolist(), precision.tolist()) == ([0.5], [0.5])

    def test_where_nothing_is_grouped_there_is_no_line(self) -> None:
        recall, precision = worst_case(curve((0, 0)))
        assert len(recall) == len(precision) == 0

    def test_a_partition_is_a_point(self) -> None:
        point = PairCurve.of_partition(pair_scores([0, 0, 1], [0, 0, 0]))
        recall, precision = worst_case(point)
        assert (recall.tolist(), precision.tolist()) == ([1], [1 / 3])

    @given(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8).map(
            lambda steps: np.cumsum([(0, 0), *steps], axis=0)
        )
    )
    def test_it_is_what_taking_pair_by_pair_gives(self, counts: np.ndarray) -> None:
        tp, fp = counts.T
        thresholds = np.append(-math.inf, np.arange(1.0, len(tp)))
        line = worst_case(PairCurve(thresholds, tp, fp, 24 - tp, 24 - fp))
        cuts = [(int(t), int(f)) for t, f in counts if t + f]
        points = cuts[:1]
        for (right, _), (next_right, wrong) in pairwise(cuts):
            points += [(n, wrong) for n in range(right, next_right + 1)]
        expected = [(right / 24, right / (right + wrong)) for right, wrong in points]
        np.testing.assert_allclose(np.stack(line, axis=1), np.reshape(expected, (-1, 2)))


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_a_mark_is_the_pooled_row_of_table_1(self, inputs: FigureInputs) -> None:
        picture = PrecisionAndRecall(methods=("raw_pca",), protocols=("loqo",)).draw(inputs)
        (axes,) = picture.canvas.axes
        row = inputs.stored.table1.set_index("method").loc["raw_pca"]
        mark = axes.lines[-1]
        drawn = (mark.get_xdata()[0], mark.get_ydata()[0])
        assert drawn == pytest.approx((row["recall_micro"], row["precision_micro"]), abs=1e-6)
        assert f"F1 {row['f1_micro']:.2f}" in [text.get_text() for text in axes.texts]

    def test_by_default_every_method_has_a_panel_with_the_others_behind(
        self, inputs: FigureInputs
    ) -> None:
        picture = PrecisionAndRecall().draw(inputs)
        titles = [axes.get_title(loc="left") for axes in picture.canvas.axes]
        assert titles == ["raw", "raw_pca"]
        # Four lines of equal F1, the other method, the method, its mark.
        assert [len(axes.lines) for axes in picture.canvas.axes] == [7, 7]
        assert picture.text.endswith("Without scores: none.")

    def test_a_tool_that_is_not_installed_any_more_is_left_out(self, inputs: FigureInputs) -> None:
        methods = {**inputs.methods, "raw_pca": ImportedMethod(file=None)}
        without = replace(inputs, methods=methods)
        picture = PrecisionAndRecall().draw(without)
        assert [axes.get_title(loc="left") for axes in picture.canvas.axes] == ["raw"]
        assert "Without scores: raw_pca (nothing to import" in picture.text
        with pytest.raises(SettingsError, match="no method can be drawn; without scores: raw_pca"):
            PrecisionAndRecall(methods=("raw_pca",)).draw(without)

    def test_a_protocol_without_results_lists_those_that_have(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match="of the protocol 'oracle'; possible: loqo"):
            PrecisionAndRecall(protocols=("oracle",)).draw(inputs)
