"""Rows that an earlier run kept: what is asked of methods then, and what is not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from labelled import dataset_of

from dupeval.evaluation import Evaluation, evaluate
from dupeval.method import Answer, Distances, Method, Params, Resources
from dupeval.method.views import QueryImages
from dupeval.protocol import Protocol
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.shared import Shared
from dupeval.timing import Stopwatch, Timing

DATASET = dataset_of("aab", "abb")


@dataclass(frozen=True)
class Told(Method):
    """It says what changes its answers, and notes what it was asked."""

    value: int = 0
    asked: list[Any] = field(default_factory=list, compare=False)

    @property
    def description(self) -> Mapping[str, Any]:
        return {}

    @property
    def key(self) -> Mapping[str, Any]:
        return {"value": self.value}

    @property
    def cut(self) -> float:
        return 1.0

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> "Told":
        self.asked.append(list(wanted))
        if wanted:
            watch.add("work", 1.5, 2.5, 3.5)
        return self

    def answers(
        self, fit: None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        yield from ((params, Distances(np.array([1.0, 2.0, 3.0]))) for params in many)


def run(
    folder: Path, methods: Mapping[str, Method], fresh: bool = False, **protocols: Protocol
) -> Evaluation:
    protocols = protocols or {"loqo": LeaveOneQueryOut(), "fixed": Fixed()}
    return evaluate(methods, protocols, DATASET, Resources(folder, fresh=fresh))


def work(evaluation: Evaluation) -> list[Timing]:
    return [timing for timing in evaluation.timings if timing.stage == "work"]


def test_nothing_is_asked_of_a_method_whose_rows_are_kept(tmp_path: Path) -> None:
    first, again = Told(), Told()
    made, kept = run(tmp_path, {"it": first}), run(tmp_path, {"it": again})
    assert (first.asked, again.asked) == ([[{}]], [[]])
    assert (kept.results, kept.groups) == (made.results, made.groups)
    assert (kept.pooled, kept.notes, kept.sources) == (made.pooled, made.notes, made.sources)


def test_what_its_work_took_is_told_all_the_same_by_the_name_it_has_now(tmp_path: Path) -> None:
    (took,) = work(run(tmp_path, {"it": Told()}))
    assert took == Timing("it", "work", 1.5, 2.5, 3.5)
    kept = run(tmp_path, {"other": Told()})
    assert work(kept) == [replace(took, method="other", stored=True)]
    assert [timing.stored for timing in kept.timings] == [True] * 3


def test_one_row_that_is_not_kept_asks_for_all(tmp_path: Path) -> None:
    run(tmp_path, {"it": Told()}, fixed=Fixed())
    again = Told()
    assert work(run(tmp_path, {"it": again})) == [Timing("it", "work", 1.5, 2.5, 3.5)]
    assert again.asked == [[{}]]


def test_so_does_a_row_of_another_method_that_looks_at_it(tmp_path: Path) -> None:
    shared = Shared(reference="it")
    run(tmp_path, {"it": Told(), "one": Told(1)}, shared=shared)
    asked = {"it": Told(), "one": Told(1), "two": Told(2)}
    run(tmp_path, asked, shared=shared)
    assert [method.asked for method in asked.values()] == [[[{}]], [[]], [[{}]]]


def test_what_is_asked_for_anew_is_made_anew(tmp_path: Path) -> None:
    run(tmp_path, {"it": Told()})
    again = Told()
    run(tmp_path, {"it": again}, fresh=True)
    assert again.asked == [[{}]]


def test_of_a_method_that_does_not_say_what_changes_it_nothing_is_kept(tmp_path: Path) -> None:
    class Unsaid(Told):
        key = None

    for method in (Unsaid(), Unsaid()):
        run(tmp_path, {"it": method})
        assert method.asked == [[{}]]
