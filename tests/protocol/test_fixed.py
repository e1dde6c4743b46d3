"""Given numbers: each method's own threshold and parameters."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from given import GivenCurves, GivenMethod, GivenVectors

from dupeval.engine.folds import Folds
from dupeval.errors import SettingsError
from dupeval.method.external import ExternalMethod
from dupeval.method.imported import ImportedMethod
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve
from dupeval.protocol import Decision
from dupeval.protocol.fixed import Fixed
from dupeval.tool.command import Command
from dupeval.tool.czkawka import Czkawka


class NoCurves(GivenCurves):
    """Three queries of a method with a threshold or none, that cannot be looked at."""

    folds = Folds.each_query(3)

    def __init__(self, cut: float | None, default: Mapping[str, Any]) -> None:
        super().__init__()
        self.method = GivenMethod([{"n_components": 2}, {"n_components": 4}], default, cut)

    def curves(
        self, query: int, many: Sequence[Mapping[str, Any]], hidden: frozenset[int]
    ) -> list[PairCurve]:
        raise AssertionError("a given threshold needs no curve")


@pytest.mark.parametrize("threshold", [0.25, 0.0, 17.5])
def test_every_query_gets_the_methods_threshold_and_its_configured_parameters(
    threshold: float,
) -> None:
    mine = NoCurves(threshold, {"n_components": 7})
    assert Fixed().decide("mine", {"mine": mine}) == (
        [Decision({"n_components": 7}, threshold, frozenset())] * 3
    )


def test_each_method_has_its_own_threshold() -> None:
    curves = {"raw": NoCurves(0.1, {}), "vgg": NoCurves(0.4, {})}
    assert [Fixed().decide(name, curves)[0].threshold for name in curves] == [0.1, 0.4]


def test_a_method_without_a_threshold_is_an_error_that_names_the_setting() -> None:
    curves = {"raw": NoCurves(None, {}), "vgg": NoCurves(0.4, {})}
    with pytest.raises(SettingsError) as caught:
        Fixed().decide("raw", curves)
    assert str(caught.value) == (
        "protocol=fixed needs methods.raw.threshold; possible: any distance"
    )
    assert len(Fixed().decide("vgg", curves)) == 3


def test_a_tool_that_tells_groups_has_no_threshold_and_needs_none() -> None:
    curves = {"tool": NoCurves(math.nan, {"level": 3})}
    (first, *_) = Fixed().decide("tool", curves)
    assert first.params == {"level": 3}
    assert math.isnan(first.threshold)


OWN = VectorMethod(representation=GivenVectors())
EXTERNAL = [ExternalMethod(Czkawka()), ExternalMethod(Command(("x",))), ImportedMethod()]


def test_it_covers_every_method_or_external_tools_alone() -> None:
    assert [Fixed().covers(method) for method in (OWN, *EXTERNAL)] == [True] * 4
    only = Fixed(only_external=True)
    assert [only.covers(method) for method in (OWN, *EXTERNAL)] == [False, True, True, True]
