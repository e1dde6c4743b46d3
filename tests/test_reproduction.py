"""How near a table comes to the published one."""

import numpy as np
import pandas as pd
import pytest

from dupeval.reproduction import METHODS, distance_to_published, reading_sentence
from dupeval.tables import SCORES, published_table1


def rows(added: float = 0.0) -> pd.DataFrame:
    """Return a table whose scores are the published ones and something more."""
    table = published_table1()
    table["threshold"] = 12.5
    for score in SCORES:
        table[f"{score}_published"] = table[score]
        table[score] += added
    return table


def test_the_published_table_has_no_distance_from_itself() -> None:
    assert distance_to_published(rows()) == 0


def test_it_is_the_root_of_the_mean_square_over_twelve_numbers() -> None:
    assert distance_to_published(rows(0.1)) == pytest.approx(0.1)
    one = rows()
    one.loc[one["method"] == "vgg", "recall"] += 0.3
    assert distance_to_published(one) == pytest.approx(np.sqrt(0.09 / 12))


def test_other_methods_do_not_count_and_all_four_must_have_scores() -> None:
    other = rows()
    other.loc[other["method"] == "visipics", SCORES] = 0
    assert distance_to_published(other) == 0
    assert distance_to_published(other[other["method"] != "raw"]) is None


def test_the_sentence_says_what_share_of_all_pairs_each_method_puts_together() -> None:
    counts = {"raw": (0, 0), "raw_pca": (3, 6), "vgg": (0, 1), "vgg_pca": (2, 0)}
    per_query = pd.DataFrame(
        [
            {"method": method, "tp": tp, "fp": fp, "fn": 4 - tp, "tn": 16 - fp}
            for method, (tp, fp) in counts.items()
        ]
    )
    assert list(counts) == list(METHODS)
    assert reading_sentence(rows(0.1), per_query, "vgg_pca") == (
        "Root mean square distance from the published twelve numbers: 0.100. Why: at the best "
        "threshold of vgg_pca (12.5) the methods put these shares of all pairs together, 20.0 % "
        "being copies: raw 0.0 %, raw_pca 45.0 %, vgg 5.0 %, vgg_pca 10.0 %; their distances are "
        "on other scales."
    )
