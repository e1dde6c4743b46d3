"""What is tried: lists of values, and the families of settings that they span."""

from typing import Any

import pytest
from given import GivenVectors
from pydantic.dataclasses import dataclass

from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels
from dupeval.sweep.grid import (
    SpreadOut,
    families,
    grids_of,
    named_settings,
    possible_only,
    read_grid,
)

RAW = VectorMethod(RawPixels(size=8), metric="euclidean")
RAW_PCA = VectorMethod(RawPixels(size=8), PCA(2), metric="euclidean")


def most_is_nine(family: VectorMethod) -> int:
    return 9


def tried(method: VectorMethod, grid: dict[str, Any]) -> list[dict[str, Any]]:
    read = read_grid(grid, "grid", spread=4)
    return [
        parameters
        for family in families(method, read, most_is_nine)
        for _, parameters in named_settings(family)
    ]


class TestSpreadOut:
    def test_first_follow_each_other_then_grow_by_a_factor_up_to_the_most(self) -> None:
        assert SpreadOut(8).up_to(100) == (1, 2, 4, 7, 14, 27, 52, 100)
        assert SpreadOut(30).up_to(139)[:20] == (*range(1, 19), 21, 25)

    @pytest.mark.parametrize("most", range(1, 200, 7))
    def test_there_are_as_many_as_asked_for_or_all(self, most: int) -> None:
        numbers = SpreadOut(30).up_to(most)
        assert len(numbers) == min(30, most)
        assert list(numbers) == sorted(set(numbers))
        assert (numbers[0], numbers[-1]) == (1, most)


class TestReading:
    def test_one_value_is_a_list_of_one_and_null_is_none(self) -> None:
        grid = read_grid({"linkage": "single", "size": [8, 16], "metric": None}, "grid", 3)
        assert grid == {"linkage": ("single",), "size": (8, 16)}

    def test_a_value_given_twice_is_tried_once_but_true_is_not_1(self) -> None:
        assert read_grid({"size": [8, 8, 16]}, "grid", 3) == {"size": (8, 16)}
        assert [type(v) for v in read_grid({"x": [1, True]}, "grid", 3)["x"]] == [int, bool]

    def test_spread_may_stand_for_numbers_of_components_only(self) -> None:
        given = {"n_components": ["spread", 0.9], "linkage": "spread"}
        assert read_grid(given, "grid", 3) == {
            "n_components": (SpreadOut(3), 0.9),
            "linkage": ("spread",),
        }

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([], "grid.linkage=[] is empty; possible: a list of values, or null"),
            ([["single"]], 'grid.linkage=[["single"]]: a value is a number, a word, true or false'),
            ([None], "grid.linkage=[null]: a value is"),
            ({"a": 1}, 'grid.linkage={"a":1}: a value is'),
        ],
    )
    def test_what_is_no_value_is_refused(self, values: object, expected: str) -> None:
        with pytest.raises(SettingsError) as caught:
            read_grid({"linkage": values}, "grid", 3)
        assert str(caught.value).startswith(expected)


class TestGridsOfMethods:
    METHODS = {"raw": RAW, "raw_pca": RAW_PCA}  # noqa: RUF012

    def grids(self, common: dict[str, Any], **own: dict[str, Any]) -> dict[str, Any]:
        return dict(grids_of(self.METHODS, common, own))

    def test_a_method_takes_of_the_common_grid_what_it_has(self) -> None:
        common = {"linkage": ("single",), "n_components": (1, 2)}
        assert self.grids(common) == {"raw": {"linkage": ("single",)}, "raw_pca": common}

    def test_a_methods_own_values_take_the_place_of_the_common_ones(self) -> None:
        grids = self.grids({"size": (8,)}, raw={"size": (16, 32), "colour": ("grey",)})
        assert grids == {"raw": {"size": (16, 32), "colour": ("grey",)}, "raw_pca": {"size": (8,)}}

    @pytest.mark.parametrize("unknown", ["layer", "threshold", "precision", "weights_dir"])
    def test_an_unknown_parameter_is_an_error_that_lists_the_known_ones(self, unknown: str) -> None:
        with pytest.raises(SettingsError) as caught:
            self.grids({unknown: (1,)})
        assert str(caught.value) == (
            f"grid.{unknown}: there is no such parameter to try; possible: "
            "size, colour, resize, linkage, metric, fit, whiten, n_components"
        )

    def test_a_parameter_that_this_method_has_not_lists_those_it_has(self) -> None:
        with pytest.raises(SettingsError) as caught:
            self.grids({}, raw={"fit": ("query",)})
        assert str(caught.value).endswith("possible: size, colour, resize, linkage, metric")

    def test_numbers_of_components_that_the_data_allow_are_none_where_nothing_is_reduced(
        self,
    ) -> None:
        common = {"linkage": ("single",), "n_components": (SpreadOut(3),)}
        assert grids_of({"raw": RAW}, common, {}) == {"raw": {"linkage": ("single",)}}

    def test_a_method_that_is_not_in_the_run_lists_those_that_are(self) -> None:
        with pytest.raises(SettingsError, match=r"grid_of\.vgg: .*; possible: raw, raw_pca"):
            self.grids({}, vgg={"layer": ("gap",)})

    def test_an_empty_grid_is_refused(self) -> None:
        with pytest.raises(SettingsError, match=r"the grid is empty; possible: grid\.PARAMETER"):
            self.grids({})


