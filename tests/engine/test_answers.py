"""What a method says, whoever asks: each fit made once, on the images that it may see."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest
from fake_dataset import byte_copies, content_of, photograph_bytes
from given import GivenVectors
from labelled import dataset_of, given_workshop
from sklearn import decomposition

from dupeval.clustering import Dendrogram, pairwise_distances
from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers, cut, seen_by
from dupeval.engine.folds import Folds
from dupeval.engine.workshop import Workshop
from dupeval.errors import SettingsError
from dupeval.method import Answer, Distances, Method, Params, Resources, Scope
from dupeval.method.vectors import VectorMethod
from dupeval.method.views import QueryImages, TrainingView
from dupeval.reduction import PCA
from dupeval.timing import Stopwatch

NOTHING_HIDDEN: frozenset[int] = frozenset()
DATASET = dataset_of("aabbc", "aaabcd", "abcabca", "aabb")
SLICES = [slice(0, 5), slice(5, 11), slice(11, 18), slice(18, 22)]
FITS = {"others": [0, 3], "dataset": [0, 1, 3], "query": [1]}


def draw(d: int, seed: int = 0) -> npt.NDArray[np.float64]:
    """Draw the vectors of all images of DATASET, far from the origin and not round."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(22, d)) * np.geomspace(4, 0.5, d) + rng.normal(size=d)


def answers_of(X: npt.NDArray[np.floating], dataset: Dataset = DATASET, **settings: Any) -> Answers:
    """Return the answers of a method on vectors; see `VectorMethod` for the settings."""
    method = VectorMethod(GivenVectors(), **settings)
    return Answers(method, given_workshop(dataset, X, method.representation))


def by_hand(
    X: npt.NDArray[np.floating], fitted_on: Sequence[int], n_components: float, whiten: bool
) -> npt.NDArray[np.floating]:
    """Reduce the second query with scikit-learn's PCA."""
    pca = decomposition.PCA(n_components, whiten=whiten, svd_solver="full")
    pca.fit(np.concatenate([X[SLICES[q]] for q in fitted_on]))
    reduced: npt.NDArray[np.floating] = pca.transform(X[SLICES[1]])
    return reduced


class TestDistances:
    @pytest.mark.parametrize("metric", ["euclidean", "cosine", "cityblock", "correlation"])
    def test_without_a_reduction_are_those_of_the_vectors_as_they_are(self, metric: Any) -> None:
        X = draw(40).astype(np.float32)
        answers = answers_of(X, metric=metric)
        for q, own in enumerate(SLICES):
            expected = pairwise_distances(X[own], metric)
            np.testing.assert_array_equal(answers.distances(q, {}), expected)

    @pytest.mark.parametrize("d", [6, 300], ids=["short vectors", "long vectors"])
    @pytest.mark.parametrize("whiten", [False, True])
    @pytest.mark.parametrize("n_components", [3, 0.8])
    @pytest.mark.parametrize("metric", ["euclidean", "cosine", "cityblock"])
    @pytest.mark.parametrize("fit", FITS)
    def test_of_components_are_what_one_gets_by_hand(
        self, d: int, whiten: bool, n_components: float, metric: Any, fit: Any
    ) -> None:
        X = draw(d)
        answers = answers_of(X, reduction=PCA(n_components, fit, whiten), metric=metric)
        reduced = by_hand(X, FITS[fit], n_components, whiten)
        np.testing.assert_allclose(
            answers.distances(1, {}, frozenset({2})),
            pairwise_distances(reduced, metric),
            rtol=1e-7,
            atol=1e-9,
        )

    @pytest.mark.parametrize("fit", FITS)
    def test_of_many_parameters_are_those_of_each_alone(self, fit: Any) -> None:
        X = draw(30)
        answers = answers_of(X, reduction=PCA(2, fit), metric="euclidean")
        many: list[Params] = [
            {"n_components": k, "metric": metric, "whiten": whiten, "linkage": linkage}
            for k in (4, 1, 0.9)
            for metric in ("cosine", "euclidean", "cityblock")
            for whiten in (True, False)
            for linkage in ("single", "complete")
        ]
        together = answers.found(1, many, frozenset({2}))
        for params, found in zip(many, together, strict=True):
            reduced = by_hand(X, FITS[fit], params["n_components"], params["whiten"])
            expected = Dendrogram.from_vectors(reduced, params["linkage"], params["metric"])
            assert isinstance(found, Dendrogram)
            np.testing.assert_allclose(found.heights, expected.heights, rtol=1e-6, atol=1e-9)
            for threshold in (expected.heights[:-1] + expected.heights[1:]) / 2:
                assert cut(found, threshold).tolist() == expected.cut(threshold).tolist()

    def test_a_scope_may_be_among_the_parameters(self) -> None:
        X = draw(6)
        answers = answers_of(X, reduction=PCA(2))
        found = answers.answers(1, [{"fit": fit} for fit in FITS], frozenset({2}))
        for (fit, fitted_on), answer in zip(FITS.items(), found, strict=True):
            expected = pairwise_distances(by_hand(X, fitted_on, 2, False), "cosine")
            assert isinstance(answer, Distances)
            np.testing.assert_allclose(answer.condensed, expected, rtol=1e-7, err_msg=fit)


