"""The benchmark of many queries: drawn images through the real engine."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import queries
from benchmarks.drawn import Activations, Pixels, draw_dataset


def test_the_first_queries_are_the_same_however_many_are_drawn() -> None:
    few, more = draw_dataset(2), draw_dataset(4)
    assert more.queries[:2] == few.queries
    assert {len(query.images) for query in more.queries} == {20}
    sizes = [np.unique(query.photographs, return_counts=True)[1] for query in more.queries]
    assert {size for of_query in sizes for size in of_query.tolist()} <= {1, 2, 3, 4, 5}


def test_vectors_are_as_long_as_those_of_the_methods_and_copies_are_near_each_other() -> None:
    (query,) = draw_dataset(1).queries
    for representation, d in ((Pixels(), 3072), (Pixels(16), 768), (Activations(), 25088)):
        vectors = np.stack(list(representation.vectors(query.images)))
        assert vectors.shape == (20, d)
        assert vectors.dtype == np.float32
        apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
        same = query.photographs[:, None] == query.photographs
        assert apart[same & ~np.eye(20, dtype=bool)].mean() < apart[~same].mean()


@pytest.mark.parametrize("name", ["raw", "raw_pca"])
def test_a_method_is_evaluated_with_its_configured_grid(name: str, tmp_path: Path) -> None:
    cost = queries.one(name, 3, tmp_path, "evaluate")
    assert cost.cpu_s > 0
    assert cost.memory_gb > 0.05
    assert len(queries.method_of(name).candidates) == {"raw": 8, "raw_pca": 32}[name]


def test_the_power_with_which_costs_grow_is_in_the_table() -> None:
    rows = [
        {"method": "raw", "n_queries": n, "wall_s": n / 10, "cpu_s": n**0.5, "memory_gb": 1.0}
        for n in (100, 400)
    ]
    text = queries.markdown(pd.DataFrame(rows))
    assert "| raw      | 10.0 / 10.0 | 40.0 / 20.0 | 1.00 / 0.50" in text
