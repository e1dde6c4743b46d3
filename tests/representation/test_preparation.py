"""Preparation: the exact geometry of each way to resize, and reading ahead in order."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dupeval.dataset.images import ImageError
from dupeval.representation.preparation import Pixels, Resize, read_ahead, read_resized

RED, GREEN, BLUE, BLACK = [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]
RESIZES: tuple[Resize, ...] = ("squash", "crop", "pad")


def stripes(*of_width: tuple[list[int], int], height: int) -> npt.NDArray[np.uint8]:
    """Return vertical stripes of one colour each, as (height, width, 3)."""
    row = [colour for colour, width in of_width for _ in range(width)]
    return np.array([row] * height, np.uint8)


def resized(folder: Path, pixels: npt.NDArray[np.uint8], size: int, resize: Resize) -> Pixels:
    path = folder / "image.png"
    Image.fromarray(pixels).save(path)
    return read_resized(path, size, resize)


# Resizing.


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize(("height", "width"), [(8, 8), (50, 20), (20, 50), (3, 5), (1, 1)])
def test_the_result_is_a_square_of_rgb_bytes(
    tmp_path: Path, resize: Resize, height: int, width: int
) -> None:
    pixels = resized(tmp_path, np.full((height, width, 3), 7, np.uint8), 16, resize)
    assert pixels.shape == (16, 16, 3)
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize("resize", RESIZES)
def test_an_image_of_the_size_asked_for_is_unchanged(tmp_path: Path, resize: Resize) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    np.testing.assert_array_equal(resized(tmp_path, pixels, 16, resize), pixels)


@pytest.mark.parametrize("transposed", [False, True], ids=["wide", "tall"])
def test_squash_keeps_all_of_the_image_and_changes_its_aspect(
    tmp_path: Path, transposed: bool
) -> None:
    image = stripes((GREEN, 32), (RED, 64), (BLUE, 32), height=32)
    small = resized(tmp_path, image.swapaxes(0, 1) if transposed else image, 16, "squash")
    small = small.swapaxes(0, 1) if transposed else small
    # Quarters of the width stay quarters; only the pixels at the edges of the stripes are mixed.
    assert small[0, [0, 1, 2]].tolist() == [GREEN] * 3
    assert small[0, [5, 6, 7, 8, 9, 10]].tolist() == [RED] * 6
    assert small[0, [13, 14, 15]].tolist() == [BLUE] * 3
    assert (small == small[0]).all()


@pytest.mark.parametrize("transposed", [False, True], ids=["wide", "tall"])
def test_crop_keeps_the_centre_of_the_longer_side(tmp_path: Path, transposed: bool) -> None:
    image = stripes((GREEN, 16), (RED, 16), (BLUE, 16), (GREEN, 16), height=32)
    small = resized(tmp_path, image.swapaxes(0, 1) if transposed else image, 8, "crop")
    small = small.swapaxes(0, 1) if transposed else small
    assert small[0, [1, 2]].tolist() == [RED] * 2
    assert small[0, [5, 6]].tolist() == [BLUE] * 2
    # A pixel at the border sees half a pixel beyond it: one eighth of its weight.
    assert small[0, [0, 7]].tolist() == [[223, 32, 0], [0, 32, 223]]
    assert (small == small[0]).all()


def test_crop_is_the_centre_of_the_whole_image_made_smaller(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    whole = Image.fromarray(image).resize((32, 16), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(resized(tmp_path, image, 16, "crop"), np.asarray(whole)[:, 8:24])


@pytest.mark.parametrize("transposed", [False, True], ids=["wide", "tall"])
def test_pad_keeps_all_of_the_image_and_its_aspect_between_two_black_bars(
    tmp_path: Path, transposed: bool
) -> None:
    image = stripes((GREEN, 32), (BLUE, 32), height=32)
    small = resized(tmp_path, image.swapaxes(0, 1) if transposed else image, 8, "pad")
    small = small.swapaxes(0, 1) if transposed else small
    assert small[[0, 1, 6, 7]].tolist() == [[BLACK] * 8] * 4
    for row in small[2:6].tolist():
        assert row[:3] == [GREEN] * 3
        assert row[5:] == [BLUE] * 3


def test_pad_leaves_at_least_a_line_of_the_thinnest_image(tmp_path: Path) -> None:
    small = resized(tmp_path, stripes((RED, 1000), height=2), 8, "pad")
    assert [row.tolist() == [RED] * 8 for row in small].count(True) == 1


@pytest.mark.parametrize("resize", ["squash", "pad"])
def test_enlarging_interpolates_linearly_between_pixel_centres(
    tmp_path: Path, resize: Resize
) -> None:
    # Two pixels become four; their centres lie at -1/4, 1/4, 3/4 and 5/4 of the old ones.
    image = np.array([[[0] * 3, [200] * 3]] * 2, np.uint8)
    small = resized(tmp_path, image, 4, resize)
    assert small[..., 0].tolist() == [[0, 50, 150, 200]] * 4


@pytest.mark.parametrize("resize", RESIZES)
def test_making_smaller_averages_over_all_pixels(tmp_path: Path, resize: Resize) -> None:
    # Picking single pixels would show black or white.
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, ::2] = 255
    small = resized(tmp_path, image, 4, resize)
    assert set(np.unique(small[:, 1:3]).tolist()) <= {127, 128}


def test_the_orientation_is_applied_before_resizing(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "image.png"
    Image.fromarray(stripes((RED, 32), (BLUE, 32), height=64)).save(path, exif=exif)
    small = read_resized(path, 8, "squash")
    assert small[:3].tolist() == [[RED] * 8] * 3
    assert small[5:].tolist() == [[BLUE] * 8] * 3


def test_an_image_that_cannot_be_decoded_is_an_image_error(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"no image")
    with pytest.raises(ImageError):
        read_resized(path, 8, "squash")


# Reading ahead.


class Reader:
    """Reads a path named by a number as an array of it; remembers which were begun."""

    def __init__(self, failing: int | None = None) -> None:
        self.begun: list[int] = []
        self.failing = failing
        self.lock = threading.Lock()

    def __call__(self, path: Path) -> Pixels:
        with self.lock:
            self.begun.append(int(path.name))
        # The first to begin is not the first to end.
        time.sleep(0.003 if int(path.name) % 2 else 0.001)
        if int(path.name) == self.failing:
            raise ImageError(f"number {path.name}")
        return np.array([int(path.name)], np.uint8)

    def settle(self, n: int) -> int:
        """Wait until `n` were begun, and a while for more; return how many were."""
        end = time.monotonic() + 10
        while len(self.begun) < n and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(0.03)
        return len(self.begun)


def numbers(n: int) -> list[Path]:
    return [Path(str(i)) for i in range(n)]


def values(pixels: Iterator[Pixels]) -> list[int]:
    return [int(p[0]) for p in pixels]


@pytest.mark.parametrize("ahead", [0, 1, 7, 100])
def test_everything_is_read_once_and_comes_in_order(ahead: int) -> None:
    reader = Reader()
    assert values(read_ahead(numbers(40), reader, ahead)) == list(range(40))
    assert sorted(reader.begun) == list(range(40))


def test_of_no_paths_nothing_comes() -> None:
    assert values(read_ahead([], Reader(), 5)) == []


def test_a_path_given_twice_comes_twice() -> None:
    paths = [Path("3"), Path("3"), Path("1")]
    assert values(read_ahead(paths, Reader(), 2)) == [3, 3, 1]


def test_nothing_is_read_before_the_first_is_asked_for() -> None:
    reader = Reader()
    read_ahead(numbers(10), reader, ahead=4)
    assert reader.settle(0) == 0


def test_never_more_is_read_than_what_was_asked_for_and_those_ahead() -> None:
    reader = Reader()
    pixels = read_ahead(numbers(40), reader, ahead=4)
    for asked in range(1, 6):
        next(pixels)
        assert reader.settle(asked + 4) == asked + 4
    pixels.close()


def test_the_next_images_are_read_while_the_consumer_is_busy() -> None:
    reader = Reader()
    pixels = read_ahead(numbers(10), reader, ahead=3)
    next(pixels)
    # Nothing more is asked for, and yet:
    assert reader.settle(4) == 4
    pixels.close()


def test_images_are_read_at_the_same_time() -> None:
    barrier = threading.Barrier(2, timeout=10)

    def read(path: Path) -> Pixels:
        barrier.wait()
        return np.array([int(path.name)], np.uint8)

    assert values(read_ahead(numbers(4), read, ahead=3)) == [0, 1, 2, 3]


def test_an_error_comes_in_the_place_of_its_image_after_all_before_it() -> None:
    got = []
    with pytest.raises(ImageError, match=r"^number 5$"):
        for pixels in read_ahead(numbers(40), Reader(failing=5), ahead=8):
            got.append(int(pixels[0]))
    assert got == [0, 1, 2, 3, 4]


def test_after_an_error_no_further_image_is_asked_for() -> None:
    reader = Reader(failing=0)
    with pytest.raises(ImageError):
        values(read_ahead(numbers(1000), reader, ahead=8))
    assert reader.settle(0) <= 9


def test_a_consumer_that_stops_ends_the_reading() -> None:
    reader = Reader()
    pixels = read_ahead(numbers(1000), reader, ahead=8)
    next(pixels)
    pixels.close()
    assert reader.settle(0) <= 9
    assert values(pixels) == []


def test_what_waits_to_be_read_when_the_consumer_stops_is_never_read() -> None:
    stopped = threading.Event()
    begun = []

    def read(path: Path) -> Pixels:
        begun.append(path)
        if path.name != "0":
            stopped.wait(timeout=10)
        return np.array([int(path.name)], np.uint8)

    pixels = read_ahead(numbers(200), read, ahead=200)
    next(pixels)
    # Only those that a thread is busy with are waited for: a thread each, 32 at most.
    threading.Timer(0.1, stopped.set).start()
    pixels.close()
    assert len(begun) <= 33
