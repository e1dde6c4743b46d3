"""Images that are as different, and copies as alike, as photographs and their copies are."""

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (256, 192)
# Width, height and weight of the patterns in one: light, things, texture.
PATTERNS = ((5, 4, 1.0), (20, 15, 0.4), (64, 48, 0.3))


def photograph(seed: int) -> Image.Image:
    """Draw what no other seed is like."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((SIZE[1], SIZE[0], 3))
    for width, height, weight in PATTERNS:
        coarse = Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))
        pixels += weight * np.asarray(coarse.resize(SIZE, Image.Resampling.BICUBIC), float)
    pixels -= pixels.min()
    return Image.fromarray((pixels * 255 / pixels.max()).astype(np.uint8))


def write_copies(folder: Path, seed: int) -> dict[str, str]:
    """Write a photograph, a copy of its bytes, and two copies as web sites make them.

    Returns the photograph of each name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / f"{seed} first.jpg"
    photograph(seed).save(first, quality=92)
    (folder / f"{seed}-same.JPG").write_bytes(first.read_bytes())
    with Image.open(first) as image:
        image.save(folder / f"{seed} again.png")
        small = image.resize((SIZE[0] * 3 // 4, SIZE[1] * 3 // 4), Image.Resampling.LANCZOS)
        small.save(folder / f"{seed} small.jpg", quality=85)
    return {path.name: str(seed) for path in sorted(folder.glob(f"{seed}[ -]*"))}
