"""Methods that run an external tool."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fake_dataset import byte_copies
from fake_program import COUNTED, EQUAL_FILES, fake_program, starts
from given import groups_of, worked
from pydantic import ValidationError

from dupeval.dataset import Dataset
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.rehearsal import Rehearsal
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Resources
from dupeval.method.external import ExternalMethod
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.timing import Stopwatch
from dupeval.tool import Distances, DistanceTool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.command import Command
from dupeval.tool.isolation import in_force
from dupeval.tool.process import Reply
from dupeval.tool.running import reply_key
from dupeval.tool.view import in_order

NOTHING_HIDDEN: frozenset[int] = frozenset()
# Two queries; what their copies are is plain to see.
QUERIES = {
    "one": {"a.png": "p", "b.png": "q", "c.png": "p", "d.png": "r"},
    "two": {"a.png": "s", "b.png": "s", "c.png": "t"},
}


class GivenDistances(DistanceTool):
    """A tool that is never run: what it would say is in the cache."""

    settings: Sequence[Mapping[str, Any]] = ({},)

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {}

    def versions(self) -> Mapping[str, str]:
        return {"given": "1"}

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        raise AssertionError("its answers are given")


class WithCutoffs(GivenDistances):
    settings = ({"cutoff": 1}, {"cutoff": 2})


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return byte_copies(tmp_path / "data", QUERIES)


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(tmp_path / "cache")


def give(
    resources: Resources, dataset: Dataset, distances: Mapping[str, Sequence[Any]], tool: Any
) -> None:
    """Store what a tool would say of each query: distances of pairs of image names."""
    for query in dataset.queries:
        order = in_order(query.images)
        names = [query.images[i].name for i in order]
        answers = [
            [
                of_pairs.get(frozenset((a, b)), of_pairs["others"])
                for i, a in enumerate(names)
                for b in names[i + 1 :]
            ]
            for of_pairs in distances[query.slug]
        ]
        key = reply_key(tool, 0)
        hashes = [query.images[i].sha256 for i in order]
        cache = ReplyCache(resources.cache_dir / "replies")
        cache.save(key, hashes, Reply(answers, 0.5, 0.25, 7.0))


def pair(a: str, b: str) -> frozenset[str]:
    return frozenset((f"{a}.png", f"{b}.png"))


class TestSettings:
    def test_a_threshold_of_a_tool_that_tells_no_distances_has_no_meaning(self) -> None:
        with pytest.raises(SettingsError, match="tells no distances"):
            ExternalMethod(Command(("x",)), threshold=1.0)

    def test_a_default_is_needed_where_a_tool_has_parameters(self) -> None:
        with pytest.raises(SettingsError) as caught:
            ExternalMethod(Command(("x", "{value}"), values=(1, 2)))
        assert str(caught.value) == (
            "setting=None is not possible; possible: {'value': 1}, {'value': 2}"
        )

    @pytest.mark.parametrize("setting", [{"value": 3}, {"level": 1}, {}, {"value": 1, "x": 2}])
    def test_a_default_is_one_of_those_that_are_possible(self, setting: Any) -> None:
        with pytest.raises(SettingsError, match=r"is not possible; possible: \{'value': 1\}"):
            ExternalMethod(Command(("x", "{value}"), values=(1, 2)), setting=setting)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *[("time_limit_s", 0), ("time_limit_s", -1), ("time_limit_s", math.inf)],
            *[("repeats", 0), ("threshold", math.nan), ("threshold", math.inf), ("typo", 1)],
        ],
    )
    def test_impossible_ones_are_refused(self, name: str, value: object) -> None:
        with pytest.raises(ValidationError, match=name):
            ExternalMethod(GivenDistances(), **{name: value})  # type: ignore[arg-type]

    def test_it_is_external_and_measured(self) -> None:
        method = ExternalMethod(GivenDistances())
        assert (method.external, method.source) == (True, "measured")


class TestDescription:
    def test_says_the_tool_its_parameters_and_its_versions(self, tmp_path: Path) -> None:
        program = fake_program(tmp_path / "program", "print('1.2')")
        tool = Command((program,), version_arguments=(program,))
        assert ExternalMethod(tool).description == {
            "tool": "dupeval.tool.command.Command",
            "parameters": tool.parameters,
            "versions": {"program": "1.2"},
            "isolation": in_force().name,
        }

    def test_says_that_a_tool_is_missing(self) -> None:
        assert ExternalMethod(Command(("no-such-program",))).description == {
            "missing": "the program 'no-such-program' is not on the PATH"
        }


class TestRehearsal:
    @pytest.mark.parametrize(
        "method",
        [
            ExternalMethod(GivenDistances(), threshold=1.0),
            ExternalMethod(WithCutoffs(), threshold=1.0, setting={"cutoff": 2}),
            ExternalMethod(Command(("no-such-program",))),
            ExternalMethod(Command(("x", "{value}"), values=(1, 2)), setting={"value": 2}),
        ],
    )
    def test_shows_without_any_work_what_protocols_can_do(self, method: ExternalMethod) -> None:
        rehearsed = {"it": Rehearsal(method, [3, 4])}
        assert len(LeaveOneQueryOut().decide("it", rehearsed)) == 2
        assert Fixed().decide("it", rehearsed)[1].params == (method.setting or {})

    def test_without_a_threshold_the_protocol_fixed_cannot_cut_distances(self) -> None:
        method = ExternalMethod(GivenDistances())
        with pytest.raises(SettingsError, match=r"needs methods\.it\.threshold"):
            Fixed().decide("it", {"it": Rehearsal(method, [3])})


class TestGroups:
    def test_come_back_to_the_images_they_are_of(
        self, dataset: Dataset, resources: Resources, tmp_path: Path
    ) -> None:
        command = Command((fake_program(tmp_path / "program", EQUAL_FILES), "{images}"))
        curves = worked(ExternalMethod(command), dataset, resources, Stopwatch("it"))
        assert groups_of(curves, 0, math.nan) == [0, 1, 0, 2]
        assert groups_of(curves, 1, math.nan) == [0, 0, 1]
        assert [curves.curves(q, [{}], NOTHING_HIDDEN)[0].f1.tolist() for q in (0, 1)] == [
            [1.0],
            [1.0],
        ]
        assert math.isnan(curves.method.cut or 0.0)

    def test_at_each_value_are_a_setting_that_protocols_choose(
        self, dataset: Dataset, resources: Resources, tmp_path: Path
    ) -> None:
        code = EQUAL_FILES.replace("sys.argv[1:]", "sys.argv[2:]") + (
            "    if sys.argv[1] == 'all':\n        print(*sys.argv[2:])\n"
        )
        command = Command(
            (fake_program(tmp_path / "program", code), "{value}", "{images}"),
            values=("all", "equal"),
        )
        method = ExternalMethod(command, setting={"value": "all"})
        curves = {"it": worked(method, dataset, resources, Stopwatch("it"))}
        assert [c.params for c in Fixed().decide("it", curves)] == [{"value": "all"}] * 2
        decisions = LeaveOneQueryOut().decide("it", curves)
        assert [c.params for c in decisions] == [{"value": "equal"}] * 2
        assert groups_of(curves["it"], 0, math.nan, {"value": "all"}) == [0, 0, 0, 0]
        assert groups_of(curves["it"], 0, math.nan, {"value": "equal"}) == [0, 1, 0, 2]


class TestDistances:
    def test_come_back_to_the_pairs_they_are_of(
        self, dataset: Dataset, resources: Resources
    ) -> None:
        tool = GivenDistances()
        distances = {
            "one": [{pair("a", "c"): 1.0, pair("a", "b"): 3.0, pair("c", "d"): 5.0, "others": 9.0}],
            "two": [{pair("b", "c"): 2.0, "others": 4.0}],
        }
        give(resources, dataset, distances, tool)
        method = ExternalMethod(tool, threshold=3.0)
        curves = worked(method, dataset, resources, Stopwatch("it"))
        cuts = {t: groups_of(curves, 0, t) for t in (0.5, 1.0, 3.0, 5.0)}
        assert cuts == {
            0.5: [0, 1, 2, 3],
            1.0: [0, 1, 0, 2],
            3.0: [0, 0, 0, 1],
            5.0: [0, 0, 0, 0],
        }
        assert groups_of(curves, 1, 2.0) == [0, 1, 1]
        assert curves.method.cut == 3.0

    def test_at_each_setting_are_a_curve_of_their_own(
        self, dataset: Dataset, resources: Resources
    ) -> None:
        tool = WithCutoffs()
        near = {"one": pair("a", "c"), "two": pair("a", "b")}
        distances = {
            query: [{"others": 2.0}, {images: 1.0, "others": 2.0}] for query, images in near.items()
        }
        give(resources, dataset, distances, tool)
        method = ExternalMethod(tool, threshold=2.0, setting={"cutoff": 1})
        curves = {"it": worked(method, dataset, resources, Stopwatch("it"))}
        assert Fixed().decide("it", curves)[0].params == {"cutoff": 1}
        decisions = LeaveOneQueryOut().decide("it", curves)
        assert [(c.params, c.threshold) for c in decisions] == [({"cutoff": 2}, 1.5)] * 2


class TestNotes:
    def test_are_told_with_their_query_and_once_for_several(
        self, tmp_path: Path, resources: Resources
    ) -> None:
        queries = {slug: {"a.png": slug, "b.png": slug} for slug in ("one", "둘")}
        dataset = byte_copies(tmp_path / "data", queries)
        code = EQUAL_FILES + (
            "    import os\n    print(os.path.basename(sys.argv[1]), 'is odd', file=sys.stderr)\n"
        )
        command = Command((fake_program(tmp_path / "program", code), "{images}"))
        with pytest.warns(UserWarning, match="is odd") as caught:
            worked(ExternalMethod(command), dataset, resources, Stopwatch("it"))
        # Copies byte for byte: the first is the first by name.
        assert [str(warning.message) for warning in caught] == [
            "it on 2 queries: the program wrote: a.png is odd"
        ]
        alone = byte_copies(tmp_path / "alone", {"둘": queries["둘"]})
        with pytest.warns(UserWarning, match="^it on query '둘': the program wrote: a.png is odd$"):
            worked(ExternalMethod(command), alone, resources, Stopwatch("it"))


class TestImagesWithoutAnyDistance:
    def curves(
        self, dataset: Dataset, resources: Resources, of_one: Mapping[Any, float | None]
    ) -> ScoredAnswers:
        tool = GivenDistances()
        two = {pair("a", "b"): 0.0, "others": 30.0}
        give(resources, dataset, {"one": [of_one], "two": [two]}, tool)
        return worked(ExternalMethod(tool, threshold=10.0), dataset, resources, Stopwatch("it"))

    def test_in_any_query_are_a_failure_of_the_tool(
        self, dataset: Dataset, resources: Resources
    ) -> None:
        tool = GivenDistances()
        give(resources, dataset, {slug: [{"others": None}] for slug in QUERIES}, tool)
        with pytest.raises(NoScoresError) as caught:
            worked(ExternalMethod(tool), dataset, resources, Stopwatch("it"))
        assert caught.value.source == "failed"
        assert str(caught.value) == "it tells no distance between any two images"

    @pytest.mark.parametrize("threshold", [0.0, 10.0, 31.0, 1e300])
    def test_are_alone_at_every_threshold(
        self, dataset: Dataset, resources: Resources, threshold: float
    ) -> None:
        # The distances that are known are all small: so is whatever is just beyond them.
        apart = {pair("a", "b"): 0.0, pair("a", "c"): 0.0, pair("b", "c"): 0.0, "others": None}
        curves = self.curves(dataset, resources, apart)
        assert groups_of(curves, 0, threshold) == [0, 0, 0, 1]
        scores = curves.curves(0, [{}], NOTHING_HIDDEN)[0].at(threshold)
        assert (scores.tp, scores.fp, scores.fn, scores.tn) == (1, 2, 0, 3)

    def test_are_alone_where_no_distance_is_told(
        self, dataset: Dataset, resources: Resources
    ) -> None:
        curves = self.curves(dataset, resources, {"others": None})
        assert groups_of(curves, 0, 1e300) == [0, 1, 2, 3]
        decisions = LeaveOneQueryOut().decide("it", {"it": curves})
        assert [c.threshold for c in decisions] == [15.0, -math.inf]

    def test_but_not_where_only_one_of_a_tools_settings_tells_no_distance(
        self, dataset: Dataset, resources: Resources
    ) -> None:
        tool = WithCutoffs()
        none_of = [{"others": 1.0}, {"others": None}]
        give(resources, dataset, {"one": none_of, "two": none_of}, tool)
        method = ExternalMethod(tool, setting={"cutoff": 1})
        curves = worked(method, dataset, resources, Stopwatch("it"))
        assert groups_of(curves, 0, 1e300, {"cutoff": 1}) == [0, 0, 0, 0]
        assert groups_of(curves, 0, 1e300, {"cutoff": 2}) == [0, 1, 2, 3]


@pytest.mark.usefixtures("without_namespaces")
class TestRuns:
    def test_are_as_many_as_asked_for_each_stored_apart(
        self, dataset: Dataset, resources: Resources, tmp_path: Path
    ) -> None:
        # All together in the first run of two starts, nothing in the second.
        code = (
            COUNTED
            + """
    if len(open(__file__ + ".starts").readlines()) <= 2:
        print(*sys.argv[1:])
