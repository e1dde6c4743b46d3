"""Only what neighbours have in common counts as another viewpoint."""

import numpy as np
import pytest

from dupeval.distance.local.matching import Matches
from dupeval.distance.local.models import affine_residuals
from dupeval.distance.local.parallax import smooth_residual

RNG = np.random.default_rng(0)
POINTS = RNG.uniform(0, 500, (300, 2)).astype(np.float32)


def test_an_affine_copy_has_none() -> None:
    moved = POINTS @ np.float32([[1.1, 0.2], [-0.1, 0.9]]) + np.float32([5, 7])
    assert smooth_residual(moved, affine_residuals(Matches(POINTS, moved))) < 1e-3


def test_a_smooth_field_has_its_own_size() -> None:
    field = np.column_stack([np.sin(POINTS[:, 0] / 80), np.cos(POINTS[:, 1] / 80)])
    size = np.sqrt((field**2).sum(axis=1).mean())
    assert smooth_residual(POINTS, field) == pytest.approx(size, rel=0.1)


def test_noise_cancels() -> None:
    noise = RNG.normal(size=(300, 2))
    assert smooth_residual(POINTS, noise) < 0.35 * np.sqrt((noise**2).sum(axis=1).mean())


def test_a_constant_field_is_itself_of_however_many_points() -> None:
    for n in (9, 300, 1000):
        points = RNG.uniform(0, 300, (n, 2)).astype(np.float32)
        assert smooth_residual(points, np.full((n, 2), 3.0)) == pytest.approx(np.sqrt(18))


def test_points_without_neighbours_say_nothing() -> None:
    for points in (
        np.empty((0, 2)),
        np.zeros((1, 2)),
        np.zeros((9, 2)),
        np.array([[0, 0], [900, 0]]),
    ):
        assert smooth_residual(points, np.ones((len(points), 2))) == 0
