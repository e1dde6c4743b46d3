"""Who makes features and compares pairs changes nothing of what comes of it."""

import importlib.util

import numpy as np
import pytest
from fake_pairs import Sums, of_sum

from dupeval.distance.workers import (
    RayCluster,
    Threads,
    distances_of_features,
    features_of_bytes,
)
from dupeval.errors import SettingsError

IMAGES = [of_sum(n) for n in (1, 5, 11)]


@pytest.mark.parametrize("n", [1, 4])
def test_threads_give_everything_in_order(n: int) -> None:
    made = [features["sum"][0] for features, _ in Threads(n).features(Sums(), IMAGES)]
    assert made == [1, 5, 11]
    kept = {image.sha256: Sums().features(image) for image in IMAGES}
    first, *others = kept
    todo = [(first, others), (others[0], [first])]
    distances = [found for found, _ in Threads(n).distances(Sums(), todo, kept.__getitem__)]
    assert distances == [[4.0, 10.0], [4.0]]


def test_tasks_do_what_threads_do() -> None:
    features = []
    for image in IMAGES:
        with image.open() as file:
            made, (wall_s, cpu_s) = features_of_bytes(Sums(), image.name, file.read())
        assert wall_s >= 0
        assert cpu_s >= 0
        assert np.array_equal(made["sum"], Sums().features(image)["sum"])
        features.append(made)
    assert distances_of_features(Sums(), *features)[0] == [4.0, 10.0]


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_what_would_bring_it_is_said() -> None:
    with pytest.raises(SettingsError, match=r"Ray is not installed here; possible: pip install"):
        RayCluster("auto")
