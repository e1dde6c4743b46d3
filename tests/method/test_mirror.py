"""Images compared with each other and with each other's mirror images."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors, worked
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from scipy.spatial.distance import squareform

from dupeval.clustering import Metric, pairwise_distances
from dupeval.dataset import Dataset, ImageHandle
from dupeval.dataset.folder import read_folder
from dupeval.errors import SettingsError
from dupeval.method import Distances, Resources
from dupeval.method.vectors import VectorMethod, mirrored_distances
from dupeval.reduction import PCA
from dupeval.representation import Representation
from dupeval.representation.preparation import read_resized
from dupeval.representation.raw import RawPixels
from dupeval.timing import Stopwatch

METRICS: tuple[Metric, ...] = ("euclidean", "cosine", "cityblock", "correlation")


@dataclass(frozen=True)
class Pixels(Representation):
    """Pixels, of images in a mirror where that is asked for; counts what it computes."""

    mirrored: bool = False
    computed: list[str] = field(default_factory=list, compare=False)

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "pixels", "mirrored": self.mirrored}

    @property
    def mirror_image(self) -> "Pixels":
        return Pixels(not self.mirrored, self.computed)

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        for image in images:
            self.computed.append(f"{image.name}{' mirrored' if self.mirrored else ''}")
            pixels = read_resized(image, 6, "squash").astype(np.float32)
            yield (pixels[:, ::-1] if self.mirrored else pixels).ravel()


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Give one query: an image, its mirror image, and another."""
    folder = tmp_path / "data" / "images" / "one"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    pixels, other = rng.integers(0, 256, (2, 6, 6, 3), dtype=np.uint8)
    for name, content in {"a": pixels, "b": pixels[:, ::-1], "c": other}.items():
        Image.fromarray(np.ascontiguousarray(content)).save(folder / f"{name}.png")
    rows = "".join(
        f"one,{name}.png,{photograph}\n" for name, photograph in zip("abc", "ppq", strict=True)
    )
    (tmp_path / "data" / "labels.csv").write_text(f"query,image,photograph\n{rows}")
    return read_folder(tmp_path / "data")


def distances(method: VectorMethod, dataset: Dataset, folder: Path) -> dict[str, Any]:
    scored = worked(method, dataset, Resources(folder / "cache"), Stopwatch("x"))
    query = scored.answers.queries[0]
    return {
        mirror: condensed.condensed.tolist()
        for params, condensed in method.answers(
            None, query, [{"mirror": mirror} for mirror in ("none", "max")]
        )
        if isinstance(condensed, Distances)
        for mirror in [params["mirror"]]
    }


def test_an_image_and_its_mirror_image_are_as_near_as_can_be(
    dataset: Dataset, tmp_path: Path
) -> None:
    found = distances(VectorMethod(Pixels(), mirror="max"), dataset, tmp_path)
    (a_b, a_c, b_c) = found["max"]
    assert a_b == 0
    assert found["none"][0] > 0.1
    # c is as far from a as from a's mirror image, b, whichever is nearer.
    assert a_c == b_c == min(found["none"][1:])


def test_mirror_images_are_computed_only_where_they_are_compared(
    dataset: Dataset, tmp_path: Path
) -> None:
    plain, mirrored = Pixels(), Pixels()
    worked(VectorMethod(plain), dataset, Resources(tmp_path / "1"), Stopwatch("x"))
    assert plain.computed == ["a.png", "b.png", "c.png"]
    method = VectorMethod(mirrored, mirror="max")
    worked(method, dataset, Resources(tmp_path / "2"), Stopwatch("x"))
    assert mirrored.computed == [*plain.computed, *(f"{x}.png mirrored" for x in "abc")]


VECTORS = arrays(np.float64, (5, 4), elements=st.integers(-3, 3).map(float))


@given(VECTORS, VECTORS, st.sampled_from(METRICS))
def test_it_is_the_nearer_of_either_to_the_other_in_a_mirror(
    X: npt.NDArray[np.float64], M: npt.NDArray[np.float64], metric: Metric
) -> None:
    square = squareform(mirrored_distances(X, M, metric))
    for i in range(5):
        for j in range(i):
            either = [
                pairwise_distances(np.stack(pair), metric)[0]
                for pair in ((X[i], M[j]), (M[i], X[j]))
            ]
            assert square[i, j] == square[j, i] == pytest.approx(min(either), abs=1e-12)


@given(VECTORS, VECTORS, st.sampled_from(METRICS), st.permutations(range(5)))
def test_it_is_symmetric_whatever_the_order_of_the_images(
    X: npt.NDArray[np.float64],
    M: npt.NDArray[np.float64],
    metric: Metric,
    order: list[int],
) -> None:
    square = squareform(mirrored_distances(X, M, metric))
    shuffled = squareform(mirrored_distances(X[order], M[order], metric))
    np.testing.assert_allclose(shuffled, square[np.ix_(order, order)], atol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_images_are_never_farther_apart_than_without_the_mirror(
    dataset: Dataset, tmp_path: Path, metric: Metric
) -> None:
    found = distances(VectorMethod(Pixels(), metric=metric, mirror="max"), dataset, tmp_path)
    assert (np.array(found["max"]) <= found["none"]).all()


def test_it_can_be_chosen_where_images_can_be_mirrored() -> None:
    method = VectorMethod(Pixels(), grid={"mirror": ("none", "max")})
    assert list(method.candidates) == [{"mirror": "none"}, {"mirror": "max"}]
    assert method.at({"mirror": "max"}).mirror == "max"
    assert method.fit_params({"mirror": "max", "linkage": "single"}) == {}
    assert method.parameters["mirror"] == "none"
    assert method.key["clustering"]["mirror"] == "none"


@pytest.mark.parametrize(
    "settings",
    [
        {"representation": RawPixels()},
        {"representation": GivenVectors()},
        {"representation": Pixels(), "reduction": PCA(2)},
    ],
    ids=["raw", "given", "reduced"],
)
def test_elsewhere_it_is_no_parameter_at_all(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="mirror=max needs a representation that can see"):
        VectorMethod(**settings, mirror="max")
    with pytest.raises(SettingsError, match=r"grid\.mirror: there is no such parameter"):
        VectorMethod(**settings, grid={"mirror": ("none", "max")})
    method = VectorMethod(**settings)
    assert "mirror" not in method.parameters
    assert list(method.key["clustering"]) == ["linkage", "metric"]
