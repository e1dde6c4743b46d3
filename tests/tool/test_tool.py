"""What all tools share: settings, keys, and the way from their names back to images."""

import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from fake_tools import FakeDistances, FakeGroups
from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError
from dupeval.strict import STRICT
from dupeval.tool import (
    GroupTool,
    ToolNote,
    note_unread,
    of_each,
    package_versions,
    places,
)
from dupeval.tool.hashes import Hashes


class TestPlaces:
    def test_are_those_of_names_and_of_paths(self, images: list[Path]) -> None:
        groups = [["00002.png", str(images[0])], ["./00001.png"]]
        assert places(groups, images) == [[2, 0], [1]]

    def test_groups_may_be_empty_overlap_and_repeat_a_name(self, images: list[Path]) -> None:
        a, b, c = (path.name for path in images)
        assert places([[], [a], [a, a], [a, b], [b, c]], images) == [
            [],
            [0],
            [0, 0],
            [0, 1],
            [1, 2],
        ]

    def test_groups_may_come_one_by_one(self, images: list[Path]) -> None:
        assert places(iter([iter([images[1].name])]), images) == [[1]]

    @pytest.mark.parametrize("name", ["", "1", "00001", "00003.png", "images/00001.png", "\ud800"])
    def test_any_other_name_is_a_failure_that_shows_it(self, images: list[Path], name: str) -> None:
        with pytest.raises(NoScoresError) as caught:
            places([["00000.png"], ["00001.png", name]], images)
        assert caught.value.source == "failed"
        assert str(caught.value) == f"its output names {name!r}, which is none of the images"

    def test_one_that_holds_several_may_be_of_another_format(self, images: list[Path]) -> None:
        with pytest.raises(NoScoresError) as caught:
            places([["00000.png,00001.png"]], images)
        assert str(caught.value) == (
            "its output names '00000.png,00001.png', which is none of the images but holds "
            "several: is the output format or the separator another?"
        )

    def test_of_a_long_name_only_the_beginning_is_shown(self, images: list[Path]) -> None:
        with pytest.raises(NoScoresError) as caught:
            places([["x" * 10**6]], images)
        assert len(str(caught.value)) < 200


class TestImagesOneByOne:
    def test_that_cannot_be_read_are_told_with_the_reason_and_the_others_are_read(
        self, images: list[Path]
    ) -> None:
        def read(path: Path) -> str:
            if path == images[1]:
                raise ValueError("two\nlines\x1b[2J" + 1000 * "x")
            return path.name

        with pytest.warns(ToolNote) as caught:
            assert of_each(images, read) == ["00000.png", None, "00002.png"]
        told = f"ValueError: two lines [2J{1000 * 'x'}"[:300]
        assert [str(warning.message) for warning in caught] == [
            f"cannot read 1 of 3 images, which count as alone: '00001.png' ({told})"
        ]

    def test_are_named_up_to_ten(self) -> None:
        with pytest.warns(ToolNote) as caught:
            note_unread({str(i): "" for i in range(30)}, 40)
        assert str(caught[0].message) == (
            "cannot read 30 of 40 images, which count as alone: "
            "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', and 20 more"
        )


class TestPackageVersions:
    def test_are_those_installed(self) -> None:
        assert package_versions(("numpy", "pillow"), "") == {
            "numpy": version("numpy"),
            "pillow": version("pillow"),
        }

    def test_of_a_missing_one_tell_how_to_install_it(self) -> None:
        with pytest.raises(NoScoresError) as caught:
            package_versions(("numpy", "no-such-package"), "ask your mother")
        assert caught.value.source == "missing"
        assert str(caught.value) == (
            "the Python package no-such-package is not installed; ask your mother"
        )


class TestKeys:
    def test_say_which_tool_with_which_parameters_in_which_version(self) -> None:
        assert FakeDistances("x", version="2").key == {
            "tool": "fake_tools.FakeDistances",
            "parameters": {"code": "x", "version": "2"},
            "versions": {"fake": "2"},
        }

    def test_parameters_make_an_equal_tool_elsewhere(self) -> None:
        tool = FakeGroups("x", values=(1, 2))
        assert FakeGroups(**tool.parameters) == tool


