"""What is said of score tables made by hand: which method is best, and how to use it."""

import pandas as pd

from dupeval.verdict import Verdict, judge, stand

NINE = [0.5, 0.6, 0.55, 0.45, 0.5, 0.52, 0.48, 0.51, 0.49]


def table(protocol: str = "nested", **f1: list[float]) -> pd.DataFrame:
    rows = [
        {
            **{"method": method, "protocol": protocol, "query": f"q{i}", "f1": value},
            **{"precision": value, "recall": value / 2, "threshold": 0.1 * i, "params": "{}"},
        }
        for method, values in f1.items()
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def judged(scores: pd.DataFrame, reference: str, tools: tuple[str, ...] = ()) -> Verdict:
    verdict = judge(scores, "nested", reference, 0, tools)
    assert verdict is not None
    return verdict


def more(than: list[float], by: float) -> list[float]:
    """Return scores that are higher, by not quite the same in each query."""
    return [x + by + 0.01 * (i % 3 - 1) for i, x in enumerate(than)]


def test_a_clear_winner_is_told_with_its_distance_from_the_reference_and_one_test() -> None:
    assert judged(table(vgg_pca=NINE, mine=more(NINE, 0.3)), "vgg_pca").best == (
        "Best under nested: mine, F1 0.811 [0.775, 0.848]; from vgg_pca +0.300 [+0.293, +0.307], "
        "clear (paired sign-flip, p 0.004). All others are clearly worse."
    )


def test_what_is_not_clearly_worse_is_listed_the_best_first() -> None:
    near = [x + (0.1 if i % 2 else -0.12) for i, x in enumerate(NINE)]
    nearer = [x + (0.1 if i % 2 else -0.1) for i, x in enumerate(NINE)]
    scores = table(near=near, nearer=nearer, best=NINE, worst=more(NINE, -0.4))
    text = judged(scores, "best").best
    assert text.endswith("Not clearly worse on these 9 queries: nearer, near.")
    # The reference is the best itself.
    assert "; from the next, nearer, +0.011 [" in text


def test_without_the_reference_the_best_is_tested_against_the_next() -> None:
    verdict = judged(table(worst=more(NINE, -0.4), best=NINE, other=more(NINE, -0.2)), "vgg_pca")
    assert "from the next, other, +0.200 [+0.193, +0.207], clear (paired sign" in verdict.best


def test_of_many_that_are_not_clearly_worse_the_first_are_listed() -> None:
    scores = {f"m{i}": NINE for i in range(9)}
    text = judged(table(**scores, worst=more(NINE, -0.4)), "m0").best
    assert text.endswith("on these 9 queries: m1, m2, m3, m4, m5, m6 and 2 more.")


def test_of_a_tie_the_first_is_named_and_the_other_is_not_clearly_worse() -> None:
    text = judged(table(one=NINE, other=NINE, third=more(NINE, -0.3)), "other").best
    assert text.startswith("Best under nested: one, F1 0.511")
    assert "from other +0.000, not clear (paired sign-flip, p 1.000)" in text
    assert text.endswith("Not clearly worse on these 9 queries: other.")


def test_nine_equal_scores_have_no_interval_and_an_equal_difference_is_clear() -> None:
    assert judged(table(perfect=[1.0] * 9, vgg_pca=[0.5] * 9), "vgg_pca").best == (
        "Best under nested: perfect, F1 1.000; from vgg_pca +0.500, clear (paired sign-flip, "
        "p 0.004). All others are clearly worse."
    )


def test_one_query_says_nothing_of_others() -> None:
    verdict = judged(table(one=[0.5], vgg_pca=[0.4], vgg=[0.3]), "vgg_pca")
    assert verdict.best == "Best under nested: one, F1 0.500; one query says nothing of others."
    assert verdict.answer == []
    assert verdict.standing.near == ()


def test_one_method_is_the_best_of_one() -> None:
    text = judged(table(one=NINE), "vgg_pca").best
    assert text == "Best under nested: one, F1 0.511 [0.478, 0.544]."


def test_where_nothing_true_is_claimed_no_method_is_best_and_none_is_advised() -> None:
    verdict = judged(table(one=[0.0, 0.0], vgg_pca=[0.0, 0.0]), "vgg_pca")
    assert verdict.sentences == ["Under nested no method puts a true pair together."]


def test_where_nothing_is_scored_nothing_is_said() -> None:
    assert judge(table(one=[float("nan")] * 3), "nested", "one", 0) is None
    assert judge(table(one=NINE), "loqo", "one", 0) is None


def test_methods_stand_from_the_best_to_the_worst() -> None:
    standing = stand(table(worst=more(NINE, -0.4), best=NINE, equal=NINE), "nested")
    assert standing is not None
    assert list(standing.means) == ["best", "equal", "worst"]
    assert standing.near == ("equal",)
    assert standing.n_queries == 9


def test_the_studys_question_is_answered_against_vgg_raw_and_the_best_tool() -> None:
    scores = table(
        raw=more(NINE, -0.3),
        vgg=[x + (0.1 if i % 2 else -0.1) for i, x in enumerate(NINE)],
        vgg_pca=NINE,
        weak=more(NINE, -0.4),
        strong=more(NINE, -0.1),
    )
    (answer,) = judged(scores, "vgg_pca", ("weak", "strong")).answer
    assert answer == (
        "The study's question, the F1 of vgg_pca less that of others: vgg +0.011 [-0.070, +0.092], "
        "not clear; raw +0.300 [+0.293, +0.307], clear; strong (the best tool) +0.100 [+0.093, "
        "+0.107], clear."
    )


def test_without_the_studys_method_its_question_is_not_asked() -> None:
    assert judged(table(raw=NINE, vgg=NINE), "raw").answer == []


class TestAdvice:
    def advice(self, *tables: pd.DataFrame, others: tuple[str, ...] = ()) -> str:
        verdict = judge(pd.concat(tables), "nested", "raw", 0, others=others, hindsight=("oracle",))
        assert verdict is not None
        return verdict.sentences[-1]

    def test_is_the_threshold_of_all_queries_and_what_is_held_out_to_expect(self) -> None:
        oracle = table("oracle", raw=[1.0] * 9).assign(threshold=0.3)
        assert self.advice(table(raw=NINE), oracle) == (
            "On images like these use raw at threshold 0.3 (best on all 9 queries; leaving each "
            "out, 0 to 0.8); expect P 0.511, R 0.256 (nested)."
        )

    def test_without_such_a_threshold_is_the_median_of_those_chosen(self) -> None:
        assert self.advice(table(raw=NINE)) == (
            "On images like these use raw at threshold 0.4 (the median of those chosen for all 9 "
            "queries; leaving each out, 0 to 0.8); expect P 0.511, R 0.256 (nested)."
        )

    def test_names_parameters_that_are_not_as_configured(self) -> None:
        scores = table(raw=NINE).assign(params='{"linkage":"complete","size":16}', threshold=2.0)
        oracle = table("oracle", raw=[1.0] * 9).assign(threshold=0.3)
        assert self.advice(scores, oracle).startswith(
            "On images like these use raw with linkage=complete, size=16 at threshold 2 (the median"
        )

    def test_falls_to_the_next_honest_protocol_where_parameters_differ(self) -> None:
        scores = table(raw=NINE)
        scores.loc[0, "params"] = '{"size":16}'
        loqo = table("loqo", raw=[0.25] * 9)
        assert self.advice(scores, loqo, others=("loqo",)).endswith(
            "expect P 0.250, R 0.125 (loqo)."
        )
        verdict = judge(scores, "nested", "raw", 0)
        assert verdict is not None
        assert verdict.advice is None

    def test_of_a_method_without_a_threshold_is_to_use_it(self) -> None:
        scores = table(tool=NINE).assign(threshold=float("nan"))
        expect = "expect P 0.511, R 0.256 (nested)."
        assert self.advice(scores) == f"On images like these use tool; {expect}"

    def test_of_one_query(self) -> None:
        oracle = table("oracle", raw=[1.0]).assign(threshold=20769.1731)
        assert "at threshold 20769.173 (best on its query); " in self.advice(
            table(raw=[0.5]), oracle
        )