class TestFamilies:
    def test_settings_are_all_combinations_in_the_order_of_the_tables(self) -> None:
        grid = {
            "n_components": [1, 0.5],
            "metric": ["euclidean", "cosine"],
            "whiten": [False, True],
            "size": [8, 4],
        }
        keys = ("size", "whiten", "metric", "n_components")
        assert [tuple(one[key] for key in keys) for one in tried(RAW_PCA, grid)] == [
            (size, whiten, metric, n_components)
            for size in (8, 4)
            for whiten in (False, True)
            for metric in ("euclidean", "cosine")
            for n_components in (1, 0.5)
        ]

    def test_a_family_shares_representation_scope_and_whitening(self) -> None:
        grid = read_grid({"fit": ["others", "query"], "linkage": ["single", "ward"]}, "grid", 3)
        assert [
            (family.method.reduction.fit, list(family.settings))  # type: ignore[union-attr]
            for family in families(RAW_PCA, grid, most_is_nine)
        ] == [(fit, [{"linkage": "single"}, {"linkage": "ward"}]) for fit in ("others", "query")]

    def test_what_is_not_tried_stays_as_the_method_has_it(self) -> None:
        assert tried(RAW, {"linkage": ["single"]}) == [
            {
                **{"size": 8, "colour": "rgb", "resize": "squash"},
                **{"linkage": "single", "metric": "euclidean"},
            }
        ]

    def test_an_empty_grid_gives_the_method_itself(self) -> None:
        own = VectorMethod(RawPixels(), PCA(2), grid={"metric": ("cosine",)})
        (family,) = families(own, {}, most_is_nine)
        assert family.settings == ({},)
        assert not family.method.grid

    def test_combinations_without_meaning_are_left_out_and_told(self) -> None:
        grid = read_grid({"linkage": ["ward", "single"], "metric": ["cosine", "euclidean"]}, "", 3)
        (family,) = families(RAW, grid, most_is_nine)
        assert [tuple(setting.values()) for setting in family.settings] == [
            ("ward", "euclidean"),
            ("single", "cosine"),
            ("single", "euclidean"),
        ]
        (why,) = family.skipped
        assert why.startswith("linkage=ward needs metric=euclidean, not cosine")

    def test_spread_numbers_go_up_to_the_most_the_data_allow(self) -> None:
        grid = {"n_components": ["spread", 3, 0.5]}
        assert [p["n_components"] for p in tried(RAW_PCA, grid)] == [1, 2, 4, 9, 3, 0.5]

    def test_numbers_written_as_words_are_numbers(self) -> None:
        given = tried(RAW_PCA, {"n_components": ["0.5"], "size": ["16"]})
        assert [(p["n_components"], p["size"]) for p in given] == [(0.5, 16)]

    @pytest.mark.parametrize(
        ("grid", "expected"),
        [
            ({"linkage": ["wards"]}, "method it: linkage='wards': Input should be 'single'"),
            ({"size": [0]}, "method it: size=0: Input should be greater than 0"),
            ({"fit": ["all"]}, "method it: fit='all': Input should be 'others', 'dataset'"),
            ({"n_components": [1.5]}, "method it: n_components=1.5: Input should be"),
            ({"n_components": [True]}, "method it: n_components=True: Input should be"),
            ({"metric": ["cosine"], "linkage": ["ward"]}, "method it: linkage=ward needs metric"),
            ({"metric": ["correlation"]}, "method it: metric=correlation depends on the signs"),
        ],
    )
    def test_impossible_values_are_named_with_what_is_possible(
        self, grid: dict[str, Any], expected: str
    ) -> None:
        with pytest.raises(SettingsError) as caught, possible_only("it"):
            tried(RAW_PCA, grid)
        assert str(caught.value).startswith(expected)
        assert "\n" not in str(caught.value)


class TestParametersOfARepresentation:
    def test_are_the_fields_that_stand_in_its_key(self) -> None:
        @dataclass(frozen=True)
        class Own(GivenVectors):
            depth: int = 3
            folder: str = "where"

            @property
            def key(self) -> dict[str, Any]:
                return {"representation": "own", "depth": self.depth}

        grid = read_grid({"depth": [1, 2]}, "grid", 3)
        own = VectorMethod(Own())
        assert grids_of({"own": own}, grid, {}) == {"own": grid}
        assert [p["depth"] for p in tried(own, {"depth": [1, 2]})] == [1, 2]
        with pytest.raises(SettingsError, match="possible: depth, linkage, metric"):
            grids_of({"own": own}, {"folder": ("there",)}, {})

    def test_a_representation_without_fields_has_none(self) -> None:
        assert tried(VectorMethod(GivenVectors()), {"linkage": "single"}) == [
            {"linkage": "single", "metric": "cosine"}
        ]
