"""The table of what gates cost."""

import pandas as pd
from labelled import dataset_of

from benchmarks.gates import markdown, put_together


def test_all_images_of_some_draws_are_one_query() -> None:
    query = put_together([dataset_of("aab", "c"), dataset_of("ad")])
    assert [label.photograph for label in query.labels] == ["a", "a", "b", "c", "a", "d"]
    assert query.n_true_pairs == 3


def test_queries_of_one_level_and_size_are_averaged() -> None:
    rows = [
        ("news 0", 180, "one", 40, 1.0, 0.1),
        ("news 1", 180, "one", 60, 0.9, 0.3),
        ("news 0 to 1", 360, "one", 200, 0.8, 0.05),
    ]
    columns = ["images", "n_images", "gate", "n_true", "true_kept", "looked_at"]
    heading, _, row = markdown(pd.DataFrame(rows, columns=columns)).splitlines()
    assert [cell.strip() for cell in heading.split("|")[1:-1]] == [
        *("gate", "news, 180 images", "news, 360 images"),
    ]
    assert [cell.strip() for cell in row.split("|")[1:-1]] == [
        *("one", "0.950 / 0.200", "0.800 / 0.050"),
    ]
