"""Methods under protocols on a dataset: what is absent does not disturb the others."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from given import GivenVectors, given_answers
from labelled import dataset_of

from dupeval.dataset import Dataset, Label
from dupeval.engine.curves import Curves
from dupeval.engine.predictions import predict
from dupeval.errors import NoScoresError, SettingsError
from dupeval.evaluation import Absence, Evaluation, Spread, evaluate
from dupeval.method import Answer, Method, Params, Resources
from dupeval.method.vectors import VectorMethod
from dupeval.method.views import QueryImages
from dupeval.metric.kept import Kept
from dupeval.metrics import PairScores
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.shared import Shared
from dupeval.scored import Group
from dupeval.statistics import Comparison
from dupeval.tables import per_query_table, table1
from dupeval.timing import Stopwatch, Timing
from dupeval.truth import Verdict

DATASET = replace(
    dataset_of("aab", "aabb"),
    queries=tuple(
        replace(query, slug=slug)
        for query, slug in zip(dataset_of("aab", "aabb").queries, ("one", "two"), strict=True)
    ),
)
RESOURCES = Resources(Path("nowhere"))


@dataclass(frozen=True)
class Given(Method):
    """Its groups of each query are given, one letter an image, for each of its runs."""

    runs: Sequence[Sequence[str]]
    prepared_runs: list[int] = field(default_factory=list)
    external: ClassVar[bool] = False

    @property
    def description(self) -> Mapping[str, Any]:
        return {}

    @property
    def n_runs(self) -> int:
        return len(self.runs)

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> Method:
        run = len(self.prepared_runs)
        self.prepared_runs.append(run)
        if run == 0:
            watch.add("given", 1.0, 0.5)
        return replace(self, runs=[self.runs[run % len(self.runs)]])

    def answers(
        self, fit: Any, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        groups = self.runs[0][["one", "two"].index(query.slug)]
        for params in many:
            yield params, np.unique(list(groups), return_inverse=True)[1].astype(np.int64)


class GivenTool(Given):
    external = True


class Imported(Given):
    source = "imported"


@dataclass(frozen=True)
class Absent(GivenTool):
    """It cannot be run."""

    runs: Sequence[Sequence[str]] = ((),)
    kind: str = "missing"

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> Method:
        raise NoScoresError(self.kind, "the reason")


PERFECT, ALL, NONE = ["aab", "aabb"], ["aaa", "aaaa"], ["abc", "abcd"]


def run(methods: Mapping[str, Method], **protocols: Protocol) -> Evaluation:
    return evaluate(methods, protocols or {"fixed": Fixed()}, DATASET, RESOURCES)


class TestResults:
    def test_are_methods_within_protocols_in_the_order_given(self) -> None:
        methods = {"b": Given([PERFECT]), "a": Given([ALL])}
        evaluation = run(methods, oracle=Oracle(), fixed=Fixed())
        assert [(r.protocol, r.method, r.query, r.scores.f1) for r in evaluation.results] == [
            *[("oracle", "b", "one", 1.0), ("oracle", "b", "two", 1.0)],
            *[("oracle", "a", "one", 0.5), ("oracle", "a", "two", 0.5)],
            *[("fixed", "b", "one", 1.0), ("fixed", "b", "two", 1.0)],
            *[("fixed", "a", "one", 0.5), ("fixed", "a", "two", 0.5)],
        ]
        assert list(evaluation.sources.items()) == [
            *[(("oracle", "b"), "measured"), (("oracle", "a"), "measured")],
            *[(("fixed", "b"), "measured"), (("fixed", "a"), "measured")],
        ]

    def test_of_a_query_without_a_pair_of_labelled_images_are_groups_and_no_scores(self) -> None:
        one, two = DATASET.queries
        unlabelled = replace(two, labels=tuple(Label("") for _ in two.labels))
        dataset = replace(DATASET, queries=(one, unlabelled))
        note = "queries without a pair to score: 1 of 2, which are grouped and not scored"
        with pytest.warns(UserWarning, match=note):
            found = evaluate({"a": Given([ALL])}, {"fixed": Fixed()}, dataset, RESOURCES, [Kept()])
        assert [r.scores.f1 for r in found.results] == [0.5, pytest.approx(math.nan, nan_ok=True)]
        assert found.results[1].described == {}
        assert [g.photograph for g in found.groups] == [*"aab", "", "", "", ""]
        assert found.notes == (note,)
        table = table1(per_query_table(found.results), Comparison("a", {}, 0), "d")
        assert (table["f1"][0], table["n_queries"][0], table["n_empty"][0]) == (0.5, 1, 0)
        with pytest.raises(SettingsError) as caught:
            evaluate({"a": Given([ALL])}, {"loqo": LeaveOneQueryOut()}, dataset, RESOURCES)
        assert str(caught.value).startswith(
            "method a, protocol loqo: leaving one query out needs at least 2 queries with a "
            "pair to score, the dataset has 1; possible: "
        )

    def test_are_strict_and_lenient_where_any_query_has_scenes(self) -> None:
        one, two = DATASET.queries
        labels = tuple(replace(label, scene="s") for label in two.labels)
        verdicts = (Verdict(0, 2, "unsure"), Verdict(0, 1, "unsure"))
        dataset = replace(DATASET, queries=(one, replace(two, labels=labels, verdicts=verdicts)))
        (first, second) = evaluate(
            {"a": Given([ALL])}, {"fixed": Fixed()}, dataset, RESOURCES
        ).results
        assert first.scores == first.lenient == PairScores.from_counts(1, 2, 0, 0)
        assert second.scores == PairScores.from_counts(1, 3, 0, 0)
        assert second.lenient == PairScores.from_counts(1, 0, 0, 0)
        assert {result.lenient for result in run({"a": Given([ALL])}).results} == {None}

    def test_thresholds_are_chosen_by_strict_scores(self) -> None:
        method = VectorMethod(GivenVectors(), linkage="single", metric="euclidean")
        (query,) = dataset_of("aabcc").queries
        labels = tuple(replace(label, scene="s") for label in query.labels)
        dataset = Dataset("d", (replace(query, labels=labels),))
        vectors = np.array([[0.0], [1], [3], [6], [10]])
        found = predict("it", Oracle(), {"it": given_answers(method, dataset, vectors)})
        # Lenient, everything together would be right.
        assert found[0].labels.tolist() == [0, 0, 1, 2, 3]

    def test_say_what_they_rest_on(self) -> None:
        sources = run({"a": Given([ALL]), "b": Imported([ALL])}).sources
        assert sources == {("fixed", "a"): "measured", ("fixed", "b"): "imported"}

    def test_come_with_the_groups_that_were_scored(self) -> None:
        groups = run({"a": Given([["aab", "abab"]])}).groups
        assert groups[0] == Group("a", "fixed", "one", "0.png", "a", 0)
        assert [(g.query, g.image, g.photograph, g.group) for g in groups] == [
            *[("one", "0.png", "a", 0), ("one", "1.png", "a", 0), ("one", "2.png", "b", 1)],
            *[("two", "0.png", "a", 0), ("two", "1.png", "a", 1)],
            *[("two", "2.png", "b", 0), ("two", "3.png", "b", 1)],
        ]

    def test_come_with_the_timings_of_the_work_and_then_of_the_protocols(self) -> None:
        timings = run({"a": Given([ALL]), "b": Given([ALL])}, x=Fixed(), y=Fixed()).timings
        assert timings[:2] == (Timing("a", "given", 1.0, 0.5), Timing("b", "given", 1.0, 0.5))
        assert [(t.method, t.stage) for t in timings[2:]] == [
            *[("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")]
        ]


class TestProtocolsThatDoNotCoverAMethod:
    def test_have_no_row_for_it(self) -> None:
        methods = {"own": Given([ALL]), "tool": GivenTool([ALL])}
        evaluation = run(methods, loqo=LeaveOneQueryOut(), fixed=Fixed(only_external=True))
        rows = [("loqo", "own"), ("loqo", "tool"), ("fixed", "tool")]
        assert list(evaluation.sources) == rows
        assert list(dict.fromkeys((r.protocol, r.method) for r in evaluation.results)) == rows

    def test_shared_leaves_out_external_tools_and_may_not_leave_a_method_alone(self) -> None:
        methods = {"vgg_pca": Given([ALL]), "tool": GivenTool([ALL])}
        evaluation = run(methods, shared=Shared(), loqo=LeaveOneQueryOut())
        assert ("shared", "tool") not in evaluation.sources
        with pytest.raises(SettingsError) as caught:
            run(methods, shared=Shared())
        assert str(caught.value) == "no protocol of this run covers tool; possible: protocol=loqo"
        with pytest.raises(SettingsError, match="covers vgg_pca; possible"):
            run(methods, fixed=Fixed(only_external=True))


class TestAbsences:
    @pytest.mark.parametrize("kind", ["missing", "failed", "published"])
    def test_have_a_reason_and_rows_without_results(self, kind: str) -> None:
        methods = {"a": Given([ALL]), "b": Absent(kind=kind), "c": Given([PERFECT])}
        evaluation = run(methods, x=Fixed(), y=Oracle())
        assert evaluation.absences == (Absence("b", kind, "the reason"),)
        assert evaluation.sources == {
            **{("x", "a"): "measured", ("x", "b"): kind, ("x", "c"): "measured"},
            **{("y", "a"): "measured", ("y", "b"): kind, ("y", "c"): "measured"},
        }
        assert list(evaluation.sources) == [(p, m) for p in "xy" for m in "abc"]
        assert not [r for r in (*evaluation.results, *evaluation.groups) if r.method == "b"]

    def test_do_not_disturb_the_others(self) -> None:
        others: dict[str, Method] = {"a": Given([ALL]), "c": Given([PERFECT])}
        alone = run(others)
        beside = run({"b": Absent(), **others, "d": Absent(kind="failed")})
        assert (beside.results, beside.groups) == (alone.results, alone.groups)

    def test_of_all_methods_leave_nothing_but_reasons(self) -> None:
        evaluation = run({"a": Absent(), "b": Absent(kind="failed")})
        assert (evaluation.results, evaluation.groups, evaluation.spreads) == ((), (), ())
        assert [absence.method for absence in evaluation.absences] == ["a", "b"]
        assert list(evaluation.sources.values()) == ["missing", "failed"]

    def test_are_not_what_the_user_can_put_right(self) -> None:
        class Faulty(Given):
            def prepared(
                self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
            ) -> Method:
                raise SettingsError("put it right")

        with pytest.raises(SettingsError, match="put it right"):
            run({"a": Given([ALL]), "b": Faulty([ALL])})


class TestSpreads:
    def test_are_the_least_and_the_most_mean_f1_of_all_runs(self) -> None:
        # F1 of the runs: 1/2, 1, 0.
        evaluation = run({"a": Given([ALL, PERFECT, NONE])}, x=Fixed(), y=Oracle())
        assert evaluation.spreads == (Spread("a", "x", 3, 0.0, 1.0), Spread("a", "y", 3, 0.0, 1.0))
        assert {r.scores.f1 for r in evaluation.results} == {0.5}

    def test_of_equal_runs_have_no_width(self) -> None:
        assert run({"a": Given([ALL, ALL])}).spreads == (Spread("a", "fixed", 2, 0.5, 0.5),)

    def test_are_only_of_methods_that_were_run_several_times(self) -> None:
        methods = {"a": Given([ALL]), "b": Given([PERFECT, NONE])}
        assert [spread.method for spread in run(methods).spreads] == ["b"]


def test_what_is_impossible_is_found_before_any_work() -> None:
    class Impossible(Protocol):
        def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
            raise SettingsError("impossible")

    method = Given([ALL])
    with pytest.raises(SettingsError, match=r"^method a, protocol x: impossible$"):
        run({"a": method}, ok=Fixed(), x=Impossible())
    assert method.prepared_runs == []
    run({"a": method}, x=Fixed(), y=Oracle())
    assert method.prepared_runs == [0]


class TestRowsThatCannotBeHad:
    ONE = replace(dataset_of("aaa"), queries=(replace(dataset_of("aaa").queries[0], slug="one"),))

    def test_cost_themselves_with_their_reason(self) -> None:
        protocols: dict[str, Protocol] = {"loqo": LeaveOneQueryOut(), "oracle": Oracle()}
        with pytest.warns(UserWarning, match="method a, protocol loqo: the dataset's one query"):
            evaluation = evaluate({"a": Given([PERFECT])}, protocols, self.ONE, RESOURCES)
        assert evaluation.sources == {("loqo", "a"): "failed", ("oracle", "a"): "measured"}
        assert [result.protocol for result in evaluation.results] == ["oracle"]
        (note,) = evaluation.notes
        assert "divided by its photographs, shows only one; possible: protocol=fixed" in note

    def test_are_an_error_where_there_is_no_other(self) -> None:
        with pytest.raises(SettingsError, match="method a, protocol x: the dataset's one query"):
            evaluate({"a": Given([ALL])}, {"x": LeaveOneQueryOut()}, self.ONE, RESOURCES)


class TestOneQuery:
    ONE = replace(DATASET, queries=DATASET.queries[1:])

    def test_is_divided_by_its_photographs_and_the_tables_say_so(self) -> None:
        with pytest.warns(UserWarning, match="there is one query: in place of queries its photo"):
            evaluation = evaluate(
                {"a": Given([PERFECT])}, {"loqo": LeaveOneQueryOut()}, self.ONE, RESOURCES
            )
        (result,) = evaluation.results
        assert result.scores.f1 == 1.0
        assert [note.partition(",")[0] for note in evaluation.notes] == [
            "there is one query: in place of queries its photographs"
        ]

    def test_is_not_divided_where_nothing_is_left_out(self) -> None:
        evaluation = evaluate({"a": Given([PERFECT])}, {"x": Oracle()}, self.ONE, RESOURCES)
        assert evaluation.notes == ()


def test_results_carry_what_was_hidden_and_other_metrics() -> None:
    evaluation = evaluate(
        {"a": Given([PERFECT])}, {"loqo": LeaveOneQueryOut()}, DATASET, RESOURCES, [Kept()]
    )
    assert [result.hidden for result in evaluation.results] == [("one",), ("two",)]
    assert [result.described for result in evaluation.results] == [
        {"photographs_lost": 0.0, "copies_left": 0.0}
    ] * 2


class TestNotes:
    def test_tell_loudly_of_a_row_in_which_no_two_images_are_together(self) -> None:
        methods = {
            "own": Given([NONE]),
            "tool": GivenTool([NONE]),
            "other": Given([["aab", "abcd"]]),
        }
        with pytest.warns(UserWarning, match="no two images together") as caught:
            evaluation = run(methods, x=Fixed(), y=Fixed(only_external=True))
        notes = [
            "own under x puts no two images together in any of 2 queries; check its threshold",
            "tool under x puts no two images together in any of 2 queries; check its threshold, "
            "and that its output is read in the right format (docs/tools.md)",
        ]
        assert evaluation.notes == (*notes, notes[1].replace("under x", "under y"))
        assert [str(warning.message) for warning in caught] == list(evaluation.notes)

    def test_are_none_where_some_are(self) -> None:
        assert run({"a": Given([["abc", "abca"]])}).notes == ()
