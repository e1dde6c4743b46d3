"""Rows of tables: what metrics say of predictions, and their place on disk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors, draw_queries, given_answers
from labelled import dataset_of
from scipy.spatial.distance import pdist

from dupeval.dataset import Dataset
from dupeval.engine.folds import Folds
from dupeval.engine.predictions import Prediction, predict
from dupeval.engine.rows import make_row, packed, row_key, unpacked
from dupeval.method.vectors import VectorMethod
from dupeval.metric import Metric
from dupeval.metric.adjusted_rand import AdjustedRand
from dupeval.metric.bcubed import BCubed
from dupeval.metric.kept import Kept
from dupeval.metric.ranking import Ranking
from dupeval.metric.v_measure import VMeasure
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.shared import Shared
from dupeval.reduction import PCA
from dupeval.store import Entry, Store
from dupeval.timing import Timing
from dupeval.truth import Verdict


def test_metrics_of_distances_are_told_of_each_query_and_of_all_pairs_together() -> None:
    labels, vectors = draw_queries(3, 6, 4, seed=0)
    method = VectorMethod(GivenVectors(), linkage="average", metric="euclidean")
    dataset = dataset_of(*labels)
    run = given_answers(method, dataset, np.concatenate(vectors))
    predictions = predict("it", Oracle(), {"it": run})
    row = make_row(predictions, dataset, [Ranking()])
    pairs = [
        (pdist(np.unique(own, return_inverse=True)[1][:, None]) == 0, pdist(X))
        for own, X in zip(labels, vectors, strict=True)
    ]
    for described, (together, distances) in zip(row.described, pairs, strict=True):
        assert described == Ranking().of_distances(together, distances)
    of_all = Ranking().of_distances(*map(np.concatenate, zip(*pairs, strict=True)))
    assert row.pooled == {f"{name}_pooled": value for name, value in of_all.items()}
    changed = replace(predictions[0], decision=Decision({"metric": "cosine"}, 1.0))
    for others in ([changed, *predictions[1:]], [replace(changed, distances=None)]):
        assert make_row(others, dataset, [Ranking()]).pooled == {}


def test_metrics_are_told_of_labelled_images_alone() -> None:
    all_metrics = [Kept(), Ranking(), BCubed(), AdjustedRand(), VMeasure()]
    # Pairs 01, 02, 03, 04, 12, 13, 14, 23, 24, 34, of which 02, 04 and 24 are labelled.
    apart = np.array([9.0, 1, 9, 3, 9, 9, 9, 9, 2, 9])
    found = Prediction(0, Decision({}, 1.0), np.array([7, 7, 7, 8, 8]), apart)
    of_all = make_row([found], dataset_of(["a", "", "a", "", "b"]), all_metrics)
    labelled = Prediction(0, Decision({}, 1.0), np.array([7, 7, 8]), np.array([1.0, 3, 2]))
    alone = make_row([labelled], dataset_of("aab"), all_metrics)
    assert (of_all.described, of_all.pooled) == (alone.described, alone.pooled)
    assert of_all.described[0]["average_precision"] == of_all.described[0]["bcubed_f1"] == 1.0


def test_of_a_query_without_a_pair_of_labelled_images_metrics_say_nothing() -> None:
    found = Prediction(0, Decision({}, 1.0), np.array([7, 7, 8]), np.array([1.0, 3, 2]))
    row = make_row([found], dataset_of(["a", "", ""]), [Kept(), Ranking(), BCubed()])
    assert (row.described, row.pooled) == ([{}], {})


def test_of_withdrawn_pairs_those_of_partitions_say_nothing_those_of_pairs_leave_them_out() -> None:
    dataset = dataset_of("aabb", ["a", "a", "b", ""])
    queries = [
        replace(query, verdicts=verdicts)
        for query, verdicts in zip(
            dataset.queries,
            [(Verdict(0, 2, "unsure"),), (Verdict(0, 3, "same"), Verdict(1, 3, "unsure"))],
            strict=True,
        )
    ]
    # Pairs 01, 02, 03, 12, 13, 23.
    far = np.array([2.0, 1, 3, 3, 3, 2])
    found = [Prediction(i, Decision({}, 1.0), np.array([5, 5, 6, 6]), far) for i in range(2)]
    metrics = [BCubed(), AdjustedRand(), VMeasure(), Kept(), Ranking()]
    row = make_row(found, replace(dataset, queries=tuple(queries)), metrics)
    first, second = row.described
    assert list(first) == list(second)
    assert [name for name, value in first.items() if not np.isnan(value)] == [
        *("average_precision", "recall_at_p90")
    ]
    assert first["average_precision"] == 1.0
    # The unsure pair has an unlabelled image, so that it was none that counts; 03 now is one.
    assert second["bcubed_f1"] == 1.0
    assert second["average_precision"] == pytest.approx((1 / 2 + 2 / 4) / 2)


@dataclass(frozen=True)
class Odd(Metric):
    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        return {"z": float("nan"), "a": 0.1 + 0.2}


def test_a_row_comes_back_from_its_store_as_it_was_but_for_distances(tmp_path: Any) -> None:
    dataset = dataset_of("aab", "abb")
    far = np.array([1.0, np.inf, 0.1 + 0.2])
    predictions = [
        Prediction(0, Decision({"k": 2}, 0.1 + 0.2, frozenset({0})), np.array([0, 0, 1]), far),
        Prediction(1, Decision({}, -np.inf), np.array([0, 1, 1])),
    ]
    row = make_row(predictions, dataset, [Odd(), Ranking()])
    store = Store(tmp_path)
    before = [Timing("m", "tool", 0.1 + 0.2, 1.0, 4.5), Timing("m", "features", 2.0, 3.0)]
    store.put({"it": 1}, packed(row, Timing("m", "p", 1.5, 2.5), before))
    kept = store.get({"it": 1})
    assert kept is not None
    found = unpacked([3, 3], kept)
    assert (found.wall_s, found.cpu_s) == (1.5, 2.5)
    stored = [replace(timing, method="now", stored=True) for timing in before]
    assert found.timings_before("now") == stored
    same = found.row
    assert list(same.described[0]) == ["z", "a", "average_precision", "recall_at_p90"]
    np.testing.assert_equal(same.described, row.described)
    np.testing.assert_equal(same.pooled, row.pooled)
    for one, other in zip(same.predictions, predictions, strict=True):
        assert (one.query, one.decision) == (other.query, other.decision)
        np.testing.assert_array_equal(one.labels, other.labels)
        assert one.distances is None


@pytest.mark.parametrize(
    ("sizes", "tensors", "about"),
    [
        ([3, 2], {}, {}),
        ([3], {}, {}),
        ([3, 3], {"labels 1": np.array([[0], [1], [1]])}, {}),
        ([3, 3], {"thresholds": np.array([1.0])}, {}),
        ([3, 3], {}, {"described": [[]]}),
        ([3, 3], {}, {"described": [[["z", "?"]], []]}),
        ([3, 3], {}, {"decisions": [[{}, []]]}),
        ([3, 3], {}, {"decisions": None}),
        ([3, 3], {}, {"wall_s": "long"}),
        ([3, 3], {}, {"pooled": 1}),
    ],
)
def test_an_entry_of_another_row_is_none(
    sizes: list[int], tensors: dict[str, Any], about: dict[str, Any], tmp_path: Any
) -> None:
    labels = np.array([0, 0, 1])
    predictions = [Prediction(i, Decision({}, 0.5), labels) for i in range(2)]
    row = make_row(predictions, dataset_of("aab", "abb"), [])
    entry = packed(row, Timing("m", "p", 1.5, 2.5))
    store = Store(tmp_path)
    store.put({}, Entry({**entry.tensors, **tensors}, {**entry.about, **about}))
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert store.read({}, partial(unpacked, sizes)) is None


class TestKeys:
    METHOD = VectorMethod(GivenVectors(), PCA(2), grid={"n_components": (1, 2)})
    DATA = dataset_of("aab", "abb")

    def key(
        self,
        method: VectorMethod = METHOD,
        protocol: Protocol | None = None,
        metrics: tuple[Metric, ...] = (Kept(),),
        data: Dataset = DATA,
        folds: Folds | None = None,
        run: int = 0,
    ) -> dict[str, Any]:
        folds = folds or Folds.each_query(2)
        made = row_key("it", {"it": method}, protocol or Nested(), metrics, data, folds, run)
        assert made is not None
        return made

    def test_tell_all_apart_that_changes_a_row(self) -> None:
        grid = replace(self.METHOD, grid={"n_components": (1,)})
        photographs = np.array([0, 0, 1])
        keys = [
            self.key(),
            *map(self.key, (grid, replace(self.METHOD, linkage="single"))),
            *(self.key(protocol=protocol) for protocol in (LeaveOneQueryOut(), Oracle())),
            *(self.key(metrics=x) for x in ((), (Ranking(),), (Ranking(0.5),))),
            self.key(data=dataset_of("aab", "aab")),
            self.key(run=1),
            self.key(folds=Folds((frozenset({0, 1}),), 2)),
            self.key(folds=Folds((frozenset({0}),), 1, photographs)),
        ]
        assert self.key() == self.key()
        assert len({str(key) for key in keys}) == len(keys)

    def test_of_a_protocol_that_looks_at_another_method_have_that_ones_too(self) -> None:
        def key(reference: VectorMethod, name: str = "it") -> Any:
            methods = {name: self.METHOD, "vgg_pca": reference}
            return row_key(name, methods, Shared(), (), self.DATA, Folds.each_query(2))

        other = replace(self.METHOD, linkage="single")
        keys = [key(self.METHOD), key(other), key(other, "vgg_pca")]
        assert len({str(each) for each in keys}) == 3
        alone = row_key("it", {"it": self.METHOD}, Shared(), (), self.DATA, Folds.each_query(2))
        assert alone is None

    def test_there_are_none_where_something_does_not_say_what_changes_it(self) -> None:
        class Unsaid(VectorMethod):
            key = None

        class Unseen(Oracle):
            def looks_at(self, method: str) -> None:
                return None

        folds = Folds.each_query(2)
        unsaid = {"it": Unsaid(GivenVectors())}
        assert row_key("it", unsaid, Oracle(), (), self.DATA, folds) is None
        assert row_key("it", {"it": self.METHOD}, Unseen(), (), self.DATA, folds) is None
