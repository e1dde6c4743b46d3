"""A pair score that is quick and remembers what it was asked."""

import hashlib
import io
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.explanation import Arrows, Explanation, Panel
from dupeval.store import Tensors


class Sums(PairScore):
    """Files are as far apart as the sums of their bytes; notes what it is asked to compute."""

    largest = 1e9

    def __init__(self, name: str = "sums", stop_after: int | None = None) -> None:
        self.name, self.stop_after = name, stop_after
        self.seen: list[str] = []
        self.compared: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    @property
    def features_key(self) -> Mapping[str, Any]:
        return {"features": "sum"}

    @property
    def key(self) -> Mapping[str, Any]:
        return {"score": self.name}

    def features(self, image: ImageHandle) -> Tensors:
        with self._lock:
            self.seen.append(image.sha256)
        with image.open() as file:
            content = file.read()
        sha256 = np.frombuffer(bytes.fromhex(image.sha256), np.uint8)
        return {"sum": np.array([sum(content)]), "sha256": sha256}

    def distance(self, a: Any, b: Any) -> float:
        with self._lock:
            if len(self.compared) == self.stop_after:
                raise KeyboardInterrupt
            pair = tuple(bytes(image["sha256"]).hex() for image in (a, b))
            self.compared.append((pair[0], pair[1]))
        return float(abs(a["sum"] - b["sum"])[0])


GREY = np.full((6, 9), 128, np.uint8)


class Telling(Sums):
    """Sums of bytes, and says of which; notes how often it was asked."""

    asked = 0

    def explain(self, a: Any, b: Any) -> Explanation:
        self.asked += 1
        nearly = np.array([[0.5, np.nan]])
        arrows = Arrows(np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]]))
        panels = (Panel("map", nearly, is_map=True), Panel("arrows", GREY, arrows=arrows))
        return Explanation(f"{a['sum'][0]} and {b['sum'][0]}", GREY, GREY, panels)


def of_sum(n: int, name: str = "") -> ImageHandle:
    """Return the handle of a file whose bytes have that sum."""
    content = b"\1" * n
    sha256 = hashlib.sha256(content).hexdigest()
    return ImageHandle(name or f"{n}.png", sha256, lambda: io.BytesIO(content))
