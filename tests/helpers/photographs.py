"""Real photographs, and copies of them."""

import hashlib
import io
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from dupeval.dataset import ImageHandle


def photograph(name: str) -> Image.Image:
    """Read one of scikit-image's photographs: astronaut, chelsea, coffee, rocket, ..."""
    found = find_spec("skimage")
    if found is None or found.origin is None:
        pytest.skip("needs the photographs of scikit-image")
    (path,) = (Path(found.origin).parent / "data").glob(f"{name}.*")
    return Image.open(path).convert("RGB")


def handle(image: Image.Image, kind: str = "PNG", **settings: int) -> ImageHandle:
    """Make an image file in memory."""
    content = io.BytesIO()
    image.save(content, kind, **settings)
    data = content.getvalue()
    return ImageHandle("image", hashlib.sha256(data).hexdigest(), lambda: io.BytesIO(data))
