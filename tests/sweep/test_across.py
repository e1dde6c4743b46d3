"""One setting for many datasets: chosen on some of them, and shown on the others."""

import numpy as np
import pytest
from settings_swept import swept

from dupeval.sweep.across import OnDataset, Role, across_markdown, across_table, mean_of_kinds


def part(
    name: str, role: Role, kind: int, f1: list[float], low: float = 1, high: float = 4
) -> OnDataset:
    """Make a dataset on which settings have these F1; all are perfect from `low` to `high`."""
    settings = [("raw", {"size": 8}), ("raw", {"size": 16}), ("vgg", {"layer": "gap"})]
    made = [swept(method, parameters, [(low, high)]) for method, parameters in settings]
    return OnDataset(name, role, kind, made, np.array(f1))


PARTS = [
    part("news-1", "chosen_on", 0, [0.2, 0.4, 0.5], 1, 4),
    part("news-2", "chosen_on", 0, [0.4, 0.6, 0.5], 2, 8),
    part("study-1", "chosen_on", 1, [0.9, 0.6, 0.5], 3, 8),
    part("news-0", "confirmed_on", 0, [0.1, 0.7, 0.5]),
]
CONFIGURED = {"raw": {"size": 16, "colour": "rgb"}, "vgg": {"layer": "gap"}}


def test_each_kind_of_datasets_counts_the_same() -> None:
    assert mean_of_kinds(PARTS, "chosen_on") == pytest.approx([0.6, 0.55, 0.5])
    assert mean_of_kinds(PARTS, "confirmed_on") == pytest.approx([0.1, 0.7, 0.5])


def test_the_best_setting_is_that_of_the_datasets_it_is_chosen_on_with_the_configured_beside() -> (
    None
):
    table = across_table(PARTS, CONFIGURED)
    assert table["method"].tolist() == ["raw", "raw", "vgg"]
    assert table["which"].tolist() == ["best", "configured", "best"]
    assert table["parameters"].tolist() == ["size=8", "size=16", "layer=gap"]
    assert table["n_settings"].tolist() == [2, 2, 1]
    assert table["chosen_on"].tolist() == pytest.approx([0.6, 0.55, 0.5])
    assert table["confirmed_on"].tolist() == pytest.approx([0.1, 0.7, 0.5])
    assert table["news-2"].tolist() == [0.4, 0.6, 0.5]


def test_the_threshold_is_the_best_on_all_queries_that_the_setting_is_chosen_on() -> None:
    # Of the three intervals 1 to 4, 2 to 8, 3 to 8, all hold from 3 to 4.
    assert across_table(PARTS, CONFIGURED)["threshold"].tolist() == [3.5, 3.5, 3.5]


def test_the_table_says_which_datasets_it_is_of() -> None:
    text = across_markdown(across_table(PARTS, CONFIGURED), PARTS)
    assert text.startswith(
        "Mean F1 under loqo; chosen on news-1, news-2, study-1; confirmed on news-0. "
    )
    assert "| raw      | configured |            2 | size=16      |" in text
