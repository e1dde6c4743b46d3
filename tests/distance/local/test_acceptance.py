"""Which hypotheses can be true, case by case."""

from dataclasses import replace
from typing import Any

import pytest

from dupeval.distance.local.acceptance import can_be_true
from dupeval.distance.local.evidence import Evidence

# Nothing about the pictures, everything about the matches.
FOUND = Evidence(100, 100, 0.2, 0.0, -0.2, -0.5, 0.0, 1.0, 1.0, 0.0, "fine")


@pytest.mark.parametrize(
    ("changed", "possible"),
    [
        ({}, True),
        ({"n_inliers": 15, "n_matches": 50}, True),
        ({"n_inliers": 15, "n_matches": 51}, False),
        ({"n_inliers": 14, "n_matches": 14}, False),
        ({"share": 0.4}, True),
        ({"share": 0.95, "enlarged": 4.1}, True),
        ({"share": 0.94, "enlarged": 4.1}, False),
        ({"share": 0.94, "enlarged": 4.0}, True),
        ({"n_inliers": 5, "decile": 0.0}, True),
        ({"look": "inverted"}, True),
        ({"look": "inverted", "n_inliers": 49}, False),
        ({"look": "inverted", "n_inliers": 14, "n_matches": 14}, False),
        ({"look": "inverted", "n_inliers": 8, "decile": 0.15}, True),
        ({"look": "inverted", "n_inliers": 8, "decile": 0.15, "share": 0.4}, False),
        ({"look": "relief"}, False),
        ({"look": "relief", "quartile": 0.2}, True),
        ({"look": "relief", "quartile": 0.2, "n_inliers": 11, "n_matches": 11}, False),
        ({"look": "relief", "quartile": 0.2, "n_inliers": 39}, False),
        ({"look": "coarse", "quartile": 0.6, "n_inliers": 12}, True),
        ({"look": "coarse", "quartile": 0.6, "share": 0.94}, False),
        ({"look": "coarse", "decile": 0.15, "n_inliers": 8}, True),
        ({"similar": 76}, True),
        ({"similar": 77}, False),
        ({"similar": 97, "quartile": 0.9}, True),
        ({"similar": 76, "share": 0.75}, True),
        ({"similar": 76, "share": 0.74}, False),
        ({"similar": 97, "quartile": 0.9, "share": 0.8}, False),
        ({"similar": 50, "share": 0.8, "n_inliers": 89}, False),
        ({"similar": 10, "share": 0.8, "n_inliers": 29, "n_matches": 29}, False),
    ],
)
def test_a_hypothesis_can_be_true(changed: dict[str, Any], possible: bool) -> None:
    assert can_be_true(replace(FOUND, **changed)) is possible
