"""Key points of a mirror image and of a negative follow from those of the picture."""

import numpy as np
import numpy.typing as npt
import pytest
from photographs import handle, photograph
from PIL import Image
from scipy.spatial import cKDTree

from dupeval.distance.local.keypoints import (
    KeyPoints,
    detect,
    read_grey,
    reduced,
    root_sift,
    spread,
)

SETTINGS = (1000, 0.004, 15.0)


@pytest.fixture(scope="module")
def grey() -> npt.NDArray[np.uint8]:
    return read_grey(handle(photograph("astronaut")), 512)[0]


def found(grey: npt.NDArray[np.uint8]) -> KeyPoints:
    return root_sift(*detect(np.ascontiguousarray(grey), *SETTINGS).values())


def share_found_again(derived: KeyPoints, computed: KeyPoints) -> float:
    """Return the share of key points that have one alike at nearly their place."""
    near = cKDTree(computed.points).query_ball_point(derived.points, 1.0)
    alike = [
        bool(of_one) and (computed.descriptors[of_one] @ derived.descriptors[i]).max() > 0.98
        for i, of_one in enumerate(near)
    ]
    return float(np.mean(alike))


def test_a_mirror_images_key_points_are_derived(grey: npt.NDArray[np.uint8]) -> None:
    derived, computed = found(grey).mirrored(grey.shape[1]), found(grey[:, ::-1])
    assert share_found_again(derived, computed) > 0.85
    assert share_found_again(found(grey), computed) < 0.05


def test_a_negatives_key_points_are_derived(grey: npt.NDArray[np.uint8]) -> None:
    derived, computed = found(grey).inverted(), found(255 - grey)
    assert share_found_again(derived, computed) > 0.95
    assert share_found_again(found(grey), computed) < 0.05


def test_twice_is_as_before(grey: npt.NDArray[np.uint8]) -> None:
    own = found(grey)
    for twice in (own.inverted().inverted(), own.mirrored(512).mirrored(512)):
        np.testing.assert_array_equal(twice.descriptors, own.descriptors)
        np.testing.assert_allclose(twice.points, own.points, atol=1e-4)


def test_descriptors_have_length_1_and_the_strongest_come_first(
    grey: npt.NDArray[np.uint8],
) -> None:
    own = found(grey)
    assert own.points.shape == (1000, 2)
    np.testing.assert_allclose(np.linalg.norm(own.descriptors, axis=1), 1, atol=1e-5)
    fewer = found(grey).strongest(300)
    np.testing.assert_array_equal(own.points[:300], fewer.points)


def test_half_of_them_are_the_strongest_and_half_are_from_everywhere() -> None:
    rng = np.random.default_rng(0)
    caption, rest = rng.uniform(0, 60, (500, 2)), rng.uniform(64, 512, (500, 2))
    points = np.concatenate([caption, rest]).astype(np.float32)
    responses = np.concatenate([rng.uniform(2, 3, 500), rng.uniform(0, 1, 500)])
    chosen = spread(points, responses, 200, 512)
    assert (np.diff(responses[chosen]) <= 0).all()
    assert set(np.argsort(-responses)[:100]) <= set(chosen)
    assert len(set(chosen)) == 200
    cells = (points[chosen[chosen >= 500]] // 64).astype(int) @ [1, 8]
    counts = np.bincount(cells, minlength=64)[np.unique((rest // 64).astype(int) @ [1, 8])]
    assert counts.min() >= 1
    assert counts.max() <= 3
    assert sorted(spread(points, responses, 5000, 512)) == list(range(1000))


@pytest.mark.parametrize(
    ("size", "expected", "scale"),
    [
        ((1024, 512), (256, 512), 0.5),
        ((64, 128), (512, 256), 4.0),
        ((3000, 1), (1, 512), 512 / 3000),
    ],
)
def test_the_longer_side_is_brought_to_length(
    size: tuple[int, int], expected: tuple[int, int], scale: float
) -> None:
    grey, found_scale = read_grey(handle(Image.new("RGB", size, "red")), 512)
    assert (grey.shape, found_scale) == (expected, scale)


def test_what_has_nothing_to_see_has_no_key_points() -> None:
    for grey in (np.zeros((512, 512), np.uint8), np.zeros((1, 512), np.uint8)):
        for picture in (grey, reduced(grey, 4.0, 2)):
            points, descriptors = detect(picture, *SETTINGS).values()
            assert (points.shape, descriptors.shape) == ((0, 2), (0, 128))
            assert root_sift(points, descriptors).mirrored(512).inverted().points.shape == (0, 2)
