"""What a method costs, of timings made by hand."""

import pytest

from dupeval.cost import Cost, cost_of, cost_sentence
from dupeval.timing import Timing


class TestCost:
    TIMINGS = (
        *(Timing("a", "features", 2.0, 9.0, stored=True), Timing("a", "nested", 5.0, 9.0)),
        *(Timing("a", "matching", 1.0, 9.0), Timing("b", "tool", 0.5, 9.0, stored=True)),
    )

    def test_is_what_comes_before_choosing_for_1000_images(self) -> None:
        assert cost_of(self.TIMINGS, "a", ["nested"], 200) == Cost("a", 15.0, stored=False)
        assert cost_of(self.TIMINGS, "b", ["nested"], 200) == Cost("b", 2.5, stored=True)
        assert cost_of(self.TIMINGS, "imported", ["nested"], 200) is None

    @pytest.mark.parametrize(
        ("stored", "when"),
        [(False, "measured in this run"), (True, "as stored, from when it was computed")],
    )
    def test_says_whether_it_was_measured_now(self, stored: bool, when: str) -> None:
        cost, other = Cost("a", 123.4, stored), Cost("b", 2.54, stored)
        assert cost_sentence(cost, other) == f"Cost: a 123 s per 1,000 images, b 2.5 s ({when})."
        assert cost_sentence(cost, cost) == f"Cost: a 123 s per 1,000 images ({when})."
