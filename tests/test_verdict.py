"""The sentences that a table begins with, on score tables made by hand."""

import pandas as pd

from dupeval.verdict import verdict

NINE = [0.5, 0.6, 0.55, 0.45, 0.5, 0.52, 0.48, 0.51, 0.49]


def table(**f1: list[float]) -> pd.DataFrame:
    rows = [
        {"method": method, "protocol": "nested", "query": f"q{i}", "f1": value}
        for method, values in f1.items()
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def more(than: list[float], by: float) -> list[float]:
    """Return scores that are higher, by not quite the same in each query."""
    return [x + by + 0.01 * (i % 3 - 1) for i, x in enumerate(than)]


def test_a_clear_winner_is_told_with_its_distance_from_the_reference_and_one_test() -> None:
    (best, *_) = verdict(table(vgg_pca=NINE, mine=more(NINE, 0.3)), "vgg_pca", 0)
    assert best == (
        "Best under nested: mine, F1 0.811 [0.775, 0.848]; from vgg_pca +0.300 [+0.293, +0.307], "
        "clear, p 0.004. All others are clearly worse."
    )


def test_what_is_not_clearly_worse_is_listed_the_best_first() -> None:
    near = [x + (0.1 if i % 2 else -0.12) for i, x in enumerate(NINE)]
    nearer = [x + (0.1 if i % 2 else -0.1) for i, x in enumerate(NINE)]
    text, *_ = verdict(
        table(near=near, nearer=nearer, best=NINE, worst=more(NINE, -0.4)), "best", 0
    )
    assert text.endswith("Not clearly worse on these 9 queries: nearer, near.")
    assert "from best" not in text


def test_of_a_tie_the_first_is_named_and_the_other_is_not_clearly_worse() -> None:
    text, *_ = verdict(table(one=NINE, other=NINE, third=more(NINE, -0.3)), "other", 0)
    assert text.startswith("Best under nested: one, F1 0.511")
    assert "from other +0.000, not clear, p 1.000" in text
    assert text.endswith("Not clearly worse on these 9 queries: other.")


def test_nine_equal_scores_have_no_interval_and_an_equal_difference_is_clear() -> None:
    text, *_ = verdict(table(perfect=[1.0] * 9, vgg_pca=[0.5] * 9), "vgg_pca", 0)
    assert text == (
        "Best under nested: perfect, F1 1.000; from vgg_pca +0.500, clear, p 0.004. All others are "
        "clearly worse."
    )


def test_one_query_says_nothing_of_others() -> None:
    assert verdict(table(one=[0.5], vgg_pca=[0.4], vgg=[0.3]), "vgg_pca", 0) == [
        "Best under nested: one, F1 0.500; one query says nothing of others."
    ]


def test_where_nothing_true_is_claimed_no_method_is_best() -> None:
    (text,) = verdict(table(one=[0.0, 0.0], vgg_pca=[0.0, 0.0]), "vgg_pca", 0)
    assert text == "Under nested no method puts a true pair together."


def test_where_nothing_is_scored_nothing_is_said() -> None:
    assert verdict(table(one=[float("nan")] * 3), "one", 0) == []


def test_the_studys_question_is_answered_against_vgg_raw_and_the_best_tool() -> None:
    scores = table(
        raw=more(NINE, -0.3),
        vgg=[x + (0.1 if i % 2 else -0.1) for i, x in enumerate(NINE)],
        vgg_pca=NINE,
        weak=more(NINE, -0.4),
        strong=more(NINE, -0.1),
    )
    _, answer = verdict(scores, "vgg_pca", 0, ("weak", "strong"))
    assert answer == (
        "The study's question, the F1 of vgg_pca less that of others: vgg +0.011 [-0.070, +0.092], "
        "not clear; raw +0.300 [+0.293, +0.307], clear; strong (the best tool) +0.100 [+0.093, "
        "+0.107], clear."
    )


def test_without_the_studys_method_its_question_is_not_asked() -> None:
    assert len(verdict(table(raw=NINE, vgg=NINE), "raw", 0)) == 1
