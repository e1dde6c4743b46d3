"""One distance threshold for all methods, found on a reference method."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from given import GivenVectors

from dupeval.errors import SettingsError
from dupeval.method.external import ExternalMethod
from dupeval.method.imported import ImportedMethod
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve
from dupeval.protocol import Choice
from dupeval.protocol.shared import Shared
from dupeval.tool.command import Command
from dupeval.tool.czkawka import Czkawka


def perfect_between(low: float, high: float) -> PairCurve:
    """Make the curve of a query that is perfect from `low` to just below `high`, else at F1 0."""
    counts = [[0, 1, 0], [0, 0, 1], [1, 0, 1], [2, 2, 1]]
    return PairCurve(np.array([-math.inf, low, high]), *np.array(counts))


class GivenCurves:
    """Curves by number of components and query, configured for 9 components."""

    default: Mapping[str, Any] = {"n_components": 9}
    threshold = 0.125

    def __init__(self, by_components: dict[int, Sequence[PairCurve]]) -> None:
        self.by_components = by_components

    @property
    def settings(self) -> list[dict[str, int]]:
        return [{"n_components": n} for n in self.by_components]

    @property
    def n_queries(self) -> int:
        return len(next(iter(self.by_components.values())))

    def curve(self, query: int, setting: Mapping[str, Any], hidden: frozenset[int]) -> PairCurve:
        assert hidden == frozenset()
        return self.by_components[setting["n_components"]][query]


CURVES = {
    "raw": GivenCurves({2: [perfect_between(50, 60), perfect_between(50, 60)]}),
    "vgg_pca": GivenCurves(
        {
            2: [perfect_between(1, 2), perfect_between(3, 4)],
            4: [perfect_between(2, 6), perfect_between(5, 7)],
        }
    ),
}


def test_the_reference_keeps_the_parameters_chosen_with_the_threshold() -> None:
    assert Shared().choose("vgg_pca", CURVES) == [Choice({"n_components": 4}, 5.5)] * 2


def test_the_others_get_the_references_threshold_and_keep_their_configured_parameters() -> None:
    assert Shared().choose("raw", CURVES) == [Choice({"n_components": 9}, 5.5)] * 2


def test_the_reference_can_be_another_method() -> None:
    shared = Shared(reference="raw")
    assert shared.choose("raw", CURVES) == [Choice({"n_components": 2}, 55.0)] * 2
    assert shared.choose("vgg_pca", CURVES) == [Choice({"n_components": 9}, 55.0)] * 2


def test_a_missing_reference_is_an_error_that_names_the_possible_overrides() -> None:
    with pytest.raises(SettingsError) as caught:
        Shared().choose("raw", {"raw": CURVES["raw"]})
    assert str(caught.value) == (
        "protocol=shared takes its threshold from vgg_pca, which is not in this run; possible: "
        "protocol=loqo, or method=[raw,vgg_pca], or protocols.shared.reference=raw"
    )
    with pytest.raises(SettingsError, match=r"method=\[vgg_pca,vgg\].*reference=vgg_pca"):
        Shared(reference="vgg").choose("vgg_pca", CURVES)


def test_external_tools_are_left_out_for_their_distances_are_of_another_kind() -> None:
    assert Shared().covers(VectorMethod(representation=GivenVectors()))
    external = [ExternalMethod(Czkawka()), ExternalMethod(Command(("x",))), ImportedMethod()]
    assert [Shared().covers(method) for method in external] == [False] * 3