class TestWhatCannotBe:
    @pytest.mark.parametrize("hidden", [set(), {0}])
    def test_a_dataset_of_one_query_has_no_others_to_fit_on(self, hidden: set[int]) -> None:
        dataset, X = dataset_of("aabbc"), draw(6)[:5]
        with pytest.raises(SettingsError) as caught:
            answers_of(X, dataset, reduction=PCA(2)).distances(0, {}, frozenset(hidden))
        assert str(caught.value) == (
            "fit=others leaves 0 images to fit PCA on; possible: fit=query, or a dataset with more "
            "queries"
        )
        alone = answers_of(X, dataset, reduction=PCA(2, fit="query"))
        assert alone.distances(0, {}, frozenset(hidden)).shape == (10,)

    def test_more_components_than_the_fitted_images_have_is_an_error(self) -> None:
        answers = answers_of(draw(6), reduction=PCA(5, fit="query"))
        with pytest.raises(SettingsError, match=r"fitted on 4 images.* possible: 1 to 3"):
            answers.distances(3, {})


class TestHiding:
    @pytest.mark.parametrize("d", [6, 300], ids=["short vectors", "long vectors"])
    @pytest.mark.parametrize("fit", FITS)
    def test_vectors_of_a_hidden_query_never_enter_the_answers_of_others(
        self, fit: Any, d: int
    ) -> None:
        clean, poisoned = draw(d), draw(d)
        poisoned[SLICES[2]] = np.random.default_rng(9).normal(size=(7, d)) * 1e6
        before, after = (answers_of(X, reduction=PCA(2, fit)) for X in (clean, poisoned))
        for q in (0, 1, 3):
            hidden = frozenset({2})
            # Long vectors are seen in a basis of all of them, which rounds otherwise.
            np.testing.assert_allclose(
                after.distances(q, {}, hidden), before.distances(q, {}, hidden), rtol=1e-7
            )
            # The poison is strong enough to be seen where it is not hidden.
            same = np.allclose(after.distances(q, {}), before.distances(q, {}))
            assert same == (fit == "query")


@pytest.mark.parametrize(
    ("fit", "query", "hidden", "seen"),
    [
        ("others", 1, set(), {0, 2, 3}),
        ("others", 1, {1}, {0, 2, 3}),
        ("others", 1, {3}, {0, 2}),
        ("others", 1, {0, 2, 3}, set()),
        ("others", 0, {1, 2}, {3}),
        ("dataset", 1, set(), {0, 1, 2, 3}),
        ("dataset", 1, {1}, {0, 1, 2, 3}),
        ("dataset", 1, {3}, {0, 1, 2}),
        ("dataset", 1, {0, 2, 3}, {1}),
        ("query", 1, set(), {1}),
        ("query", 1, {1}, {1}),
        ("query", 1, {3}, {1}),
        (None, 1, set(), set()),
        (None, 1, {3}, set()),
    ],
)
def test_of_four_queries_a_fit_sees(fit: Any, query: int, hidden: set[int], seen: set[int]) -> None:
    method = VectorMethod(GivenVectors(), None if fit is None else PCA(2, fit))
    assert seen_by(method, query, {}, frozenset(hidden), Folds.each_query(4)) == seen


