"""Room: threads wait until what they take fits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dupeval.dataset.room import Room


def test_no_more_is_taken_at_once_than_there_is() -> None:
    room, taken, most, changing = Room(10), [0], [0], threading.Lock()

    def work(n: int) -> None:
        with room.taken(n):
            with changing:
                taken[0] += n
                most[0] = max(most[0], taken[0])
            with changing:
                taken[0] -= n

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [3, 4, 7, 10, 1, 6] * 50))
    assert 0 < most[0] <= 10
    with room.taken(10):
        pass


def test_what_is_larger_than_all_takes_all() -> None:
    room, waited = Room(10), threading.Event()

    def wait() -> None:
        with room.taken(1):
            waited.set()

    thread = threading.Thread(target=wait)
    with room.taken(99):
        thread.start()
        assert not waited.wait(0.05)
    thread.join(10)
    assert waited.is_set()


def test_it_is_given_back_after_an_error() -> None:
    room = Room(1)
    with pytest.raises(ValueError, match="x"), room.taken(1):
        raise ValueError("x")
    with room.taken(1):
        pass
