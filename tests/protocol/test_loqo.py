"""Leave one query out: nothing of the scored query enters any choice or fit."""

import pytest
from given import GivenCurves, GivenMethod, perfect_between

from dupeval.engine.curves import Curves
from dupeval.engine.folds import Folds
from dupeval.errors import SettingsError
from dupeval.protocol import Decision
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested


def decide(curves: Curves, protocol: LeaveOneQueryOut | None = None) -> list[Decision]:
    return (protocol or LeaveOneQueryOut()).decide("mine", {"mine": curves})


class TestChoice:
    def test_each_query_gets_the_threshold_that_is_best_on_the_others(self) -> None:
        curves = GivenCurves([perfect_between(2, 4), perfect_between(3, 6), perfect_between(3, 5)])
        choices = decide(curves)
        # The others are perfect together in [3, 5), [3, 4) and [3, 4).
        assert [choice.threshold for choice in choices] == [4.0, 3.5, 3.5]
        reached = [
            curves.curves(q, [c.params], c.hidden)[0].at(c.threshold) for q, c in enumerate(choices)
        ]
        assert [scores.f1 for scores in reached] == [0.0, 1.0, 1.0]

    def test_setting_and_threshold_are_chosen_together(self) -> None:
        curves = GivenCurves(
            [perfect_between(1, 4), perfect_between(5, 7), perfect_between(5, 7)],
            [perfect_between(2, 4), perfect_between(2, 4), perfect_between(8, 9)],
        )
        choices = decide(curves)
        # Query 1's choice is a tie at mean F1 1/2: the first setting, and its widest interval.
        assert [choice.params["n_components"] for choice in choices] == [0, 0, 1]
        assert [choice.threshold for choice in choices] == [6.0, 2.5, 3.0]

    def test_the_scored_query_is_hidden_from_all_that_is_looked_at_and_never_looked_at(
        self,
    ) -> None:
        curves = GivenCurves([perfect_between(q, q + 2) for q in range(4)])
        choices = decide(curves)
        assert [choice.hidden for choice in choices] == [{0}, {1}, {2}, {3}]
        assert set(curves.asked) == {
            (other, frozenset({query}))
            for query in range(4)
            for other in range(4)
            if other != query
        }

    def test_two_queries_choose_for_each_other(self) -> None:
        curves = GivenCurves([perfect_between(2, 4), perfect_between(6, 9)])
        assert [choice.threshold for choice in decide(curves)] == [7.5, 3.0]

    def test_parameters_are_as_configured_where_only_the_cut_is_chosen(self) -> None:
        curves = GivenCurves(
            [perfect_between(1, 4), perfect_between(5, 7)],
            [perfect_between(2, 4), perfect_between(2, 4)],
        )
        candidates = [{"n_components": 0}, {"n_components": 1}]
        curves.method = GivenMethod(candidates, cut_candidates=candidates[:1])
        assert [decided.params["n_components"] for decided in decide(curves)] == [0, 0]
        assert [d.params["n_components"] for d in decide(curves, Nested())] == [0, 0]
        curves.method = GivenMethod(candidates, cut_candidates=candidates[1:])
        assert [decided.params["n_components"] for decided in decide(curves)] == [1, 1]

    def test_other_methods_of_the_run_do_not_matter(self) -> None:
        mine = GivenCurves([perfect_between(2, 4), perfect_between(6, 9)])
        other = GivenCurves([perfect_between(1, 2), perfect_between(1, 2)])
        assert LeaveOneQueryOut().decide("mine", {"other": other, "mine": mine}) == decide(mine)
        assert other.asked == []

    def test_nothing_is_chosen_on_queries_that_are_not_scored(self) -> None:
        class Curves(GivenCurves):
            @property
            def folds(self) -> Folds:
                return Folds.each_query(4, frozenset({1}))

        curves = Curves([perfect_between(low, low + 2) for low in (2, 90, 2, 6)])
        assert [choice.threshold for choice in decide(curves)] == [3.0, 3.0, 3.0, 3.0]
        assert {query for query, _ in curves.asked} == {0, 2, 3}

    def test_one_query_is_an_error_that_says_what_is_possible(self) -> None:
        with pytest.raises(SettingsError) as caught:
            decide(GivenCurves([perfect_between(2, 4)]))
        assert str(caught.value) == (
            "leaving one query out needs at least 2 queries, the dataset has 1; possible: "
            "protocol=fixed, protocol=oracle"
        )
