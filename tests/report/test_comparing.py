"""What changed between two runs: rows with their differences, and the pairs behind them."""

import math

from labelled import dataset_of
from stored_results import results_by_hand, row

from dupeval.report.comparing import Comparison, Counted, compare
from dupeval.stored import StoredResults

# 0 and 1 show one photograph, 2 and 3 another, 4 a third.
DATASET = dataset_of("ppqqr")


def compared(before: StoredResults, after: StoredResults) -> Comparison:
    return compare(DATASET, before, after, ["a", "b"])


def run(labels: list[int], f1: float = 0.5, **given) -> StoredResults:
    return results_by_hand([row("it", "nested", f1)], {("nested", "it", "q0"): labels}, **given)


def test_scores_have_differences_the_largest_first_within_a_protocol() -> None:
    before = results_by_hand(
        [row("x", "nested", 0.5), row("y", "nested", 0.7), row("x", "loqo", 0.1)]
    )
    after = results_by_hand(
        [row("x", "nested", 0.6), row("y", "nested", 0.4), row("x", "loqo", 0.9)]
    )
    rows = compared(before, after).rows
    assert [(r.protocol, r.method, round(r.difference("f1"), 6)) for r in rows] == [
        ("nested", "y", -0.3),
        ("nested", "x", 0.1),
        ("loqo", "x", 0.8),
    ]
    assert all(r.has_changed for r in rows)


def test_rows_of_one_run_alone_are_named() -> None:
    before = results_by_hand([row("x", "nested", 0.5), row("old", "nested", 0.5)])
    after = results_by_hand([row("x", "nested", 0.5), row("x", "oracle", 0.6)])
    comparison = compared(before, after)
    assert comparison.only_before == ["old under nested"]
    assert comparison.only_after == ["x under oracle"]
    assert [r.has_changed for r in comparison.rows] == [False]


def test_a_row_that_lost_its_scores_has_changed() -> None:
    comparison = compared(
        results_by_hand([row("x", "nested", 0.5)]), results_by_hand([row("x", "nested", math.nan)])
    )
    assert comparison.rows[0].has_changed
    assert math.isnan(comparison.rows[0].difference("f1"))


def test_settings_that_differ_are_said() -> None:
    settings = [
        {"it": {"reduction": {"n": 1}, "metric": "cosine", "device": device}}
        for device in ("cpu", "cuda")
    ]
    settings[1]["it"]["metric"] = "euclidean"
    runs = [run([0, 0, 1, 1, 2], methods=one) for one in settings]
    assert compared(*runs).rows[0].settings == ("metric: cosine → euclidean",)


def test_each_pair_that_changed_is_there_with_what_became_of_it() -> None:
    # Before: 0 and 1 apart, 2, 3 and 4 together. After: 0 and 1 together, 2 and 4, 3 alone.
    comparison = compared(run([0, 1, 2, 2, 2]), run([0, 0, 2, 3, 2]))
    assert {(pair.kind, pair.a, pair.b) for pair in comparison.pairs} == {
        ("found", 0, 1),
        ("missed", 2, 3),
        ("parted", 3, 4),
    }
    assert {pair.kind: pair.is_gained for pair in comparison.pairs} == {
        "found": True,
        "missed": False,
        "parted": True,
    }
    assert comparison.counts == [Counted("nested", "it", "q0", gained=2, lost=1)]


def test_a_new_wrong_pair_is_lost() -> None:
    (pair,) = compared(run([0, 0, 1, 1, 2]), run([0, 0, 1, 1, 2])).pairs or [None]
    assert pair is None
    pairs = compared(run([0, 0, 1, 1, 2]), run([0, 0, 1, 1, 1])).pairs
    assert [(pair.kind, pair.a, pair.b) for pair in pairs] == [("wrong", 2, 4), ("wrong", 3, 4)]


def test_of_several_protocols_a_pair_is_there_once() -> None:
    def runs(labels: list[int]) -> StoredResults:
        rows = [row("it", "nested", 0.5), row("it", "loqo", 0.5)]
        return results_by_hand(rows, {(p, "it", "q0"): labels for p in ("nested", "loqo")})

    comparison = compared(runs([0, 1, 2, 2, 3]), runs([0, 0, 2, 2, 3]))
    assert [pair.protocols for pair in comparison.pairs] == [("nested", "loqo")]
    assert sum(one.gained for one in comparison.counts) == 2


def test_it_is_said_in_sentences() -> None:
    comparison = compared(run([0, 1, 2, 2, 2], 0.5), run([0, 0, 2, 3, 2], 0.75))
    assert comparison.sentences == [
        "1 of 1 rows that both runs have differ, most of all it under nested: F1 0.500 → 0.750.",
        "Under nested the best of them is it in a (F1 0.500) and it in b (F1 0.750).",
        "Over all methods and protocols 2 pairs gained, 1 lost.",
    ]


def test_equal_runs_and_runs_without_a_common_row_say_so() -> None:
    equal = compared(run([0, 0, 1, 1, 2]), run([0, 0, 1, 1, 2]))
    assert equal.sentences[0] == "All rows that both runs have are equal: 1."
    other = results_by_hand([row("other", "nested", 0.5)])
    assert compared(run([0, 0, 1, 1, 2]), other).sentences == [
        "The two runs have no method under one protocol in common."
    ]


def test_versions_are_named_where_they_differ() -> None:
    runs = [run([0, 0, 1, 1, 2], dupeval=version) for version in ("0.1", "0.2")]
    assert compared(*runs).sentences[-1] == "They were made by dupeval 0.1 and 0.2."
