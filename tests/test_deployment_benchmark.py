"""What calibrations promise and what comes of them, as a table."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.deployment import Reached, _row, markdown, named
from dupeval.deployment.file import Calibration, Expected, Sample
from dupeval.deployment.wish import Wish

SCORE = Expected(value=0.98, low=0.95, high=1.0, over="queries", n=9)
PROMISED = Calibration(
    method="raw",
    settings={},
    threshold=0.25,
    identity={},
    sample=Sample(name="s", fingerprint="0" * 64, n_queries=9, n_images=180, n_true_pairs=9),
    wish=Wish(precision=0.95),
    precision=SCORE,
    recall=SCORE,
    least_precision=0.96,
    shown=True,
    n_needed=0,
    n_claimed=90,
    n_folds=9,
    n_alike=9,
    tried=["raw"],
    left_out={},
    versions={},
)


def test_draws_put_together_are_named_by_the_first_and_the_last() -> None:
    assert named([("standin", "news", 1)]) == "standin news 1"
    assert named([("standin", "news", 1), ("standin", "news", 4)]) == "standin news 1 to 4"


def test_a_promise_is_kept_where_precision_is_at_least_its_bound() -> None:
    came = [Reached(precision, 0.5, 40, 39) for precision in (0.96, 0.959)]
    table = pd.DataFrame([_row("a", PROMISED, "b", one) for one in came])
    assert table["kept"].tolist() == ["yes", "no"]
    text = markdown(table)
    assert "precision=0.95, shown" in text
    assert "39 of 40" in text
    assert text.endswith("1 of 2 kept.\n")


REFERENCE = Path(__file__).resolve().parent.parent / "results" / "reference" / "deployment"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the table is not committed")
def test_in_the_committed_table_what_was_shown_is_reached() -> None:
    table = pd.read_csv(REFERENCE / "deployment.csv", keep_default_na=False)
    shown = table[(table["shown"] == "yes") & (table["level"] == "same")]
    assert len(shown)
    assert (shown["precision"] >= 0.95).all()