class TestSettings:
    def test_of_distances_are_one_without_parameters(self) -> None:
        assert list(FakeDistances("x").settings) == [{}]

    def test_of_groups_are_the_values_of_the_parameter_under_its_name(self) -> None:
        @dataclass(frozen=True, config=STRICT)
        class Leveled(GroupTool):
            parameter: ClassVar[str] = "level"

            @property
            def choices(self) -> Sequence[str]:
                return ("low", "high")

            def versions(self) -> Mapping[str, str]:
                return {}

            def groups(
                self, images: Sequence[Path], setting: Mapping[str, Any]
            ) -> Iterable[Iterable[str]]:
                return [[path.name for path in images]] if setting["level"] == "low" else []

        tool = Leveled()
        assert list(tool.settings) == [{"level": "low"}, {"level": "high"}]
        assert tool.answers([Path("a"), Path("b")]) == [[[0, 1]], []]


class TestTheProblemOfAnAnswer:
    @pytest.mark.parametrize("answer", [[0, 0.5, None], [None] * 3, [1e300, 64.0, 0.0]])
    def test_is_none_of_distances_of_all_pairs(self, answer: list[float | None]) -> None:
        assert FakeDistances("").problem(answer, 3) is None

    @pytest.mark.parametrize(
        ("wrong", "shown"),
        [
            *[(math.nan, "nan"), (math.inf, "inf"), (1e301, "1e+301"), (-0.5, "-0.5")],
            *[("1", "'1'"), (True, "True"), ([1.0], "[1.0]"), ("x" * 10**6, "'" + "x" * 99)],
        ],
    )
    def test_is_a_distance_that_cannot_be(self, wrong: object, shown: str) -> None:
        assert FakeDistances("").problem([0.0, wrong, 1.0], 3) == (
            f"it told the distance {shown}; possible: from 0 to 1e300, or none"
        )

    @pytest.mark.parametrize(
        ("answer", "told"),
        [([0.0, 1.0], "2 distances"), ([0.0] * 1000, "1,000 distances"), ({"0": 1.0}, "no list")],
    )
    def test_is_another_number_of_distances(self, answer: object, told: str) -> None:
        assert FakeDistances("").problem(answer, 3) == (
            f"it told {told} in place of 3, one for each pair of 3 images"
        )

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (np.array([0.0, np.nan, 1e300]), None),
            (np.array([0.0, np.inf, -1.0]), "the distance inf; possible: from 0 to 1e300, or none"),
            (np.array([0.0, -0.5, 1.0]), "the distance -0.5; possible: from 0 to 1e300, or none"),
            (np.zeros(2), "2 distances in place of 3, one for each pair of 3 images"),
            (np.zeros(0), "0 distances in place of 3, one for each pair of 3 images"),
            (np.array([-1.0]), "1 distances in place of 3, one for each pair of 3 images"),
            (Hashes.of_bytes([b"a", None, b"b"]), None),
            (Hashes.of_bytes([b"a", b"b"]), "2 hashes of 3 images"),
        ],
    )
    def test_of_arrays_and_hashes_is_that_of_lists(self, answer: Any, problem: str | None) -> None:
        found = FakeDistances("").problem(answer, 3)
        assert found == (problem and f"it told {problem}")

    @pytest.mark.parametrize("answer", [[], [[]], [[2, 0], [1]], [[0, 0], [0, 1], [1, 2]]])
    def test_is_none_of_groups_of_places(self, answer: list[list[int]]) -> None:
        assert FakeGroups("").problem(answer, 3) is None

    @pytest.mark.parametrize(
        ("wrong", "shown"),
        [*[(3, "3"), (-1, "-1"), (True, "True"), (0.0, "0.0")], *[("a", "'a'"), ([0], "[0]")]],
    )
    def test_is_an_image_that_is_none(self, wrong: object, shown: str) -> None:
        assert FakeGroups("").problem([[0], [1, wrong]], 3) == (
            f"it told of the image {shown}, of 3 that are counted from 0"
        )

    @pytest.mark.parametrize("answer", [[0, 1], ["garbage"], "garbage", {"0": [0]}, None])
    def test_is_that_there_are_no_groups(self, answer: object) -> None:
        assert FakeGroups("").problem(answer, 3) == "what it told is no list of groups"
