"""How hard the level `study` is: the rule, and that the committed table follows it."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.calibration import CALIBRATING, best_tool, chosen, markdown, means
from dupeval.dataset.making.levels import CUT_OFF, STUDY

ROOT = Path(__file__).resolve().parent.parent
COMMITTED = ROOT / "results" / "reference" / "calibration"
COLUMNS = ["cut_off", "draw", "method", "precision", "recall"]


def table(*recalls: tuple[float, float, float]) -> pd.DataFrame:
    """Give two tools' scores: the precise one has these recalls, cut by cut: mean and draw 0."""
    rows = [
        (cut_off, draw, method, precision, 1.0 if method == "loose" else recall)
        for cut_off, mean, first in recalls
        for draw, recall in [(0, first), *((draw, mean) for draw in CALIBRATING)]
        for method, precision in [("loose", 0.969), ("precise", 0.97)]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_tool_that_is_not_precise_enough_does_not_count() -> None:
    assert best_tool(means(table((0.1, 0.8, 0.9))))["method"] == "precise"


def test_the_mean_nearest_to_visipics_recall_is_taken() -> None:
    assert chosen(table((0.1, 0.915, 0.90), (0.2, 0.90, 0.90), (0.3, 0.87, 0.90))) == 0.2


def test_both_the_mean_and_draw_0_must_be_in_range() -> None:
    assert chosen(table((0.1, 0.915, 0.90), (0.2, 0.89, 0.84), (0.3, 0.93, 0.90))) == 0.1


def test_the_level_is_what_the_committed_table_says() -> None:
    committed = pd.read_csv(COMMITTED / "calibration.csv")
    assert chosen(committed) == CUT_OFF
    assert markdown(committed) == (COMMITTED / "calibration.md").read_text(encoding="utf-8")


def test_on_draw_0_a_precise_tool_finds_about_what_visipics_found() -> None:
    committed = pd.read_csv(COMMITTED / "calibration.csv")
    best = best_tool(committed.query(f"cut_off == {CUT_OFF} and draw == 0"))
    assert best["precision"] >= 0.97
    assert best["recall"] == pytest.approx(0.885, abs=0.035)


def test_what_the_docs_say_of_the_level_is_so() -> None:
    text = " ".join((ROOT / "docs" / "standin.md").read_text(encoding="utf-8").split())
    ((low, high),) = STUDY.edits["crop"]["kept"]
    assert f"crop to {low:.0%}-{high:.0%} of the area".replace("%-", "-").replace("%", " %") in text
    scored = pd.read_csv(COMMITTED / "calibration.csv").query(f"cut_off == {CUT_OFF} and draw < 5")
    best = [best_tool(rows)["recall"] for _, rows in scored.groupby("draw")]
    told = f"from {min(best):.2f} to {max(best):.2f}".replace("0.", ".")
    assert f"On draws 0 to 4 the recall of the best tool goes {told}" in text