"""
        )
        program = fake_program(tmp_path / "program", code)
        method = ExternalMethod(Command((program, "{images}")), repeats=2)
        watch = Stopwatch("it")
        assert method.n_runs == 2
        first, other = (worked(method, dataset, resources, watch, run) for run in range(2))
        assert starts(program) == 4
        assert groups_of(first, 0, math.nan) == [0, 0, 0, 0]
        assert groups_of(other, 0, math.nan) == [0, 1, 0, 2]
        assert len(watch.timings) == 2
        for run in range(2):
            worked(method, dataset, resources, watch, run)
        assert starts(program) == 4

    def test_fresh_ones_are_all_made_anew(
        self, dataset: Dataset, resources: Resources, tmp_path: Path
    ) -> None:
        program = fake_program(tmp_path / "program", COUNTED)
        method = ExternalMethod(Command((program, "{images}")), repeats=2)
        for fresh in (False, True):
            anew = Resources(resources.cache_dir, fresh=fresh)
            for run in range(method.n_runs):
                worked(method, dataset, anew, Stopwatch("it"), run)
        assert starts(program) == 8


class TestTimings:
    def test_are_of_all_queries_and_say_whether_they_were_stored(
        self, dataset: Dataset, resources: Resources, tmp_path: Path
    ) -> None:
        code = EQUAL_FILES + "    import time; time.sleep(0.1)\n"
        program = fake_program(tmp_path / "program", code)
        method = ExternalMethod(Command((program, "{images}")))
        watch = Stopwatch("it")
        worked(method, dataset, resources, watch)
        worked(method, dataset, resources, watch)
        made, stored = watch.timings
        assert (made.method, made.stage, made.stored) == ("it", "tool", False)
        assert made.wall_s >= 0.2
        assert 0 < made.cpu_s < made.wall_s + 1
        assert made.peak_memory_mb is not None
        assert 5 < made.peak_memory_mb < 500
        assert stored.stored
        assert (stored.wall_s, stored.cpu_s, stored.peak_memory_mb) == (
            *(made.wall_s, made.cpu_s, made.peak_memory_mb),
        )

    def test_add_up_time_and_take_the_most_memory(
        self, dataset: Dataset, resources: Resources
    ) -> None:
        tool = GivenDistances()
        give(resources, dataset, {slug: [{"others": 1.0}] for slug in QUERIES}, tool)
        watch = Stopwatch("it")
        worked(ExternalMethod(tool), dataset, resources, watch)
        (timing,) = watch.timings
        assert (timing.wall_s, timing.cpu_s, timing.peak_memory_mb) == (1.0, 0.5, 7.0)


def test_a_tool_that_fails_gives_no_answers(
    dataset: Dataset, resources: Resources, tmp_path: Path
) -> None:
    program = fake_program(tmp_path / "program", "raise SystemExit('no film in the camera')")
    with pytest.raises(NoScoresError) as caught:
        worked(ExternalMethod(Command((program,))), dataset, resources, Stopwatch("it"))
    assert caught.value.source == "failed"
    assert str(caught.value) == (
        "on query 'one': program ended with exit code 1: no film in the camera"
    )


def test_the_time_limit_is_each_querys(
    dataset: Dataset, resources: Resources, tmp_path: Path
) -> None:
    program = fake_program(tmp_path / "program", "import time; time.sleep(600)")
    method = ExternalMethod(Command((program,)), time_limit_s=0.5)
    with pytest.raises(NoScoresError, match=r"^on query 'one': no answer within 0\.5 s$"):
        worked(method, dataset, resources, Stopwatch("it"))


def test_a_dendrogram_of_distances_is_of_single_linkage(
    dataset: Dataset, resources: Resources
) -> None:
    tool = GivenDistances()
    chain = {pair("a", "b"): 1.0, pair("b", "c"): 2.0, pair("c", "d"): 3.0, "others": 99.0}
    give(resources, dataset, {"one": [chain], "two": [{"others": 1.0}]}, tool)
    curves = worked(ExternalMethod(tool), dataset, resources, Stopwatch("it"))
    assert curves.answers.dendrogram(0, {}).heights.tolist() == [1.0, 2.0, 3.0]
