"""What calibrations promise and what comes of them, as a table."""

from pathlib import Path

import pandas as pd

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
    table = pd.DataFrame([_row("standin news 1", PROMISED, "standin news 0", x) for x in came])
    assert table["kept"].tolist() == ["yes", "no"]
    assert markdown(table).endswith("Kept in all: 1 of 2.\n")


def test_images_of_another_level_are_counted_apart() -> None:
    grouped = [("standin news 0", 0.97), ("standin2 news 0", 0.99), ("standin wild 5", 0.9)]
    rows = [
        _row("standin news 1 to 4", PROMISED, name, Reached(precision, 0.5, 40, 39))
        for name, precision in grouped
    ]
    heading, _, row, *_ = markdown(pd.DataFrame(rows)).splitlines()
    cells = (line.strip("|").split("|") for line in (heading, row))
    said = {name.strip(): cell.strip() for name, cell in zip(*cells, strict=True)}
    assert said == {
        "method": "raw",
        "wish": "precision=0.95",
        "P at least": "0.960",
        "P came to": "0.980",
        "R expected": "0.980",
        "R came to": "0.500",
        "kept": "2 of 2",
        "kept of those shown": "2 of 2",
        "kept on harder images": "0 of 1",
    }


REFERENCE = Path(__file__).resolve().parent.parent / "results" / "reference" / "deployment"


def test_on_images_like_the_samples_the_committed_promises_were_kept() -> None:
    table = pd.read_csv(REFERENCE / "deployment.csv", keep_default_na=False)
    levels = [table[name].str.split().str[1] for name in ("calibrated on", "grouped")]
    alike = table[levels[0] == levels[1]]
    # A bound of 95 % is missed now and then, the more so by a few queries.
    assert alike["kept"].eq("yes").mean() >= 0.95 - 0.02
    assert (table[table["method"] == "verified"]["kept"] == "yes").all()
    shown = alike[alike["shown"] == "yes"]
    assert len(shown) >= 10
    assert (shown["precision"] >= 0.95).mean() >= 0.9
    text = (REFERENCE / "deployment.md").read_text(encoding="utf-8")
    assert text == markdown(table)
