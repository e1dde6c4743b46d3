"""Vectors on disk: computed once, found again by all that changes them, never wrong."""

import json
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from rewritten import rewrite, telling, with_array, without
from safetensors import safe_open

from dupeval.dataset import ImageHandle
from dupeval.errors import StoreError
from dupeval.files import whole_file
from dupeval.representation import Representation
from dupeval.representation.cache import VectorCache
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16
from dupeval.representation.weights import WeightsFile
from dupeval.sources import source_sha256
from dupeval.store import Entry

KEY = {"representation": "test", "size": 32, "mean": [1.5, 2.0], "version": "1.0"}
MakeImages = Callable[[Path, int], list[ImageHandle]]


class Recorder(Representation):
    """An image's first bytes, and a list of the images that were computed."""

    def __init__(self, key: Mapping[str, Any] = KEY, stop_after: int | None = None) -> None:
        self._key = key
        self.stop_after = stop_after
        self.computed: list[str] = []

    @property
    def key(self) -> Mapping[str, Any]:
        return self._key

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        for image in images:
            if len(self.computed) == self.stop_after:
                raise KeyboardInterrupt
            self.computed.append(image.name)
            yield vector_of(image)


def vector_of(image: ImageHandle) -> npt.NDArray[np.float32]:
    # From the end, where the images' bytes differ.
    with image.open() as file:
        content = np.frombuffer(file.read(), np.uint8)
    return content[-24:-12].astype(np.float32) / np.float32(7)


def expected(images: Sequence[ImageHandle]) -> npt.NDArray[np.float32]:
    return np.stack([vector_of(image) for image in images])


@pytest.fixture
def images(make_images: MakeImages, tmp_path: Path) -> list[ImageHandle]:
    """Give five different images."""
    five = make_images(tmp_path / "images", 5)
    assert len({image.sha256 for image in five}) == 5
    assert len({vector_of(image).tobytes() for image in five}) == 5
    return five


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    """Give a cache in a folder that does not exist yet."""
    return VectorCache(tmp_path / "cache" / "vectors")


def entries(cache: VectorCache) -> list[Path]:
    return sorted(cache.store.folder.rglob("*.safetensors"))


def entry(cache: VectorCache, image: ImageHandle) -> Path:
    (path,) = (path for path in entries(cache) if image.sha256.encode() in path.read_bytes())
    return path


def litter(cache: VectorCache) -> list[Path]:
    """Return what lies in the cache's folder and is no vector."""
    return [
        path
        for path in cache.store.folder.rglob("*")
        if path.is_file() and path.suffix != ".safetensors"
    ]


# What comes back.


