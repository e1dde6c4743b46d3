"""So much at the same time, and no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """What the threads of this process share.

    Parameters
    ----------
    size : int
        How much may be taken at the same time.
    """

    def __init__(self, size: int) -> None:
        self._size = self._free = size
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, n: int) -> Iterator[None]:
        """Wait until there is room for `n`, or for all there is, and take it for the block."""
        n = min(n, self._size)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= n)
            self._free -= n
        try:
            yield
        finally:
            with self._changed:
                self._free += n
                self._changed.notify_all()
