"""Two methods against each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.errors import SettingsError
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.versus import Found, TwoMethods, alone, spread_over_queries
from dupeval.truth import Truth, Verdict


def truth_of(*photographs: str, verdicts: tuple[Verdict, ...] = ()) -> Truth:
    names = [str(name) for name in photographs]
    labelled = [name != "" for name in names]
    return Truth.of(names, labelled, [""] * len(names), verdicts)


def test_a_pair_is_one_methods_alone_where_only_it_puts_the_copies_together() -> None:
    truths = [truth_of("p", "p", "p", "q", ""), truth_of("", "", "q", "q")]
    one = [np.array([0, 0, 1, 0, 0]), np.array([0, 0, 1, 2])]
    other = [np.array([0, 1, 1, 1, 0]), np.array([0, 0, 1, 1])]
    (of_one, of_other), n_true = alone(truths, one, other)
    assert of_one == [Found(0, 0, 1)]
    assert of_other == [Found(0, 1, 2), Found(1, 2, 3)]
    assert n_true == 4


def test_what_is_said_of_single_pairs_decides() -> None:
    said = (Verdict(0, 1, "unsure"), Verdict(2, 3, "same"))
    truth = truth_of("p", "p", "q", "", verdicts=said)
    (of_one, _), n_true = alone([truth], [np.array([0, 0, 1, 1])], [np.arange(4)])
    assert of_one == [Found(0, 2, 3)]
    assert n_true == 1


labels = st.lists(st.integers(0, 2), min_size=5, max_size=5).map(np.array)


@given(labels, labels, labels)
def test_what_is_alone_is_what_pairs_one_by_one_say(
    names: np.ndarray, one: np.ndarray, other: np.ndarray
) -> None:
    (of_one, of_other), _ = alone([truth_of(*names.astype(str))], [one], [other])
    for pairs, own, not_own in ((of_one, one, other), (of_other, other, one)):
        assert pairs == [
            Found(0, a, b)
            for a in range(5)
            for b in range(a + 1, 5)
            if names[a] == names[b] and own[a] == own[b] and not_own[a] != not_own[b]
        ]


def test_every_query_has_its_first_pair_before_any_has_its_second() -> None:
    pairs = [Found(0, 0, 1), Found(0, 0, 2), Found(2, 1, 3), Found(0, 1, 2), Found(2, 4, 5)]
    assert spread_over_queries(pairs) == [pairs[i] for i in (0, 2, 1, 4, 3)]


@pytest.mark.usefixtures("in_style")
def test_every_query_is_a_row_and_each_methods_own_pairs_are_shown(inputs: FigureInputs) -> None:
    picture = TwoMethods(methods=("raw", "raw_pca")).draw(inputs)
    rows, page = picture.canvas.axes
    assert sorted(x.get_text() for x in rows.get_yticklabels()) == sorted(inputs.slugs)
    partitions = inputs.stored.partitions
    places = [
        [list(partitions["loqo", name, slug].values()) for slug in inputs.slugs]
        for name in ("raw", "raw_pca")
    ]
    truths = [query.truth for query in inputs.dataset.queries]
    only, n_true = alone(truths, *([np.array(x) for x in own] for own in places))
    assert len(page.images) == 2 * sum(map(len, only))
    texts = [text.get_text() for text in page.texts]
    assert f"only raw finds: {len(only[0])} of {n_true} true pairs" in texts
    assert picture.protocol == "loqo"


@pytest.mark.usefixtures("in_style")
def test_of_many_queries_those_that_differ_most_are_shown(inputs: FigureInputs) -> None:
    picture = TwoMethods(methods=("raw", "raw_pca"), most_queries=2).draw(inputs)
    assert len(picture.canvas.axes[0].get_yticklabels()) == 2
    assert "Of 3 queries 1 with smaller differences are left out." in picture.text


def test_a_method_against_itself_is_refused(inputs: FigureInputs) -> None:
    with pytest.raises(SettingsError, match="give two methods that differ"):
        TwoMethods(methods=("raw", "raw")).draw(inputs)
