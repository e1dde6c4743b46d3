"""What meets a wish best: by a look at every threshold, and by the protocol."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from placed import Placed, copies_apart, on_lines

from dupeval.dataset import Dataset
from dupeval.deployment.choosing import Judged, Wished, chosen_for
from dupeval.deployment.claims import claimed_groups, least_precision
from dupeval.deployment.wish import Wish
from dupeval.engine.answers import Answers, cut
from dupeval.engine.folds import NOTHING, folds_of
from dupeval.engine.workshop import Workshop
from dupeval.method import Resources
from dupeval.metrics import pair_scores
from dupeval.protocol.nested import Nested
from dupeval.timing import Stopwatch


def judged(dataset: Dataset, places: dict[str, float], *stretched: float) -> Judged:
    method = Placed(places, stretched or (1.0,))
    workshop = Workshop(dataset, Resources(Path("nowhere")), Stopwatch("placed"))
    answers = Answers(method, workshop, folds_of(dataset))
    answers.prepare(method.candidates)
    return Judged(answers, [query.truth for query in dataset.queries])


def reached(run: Judged, dataset: Dataset, threshold: float) -> tuple[float, float]:
    """Return the bound of precision and the recall at a threshold, counted anew."""
    precisions, recalls, groups = [], [], []
    for i, query in enumerate(dataset.queries):
        (found,) = run.answers.found(i, [{"by": 1.0}])
        labels = cut(found, threshold)
        scores = pair_scores(query.truth, labels)
        precisions.append(scores.precision if scores.tp + scores.fp else np.nan)
        recalls.append(scores.recall)
        groups.append(claimed_groups(labels, query.truth))
    claimed, faultless = np.sum(groups, axis=0)
    bound = least_precision(np.array(precisions)[:, None], [faultless], [claimed])
    return float(bound[0]), float(np.mean(recalls))


places_of = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 12).map(float)), min_size=3, max_size=6
)


@settings(max_examples=60)
@given(st.lists(places_of, min_size=2, max_size=3), st.sampled_from([0.2, 0.4, 0.6]))
def test_no_threshold_meets_a_wish_of_precision_better(
    queries: list[list[tuple[str, float]]], least: float
) -> None:
    dataset, places = on_lines(*queries)
    run = judged(dataset, places)
    everyone = range(len(queries))
    _, threshold = chosen_for(Wish(precision=least), run, everyone, NOTHING)
    bound, recall = reached(run, dataset, threshold)
    others = [reached(run, dataset, at - 0.5) for at in range(14)]
    enough = [own for low, own in others if low >= least]
    if enough:
        assert bound >= least
        assert recall == pytest.approx(max(enough))
    else:
        highest = max(low for low, _ in others)
        assert bound == pytest.approx(highest)
        assert recall == pytest.approx(
            max(own for low, own in others if low == pytest.approx(highest))
        )


def test_the_best_f1_is_that_of_the_protocol_nested() -> None:
    dataset, places = on_lines(*[copies_apart(near, 3) for near in (1.0, 2.0, 4.0)])
    run = judged(dataset, places, 1.0, 2.0)
    assert Wished(Wish()).decide("it", {"it": run}) == Nested().decide("it", {"it": run})


def test_each_fold_is_decided_on_the_others() -> None:
    queries = [copies_apart(near, 3) for near in (1.0, 2.0, 4.0)]
    dataset, places = on_lines(*queries)
    wish = Wish(precision=0.5)
    decided = Wished(wish).decide("it", {"it": judged(dataset, places)})
    assert [decision.hidden for decision in decided] == [{0}, {1}, {2}]
    for i, decision in enumerate(decided):
        rest, where = on_lines(*(query for j, query in enumerate(queries) if j != i))
        alone = chosen_for(wish, judged(rest, where), range(2), NOTHING)
        assert (decision.params, decision.threshold) == alone
