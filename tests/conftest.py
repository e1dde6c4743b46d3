"""What the tests of several folders share: small datasets, small images, the real weights."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from in_chromium import chromium  # noqa: F401  (a fixture of the tests of pages)
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.files import file_sha256
from dupeval.representation.vgg_weights import find_weights
from dupeval.representation.weights import WeightsFile

if TYPE_CHECKING:
    import torch

REPOSITORY = Path(__file__).resolve().parent.parent
# A worker gets whole files, one after the other: the longest first, or it ends alone with them.
LONGEST = ("test_standin_results.py", "test_launchers.py", "test_installed_tools.py")

# A busy machine is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)

    items.sort(key=place)


def write_photograph(path: Path, photograph: str, noise: int = 4) -> None:
    """Write a 24 x 16 image: copies of one photograph differ a little, photographs differ a lot."""
    of_photograph = np.random.default_rng(list(photograph.encode()))
    of_copy = np.random.default_rng(list(f"{photograph}/{path.name}".encode()))
    coarse = of_photograph.integers(0, 256, (2, 3, 3))
    pixels = np.kron(coarse, np.ones((8, 8, 1), int)) + of_copy.integers(-noise, noise, (16, 24, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)


def write_csv(path: Path, *rows: tuple[str, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.fixture(scope="session")
def make_dataset() -> Callable[..., Path]:
    """Give a function that writes a dataset folder: `make_dataset(root, queries, edits)`.

    `queries` maps query to image name to photograph; the titles are the queries' names in
    capitals. `edits`, by image name, adds the column of that name. The file's ending says the
    format.
    """

    def make(
        root: Path,
        queries: Mapping[str, Mapping[str, str]],
        edits: Mapping[str, str] | None = None,
    ) -> Path:
        titles = [(query, query.upper()) for query in queries]
        labels = [
            (query, image, photograph, *([edits.get(image, "")] if edits is not None else []))
            for query, images in queries.items()
            for image, photograph in images.items()
        ]
        root.mkdir(parents=True, exist_ok=True)
        edit = ("edit",) if edits is not None else ()
        write_csv(root / "queries.csv", ("query", "title"), *titles)
        write_csv(root / "labels.csv", ("query", "image", "photograph", *edit), *labels)
        for query, image, photograph, *_ in labels:
            write_photograph(root / "images" / query / image, photograph)
        return root

    return make


@pytest.fixture(scope="session")
def make_images() -> Callable[[Path, int], list[ImageHandle]]:
    """Give a function that writes n different images and says what a dataset knows of them."""

    def make(folder: Path, n: int) -> list[ImageHandle]:
        images = []
        for i in range(n):
            path = folder / f"{i}.png"
            write_photograph(path, f"photograph {i}", noise=60)
            images.append(ImageHandle.of(path, path.name, file_sha256(path)))
        return images

    return make


@pytest.fixture(scope="session")
def weights_dir() -> Path:
    """Where the checkout keeps the real weights; fetched once, like any run does."""
    return REPOSITORY / ".cache" / "weights"


@pytest.fixture(scope="session")
def oxford_weights(weights_dir: Path) -> WeightsFile:
    """Give the project's real weights."""
    return find_weights("auto", weights_dir)


@pytest.fixture(scope="session")
def random_state() -> dict[str, "torch.Tensor"]:
    """Give random convolutions for VGG16, by torchvision's names."""
    import torch
    from torchvision.models import vgg16

    with torch.device("meta"):
        shapes = {name: t.shape for name, t in vgg16(weights=None).state_dict().items()}
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(shape, generator=generator) * 0.05
        for name, shape in shapes.items()
        if name.startswith("features.")
    }


@pytest.fixture
def without_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let numbers of processes, and files written anywhere, mean to a tool what they mean here."""
    monkeypatch.setenv("DUPEVAL_ISOLATION", "process group")
