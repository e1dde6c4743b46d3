"""A calibration as a file has it."""

from typing import Any

import pytest

from dupeval.deployment.file import Calibration
from dupeval.deployment.identity import identity
from dupeval.grouping.default import default_method

SCORE = {"value": 0.98, "low": 0.95, "high": 1.0, "over": "queries", "n": 9}


@pytest.fixture
def known() -> dict[str, Any]:
    """Give what a file of the default method says."""
    return {
        "method": "verified",
        "settings": {},
        "threshold": 0.48,
        "identity": identity(default_method(), {}),
        "sample": {
            "name": "sample",
            "fingerprint": "0" * 64,
            "n_queries": 9,
            "n_images": 180,
            "n_true_pairs": 120,
        },
        "wish": {},
        "precision": SCORE,
        "recall": {**SCORE, "value": 0.9, "low": 0.8},
        "least_precision": 0.94,
        "shown": None,
        "n_needed": None,
        "n_claimed": 40,
        "n_folds": 9,
        "n_alike": 9,
        "tried": ["verified"],
        "left_out": {},
        "versions": {"dupeval": "0"},
    }


@pytest.fixture
def calibration(known: dict[str, Any]) -> Calibration:
    return Calibration(**known)
