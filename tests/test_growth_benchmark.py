"""The growth curves: what is measured is the same work, and exponents are what they are."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from benchmarks.contests import CONTESTS
from benchmarks.crowds import hashes_of, photographs_of, vectors_of
from benchmarks.growth import exponents, markdown

# What takes seconds to be imported, or is optional.
OPTIONAL = {"imagededup": "imagededup", "czkawka": "czkawka", "faiss": "faiss"}


@pytest.mark.parametrize("contest", CONTESTS)
def test_all_contestants_find_the_same(contest: str) -> None:
    ours, *others = CONTESTS[contest]
    expected = ours.work(ours.prepare(300))
    assert expected > 0
    for one in others:
        package = one.name.split()[0]
        if package == "imagededup" or find_spec(OPTIONAL.get(package, "numpy")) is None:
            continue
        assert one.work(one.prepare(300)) == pytest.approx(expected)


def test_images_are_the_same_each_time_and_each_photograph_has_one() -> None:
    assert photographs_of(10).tolist() == photographs_of(10).tolist()
    assert set(photographs_of(40).tolist()) == set(range(10))
    assert (vectors_of(9).X == vectors_of(9).X).all()
    assert hashes_of(9).tolist() == hashes_of(9).tolist()


TABLE = pd.DataFrame(
    {
        "contest": "c",
        "who": ["a"] * 4 + ["b"] * 2,
        "n": [1, 10, 100, 1000, 10, 100],
        "wall_s": [9.0, 0.1, 10.0, 1000.0, 2.0, np.nan],
        "cpu_s": [9.0, 0.1, 10.0, 1000.0, 2.0, np.nan],
        "peak_mb": 500.0,
    }
)


def test_exponents_are_of_the_largest_sizes_and_need_two() -> None:
    assert exponents(TABLE) == {("c", "a"): pytest.approx(2.0)}


def test_a_table_has_a_row_a_contestant_and_says_what_took_too_long() -> None:
    text = markdown(TABLE)
    assert "**c**" in text
    assert "| 0.1 s, 0.1 s of CPU, 0.5 GB" in text
    assert "too long" in text
    assert "2.00" in text
