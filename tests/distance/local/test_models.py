"""Transforms are found among matches that are mostly wrong; impossible views are told."""

import numpy as np
import pytest

from dupeval.distance.local.matching import Matches
from dupeval.distance.local.models import (
    affine_residuals,
    homography,
    homography_residuals,
    is_flat_view,
    project,
    similarity,
)

SCALES = (0.15, 6.7)
TURNED = np.array([[0.6, -0.3, 40], [0.3, 0.6, -7], [0, 0, 1]])
VIEW = np.array([[1.0, 0.1, 5], [0.02, 0.9, 9], [4e-4, 2e-4, 1]])


def matches(matrix: np.ndarray, n: int, n_wrong: int) -> Matches:
    rng = np.random.default_rng(0)
    a = rng.uniform(0, 500, (n, 2))
    b = project(matrix, a)
    b[:n_wrong] = rng.uniform(0, 500, (n_wrong, 2))
    return Matches(a.astype(np.float32), b.astype(np.float32))


def test_a_similarity_is_found_among_wrong_matches() -> None:
    found = similarity(matches(TURNED, 60, 40), 4.0, SCALES)
    assert found is not None
    assert found.n_inliers >= 20
    np.testing.assert_allclose(found.matrix, TURNED, atol=0.05)


def test_a_perspective_view_is_found_among_wrong_matches() -> None:
    found = homography(matches(VIEW, 60, 25), 4.0)
    assert found is not None
    assert found.n_inliers >= 35
    np.testing.assert_allclose(found.matrix / found.matrix[2, 2], VIEW, atol=0.05)


@pytest.mark.parametrize("scale", [0.1, 8.0])
def test_scales_beyond_belief_are_none(scale: float) -> None:
    assert similarity(matches(np.diag([scale, scale, 1]), 30, 0), 4.0, SCALES) is None


def test_too_few_matches_are_none() -> None:
    assert similarity(matches(TURNED, 2, 0), 4.0, SCALES) is None
    assert homography(matches(VIEW, 4, 0), 4.0) is None


def test_what_a_model_explains_leaves_nothing() -> None:
    np.testing.assert_allclose(affine_residuals(matches(TURNED, 20, 0)), 0, atol=1e-3)
    np.testing.assert_allclose(homography_residuals(matches(VIEW, 20, 0)), 0, atol=1e-2)


@pytest.mark.parametrize(
    ("matrix", "possible"),
    [
        (np.eye(3), True),
        (TURNED, True),
        (VIEW, True),
        (np.diag([2.4, 1, 1]), True),
        (np.diag([2.6, 1, 1]), False),
        (np.diag([-1, 1, 1]), False),  # A mirror image is looked for as one.
        (np.array([[1, 0, 0], [0, 1, 0], [-0.003, 0, 1]]), False),  # Partly behind the camera.
        (np.array([[1, 0, 0], [0, 1, 0], [0.003, 0, 1]]), False),  # One side 16 times as large.
        (-np.eye(3), True),  # Equal to the identity.
    ],
)
def test_which_views_a_camera_may_have(matrix: np.ndarray, possible: bool) -> None:
    assert is_flat_view(matrix, (400, 512), 2.5, 6.0) is possible
