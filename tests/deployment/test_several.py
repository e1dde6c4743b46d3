"""Several methods are one: which of them is a parameter like others."""

import numpy as np
import pytest
from placed import Placed, copies_apart, on_lines

from dupeval.deployment.several import Several
from dupeval.engine.answers import Answers
from dupeval.engine.workshop import Workshop
from dupeval.errors import NoScoresError
from dupeval.method import Resources
from dupeval.timing import Stopwatch

DATASET, PLACES = on_lines(copies_apart(2.0, 2))
BOTH = Several({"far": Placed(PLACES, (1.0, 2.0)), "near": Placed(PLACES, (0.5,))})


def test_candidates_are_those_of_all_in_their_order() -> None:
    assert BOTH.candidates == [
        {"method": "far", "by": 1.0},
        {"method": "far", "by": 2.0},
        {"method": "near", "by": 0.5},
    ]
    assert BOTH.default == {"method": "far"}
    assert BOTH.cut is None
    assert BOTH.description == {"far": {}, "near": {}}


def test_each_answers_for_itself(tmp_path) -> None:
    answers = Answers(BOTH, Workshop(DATASET, Resources(tmp_path), Stopwatch("both")))
    answers.prepare(BOTH.candidates)
    found = [answers.distances(0, params) for params in BOTH.candidates]
    np.testing.assert_array_equal(found[0] * 2, found[1])
    np.testing.assert_array_equal(found[0] / 2, found[2])
    assert found[0].tolist() == [2.0, 10.0, 12.0, 8.0, 10.0, 2.0]


def test_where_none_is_ready_there_are_no_scores() -> None:
    class Missing(Placed):
        def prepared(self, *_):
            raise NoScoresError("missing", "gone")

    with pytest.raises(NoScoresError, match=r"no method can be run here \(a: gone\)"):
        Several({"a": Missing({})}).prepared((), (), Stopwatch("none"))