@dataclass(frozen=True)
class Spy(Method):
    """It keeps all that it was shown."""

    sees: Scope = "others"
    supervised: ClassVar[bool] = False
    shown: list[Any] = field(default_factory=list)

    @property
    def description(self) -> Mapping[str, Any]:
        return {}

    def scope(self, params: Params) -> Scope:
        return self.sees

    def fit(self, view: TrainingView, params: Params) -> object:
        self.shown.append(("fit", view, params))
        return "a fit"

    def answers(
        self, fit: Any, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        self.shown.append(("answers", fit, query, many))
        n = len(query.images)
        yield from ((params, Distances(np.zeros(n * (n - 1) // 2))) for params in many)


class SupervisedSpy(Spy):
    supervised: ClassVar[bool] = True


def reachable(value: Any) -> Iterator[Any]:
    """Walk everything that can be reached from a value without calling or looking for it."""
    yield value
    if isinstance(value, FunctionType | MethodType | partial | type):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from (*reachable(key), *reachable(item))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from reachable(item)
    elif isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    elif is_dataclass(value):
        for one in fields(value):
            yield from reachable(getattr(value, one.name))
    elif hasattr(value, "__dict__"):
        yield from reachable(vars(value))


SECRET = dataset_of(["secret-a", "secret-b"], ["secret-c"] * 3, ["secret-d", "secret-a"])


@pytest.mark.parametrize("sees", ["none", "query", "others", "dataset"])
@pytest.mark.parametrize("kind", [Spy, SupervisedSpy])
def test_what_a_method_is_shown_holds_nothing_hidden_and_no_label(
    kind: type[Spy], sees: Scope
) -> None:
    spy = kind(sees)
    answers = Answers(spy, given_workshop(SECRET, np.zeros((7, 2)), GivenVectors()))
    hidden = frozenset({0})
    if kind.supervised and sees in ("query", "dataset"):
        with pytest.raises(ValueError, match="the labels it is scored with"):
            answers.found(1, [{}], hidden)
        return
    answers.found(1, [{}, {"a": 1}], hidden)
    shown = [str(item) for item in reachable(spy.shown)]
    names = {image.sha256 for q in hidden for image in SECRET.queries[q].images}
    assert names.isdisjoint(shown)
    assert {image.sha256 for image in SECRET.queries[1].images} <= set(shown)
    labels = {text for text in shown if text.startswith("secret")}
    others = {"secret-d", "secret-a"}
    assert labels == (others if kind.supervised and sees == "others" else set())


def test_a_supervised_fit_is_shown_labelled_images_alone() -> None:
    dataset = dataset_of("ab", ["p", "", "q", ""])
    given = GivenVectors()
    workshop = given_workshop(dataset, np.arange(6.0)[:, None], given)
    for kind, names in ((SupervisedSpy, ["0.png", "2.png"]), (Spy, [f"{i}.png" for i in range(4)])):
        spy = kind("others")
        Answers(spy, workshop).found(0, [{}])
        view = spy.shown[0][1]
        assert [image.name for image in view.queries[0].images] == names
        if kind.supervised:
            assert view.photographs[0].tolist() == ["p", "q"]
            assert view.queries[0].vectors(given).tolist() == [[2.0], [4.0]]


@pytest.mark.parametrize("kind", [Spy, SupervisedSpy])
def test_what_a_method_is_shown_holds_no_place_on_disk(kind: type[Spy], tmp_path: Path) -> None:
    root = tmp_path / "the dataset"
    dataset = byte_copies(root, {q: {"a.png": "p", "b.png": "p"} for q in "xyz"})
    spy = kind("others")
    Answers(spy, Workshop(dataset, Resources(tmp_path), Stopwatch("it"))).found(1, [{}])
    shown = list(reachable(spy.shown))
    assert {"a.png", "b.png"} <= {item for item in shown if isinstance(item, str)}
    assert not [item for item in shown if str(root) in str(item)]
    (_, view, _), (_, _, query, _) = spy.shown
    for image in (*view.queries[0].images, *query.images):
        assert not [name for name in dir(image) if str(root) in str(getattr(image, name))]
        assert content_of(image) == photograph_bytes("p")


def test_each_fit_is_made_once() -> None:
    spy = Spy()
    answers = Answers(spy, given_workshop(SECRET, np.zeros((7, 2)), GivenVectors()))
    for _ in range(3):
        for query in range(3):
            for hidden in (frozenset[int](), frozenset({query}), frozenset({(query + 1) % 3})):
                answers.found(query, [{"a": 1}, {"a": 2}], hidden)
    seen = [
        tuple(query.slug for query in shown[1].queries) for shown in spy.shown if shown[0] == "fit"
    ]
    assert len(seen) == len(set(seen)) == 6


def test_parameters_that_a_fit_depends_on_have_a_fit_of_their_own() -> None:
    class Depends(Spy):
        def fit_params(self, params: Params) -> Params:
            return {"a": params["a"]}

        def fit(self, view: TrainingView, params: Params) -> object:
            return params["a"]

    spy = Depends()
    answers = Answers(spy, given_workshop(SECRET, np.zeros((7, 2)), GivenVectors()))
    answers.found(1, [{"a": a, "b": b} for a in (1, 2) for b in (3, 4)])
    answers.found(1, [{"a": 2, "b": 5}])
    assert [(fit, many) for _, fit, _, many in spy.shown] == [
        (1, [{"a": 1, "b": 3}, {"a": 1, "b": 4}]),
        (2, [{"a": 2, "b": 3}, {"a": 2, "b": 4}]),
        (2, [{"a": 2, "b": 5}]),
    ]


def test_a_dendrogram_is_of_the_linkage_that_is_asked_for() -> None:
    X = draw(6)
    answers = answers_of(X, linkage="single", metric="euclidean")
    for linkage in ("single", "average", "complete"):
        expected = Dendrogram.from_vectors(X[SLICES[1]], linkage, "euclidean")
        found = answers.dendrogram(1, {"linkage": linkage})
        np.testing.assert_allclose(found.heights, expected.heights, rtol=1e-9)


def test_a_method_that_tells_groups_has_no_distances() -> None:
    class Groups(Spy):
        def answers(
            self, fit: Any, query: QueryImages, many: Sequence[Params]
        ) -> Iterator[tuple[Params, Answer]]:
            yield from ((params, np.zeros(len(query.images), np.int64)) for params in many)

    answers = Answers(Groups(), given_workshop(SECRET, np.zeros((7, 2)), GivenVectors()))
    (found,) = answers.found(1, [{}])
    assert cut(found, 0.5).tolist() == [0, 0, 0]
    with pytest.raises(TypeError, match="groups and no distances"):
        answers.distances(1, {})
