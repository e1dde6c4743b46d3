"""Pictures laid on each other, and correlated box by box."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupeval.distance.local.photometric import local_correlation, overlap


@example(seed=282, box=3, filled=0.3125)
@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([3, 5, 9]), st.floats(0.3, 1.0))
def test_the_correlation_is_that_of_a_loop(seed: int, box: int, filled: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0, 255, (2, 14, 17)).astype(np.float32)
    mask = rng.uniform(size=(14, 17)) < filled
    mask[0, 0] = True
    found, textured = local_correlation(a, b, mask, box)
    reach = box // 2
    for y in range(14):
        for x in range(17):
            part = np.s_[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
            inside = mask[part]
            if not mask[y, x]:
                assert found[y, x] == 0
                assert not textured[y, x]
                continue
            own, other = a[part][inside].astype(float), b[part][inside].astype(float)
            covariance = np.mean((own - own.mean()) * (other - other.mean()))
            expected = covariance / np.sqrt(own.var() * other.var() + 4)
            # Of next to no variance single precision leaves less.
            if max(own.var(), other.var()) > 10:
                assert textured[y, x] == (2 * inside.sum() >= box * box)
            if min(own.var(), other.var()) > 10:
                assert found[y, x] == pytest.approx(expected, abs=5e-3)


def test_flat_places_count_only_where_the_other_picture_has_something() -> None:
    rng = np.random.default_rng(0)
    noise = rng.uniform(0, 255, (40, 40)).astype(np.float32)
    flat, half = np.full((40, 40), 99, np.float32), noise.copy()
    half[:, 20:] = 99
    everywhere = np.ones((40, 40), bool)
    assert not local_correlation(flat, flat, everywhere, 5)[1].any()
    correlation, textured = local_correlation(half, noise, everywhere, 5)
    assert textured[:, 2:-2][2:-2].all()
    assert correlation[5:-5, 5:15].min() > 0.99
    assert abs(correlation[5:-5, 25:-5]).max() < 0.1


def test_a_shifted_part_is_laid_where_it_belongs() -> None:
    rng = np.random.default_rng(0)
    whole = rng.integers(0, 256, (100, 120), np.uint8)
    part = np.ascontiguousarray(whole[20:80, 30:110])
    matrix = np.array([[1.0, 0, -30], [0, 1, -20], [0, 0, 1]])
    laid = overlap(whole, part, matrix, 1.0)
    assert laid is not None
    assert laid.a.shape == part.shape
    assert (laid.share, laid.zoom) == (1.0, 1.0)
    np.testing.assert_allclose(laid.a[4:-4, 4:-4], laid.b[4:-4, 4:-4], atol=1)


def test_the_coarser_picture_is_the_frame() -> None:
    small, large = np.zeros((50, 60), np.uint8), np.zeros((100, 120), np.uint8)
    for a, b, scale, zoom in ((small, large, 2.0, 0.5), (large, small, 0.5, 1.0)):
        laid = overlap(a, b, np.diag([scale, scale, 1]), 1.0)
        assert laid is not None
        assert laid.mask.shape == (50, 60)
        assert laid.zoom == pytest.approx(zoom)
        assert laid.share > 0.95


def test_the_share_is_of_the_smaller_picture() -> None:
    a, b = np.zeros((100, 100), np.uint8), np.zeros((100, 200), np.uint8)
    half = overlap(a, b, np.array([[1.0, 0, -50], [0, 1, 0], [0, 0, 1]]), 1.0)
    assert half is not None
    assert half.share == pytest.approx(0.5, abs=0.02)


def test_pictures_that_share_nothing_have_no_overlap() -> None:
    picture = np.zeros((100, 100), np.uint8)
    away = np.array([[1.0, 0, 300], [0, 1, 0], [0, 0, 1]])
    assert overlap(picture, picture, away, 1.0) is None
