"""Matches are each other's nearest, and clearly so."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupeval.distance.local.keypoints import KeyPoints
from dupeval.distance.local.matching import match


def drawn(n: int, rng: np.random.Generator) -> KeyPoints:
    vectors = np.abs(rng.normal(size=(n, 128)))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return KeyPoints(rng.uniform(0, 500, (n, 2)).astype(np.float32), vectors.astype(np.float32))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 1000), st.floats(0.5, 1.0))
def test_as_by_a_loop(n: int, m: int, seed: int, ratio: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = drawn(n, rng), drawn(m, rng)
    expected = []
    apart = np.linalg.norm(a.descriptors[:, None] - b.descriptors[None], axis=2)
    for i in range(n if min(n, m) > 1 else 0):
        j = int(apart[i].argmin())
        second = np.delete(apart[i], j).min()
        if apart[:, j].argmin() == i and apart[i, j] < ratio * second:
            expected.append((i, j))
    found = match(a, b, ratio)
    np.testing.assert_array_equal(found.a, a.points[[i for i, _ in expected]])
    np.testing.assert_array_equal(found.b, b.points[[j for _, j in expected]])


def test_equal_pictures_match_everywhere() -> None:
    own = drawn(50, np.random.default_rng(0))
    assert len(match(own, own, 0.85)) == 50
