"""Pairs are compared once, whoever asks, in one order, and found again by all that matters."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fake_pairs import Sums, of_sum
from rewritten import rewrite, telling, with_array

from dupeval.dataset import ImageHandle
from dupeval.distance.pairs import TOGETHER, Pair, PairCache
from dupeval.distance.workers import Threads
from dupeval.store import Entry


def all_pairs(images: list[ImageHandle]) -> list[Pair]:
    return list(itertools.combinations(images, 2))


def test_distances_come_in_the_order_asked_for(tmp_path: Path) -> None:
    images = [of_sum(n) for n in (5, 1, 9)]
    found = PairCache(tmp_path).compare(all_pairs(images), Sums())
    assert found.distances.tolist() == [4, 4, 8]
    assert not found.stored
    assert PairCache(tmp_path).compare([], Sums()).distances.tolist() == []


def test_what_is_known_is_not_computed_again(tmp_path: Path) -> None:
    images = [of_sum(n) for n in range(1, 7)]
    first = PairCache(tmp_path).compare(all_pairs(images), Sums())
    score = Sums()
    again = PairCache(tmp_path).compare(all_pairs(images)[::-1], score)
    assert score.seen == score.compared == []
    assert again.stored
    assert again.distances.tolist() == first.distances[::-1].tolist()
    assert (again.features, again.matching) == (
        pytest.approx(first.features),
        pytest.approx(first.matching),
    )


def test_another_image_brings_its_own_pairs_only(tmp_path: Path) -> None:
    images = [of_sum(n) for n in range(1, 7)]
    PairCache(tmp_path).compare(all_pairs(images), Sums())
    score, new = Sums(), of_sum(20)
    found = PairCache(tmp_path).compare(all_pairs([*images, new]), score)
    assert score.seen == [new.sha256]
    assert sorted(map(sorted, score.compared)) == sorted(
        sorted((image.sha256, new.sha256)) for image in images
    )
    assert found.distances.tolist() == [
        abs(a - b) for a, b in itertools.combinations([1, 2, 3, 4, 5, 6, 20], 2)
    ]


def test_a_pair_is_compared_in_one_order_and_once(tmp_path: Path) -> None:
    a, b = of_sum(1), of_sum(2)
    for pairs in ([(a, b)], [(b, a)], [(a, b), (b, a), (a, b)]):
        score = Sums(str(len(pairs)) + pairs[0][0].name)
        assert set(PairCache(tmp_path).compare(pairs, score).distances) == {1.0}
        assert score.compared == [tuple(sorted((a.sha256, b.sha256)))]


def test_equal_files_are_at_0_and_are_not_compared(tmp_path: Path) -> None:
    score = Sums()
    pair = (of_sum(3, "a.png"), of_sum(3, "b.png"))
    assert PairCache(tmp_path).compare([pair], score).distances.tolist() == [0]
    assert score.compared == []
    assert PairCache(tmp_path).compare([pair], score).stored


def test_scores_share_features_and_no_distance(tmp_path: Path) -> None:
    images = [of_sum(n) for n in (1, 2, 3)]
    PairCache(tmp_path).compare(all_pairs(images), Sums("one"))
    other = Sums("other")
    found = PairCache(tmp_path).compare(all_pairs(images), other)
    assert (len(other.seen), len(other.compared)) == (0, 3)
    assert (found.features_stored, found.stored) == (True, False)
    assert found.features == PairCache(tmp_path).compare(all_pairs(images), Sums("one")).features


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    images = [of_sum(n) for n in range(1, 40)]
    found = [
        PairCache(tmp_path / str(n), Threads(n)).compare(all_pairs(images), Sums()).distances
        for n in (1, 2, 5)
    ]
    assert found[0].tolist() == found[1].tolist() == found[2].tolist()


def test_a_run_that_is_stopped_loses_little(tmp_path: Path) -> None:
    images = [of_sum(n) for n in range(1, 31)]
    stopped = Sums(stop_after=300)
    with pytest.raises(KeyboardInterrupt):
        PairCache(tmp_path, Threads(1)).compare(all_pairs(images), stopped)
    score = Sums()
    found = PairCache(tmp_path, Threads(1)).compare(all_pairs(images), score)
    assert score.seen == []
    assert 435 - 300 <= len(score.compared) <= 435 - 300 + 2 * TOGETHER
    assert found.distances.tolist() == [abs(a - b) for a, b in itertools.combinations(range(30), 2)]


def test_a_damaged_entry_is_computed_again(tmp_path: Path) -> None:
    images = [of_sum(n) for n in (1, 2, 3)]
    PairCache(tmp_path).compare(all_pairs(images), Sums())
    for path in (tmp_path / "distances").rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:-4])
    score = Sums()
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        found = PairCache(tmp_path).compare(all_pairs(images), score)
    assert found.distances.tolist() == [1, 2, 1]
    assert (len(score.seen), len(score.compared)) == (0, 3)


def test_there_is_one_entry_for_each_image(tmp_path: Path) -> None:
    images = [of_sum(n) for n in range(1, 11)]
    PairCache(tmp_path).compare(all_pairs(images), Sums())
    for folder in ("features", "distances"):
        assert len(list((tmp_path / folder).rglob("*.safetensors"))) == 10


def test_seconds_are_of_all_pairs_and_images(tmp_path: Path) -> None:
    images = [of_sum(n) for n in range(1, 11)]
    first = PairCache(tmp_path, Threads(2)).compare(all_pairs(images[:6]), Sums())
    more = PairCache(tmp_path, Threads(2)).compare(all_pairs(images), Sums())
    assert more.matching[0] > first.matching[0] > 0
    assert more.features[0] > first.features[0] > 0
    assert np.isfinite(more.matching + more.features).all()


@pytest.mark.parametrize(
    ("folder", "change"),
    [
        ("distances", with_array("values", lambda x: x[:, :2])),
        ("distances", with_array("values", lambda x: x.astype(np.float32))),
        ("distances", with_array("values", lambda x: np.vstack((x, x, np.ones((1, 3)))))),
        ("distances", with_array("values", lambda x: np.full_like(x, np.nan))),
        ("distances", with_array("partners", lambda x: x[:, :31])),
        ("distances", telling(cpu_s=None)),
    ],
)
def test_what_is_kept_and_is_no_distance_is_computed_again(
    tmp_path: Path, folder: str, change: Callable[[Entry], Entry]
) -> None:
    images = [of_sum(n) for n in (1, 2, 3)]
    first = PairCache(tmp_path).compare(all_pairs(images), Sums())
    rewrite(tmp_path / folder, change)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        again = PairCache(tmp_path).compare(all_pairs(images), Sums())
    assert again.distances.tolist() == first.distances.tolist()


def test_features_that_do_not_tell_what_they_took_are_made_again(tmp_path: Path) -> None:
    images = [of_sum(n) for n in (1, 2)]
    PairCache(tmp_path).compare(all_pairs(images), Sums())
    rewrite(tmp_path / "features", telling(wall_s=[]))
    score = Sums()
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        PairCache(tmp_path).compare([*all_pairs(images), (images[0], of_sum(5))], score)
    assert len(score.seen) == 2
