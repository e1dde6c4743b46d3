"""Images as a browser shows them: large, and two of them laid on each other."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.distance.explanation import Explanation
from dupeval.labelling.session import Session
from dupeval.timing import one_thread

# Of the large pictures: the longest side in pixels, JPEG's quality; and how many are held.
LONGEST, QUALITY, HELD = 1000, 88, 200
MOST_ALIGNED = 60

Explain = Callable[[ImageHandle, ImageHandle], Explanation | None]


class Pictures:
    """Pictures of a session's images, by their numbers.

    Parameters
    ----------
    session : Session
    explain : callable
        See `dupeval.method.Method.explain`; what it lays on each other is blinked.
    """

    def __init__(self, session: Session, explain: Explain) -> None:
        self._session, self._explain = session, explain
        self._decoding = threading.BoundedSemaphore(MOST_DECODERS)
        self._aligning = threading.Lock()
        self.large = lru_cache(HELD)(self._large)
        self._both = lru_cache(MOST_ALIGNED)(self._aligned)

    def small(self, number: int) -> bytes | None:
        """Return a WebP of at most 160 pixels, or None where there is no such image."""
        shown = self._session.shown(number)
        return None if shown is None else self._session.source.file_of[shown.key].content.thumbnail

    def aligned(self, a: int, b: int, which: int) -> bytes | None:
        """Return a WebP of one of two images, as they are laid on each other; None of no pair."""
        images = [self._session.shown(number) for number in (a, b)]
        if None in images or a == b or len({x.query for x in images if x}) > 1:
            return None
        with self._aligning:
            return self._both(a, b)[which]

    def _large(self, number: int) -> bytes | None:
        shown = self._session.shown(number)
        if shown is None:
            return None
        with self._decoding:
            try:
                image = open_rgb(self._session.source.file_of[shown.key].handle)
            except ImageError:
                # The file was taken away meanwhile; the small one is kept.
                return None
            image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=QUALITY)
            return buffer.getvalue()

    def _aligned(self, a: int, b: int) -> tuple[bytes | None, bytes | None]:
        files = self._session.source.file_of
        handles = [files[self._session.images.all[number].key].handle for number in (a, b)]
        try:
            with one_thread():
                found = self._explain(*handles)
        except ImageError:
            found = None
        if found is None:
            return None, None
        first, second = (_grey(values) for values in (found.a, found.b))
        size = (max(first.width, second.width), max(first.height, second.height))
        return _webp(first, size), _webp(second, size)


def _grey(values: npt.NDArray[np.generic]) -> Image.Image:
    return Image.fromarray(np.clip(np.asarray(values, np.float64), 0, 255).astype(np.uint8))


def _webp(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """Return a picture in the middle of a white one."""
    whole = Image.new("L", size, 255)
    whole.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    buffer = io.BytesIO()
    whole.save(buffer, "WEBP", quality=85, method=2)
    return buffer.getvalue()
