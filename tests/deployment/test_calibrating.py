"""What is chosen to be used, and what is expected of it: on what no choice had seen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from placed import Placed, copies_apart, on_lines

from dupeval.dataset import Dataset
from dupeval.deployment.calibrating import Calibrated, calibrate
from dupeval.deployment.wish import Wish
from dupeval.engine.folds import folds_of
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Method, Resources
from dupeval.metrics import pair_scores

NOWHERE = Resources(Path("nowhere"))


def calibrated(dataset: Dataset, wish: str = "f1", **methods: Method) -> Calibrated:
    return calibrate(methods, dataset, Wish.of(wish), NOWHERE)


class Missing(Placed):
    def prepared(self, *_: Any) -> Method:
        raise NoScoresError("missing", "not here")


class Failing(Placed):
    def prepared(self, *_: Any) -> Method:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")


class Learning(Placed):
    def scope(self, params: Any) -> Any:
        return "others"


class FromAll(Placed):
    def scope(self, params: Any) -> Any:
        return "dataset"


class TestChoice:
    def test_the_threshold_is_the_one_that_is_best_on_all(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 3)] * 4)
        found = calibrated(dataset, line=Placed(places))
        assert (found.method, found.params) == ("line", {"by": 1.0})
        # Copies are 2 apart, other photographs 8.
        assert found.threshold == 5.0
        assert (found.expected.precision.value, found.expected.recall.value) == (1, 1)
        assert (found.n_folds, found.n_queries, found.n_alike) == (4, 4, 4)

    def test_method_and_settings_are_chosen_together(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 3)] * 3)
        useless = dict.fromkeys(places, 0.0)
        found = calibrated(dataset, nothing=Placed(useless), line=Placed(places, (1.0, 3.0)))
        assert (found.method, found.params) == ("line", {"by": 1.0})
        assert found.tried == ["nothing", "line"]

    def test_what_cannot_be_used_is_left_out_with_a_reason(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 3)] * 3)
        found = calibrated(
            dataset,
            absent=Missing(places),
            broken=Failing(places),
            learning=Learning(places),
            of_all=FromAll(places),
            line=Placed(places),
        )
        assert found.method == "line"
        assert found.tried == ["line"]
        assert dict(found.left_out) == {
            "learning": "what it learns cannot be kept in a file",
            "of_all": "it learns from the dataset and the images to be grouped together, which no "
            "file can hold; possible: fit=others, fit=query",
            "absent": "not here",
            "broken": "torch is not installed",
        }

    def test_without_any_method_that_runs_the_reason_is_said(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 3)] * 3)
        with pytest.raises(NoScoresError, match=r"no method can be run here \(absent: not here\)"):
            calibrated(dataset, absent=Missing(places))
        with pytest.raises(SettingsError, match="cannot be kept in a file"):
            calibrated(dataset, learning=Learning(places))

    def test_a_sample_without_copies_says_nothing(self) -> None:
        dataset, places = on_lines([("a", 0.0), ("b", 1.0)], [("c", 0.0), ("d", 1.0)])
        with pytest.raises(SettingsError, match="no two images are labelled as copies"):
            calibrated(dataset, line=Placed(places))

    @pytest.mark.parametrize(
        "queries", [[copies_apart(2.0, 1)], [copies_apart(2.0, 1), [("", 0.0), ("", 1.0)]]]
    )
    def test_a_sample_that_cannot_be_divided_says_so(
        self, queries: list[list[tuple[str, float]]]
    ) -> None:
        dataset, places = on_lines(*queries)
        with pytest.raises(SettingsError, match="the sample cannot be divided"):
            calibrated(dataset, line=Placed(places))

    def test_to_group_nothing_is_no_advice(self) -> None:
        # Equal places, most of them of different photographs.
        query = [*((f"x{i}", 0.0) for i in range(40)), ("p", 5.0), ("p", 900.0)]
        nothing_to_find = [(f"y{i}", 0.0) for i in range(5)]
        dataset, places = on_lines(query, *[nothing_to_find] * 3)
        with pytest.raises(SettingsError, match="to group nothing is best here"):
            calibrated(dataset, line=Placed(places))


class TestExpectation:
    def test_it_is_of_a_choice_that_has_not_seen_the_query(self) -> None:
        # Each query's copies need another threshold than the others'.
        queries = [copies_apart(near, 3, gap=100.0) for near in (1.0, 2.0, 3.0)]
        queries[2][1:1] = [("other", 2.5)]
        dataset, places = on_lines(*queries)
        method = Placed(places)
        found = calibrated(dataset, line=method)
        assert found.expected.recall.value <= 1
        alone = [
            calibrate(
                {"line": method},
                Dataset("others", tuple(q for j, q in enumerate(dataset.queries) if j != i)),
                Wish(),
                NOWHERE,
            ).threshold
            for i in range(3)
        ]
        scores = []
        for i, threshold in enumerate(alone):
            at = np.array([places[image.sha256] for image in dataset.queries[i].images])
            groups = np.cumsum(np.append(0, np.diff(np.sort(at)) > threshold))[
                np.argsort(np.argsort(at, kind="stable"), kind="stable")
            ]
            scores.append(pair_scores(dataset.queries[i].truth, groups))
        assert found.expected.recall.value == pytest.approx(np.mean([x.recall for x in scores]))
        assert found.expected.precision.value == pytest.approx(
            np.mean([x.precision for x in scores])
        )

    def test_queries_that_are_all_alike_are_bounded_by_their_groups(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 3)] * 4)
        found = calibrated(dataset, line=Placed(places))
        assert (
            found.expected.precision.over,
            found.expected.precision.n,
            found.expected.precision.n_good,
        ) == (*("groups", 12, 12),)
        assert found.expected.precision.low == pytest.approx(0.025 ** (1 / 12))
        assert found.expected.least_precision == pytest.approx(0.05 ** (1 / 12))

    def test_of_one_query_the_photographs_are_left_out_in_turn(self) -> None:
        dataset, places = on_lines(copies_apart(2.0, 25))
        found = calibrated(dataset, line=Placed(places))
        assert found.threshold == 5.0
        assert (found.n_folds, found.n_queries, found.n_alike) == (10, 1, 10)
        assert (
            found.expected.precision.over,
            found.expected.precision.n,
            found.expected.precision.n_good,
        ) == (*("groups", 25, 25),)
        assert (found.expected.recall.n, found.expected.recall.n_good) == (25, 25)

    def test_unlabelled_images_are_grouped_and_judge_nothing(self) -> None:
        labelled = copies_apart(2.0, 3)
        dataset, places = on_lines(*[[*labelled, ("", 1.0), ("", 500.0)]] * 3)
        found = calibrated(dataset, line=Placed(places))
        assert (found.expected.precision.n, found.expected.precision.n_good) == (9, 9)


class TestPrecision:
    def test_a_wish_that_is_shown(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 20)] * 3)
        found = calibrated(dataset, "precision=0.95", line=Placed(places))
        assert (found.expected.n_claimed, found.expected.n_needed) == (60, 0)
        assert found.expected.least_precision == pytest.approx(0.05 ** (1 / 60))

    def test_a_sample_that_is_too_small_says_how_much_is_missing(self) -> None:
        dataset, places = on_lines(*[copies_apart(2.0, 5)] * 3)
        found = calibrated(dataset, "precision=0.95", line=Placed(places))
        assert (found.expected.n_claimed, found.expected.n_needed) == (15, 59 - 15)

    def test_recall_is_given_up_for_it(self) -> None:
        # Some copies are as far apart as some other photographs: F1 takes both, the wish neither.
        near, far = copies_apart(1.0, 60, gap=50.0), 7000.0
        hard = [(f"q{i}", far + 100 * i + 6 * side) for i in range(8) for side in (0, 1)]
        wrong = [
            (f"r{i}{side}", far + 2000 + 100 * i + 6 * side) for i in range(4) for side in (0, 1)
        ]
        dataset, places = on_lines(*[[*near, *hard, *wrong]] * 2)
        best, precise = (
            calibrated(dataset, wish, line=Placed(places)) for wish in ("f1", "precision=0.95")
        )
        assert best.threshold > 6 > precise.threshold >= 1
        assert best.expected.recall.value > precise.expected.recall.value
        assert precise.expected.least_precision >= 0.95 > best.expected.least_precision

    def test_over_queries_that_differ_no_number_of_groups_shows_it(self) -> None:
        good = copies_apart(1.0, 60, gap=50.0)
        bad = [("x", 0.0), ("y", 0.5), ("p", 90.0), ("p", 91.0)]
        dataset, places = on_lines(good, good, bad)
        found = calibrated(dataset, "precision=0.9", line=Placed(places))
        assert found.expected.least_precision < 0.9

    def test_of_one_query_too(self) -> None:
        dataset, places = on_lines(copies_apart(2.0, 70))
        found = calibrated(dataset, "precision=0.95", line=Placed(places))
        assert (found.expected.n_claimed, found.expected.n_needed) == (70, 0)
        assert 2 <= found.threshold < 8


def test_more_folds_than_one_may_ask_for() -> None:
    dataset, places = on_lines(*[copies_apart(2.0, 3)] * 6)
    folds = folds_of(dataset, 3)
    found = calibrate({"line": Placed(places)}, dataset, Wish(), NOWHERE, folds)
    assert (found.n_folds, found.n_queries) == (3, 6)
