"""The more key points agree, the nearer."""

import pytest
from photographs import handle, photograph
from PIL import ImageOps

from dupeval.distance.local.sift import SiftInliers


def test_the_distance_falls_with_the_number_of_inliers() -> None:
    score = SiftInliers()
    image = photograph("astronaut")
    files = (image, image.crop((100, 0, 400, 300)), photograph("coffee"))
    whole, part, other = (score.prepared(score.features(handle(file))) for file in files)
    assert score.distance(whole, whole) == pytest.approx(1 / (1 + len(whole.points) / 30), rel=0.1)
    assert score.distance(whole, whole) < score.distance(whole, part) < 0.3
    assert score.distance(whole, other) > 0.7


def test_a_mirror_image_is_as_near_where_it_is_tried() -> None:
    image = photograph("astronaut")
    for score, least, most in ((SiftInliers(), 0, 0.1), (SiftInliers(mirror=False), 0.5, 1)):
        one, other = (
            score.prepared(score.features(handle(file))) for file in (image, ImageOps.mirror(image))
        )
        assert least <= score.distance(one, other) <= most


def test_without_key_points_images_are_farthest_apart() -> None:
    score = SiftInliers()
    blank = score.prepared(score.features(handle(photograph("coffee").point(lambda _: 0))))
    assert score.distance(blank, blank) == score.largest == 1