def test_vectors_come_as_one_matrix_in_the_order_of_the_images(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    X = cache.vectors(images, Recorder())
    assert X.shape == (5, 12)
    assert X.dtype == np.float32
    np.testing.assert_array_equal(X, expected(images))


def test_stored_vectors_come_in_the_order_of_the_images_too(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    cache.vectors(images, Recorder())
    other = [images[i] for i in (3, 0, 4, 2, 1)]
    np.testing.assert_array_equal(cache.vectors(other, Recorder()), expected(other))


def test_stored_and_computed_vectors_mix_in_the_order_of_the_images(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    cache.vectors([images[3], images[1]], Recorder())
    recorder = Recorder()
    np.testing.assert_array_equal(cache.vectors(images, recorder), expected(images))
    assert recorder.computed == ["0.png", "2.png", "4.png"]


def test_the_vectors_of_the_real_representation_are_unchanged(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    raw = RawPixels(size=8)
    fresh = np.stack(list(raw.vectors(images)))
    np.testing.assert_array_equal(cache.vectors(images, raw), fresh)
    np.testing.assert_array_equal(cache.vectors(images, raw), fresh)


class Columns(Recorder):
    """Yields views into one matrix that is stored column by column."""

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        yield from np.stack([vector_of(image) for image in images], axis=1).T


def test_a_vector_that_is_a_view_into_a_matrix_is_stored_as_it_is(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    np.testing.assert_array_equal(cache.vectors(images, Columns()), expected(images))
    recorder = Recorder()
    np.testing.assert_array_equal(cache.vectors(images, recorder), expected(images))
    assert recorder.computed == []


# What is computed.


def test_an_image_is_computed_once_and_never_again(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    recorder = Recorder()
    cache.vectors(images, recorder)
    cache.vectors(images, recorder)
    VectorCache(cache.store.folder).vectors(images[::-1], recorder)
    assert recorder.computed == ["0.png", "1.png", "2.png", "3.png", "4.png"]
    assert len(entries(cache)) == 5


def test_identical_bytes_are_computed_once_in_one_call(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    copy = replace(images[0], name="copy.png")
    recorder = Recorder()
    asked = [images[0], images[1], copy, images[0], images[1]]
    np.testing.assert_array_equal(cache.vectors(asked, recorder), expected(asked))
    assert recorder.computed == ["0.png", "1.png"]


def test_an_image_is_known_by_its_bytes_and_not_by_its_name(
    cache: VectorCache, images: list[ImageHandle], tmp_path: Path
) -> None:
    cache.vectors(images, Recorder())
    moved = ImageHandle.of(tmp_path / "gone.png", "moved.png", images[0].sha256)
    recorder = Recorder()
    np.testing.assert_array_equal(cache.vectors([moved], recorder), expected(images[:1]))
    assert recorder.computed == []


@pytest.mark.parametrize(
    "change",
    [
        {"representation": "other"},
        {"size": 33},
        {"mean": [2.0, 1.5]},
        {"mean": [1.5]},
        {"version": "1.0.1"},
        {"more": None},
    ],
    ids=str,
)
def test_a_change_of_the_key_computes_everything_again_and_keeps_the_old(
    cache: VectorCache, images: list[ImageHandle], change: dict[str, Any]
) -> None:
    cache.vectors(images, Recorder())
    changed = Recorder({**KEY, **change})
    cache.vectors(images, changed)
    assert len(changed.computed) == 5
    before = Recorder()
    cache.vectors(images, before)
    assert before.computed == []


def test_a_part_less_of_the_key_computes_everything_again(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    cache.vectors(images, Recorder())
    for name in KEY:
        if name != "representation":
            less = Recorder({key: value for key, value in KEY.items() if key != name})
            cache.vectors(images, less)
            assert len(less.computed) == 5


def test_the_order_of_the_key_s_parts_does_not_matter(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    cache.vectors(images, Recorder())
    recorder = Recorder(dict(reversed(KEY.items())))
    cache.vectors(images, recorder)
    assert recorder.computed == []


def test_every_setting_of_raw_pixels_has_vectors_of_its_own(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    for n, raw in enumerate(
        (RawPixels(size=4), RawPixels(size=5), RawPixels(size=4, colour="grey")), start=1
    ):
        fresh = np.stack(list(raw.vectors(images)))
        np.testing.assert_array_equal(cache.vectors(images, raw), fresh)
        assert len(entries(cache)) == 5 * n


def test_an_entry_tells_what_it_is_of(cache: VectorCache, images: list[ImageHandle]) -> None:
    cache.vectors(images[:1], Recorder())
    (path,) = entries(cache)
    with safe_open(path, framework="np") as file:
        key = json.loads(file.metadata()["entry"])["key"]
    assert (key["representation"], key["image"]) == (KEY, images[0].sha256)
    assert key["source"] == source_sha256(Recorder())


def test_a_representation_that_loses_an_image_is_an_error(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    class Losing(Recorder):
        def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
            return super().vectors(images[:-1])

    with pytest.raises(ValueError, match="shorter"):
        cache.vectors(images, Losing())


def test_progress_is_shown_only_when_asked_for(
    cache: VectorCache, images: list[ImageHandle], capsys: pytest.CaptureFixture[str]
) -> None:
    cache.vectors(images, Recorder())
    assert capsys.readouterr() == ("", "")
    cache.vectors(images, Recorder({**KEY, "size": 33}), progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "test: 100%" in err
    assert "5/5" in err
    # Nothing to compute, nothing to show.
    cache.vectors(images, Recorder(), progress=True)
    assert capsys.readouterr() == ("", "")


# Damage.


def damages(content: bytes) -> dict[str, bytes]:
    middle = len(content) // 2
    return {
        "empty": b"",
        "one byte": content[:1],
        "half": content[:middle],
        "its last byte missing": content[:-1],
        "a byte more": content + b"\0",
        "its last byte flipped": content[:-1] + bytes([content[-1] ^ 1]),
        "random": np.random.default_rng(0).bytes(len(content)),
        "zeros": bytes(len(content)),
        "text": b"<!DOCTYPE html>",
    }


@pytest.mark.parametrize("damage", damages(b"xx"))
def test_a_damaged_vector_is_computed_again_with_a_warning_and_repaired(
    cache: VectorCache, images: list[ImageHandle], damage: str
) -> None:
    cache.vectors(images, Recorder())
    path = entry(cache, images[2])
    path.write_bytes(damages(path.read_bytes())[damage])
    recorder = Recorder()
    with pytest.warns(UserWarning) as caught:
        np.testing.assert_array_equal(cache.vectors(images, recorder), expected(images))
    assert [str(warning.message) for warning in caught] == [
        f"{path} is damaged and is computed again"
    ]
    assert recorder.computed == ["2.png"]
    # Now without a warning, which would be an error here.
    again = Recorder()
    np.testing.assert_array_equal(cache.vectors(images, again), expected(images))
    assert again.computed == []


def test_a_damaged_vector_that_is_asked_for_twice_is_warned_of_once(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    cache.vectors(images, Recorder())
    entry(cache, images[0]).write_bytes(b"")
    with pytest.warns(UserWarning) as caught:
        cache.vectors([images[0], images[0], images[0]], Recorder())
    assert len(caught) == 1


def test_the_vector_of_another_image_is_not_taken_for_a_damaged_one_s(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    cache.vectors(images, Recorder())
    entry(cache, images[0]).write_bytes(b"")
    with pytest.warns(UserWarning, match="is damaged"):
        X = cache.vectors(images[:2], Recorder())
    np.testing.assert_array_equal(X, expected(images[:2]))


def test_no_flipped_byte_ever_changes_a_vector(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    right = cache.vectors(images[:1], Recorder())
    path = entry(cache, images[0])
    content = path.read_bytes()
    wrong = []
    for at in range(len(content)):
        # 0x0F turns the F of F32, the type of the values, into an I.
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x0F]) + content[at + 1 :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            X = cache.vectors(images[:1], Recorder())
        if X.dtype != np.float32 or not np.array_equal(X, right):
            wrong.append(f"byte {at}: {X.dtype} {X.shape}")
    assert wrong == []


# A representation of the user's own.

OWN = """
from collections.abc import Iterator
import numpy as np
from dupeval.representation import Representation
from helper import value
class Own(Representation):
    key = {"representation": "own"}
    def vectors(self, images):
        for image in images:
            yield np.array([value()], np.float32)
"""


def test_who_edits_a_representation_sees_its_new_vectors(
    cache: VectorCache, images: list[ImageHandle], tmp_path: Path
) -> None:
    listed = on_disk(images[:1], tmp_path / "images.json")
    code = READ_IMAGES + "from own import Own\nprint(cache.represent(images, Own()))"
    code = f"import sys; sys.path.insert(0, sys.argv[3])\n{code}"

    def run() -> tuple[str, bool]:
        out = finish(run_python(code, listed, str(cache.store.folder), str(tmp_path)))
        return out.split("array(")[1].split(",")[0], "stored=True" in out

    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "helper.py").write_text("def value(): return 1")
    assert [run(), run()] == [("[[1.]]", False), ("[[1.]]", True)]
    (tmp_path / "helper.py").write_text("def value(): return 23")
    assert [run(), run()] == [("[[23.]]", False), ("[[23.]]", True)]
    (tmp_path / "own.py").write_text(OWN.replace("value()", "value() + 1"))
    assert [run(), run()] == [("[[24.]]", False), ("[[24.]]", True)]


# Interruption.


def test_an_interrupted_computation_keeps_what_was_done(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        cache.vectors(images, Recorder(stop_after=3))
    assert len(entries(cache)) == 3
    assert litter(cache) == []
    recorder = Recorder()
    np.testing.assert_array_equal(cache.vectors(images, recorder), expected(images))
    assert recorder.computed == ["3.png", "4.png"]


def test_an_interrupted_write_leaves_no_vector_and_no_other_file(
    cache: VectorCache, images: list[ImageHandle], monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> None:
        path.write_text("half")
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        with pytest.raises(StoreError, match="no space left"):
            cache.vectors(images, Recorder())
    assert entries(cache) == []
    assert litter(cache) == []
    np.testing.assert_array_equal(cache.vectors(images, Recorder()), expected(images))


def run_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


def on_disk(images: Sequence[ImageHandle], path: Path) -> str:
    """Write down images for another process."""
    rows = []
    for image in images:
        copy = path.with_name(f"{image.sha256}.png")
        with image.open() as file:
            copy.write_bytes(file.read())
        rows.append([str(copy), image.name, image.sha256])
    path.write_text(json.dumps(rows))
    return str(path)


READ_IMAGES = """
import json, os, sys
from pathlib import Path
from dupeval.dataset import ImageHandle
from dupeval.representation.cache import VectorCache
rows = json.loads(Path(sys.argv[1]).read_text())
images = [ImageHandle.of(Path(path), name, sha256) for path, name, sha256 in rows]
cache = VectorCache(Path(sys.argv[2]))
"""

KILLED_IN_THE_MIDDLE_OF_A_WRITE = (
    READ_IMAGES
    + """
from dupeval.representation.raw import RawPixels
real, calls = Path.write_bytes, []
def write_bytes(path, content):
    calls.append(path)
    if len(calls) == 3:
        real(path, b"half")
        os._exit(7)
    real(path, content)
Path.write_bytes = write_bytes
cache.vectors(images, RawPixels(size=4))
"""
)


def test_a_killed_process_leaves_nothing_that_is_taken_for_a_vector(
    cache: VectorCache, images: list[ImageHandle], tmp_path: Path
) -> None:
    listed = on_disk(images, tmp_path / "images.json")
    process = run_python(KILLED_IN_THE_MIDDLE_OF_A_WRITE, listed, str(cache.store.folder))
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (7, "")
    assert len(entries(cache)) == 2
    raw = RawPixels(size=4)
    fresh = np.stack(list(raw.vectors(images)))
    np.testing.assert_array_equal(cache.vectors(images, raw), fresh)
    assert len(entries(cache)) == 5


# Several at once.

AT_ONCE = (
    READ_IMAGES
    + """
import time
from dupeval.representation.raw import RawPixels
Path(sys.argv[3]).touch()
while not Path(sys.argv[4]).exists():
    time.sleep(0.001)
X = cache.vectors(images, RawPixels(size=8))
print(X.shape, X.dtype, X.tobytes().hex())
"""
)


def test_two_processes_at_once_get_the_same_vectors(
    make_images: MakeImages, cache: VectorCache, tmp_path: Path
) -> None:
    images = make_images(tmp_path / "many", 40)
    listed = on_disk(images, tmp_path / "images.json")
    ready = [tmp_path / "ready 0", tmp_path / "ready 1"]
    go = tmp_path / "go"
    processes = [
        run_python(AT_ONCE, listed, str(cache.store.folder), str(path), str(go)) for path in ready
    ]
    end = time.monotonic() + 60
    while not all(path.exists() for path in ready) and time.monotonic() < end:
        time.sleep(0.005)
    go.touch()
    first, second = (finish(process) for process in processes)
    raw = RawPixels(size=8)
    fresh = np.stack(list(raw.vectors(images)))
    assert first == second == f"{fresh.shape} {fresh.dtype} {fresh.tobytes().hex()}\n"
    assert len(entries(cache)) == 40
    assert litter(cache) == []


def test_several_threads_at_once_get_the_same_vectors(
    make_images: MakeImages, cache: VectorCache, tmp_path: Path
) -> None:
    images = make_images(tmp_path / "many", 40)
    barrier = threading.Barrier(4)

    def compute(_: int) -> npt.NDArray[np.float32]:
        barrier.wait(timeout=60)
        return cache.vectors(images, RawPixels(size=8))

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(compute, range(4)))
    fresh = np.stack(list(RawPixels(size=8).vectors(images)))
    for X in results:
        np.testing.assert_array_equal(X, fresh)
    assert len(entries(cache)) == 40
    assert litter(cache) == []


@pytest.fixture
def mask() -> Iterator[int]:
    """Set the process's file mode mask, and give it back afterwards whatever happened."""
    before = os.umask(0o022)
    yield 0o022
    os.umask(before)


def test_threads_that_write_at_once_leave_the_process_its_file_mode_mask(
    mask: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Every system call is a moment at which another thread may go on.
    real = os.umask

    def umask(value: int) -> int:
        try:
            return real(value)
        finally:
            time.sleep(0.002)

    monkeypatch.setattr(os, "umask", umask)

    def write(i: int) -> None:
        for n in range(5):
            with whole_file(tmp_path / f"{i}-{n}") as path:
                path.write_bytes(b"x")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert real(mask) == mask
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


# Without torch.

IMPORT_ONLY = """
import sys
import dupeval.representation.vgg
print(sorted({"torch", "torchvision", "onnx"} & set(sys.modules)))
"""

WARM = (
    READ_IMAGES
    + """
from dupeval.representation.vgg import VGG16
X = cache.vectors(images, VGG16(Path(sys.argv[3]), layer="gap", size=32, batch_size=1))
print(X.shape, sorted({"torch", "torchvision", "onnx"} & set(sys.modules)))
"""
)


def test_importing_vgg_does_not_import_torch() -> None:
    assert finish(run_python(IMPORT_ONLY)) == "[]\n"


def test_a_run_that_finds_all_vectors_stored_does_not_import_torch(
    cache: VectorCache,
    images: list[ImageHandle],
    tmp_path: Path,
    weights_dir: Path,
    oxford_weights: WeightsFile,
) -> None:
    cache.vectors(images, VGG16(weights_dir, layer="gap", size=32, batch_size=1))
    assert len(entries(cache)) == 5
    listed = on_disk(images, tmp_path / "images.json")
    process = run_python(WARM, listed, str(cache.store.folder), str(oxford_weights.path.parent))
    assert finish(process) == "(5, 512) []\n"


def test_what_the_vectors_took_is_told_again_when_they_are_stored(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    computed = cache.represent(images, Recorder())
    assert not computed.stored
    assert 0 < computed.wall_s < 60
    again = cache.represent(images, Recorder())
    assert again.stored
    assert (again.wall_s, again.cpu_s) == (computed.wall_s, computed.cpu_s)
    np.testing.assert_array_equal(again.vectors, computed.vectors)


def test_what_only_some_vectors_took_now_adds_to_what_the_others_took_before(
    cache: VectorCache, images: list[ImageHandle]
) -> None:
    before = cache.represent(images[:2], Recorder())
    both = cache.represent(images, Recorder())
    assert not both.stored
    assert both.wall_s > before.wall_s


@pytest.mark.parametrize(
    "change",
    [
        with_array("vector", lambda x: x.astype(np.float64)),
        with_array("vector", lambda x: x[None]),
        without("vector"),
        telling(wall_s="long"),
    ],
)
def test_what_is_kept_and_is_no_vector_is_computed_again(
    cache: VectorCache, images: list[ImageHandle], change: Callable[[Entry], Entry]
) -> None:
    cache.vectors(images, Recorder())
    n = rewrite(cache.store.folder, change)
    recorder = Recorder()
    with pytest.warns(UserWarning, match="is damaged and is computed again") as caught:
        np.testing.assert_array_equal(cache.vectors(images, recorder), expected(images))
    assert len(caught) == len(recorder.computed) == n
