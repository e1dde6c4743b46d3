"""Key points' words tell quickly which images are worth a look."""

import numpy as np
import pytest
from photographs import handle, photograph
from PIL import Image, ImageOps

from dupeval.dataset import ImageHandle
from dupeval.distance.local.sift import SiftInliers
from dupeval.distance.local.verified import Verified
from dupeval.distance.local.votes import Spoken, as_tensors, candidates, from_tensors, spoken

NAMES = ("astronaut", "chelsea", "coffee", "rocket")


def rotated(image: Image.Image) -> Image.Image:
    return image.rotate(30, expand=True)


@pytest.fixture(scope="module")
def originals() -> list[Image.Image]:
    return [photograph(name) for name in NAMES]


@pytest.mark.parametrize(
    ("score", "edit"),
    [
        *((Verified(), edit) for edit in (ImageOps.mirror, ImageOps.invert, rotated)),
        (SiftInliers(), ImageOps.mirror),
    ],
    ids=["mirror", "invert", "rotated", "sift-mirror"],
)
def test_a_copy_is_among_the_first_that_are_looked_at(originals, score, edit) -> None:
    images: list[ImageHandle] = [handle(image) for image in originals]
    images += [handle(edit(image.reduce(2))) for image in originals]
    pairs = candidates([spoken(score.features(image)) for image in images], nearest=2)
    assert {(i, i + len(NAMES)) for i in range(len(NAMES))} <= set(map(tuple, pairs.tolist()))


def of(*words: int) -> dict[str, Spoken]:
    own = np.array(words, np.int32)
    return {"": Spoken(own, own, own)}


def test_each_image_chooses_those_that_share_most_with_it() -> None:
    images = [of(1, 2, 3), of(2, 3), of(3, 9), of(7)]
    assert candidates(images, nearest=2).tolist() == [[0, 1], [0, 2], [1, 2]]


def test_only_pairs_across_two_lists_where_these_are_wanted() -> None:
    images = [of(1), of(1), of(1), of(2)]
    assert candidates(images, n_first=2).tolist() == [[0, 2], [1, 2]]


def test_rare_words_tell_more() -> None:
    common = [of(1, 100 + i) for i in range(5)]
    images = [of(1, 50), *common, of(50, 60)]
    assert [0, 6] in candidates(images, nearest=1).tolist()


def test_words_of_nearly_all_images_tell_nothing() -> None:
    assert candidates([of(1)] * 80).tolist() == []


def test_words_are_kept_as_they_are(originals) -> None:
    words = spoken(Verified().features(handle(originals[0])))
    kept = from_tensors(as_tensors(words))
    assert sorted(kept) == sorted(words) == ["coarse", "fine", "relief"]
    for look, of_look in words.items():
        for own, again in zip(of_look.queries, kept[look].queries, strict=True):
            assert own.tolist() == again.tolist()


def test_an_image_without_key_points_is_worth_no_look() -> None:
    blank = spoken(Verified().features(handle(Image.new("RGB", (64, 64)))))
    assert candidates([blank, blank]).tolist() == []
