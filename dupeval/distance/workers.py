"""Who makes features and compares pairs: threads of this process, or a Ray cluster."""

from __future__ import annotations

import io
import socket
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.errors import SettingsError
from dupeval.store import Tensors
from dupeval.timing import one_thread

# Wall and CPU seconds.
Spent = tuple[float, float]
# An image's SHA-256, and those of images that it is compared with.
Some = tuple[str, Sequence[str]]
Kept = Callable[[str], Tensors]

# Prepared images that are held at once, of 1.5 MB each.
HELD = 128
# Tasks of each core of a cluster that wait or run: enough that none is idle.
AHEAD = 4
# How often a task is tried again where its worker died.
RETRIES = 5


class Workers(ABC):
    """Does the work, and gives what came of it in the order of what was asked."""

    @abstractmethod
    def features(
        self, score: PairScore, images: Sequence[ImageHandle]
    ) -> Iterator[tuple[Tensors, Spent]]:
        """Yield the features of each image, and the seconds that they took."""

    @abstractmethod
    def distances(
        self, score: PairScore, todo: Sequence[Some], kept: Kept
    ) -> Iterator[tuple[list[float], Spent]]:
        """Yield an image's distances to others, for each of `todo`, and what they took.

        `kept` returns the features of an image.
        """


class Threads(Workers):
    """Threads of this process; nearly all of the work is OpenCV's and numpy's, which let others go.

    Parameters
    ----------
    n : int, optional
        By default one for each core that the process may use.
    """

    def __init__(self, n: int | None = None) -> None:
        self._n = n

    def features(
        self, score: PairScore, images: Sequence[ImageHandle]
    ) -> Iterator[tuple[Tensors, Spent]]:
        """See `Workers.features`."""
        return self._mapped(score.features, images)

    def distances(
        self, score: PairScore, todo: Sequence[Some], kept: Kept
    ) -> Iterator[tuple[list[float], Spent]]:
        """See `Workers.distances`."""

        @lru_cache(HELD)
        def prepared(sha256: str) -> Any:
            return score.prepared(kept(sha256))

        def compared(some: Some) -> list[float]:
            first = prepared(some[0])
            return [score.distance(first, prepared(other)) for other in some[1]]

        return self._mapped(compared, todo)

    def _mapped(
        self, work: Callable[[Any], Any], items: Sequence[Any]
    ) -> Iterator[tuple[Any, Spent]]:
        """Yield what is made of each item, and the seconds since the one before."""
        from joblib import cpu_count  # noqa: PLC0415  (a warm run does without)

        with one_thread(), ThreadPoolExecutor(self._n or cpu_count()) as pool:
            wall, cpu = time.perf_counter(), time.process_time()
            for made in pool.map(work, items):
                now = time.perf_counter(), time.process_time()
                yield made, (now[0] - wall, now[1] - cpu)
                wall, cpu = now


class RayCluster(Workers):
    """Tasks of a Ray cluster, whose machines have dupeval installed.

    Images are sent as the bytes of their files, features once each. A task whose worker died is
    tried again elsewhere.

    Parameters
    ----------
    address : str
        As Ray has it: ``auto``, ``HOST:PORT``, ``ray://HOST:PORT``; ``local`` starts one here,
        which ends with the process.

    Raises
    ------
    SettingsError
        If Ray is not installed, or there is no cluster.
    """

    def __init__(self, address: str) -> None:
        try:
            import ray  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
        except ModuleNotFoundError:
            raise SettingsError(
                "Ray is not installed here; possible: pip install 'dupeval[ray]', in a checkout "
                "`make ray` and .venv-ray/bin/python"
            ) from None
        self._ray: Any = ray
        try:
            _reach(address)
            ray.init(address, log_to_driver=False, ignore_reinit_error=True, logging_level="ERROR")
        except (OSError, ValueError, RuntimeError) as error:
            reason = (str(error).splitlines() or ["?"])[0]
            raise SettingsError(
                f"there is no Ray cluster at {address} ({reason}); possible: auto, HOST:PORT, local"
            ) from None

    def features(
        self, score: PairScore, images: Sequence[ImageHandle]
    ) -> Iterator[tuple[Tensors, Spent]]:
        """See `Workers.features`."""
        task = self._task(features_of_bytes)
        shared = self._ray.put(score)
        return self._in_order(task(shared, image.name, _bytes(image)) for image in images)

    def distances(
        self, score: PairScore, todo: Sequence[Some], kept: Kept
    ) -> Iterator[tuple[list[float], Spent]]:
        """See `Workers.distances`."""
        task = self._task(distances_of_features)
        shared = self._ray.put(score)
        # The cluster forgets features when no task and nobody here refers to them.
        sent = lru_cache(8 * HELD)(lambda sha256: self._ray.put(kept(sha256)))
        return self._in_order(
            task(shared, sent(first), *map(sent, others)) for first, others in todo
        )

    def _task(self, function: Callable[..., Any]) -> Callable[..., Any]:
        remote: Callable[..., Any] = self._ray.remote(max_retries=RETRIES)(function).remote
        return remote

    def _in_order(self, tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield what tasks give, having started no more of them than keep the cluster busy."""
        most = max(2, AHEAD * int(self._ray.cluster_resources().get("CPU", 1)))
        running: deque[Any] = deque()
        for task in tasks:
            running.append(task)
            if len(running) >= most:
                yield self._ray.get(running.popleft())
        while running:
            yield self._ray.get(running.popleft())


def _reach(address: str) -> None:
    """Make sure that somebody listens at a host and port: Ray would wait for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        with socket.create_connection((host, int(port)), timeout=10):
            pass


def features_of_bytes(score: PairScore, name: str, content: bytes) -> tuple[Tensors, Spent]:
    """Return the features of an image, on whatever machine, and what they took."""
    image = ImageHandle(name, "", lambda: io.BytesIO(content))
    return _timed(lambda: score.features(image))


def distances_of_features(
    score: PairScore, first: Tensors, *others: Tensors
) -> tuple[list[float], Spent]:
    """Return an image's distances to others by their features, and what they took."""

    def compared() -> list[float]:
        one = score.prepared(first)
        return [score.distance(one, score.prepared(other)) for other in others]

    return _timed(compared)


def _timed(work: Callable[[], Any]) -> tuple[Any, Spent]:
    with one_thread():
        wall, cpu = time.perf_counter(), time.process_time()
        made = work()
        return made, (time.perf_counter() - wall, time.process_time() - cpu)


def _bytes(image: ImageHandle) -> bytes:
    with image.open() as file:
        return file.read()
