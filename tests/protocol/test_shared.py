"""One distance threshold for all methods, found on a reference method."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from given import GivenCurves, GivenMethod, GivenVectors, perfect_between

from dupeval.errors import SettingsError
from dupeval.method.external import ExternalMethod
from dupeval.method.imported import ImportedMethod
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve
from dupeval.protocol import Decision
from dupeval.protocol.shared import Shared
from dupeval.tool.command import Command
from dupeval.tool.czkawka import Czkawka


class CurvesByComponents(GivenCurves):
    """Curves by number of components and query, configured for 9 components."""

    def __init__(self, by_components: dict[int, Sequence[PairCurve]]) -> None:
        super().__init__(*by_components.values())
        self.by_components = by_components
        candidates = [{"n_components": n} for n in by_components]
        self.method = GivenMethod(candidates, {"n_components": 9}, 0.125)

    def curves(
        self, query: int, many: Sequence[Mapping[str, Any]], hidden: frozenset[int]
    ) -> list[PairCurve]:
        assert hidden == frozenset()
        return [self.by_components[params["n_components"]][query] for params in many]


CURVES = {
    "raw": CurvesByComponents({2: [perfect_between(50, 60), perfect_between(50, 60)]}),
    "vgg_pca": CurvesByComponents(
        {
            2: [perfect_between(1, 2), perfect_between(3, 4)],
            4: [perfect_between(2, 6), perfect_between(5, 7)],
        }
    ),
}


def test_the_reference_keeps_the_parameters_chosen_with_the_threshold() -> None:
    assert Shared().decide("vgg_pca", CURVES) == [Decision({"n_components": 4}, 5.5)] * 2


def test_the_others_get_the_references_threshold_and_keep_their_configured_parameters() -> None:
    assert Shared().decide("raw", CURVES) == [Decision({"n_components": 9}, 5.5)] * 2


def test_the_reference_can_be_another_method() -> None:
    shared = Shared(reference="raw")
    assert shared.decide("raw", CURVES) == [Decision({"n_components": 2}, 55.0)] * 2
    assert shared.decide("vgg_pca", CURVES) == [Decision({"n_components": 9}, 55.0)] * 2


def test_a_missing_reference_is_an_error_that_names_the_possible_overrides() -> None:
    with pytest.raises(SettingsError) as caught:
        Shared().decide("raw", {"raw": CURVES["raw"]})
    assert str(caught.value) == (
        "protocol=shared takes its threshold from vgg_pca, which is not in this run; possible: "
        "protocol=loqo, or method=[raw,vgg_pca], or protocols.shared.reference=raw"
    )
    with pytest.raises(SettingsError, match=r"method=\[vgg_pca,vgg\].*reference=vgg_pca"):
        Shared(reference="vgg").decide("vgg_pca", CURVES)


def test_external_tools_are_left_out_for_their_distances_are_of_another_kind() -> None:
    assert Shared().covers(VectorMethod(representation=GivenVectors()))
    external = [ExternalMethod(Czkawka()), ExternalMethod(Command(("x",))), ImportedMethod()]
    assert [Shared().covers(method) for method in external] == [False] * 3
