"""A folder and a dataset folder of made photographs, and what is known of their images."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from fake_photographs import photograph
from PIL import Image, ImageEnhance

# Of each query, the photograph of each image.
TRUTH: Mapping[str, Mapping[str, str]] = {
    "first": {"a1.png": "a", "a2.png": "a", "a3.png": "a", "b1.png": "b", "c1.png": "c"},
    "second": {"d1.png": "d", "d2.png": "d", "e1.png": "e", "e2.png": "e", "f <i>.png": "f"},
}


def write(path: Path, name: str, copy: int) -> None:
    """Write a copy of a photograph: the same in other brightness."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = photograph(int.from_bytes(name.encode())).resize((128, 96), Image.Resampling.BICUBIC)
    ImageEnhance.Brightness(image).enhance(1 - 0.02 * copy).save(path)


@pytest.fixture(scope="session")
def write_query() -> Callable[[Path, Mapping[str, str]], None]:
    """Give a function that writes images of photographs: `write_query(folder, images)`."""

    def do(folder: Path, images: Mapping[str, str]) -> None:
        for copy, (name, of) in enumerate(images.items()):
            write(folder / name, of, copy)

    return do


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, write_query) -> Path:
    """Give a dataset folder of two queries, without labels; nobody changes it."""
    root = tmp_path_factory.mktemp("made") / "mine"
    for query, images in TRUTH.items():
        write_query(root / "images" / query, images)
    (root / "queries.csv").write_text('query,title\nsecond,"<b>Second</b> & last"\nfirst,첫째\n')
    return root


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def apart() -> Callable[[str, str], float]:
    """Give distances that say the truth of the images above, but of one image."""

    def distance(a: str, b: str) -> float:
        if a[0] != b[0]:
            return 0.55 if {a[0], b[0]} == {"b", "c"} else 2.0
        # A copy that is as far away as others are.
        return 2.0 if "a3.png" in (a, b) else 0.1

    return distance
